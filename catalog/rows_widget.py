"""An editor of rows: the same inputs in each, rows added, removed and moved by button and by keyboard.

Works without script too: one empty row waits at the end, and a row whose inputs are emptied is gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from catalog.widgets import RawField

NEW_ROW = "new"  # stands for the row's number in the inputs the script copies


class RowsWidget(forms.Widget):
    """Shows and reads a list of {column: text}. The rows' order is that of the posted inputs, not of their numbers."""

    template_name = "catalog/widgets/rows.html"

    class Media:
        css = {"all": ["catalog/rows.css"]}
        js = ["catalog/rows.js"]

    def __init__(
        self,
        columns: Mapping[str, forms.Widget],
        labels: Mapping[str, Any],
        attrs: dict[str, Any] | None = None,
        *,
        name: Any = "",
        narrow: frozenset[str] = frozenset(),
        ordered: bool = True,
        cards: bool = False,
    ) -> None:
        """`labels` of the columns; `name`, of the whole, is told to screen readers; `narrow` columns take little room.
        Rows that are not `ordered` have no buttons to move them; `cards` shows each row of many columns as a card."""
        self.columns, self.labels, self.name, self.narrow = dict(columns), dict(labels), name, narrow
        self.ordered, self.cards = ordered, cards
        super().__init__(attrs)

    def __deepcopy__(self, memo: Any) -> RowsWidget:
        copied = super().__deepcopy__(memo)
        copied.columns = dict(self.columns)
        return copied

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-{next(iter(self.columns))}" if id_ and self.columns else id_

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        html_id = context["widget"]["attrs"].get("id") or f"id_{name}"
        described = context["widget"]["attrs"].get("aria-describedby")
        shown = [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []
        rows = [
            self._row(f"{name}_{number}_", f"{html_id}-{number}-", row, described)
            for number, row in enumerate([*shown, {}])
        ]
        context["widget"] |= {
            "html_id": html_id,
            "called": self.name,
            "ordered": self.ordered,
            "cards": self.cards,
            "heads": [(code, label, code in self.narrow) for code, label in self.labels.items()],
            "rows": rows,
            "new": self._row(f"{name}_{NEW_ROW}_", f"{html_id}-{NEW_ROW}-", {}, described),
            "subwidgets": [part for row in rows for part in row],
        }
        return context

    def _row(
        self, name: str, html_id: str, row: Mapping[str, Any], described: str | None
    ) -> list[dict[str, Any]]:
        parts = []
        for code, widget in self.columns.items():
            attrs = {"id": f"{html_id}{code}", "aria-label": str(self.labels[code])}
            if described:
                attrs["aria-describedby"] = described
            part = widget.get_context(f"{name}{code}", row.get(code), attrs)["widget"]
            part |= {"caption": self.labels[code], "source": widget, "narrow": code in self.narrow}
            parts.append(part)
        return parts

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        context = self.get_context(name, value, attrs)
        widget = context["widget"]
        for part in [part for row in (*widget["rows"], widget["new"]) for part in row]:
            part["html"] = part["source"]._render(part["template_name"], {"widget": part}, renderer)
        return render_to_string(self.template_name, context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        pattern = re.compile(rf"{re.escape(name)}_(\d+)_({'|'.join(map(re.escape, self.columns))})\Z")
        numbers = dict.fromkeys(found[1] for key in data if (found := pattern.match(key)))
        rows = []
        for number in numbers:
            row = {
                code: text.strip()
                for code, widget in self.columns.items()
                if (text := widget.value_from_datadict(data, files, f"{name}_{number}_{code}"))
                and text.strip()
            }
            if row:
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}_") for key in data)


class RowsField(RawField):
    """Its cleaned value is a list of {column: text}, without empty rows and cells."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _filled(initial) != _filled(data)


def _filled(rows: Any) -> list[dict[str, str]]:
    return [
        {code: str(value) for code, value in row.items() if value not in (None, "")}
        for row in rows or ()
        if row
    ]
