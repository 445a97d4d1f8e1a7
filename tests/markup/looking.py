"""What of an answer a browser would run, send, frame or load, if it came from a stored text.

The standard library's parser is more wary than a browser: it takes a tag within a text field or a title for a tag.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from tests.markup.payloads import MARK

ADDRESSES = frozenset(
    ["href", "src", "action", "formaction", "data", "poster", "xlink:href", "srcset", "background", "ping", "manifest", "cite"]
)  # fmt: skip
# What no page of ours has, so that each was made by somebody's text.
STRANGE = frozenset(
    ["iframe", "object", "embed", "applet", "frame", "frameset", "base", "math", "marquee", "foreignobject", "animate", "set"]
)  # fmt: skip
# Their values are evaluated: the theme's Alpine and htmx read them.
EVALUATED = re.compile(r"^(x-|@|:|hx-|data-hx-)")
DATA_BLOCKS = ("application/json", "application/ld+json")
# Where an answer of JSON carries markup that a script of ours puts into the page (static/**: innerHTML, DOMParser); all
# else of it goes through textContent or into a field.
MARKUP_IN_JSON = frozenset(["html", "ended", "words", "memory"])
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):")


class Eye(HTMLParser):
    """`wrong`: sentences. `text`: all that is read, attributes' values included."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.text: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        self._within = tag if tag in ("script", "style") else ""
        if MARK in tag or tag in STRANGE:
            self.wrong.append(f"an element <{tag}>")
        if tag == "meta" and at.get("http-equiv", "").lower() == "refresh":
            self.wrong.append("a page that leads elsewhere by itself")
        if tag == "link" and at.get("href", "").startswith("//"):
            self.wrong.append(f"something from elsewhere: {at['href']}")
        if tag == "script":
            if at.get("type") in DATA_BLOCKS:
                self._within = "data"
            elif not (
                at.get("src", "").startswith("/static/")
                or at.get("nonce")
                or at.get("src") == "/admin/jsi18n/"
            ):
                self.wrong.append(f"a script: {at}")
        for name, value in attrs:
            self._attribute(tag, name, value or "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if re.match(r"on\w", name) or MARK in name or name == "srcdoc":
            self.wrong.append(f"<{tag} {name}={value[:60]!r}>")
        if MARK in value and (
            EVALUATED.match(name) or name in ("style", "http-equiv", "id", "class", "type")
        ):
            self.wrong.append(f"<{tag} {name}={value[:60]!r}>")
        if name in ADDRESSES:
            address = re.sub(r"[\x00-\x20]", "", value).lower()
            scheme = _SCHEME.match(address)
            is_picture = (tag == "img" and address.startswith(("data:image/", "blob:"))) or (tag, address) == ("link", "data:,")  # fmt: skip
            if scheme and scheme[1] not in ("http", "https", "mailto") and not is_picture:
                self.wrong.append(f"<{tag} {name}={value[:60]!r}>")
            if tag in ("img", "source", "video", "audio") and not address.startswith(
                ("/", "http", "data:image/", "blob:")
            ):
                self.wrong.append(f"<{tag} {name}={value[:60]!r}>")
            if tag == "form" and address.startswith("//"):
                self.wrong.append(f"<{tag} {name}={value[:60]!r}>")
        self.text.append(value)

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if MARK in data and (self._within in ("script", "style") or (self._within == "data" and "<" in data)):
            self.wrong.append(f"within <{self._within}>: {data[:80]!r}")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.wrong.append(f"a comment: {data[:60]!r}")


def look(markup: str) -> Eye:
    eye = Eye()
    eye.feed(markup)
    eye.close()
    return eye


def seen(response: Any) -> Eye:
    """An answer as a browser takes it: a page, a piece of one, or JSON; what is neither has to be saved as a file."""
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        eye = look("")
        eye.wrong.append("the browser may guess what it is")
        return eye
    if kind == "text/html":
        return look(response.content.decode())
    eye = look("")
    if kind == "application/json":
        for name, text in _leaves(json.loads(response.content)):
            if name in MARKUP_IN_JSON:
                inner = look(text)
                eye.wrong += inner.wrong
                eye.text += inner.text
            else:
                eye.text.append(text)
    elif not response.headers.get("Content-Disposition", "").startswith("attachment") and kind not in (
        "text/plain", "text/javascript", "image/webp", "image/png",
    ):  # fmt: skip
        eye.wrong.append(f"shown as {kind}")
    return eye


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif isinstance(value, str):
        yield name, value
