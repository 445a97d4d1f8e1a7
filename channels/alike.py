"""When two writings of a value say the same. Pure.

Channels write what they are given in their own way: markup tidied, blanks trimmed, numbers and moments in another form. What
differs by that alone is no drift.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any

VOID = frozenset(
    {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u"})  # fmt: skip
CLOSE = Decimal("0.0001")  # of a measure: what a shop loses by keeping four decimals


def words(text: Any) -> str:
    """Blanks trimmed and made one, letters composed."""
    return " ".join(unicodedata.normalize("NFC", str(text)).split())


class _Tokens(HTMLParser):
    """Tags in small letters with their attributes in order, and the texts between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = [
            f"{name}={words(value or '').rstrip(';')}"
            for name, value in sorted(attrs)
            if not name.startswith("data-")
        ]
        self._put(f"<{' '.join([tag, *kept])}>", tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._put(f"</{tag}>", tag)

    def handle_data(self, data: str) -> None:
        self.found.append(unicodedata.normalize("NFC", data))

    def _put(self, token: str, tag: str) -> None:
        """Blanks beside a block are nobody's text."""
        self.found.append(token if tag in INLINE else f"\n{token}\n")


def markup(text: Any) -> str:
    """HTML in one writing: however its lines are broken, its attributes quoted and its characters escaped."""
    parser = _Tokens()
    parser.feed(str(text))
    parser.close()
    lines = (words(line) for line in re.split(r"\s*\n(?=<)|(?<=>)\n\s*", "".join(parser.found)))
    return "\n".join(line for line in lines if line)


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.found.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE:
            self.found.append(" ")

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def plain(text: Any) -> str:
    """The words of a text without its markup."""
    parser = _Texts()
    parser.feed(str(text))
    parser.close()
    return words("".join(parser.found))


def slug(text: Any) -> str:
    """The last part of an address as shops make it."""
    return re.sub(r"[^a-z0-9]+", "-", str(text).casefold()).strip("-")


def number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def same_number(one: Any, other: Any) -> bool:
    first, second = number(one), number(other)
    return first == second if first is not None and second is not None else words(one) == words(other)


def about_same(one: Decimal, other: Decimal) -> bool:
    """Measures in one unit."""
    return abs(one - other) <= max(abs(one), abs(other)) * CLOSE


def moment(value: Any) -> datetime | None:
    """ISO 8601, in UTC; a day alone begins at midnight."""
    try:
        found = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def same_moment(one: Any, other: Any) -> bool:
    first, second = moment(one), moment(other)
    return first == second if first and second else words(one) == words(other)


def bag(texts: Iterable[Any]) -> list[str]:
    """A list whose order says nothing, each entry once."""
    return sorted({words(text).casefold() for text in texts} - {""})


def is_cut(ours: Any, theirs: Any) -> bool:
    """Whether theirs is the beginning of ours, with or without dots at its end."""
    if not isinstance(ours, str) or not isinstance(theirs, str):
        return False
    whole, begun = plain(ours), plain(theirs)
    begun = begun.removesuffix("…").removesuffix("...").rstrip()
    return bool(begun) and len(begun) < len(whole) and whole.startswith(begun)
