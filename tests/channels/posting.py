"""What a browser would post of a page's form: every named input as it stands."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.data = form_id, False, dict[str, str]()
        self._select, self._area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        name = given.get("name", "")
        if not self.inside:
            return
        if tag == "input" and name:
            if given.get("type") != "checkbox":
                self.data[name] = given.get("value", "")
            elif "checked" in given:
                self.data[name] = given.get("value") or "on"
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.data):
            self.data[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area, self.data[name] = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.data[self._area] += data


def form_of(answer: HttpResponse, form_id: str) -> dict[str, Any]:
    reader = _Form(form_id)
    reader.feed(answer.content.decode())
    assert reader.data, f"there is no form {form_id}"
    return reader.data
