"""What a browser without script would post: the controls of a page's form, as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any


class _Controls(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.around = form_id, False, False
        self.values: dict[str, list[str]] = {}
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.around = at.get("id") == self.form_id
        if tag != "option":  # it is its list's
            self.inside = at["form"] == self.form_id if "form" in at else self.around
        if not self.inside or "disabled" in at:
            return
        name = at.get("name", "")
        if (
            tag == "input"
            and name
            and at.get("type") not in ("submit", "button", "file", "checkbox", "radio")
        ):
            self.values.setdefault(name, []).append(at.get("value", ""))
        elif tag == "input" and name and at.get("type") in ("checkbox", "radio") and "checked" in at:
            self.values.setdefault(name, []).append(at.get("value", "on"))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in at:
            self.values.setdefault(self._select, []).append(at.get("value", ""))
        elif tag == "textarea" and name:
            self._textarea = name
            self.values[name] = [""]

    def handle_data(self, data: str) -> None:
        if self._textarea and self.inside:
            self.values[self._textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = self.around = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._textarea:
            self.values[self._textarea][0] = self.values[self._textarea][0].removeprefix("\n")
            self._textarea = ""


def controls(html: str, form_id: str = "product-form") -> dict[str, list[str]]:
    """Name → values of the form's enabled controls."""
    parser = _Controls(form_id)
    parser.feed(html)
    return parser.values


def seen(context: Mapping[str, Any]) -> dict[str, str]:
    """What a bulk edit's preview posts of itself: what was looked at, and its ref."""
    return {"mark": context["mark"], "ref": context["ref"]}
