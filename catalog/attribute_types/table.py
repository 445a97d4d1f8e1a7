"""Table: rows of typed columns, such as a care table or the layers of a jacket."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    CONFLICT,
    PLAIN_CELLS,
    AttributeType,
    CellOptions,
    ValueRefused,
)
from catalog.rows_widget import RowsField, RowsWidget
from catalog.table_columns import COLUMN_TYPES, Columns, ColumnsParam, columns_of
from catalog.widgets import RawField, options_widget

MOST_ROWS = 200
_FILTERABLE = ("select", "boolean")
_BAR = re.compile(r"\s*(?<!\\)\|\s*")
_ESCAPES = str.maketrans({"\\": "\\\\", "|": "\\|", "\n": " "})
_ESCAPED = re.compile(r"\\([\\|])")


@ATTRIBUTE_TYPES.register
class Table(AttributeType):
    """Stored: [{column code: the column's stored form}], rows in order, empty cells left out."""

    code = "table"
    label = gettext_lazy("Table")
    icon = "table"
    filter_kind = "options"
    default_params = {"max_rows": 100}
    sample_params = {
        "columns": [
            {"code": "part", "type": "text", "labels": {"": "Part"}},
            {"code": "share", "type": "number", "labels": {"": "Share"}},
            {
                "code": "fibre",
                "type": "select",
                "labels": {"": "Fibre", "de_DE": "Faser"},
                "choices": [{"code": "wool", "labels": {"": "Wool"}}, {"code": "linen", "labels": {}}],
            },
            {"code": "washable", "type": "boolean", "labels": {}},
            {"code": "since", "type": "date", "labels": {}},
        ],
        "key": "part",
    }

    def params_fields(self) -> dict[str, forms.Field]:
        return {
            "columns": ColumnsParam(label=gettext_lazy("Columns")),
            "key": forms.CharField(
                label=gettext_lazy("Key column"),
                required=False,
                help_text=gettext_lazy(
                    "The code of a column whose cells tell the rows apart. Two people may then edit different rows."
                ),
            ),
            "max_rows": forms.IntegerField(
                label=gettext_lazy("At most, rows"), min_value=1, max_value=MOST_ROWS, required=False
            ),
        }

    def check_params(self, params: Mapping[str, Any]) -> None:
        key = params.get("key")
        types = {column["code"]: column["type"] for column in params.get("columns", ())}
        if key and key not in types:
            raise ValidationError(
                _("The key column '%(key)s' is none of the columns: write the code of one.") % {"key": key}
            )
        if key and types[key] == "boolean":
            raise ValidationError(_("Yes or no tells two rows apart at most: choose another key column."))

    def unreadable(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Callable[[Any], bool] | None:
        """Cells of a column that goes, or gets another type, could not be shown and would go with the next edit."""
        types = {column["code"]: column["type"] for column in after.get("columns", ())}
        lost = {
            column["code"]
            for column in before.get("columns", ())
            if types.get(column["code"]) != column["type"]
        }
        return (lambda stored: any(lost & row.keys() for row in stored or ())) if lost else None

    # --- raw → stored

    def clean_value(self, raw: Any, spec: Any, structure: Any) -> list[dict[str, Any]] | None:
        if isinstance(raw, str):
            raw = self.from_cell(raw, spec)
        if not isinstance(raw, (list, tuple)) or not all(isinstance(row, Mapping) for row in raw):
            raise ValueRefused(
                "not_a_table",
                _("Rows are expected here, each with a cell for some of the columns %(columns)s."),
                {"columns": ", ".join(columns_of(spec).specs)},
            )
        columns = columns_of(spec)
        rows = [
            row for number, each in enumerate(raw, 1) if (row := self._row(each, number, columns, structure))
        ]
        most = self.param(spec, "max_rows")
        if len(rows) > most:
            raise ValueRefused(
                "too_many_rows",
                _("%(count)d rows, at most %(most)d are possible: remove some."),
                {"count": len(rows), "most": most},
            )
        if columns.key:
            self._check_keys(rows, columns)
        return rows or None

    @staticmethod
    def _row(raw: Mapping[str, Any], number: int, columns: Columns, structure: Any) -> dict[str, Any]:
        unknown = [str(code) for code in raw if code not in columns.specs]
        if unknown:
            raise ValueRefused(
                "unknown_column",
                _("Row %(row)d: there is no column '%(column)s'. The columns are %(columns)s."),
                {"row": number, "column": unknown[0][:60], "columns": ", ".join(columns.specs)},
            )
        row = {}
        for code, spec, kind in columns.each():
            if code in raw:
                try:
                    stored = kind.clean(raw[code], spec, structure=structure)
                except ValueRefused as refused:
                    raise ValueRefused(
                        refused.code,
                        _("Row %(row)d, %(column)s: %(message)s"),
                        {"row": number, "column": spec.label(), "message": refused.message},
                    ) from None
                if stored is not None:
                    row[code] = stored
        return row

    @staticmethod
    def _check_keys(rows: list[dict[str, Any]], columns: Columns) -> None:
        label, seen = columns.specs[columns.key].label(), set()
        for number, row in enumerate(rows, 1):
            key = row.get(columns.key)
            if key is None:
                raise ValueRefused(
                    "no_row_key",
                    _("Row %(row)d has no %(column)s, by which rows are told apart: fill it in."),
                    {"row": number, "column": label},
                )
            if key in seen:
                raise ValueRefused(
                    "row_key_twice",
                    _("Row %(row)d has the same %(column)s as one before, '%(key)s': change or remove it."),
                    {"row": number, "column": label, "key": str(key)[:60]},
                )
            seen.add(key)

    # --- comparing

    def merge(self, base: Any, mine: Any, theirs: Any, spec: Any = None) -> Any:
        """Row by row and cell by cell where a key column is named; else the table is one value."""
        merged = super().merge(base, mine, theirs, spec)
        key = columns_of(spec).key if spec else ""
        if merged is not CONFLICT or not key or mine is None or theirs is None:
            return merged
        was, here, there = ({row.get(key): row for row in side or ()} for side in (base, mine, theirs))
        if [len(was), len(here), len(there)] != [len(base or ()), len(mine), len(theirs)]:
            return CONFLICT  # stored before the table had its key: rows that cannot be told apart
        order = mine if [*there] == [*was] else theirs
        rows = []
        for name in dict.fromkeys([*(row.get(key) for row in order), *there, *here]):
            row = self._merged_row(was.get(name), here.get(name), there.get(name))
            if row is CONFLICT:
                return CONFLICT
            if row:
                rows.append(row)
        if len(rows) > self.param(spec, "max_rows"):
            return CONFLICT
        return rows or None

    def _merged_row(self, was: Any, mine: Any, theirs: Any) -> Any:
        merged = AttributeType.merge(self, was, mine, theirs)
        if merged is not CONFLICT or not (mine and theirs):
            return merged
        row = {}
        for code in {**theirs, **mine}:
            cell = AttributeType.merge(self, *((side or {}).get(code) for side in (was, mine, theirs)))
            if cell is CONFLICT:
                return CONFLICT
            if cell is not None:
                row[code] = cell
        return row

    # --- for people

    def display(self, stored: Any, spec: Any, locale: str | None = None) -> str:
        """A line for each row: "Shell · 65 · Wool"."""
        columns = columns_of(spec)
        return "\n".join(" · ".join(filter(None, self._texts(row, columns, locale))) for row in stored or ())

    @staticmethod
    def _texts(row: Mapping[str, Any], columns: Columns, locale: str | None) -> list[str]:
        return [kind.display(row.get(code), spec, locale) for code, spec, kind in columns.each()]

    def markup(self, stored: Any, spec: Any, locale: str | None = None) -> SafeString:
        if not stored:
            return SafeString("")
        columns = columns_of(spec)
        heads = format_html_join(
            "", '<th scope="col">{}</th>', ((each.label(locale),) for each in columns.specs.values())
        )
        rows = format_html_join(
            "",
            "<tr>{}</tr>",
            (
                (
                    format_html_join(
                        "", "<td>{}</td>", ((text,) for text in self._texts(row, columns, locale))
                    ),
                )
                for row in stored
            ),
        )
        return format_html(
            '<table class="value-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', heads, rows
        )

    # --- spreadsheets

    def to_cell(self, stored: Any, spec: Any) -> str:
        """The columns' codes on the first line, a line for each row, cells parted by bars."""
        if not stored:
            return ""
        columns = columns_of(spec)
        lines = [" | ".join(columns.specs)]
        for row in stored:
            cells = (kind.to_cell(row.get(code), each) for code, each, kind in columns.each())
            lines.append(" | ".join(cell.translate(_ESCAPES) for cell in cells))
        return "\n".join(lines)

    def from_cell(self, text: str, spec: Any, options: CellOptions = PLAIN_CELLS) -> Any:
        lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
        if not lines:
            return ""
        if lines[0].lstrip().startswith("["):
            try:
                return orjson.loads(text)
            except orjson.JSONDecodeError:
                pass
        columns = columns_of(spec)
        known = {code.casefold(): code for code in columns.specs}
        heads = [head.strip().casefold() for head in _BAR.split(lines[0].strip())]
        unknown = [head for head in heads if head not in known]
        if unknown or len(set(heads)) != len(heads):
            raise ValueRefused(
                "no_heads",
                _("The first line of a table names its columns, parted by bars: %(columns)s."),
                {"columns": " | ".join(columns.specs)},
            )
        rows = []
        for number, line in enumerate(lines[1:], 1):
            cells = [
                _ESCAPED.sub(r"\1", cell)
                for cell in _BAR.split(line.strip(" \t") if len(heads) == 1 else line)
            ]
            if len(cells) != len(heads):
                raise ValueRefused(
                    "cells_differ",
                    _("Row %(row)d has %(cells)d cells, the first line names %(columns)d columns."),
                    {"row": number, "cells": len(cells), "columns": len(heads)},
                )
            rows.append(
                {
                    (code := known[head]): columns.kinds[code].from_cell(
                        cell.strip(), columns.specs[code], options
                    )
                    for head, cell in zip(heads, cells, strict=True)
                    if cell.strip()
                }
            )
        return rows

    # --- the product form

    def form_field(
        self, spec: Any, *, locale: Any = None, required: bool = False, structure: Any = None
    ) -> forms.Field:
        columns = columns_of(spec)
        widget = RowsWidget(
            {
                code: kind.form_field(each, locale=locale, structure=structure).widget
                for code, each, kind in columns.each()
            },
            {code: each.label() for code, each in columns.specs.items()},
            name=spec.label(),
            narrow=frozenset(
                code for code, each in columns.specs.items() if each.type in COLUMN_TYPES.narrow
            ),
        )
        return RowsField(label=spec.label(), required=required, widget=widget)

    def form_value(self, stored: Any, spec: Any) -> list[dict[str, Any]]:
        columns = columns_of(spec)
        return [
            {code: kind.form_value(row.get(code), each) for code, each, kind in columns.each() if code in row}
            for row in stored or ()
        ]

    # --- finding

    def may_filter(self, spec: Any) -> bool:
        return any(each.type in _FILTERABLE for each in columns_of(spec).specs.values())

    def tokens(self, stored: Any, spec: Any) -> Iterable[str]:
        columns = [
            (code, kind, each) for code, each, kind in columns_of(spec).each() if each.type in _FILTERABLE
        ]
        return list(
            dict.fromkeys(
                f"{spec.code}={code}:{kind.to_cell(row[code], each)}"
                for row in stored or ()
                for code, kind, each in columns
                if code in row
            )
        )

    def filter_field(self, spec: Any, *, locale: Any = None, structure: Any = None) -> forms.Field | None:
        choices = []
        for code, each, kind in columns_of(spec).each():
            if each.type == "select":
                choices += [
                    (f"{code}:{choice}", f"{each.label(locale)}: {option.label(locale)}")
                    for choice, option in each.options.items()
                ]
            elif each.type == "boolean":
                choices += [
                    (
                        f"{code}:{kind.to_cell(said, each)}",
                        f"{each.label(locale)}: {kind.display(said, each, locale)}",
                    )
                    for said in (True, False)
                ]
        return (
            RawField(label=spec.label(), required=False, widget=options_widget(choices)) if choices else None
        )

    def filter_tokens(self, spec: Any, chosen: Any) -> list[str]:
        return [f"{spec.code}={each}" for each in ([chosen] if isinstance(chosen, str) else chosen or [])]

    def search_text(self, stored: Any, spec: Any) -> str:
        """The cells as they are stored, a choice's labels in all languages: not as whoever saves happens to read them."""
        words = []
        for row in stored or ():
            for code, each, kind in columns_of(spec).each():
                if code in row and each.type != "boolean":
                    option = each.options.get(str(row[code]))
                    labels = option.labels.values() if option else ()
                    words += labels or [kind.to_cell(row[code], each)]
        return " ".join(words)

    # --- the way out

    def sheet_value(self, stored: Any, spec: Any, locale: str | None = None) -> Any:
        """[{column code: the column's sheet value}], every column in each row."""
        if not stored:
            return None
        columns = columns_of(spec)
        return [
            {code: kind.sheet_value(row.get(code), each, locale) for code, each, kind in columns.each()}
            for row in stored
        ]

    def sample(self, spec: Any) -> list[dict[str, Any]]:
        columns = columns_of(spec)
        return [{code: kind.sample(each) for code, each, kind in columns.each() if kind.sample(each) != ""}]
