"""The columns of a table attribute as they stand in its parameters, and the rows in which a manager writes them.

Stored: [{"code", "type", "labels": {locale: text; "" for every other}, "choices": [{"code", "labels"}]}].
A label is written "Fibre / de_DE=Faser", the choices of a select "wool=Wool / de_DE=Wolle; linen=Linen".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.attribute_types.base import ATTRIBUTE_TYPES, AttributeType
from catalog.rows_widget import RowsField, RowsWidget
from catalog.widgets import OptionSelect

MOST_COLUMNS = 12
# "-" and ":" part the cells' names in inputs and tokens.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,49}\Z")
_IN_LOCALE = re.compile(r"([a-z]{2,3}(?:_[A-Z][a-z]{3})?(?:_[A-Z]{2}|_\d{3})?)\s*=\s*(.*)\Z")


class _ColumnTypes:
    labels: Final = {
        "text": gettext_lazy("Text"),
        "number": gettext_lazy("Number"),
        "select": gettext_lazy("Select"),
        "boolean": gettext_lazy("Yes/No"),
        "date": gettext_lazy("Date"),
    }
    narrow: Final = frozenset({"number", "boolean"})


COLUMN_TYPES: Final = _ColumnTypes()


def labels_from_text(text: str) -> dict[str, str]:
    """{"": "Fibre", "de_DE": "Faser"} of "Fibre / de_DE=Faser". Raises ValidationError."""
    labels: dict[str, str] = {}
    for part in filter(None, map(str.strip, re.split(r"(?:^|\s)/(?:\s|$)", text))):
        found = _IN_LOCALE.match(part)
        locale, label = (found[1], found[2]) if found else ("", part)
        if locale in labels:
            raise ValidationError(
                _("'%(text)s' has two labels for one language: write it as Fibre / de_DE=Faser.")
                % {"text": text}
            )
        if label:
            labels[locale] = label
    return labels


def labels_to_text(labels: Mapping[str, str]) -> str:
    return " / ".join(f"{locale}={text}" if locale else text for locale, text in sorted(labels.items()))


def _choices_from_text(text: str) -> list[dict[str, Any]]:
    choices = []
    for part in filter(None, map(str.strip, text.split(";"))):
        code, _equals, label = (piece.strip() for piece in part.partition("="))
        choices.append({"code": code, "labels": labels_from_text(label)})
    return choices


def _choices_to_text(choices: Any) -> str:
    return "; ".join(
        f"{choice['code']}={labels_to_text(choice['labels'])}" if choice.get("labels") else choice["code"]
        for choice in choices or ()
    )


def _says_the_same(column: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether the labels of a row in the stored form came through as texts; what was written as text always did."""

    def labels(of: Mapping[str, Any]) -> dict[str, str]:
        return {locale: text.strip() for locale, text in (of.get("labels") or {}).items() if text.strip()}

    if not isinstance(row.get("labels") or "", str) and labels(row) != labels(column):
        return False
    given, kept = row.get("choices") or "", column.get("choices", ())
    return isinstance(given, str) or [(each["code"], labels(each)) for each in given] == [
        (each["code"], labels(each)) for each in kept
    ]


class ColumnsWidget(RowsWidget):
    """Shows the stored columns, or the texts of a refused form, as rows of texts."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = [_as_texts(column) for column in value or () if isinstance(column, Mapping)]
        return super().get_context(name, rows, attrs)


def _as_texts(column: Mapping[str, Any]) -> dict[str, str]:
    labels, choices = column.get("labels", ""), column.get("choices", "")
    return {
        "code": column.get("code", ""),
        "labels": labels if isinstance(labels, str) else labels_to_text(labels),
        "type": column.get("type", ""),
        "choices": choices if isinstance(choices, str) else _choices_to_text(choices),
    }


class ColumnsParam(RowsField):
    """Takes the stored form as well as the rows of texts."""

    default_error_messages = {"required": gettext_lazy("Name at least one column.")}

    def __init__(self, **kwargs: Any) -> None:
        labels = {
            "code": gettext_lazy("Code"),
            "labels": gettext_lazy("Label"),
            "type": gettext_lazy("Type"),
            "choices": gettext_lazy("Choices of a select"),
        }
        inputs: dict[str, forms.Widget] = {
            name: UnfoldAdminTextInputWidget({"autocomplete": "off"})
            for name in ("code", "labels", "choices")
        }
        inputs["type"] = OptionSelect(choices=[("", "—"), *COLUMN_TYPES.labels.items()])
        widget = ColumnsWidget(
            {name: inputs[name] for name in labels},
            labels,
            name=kwargs.get("label", ""),
        )
        text = gettext_lazy(
            "A label may differ by language: Fibre / de_DE=Faser. Choices as wool=Wool / de_DE=Wolle; linen=Linen."
        )
        super().__init__(widget=widget, help_text=text, **kwargs)

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value or [], (list, tuple)) or not all(
            isinstance(row, Mapping) for row in value or ()
        ):
            raise ValidationError(_("The columns are a list, each with code, label and type."))
        columns = [self._column(_as_texts(row)) for row in value or ()]
        for row, column in zip(value or (), columns, strict=True):
            if not _says_the_same(column, row):
                raise ValidationError(
                    _(
                        "A label of the column '%(code)s' holds ' / ', ';' or '=', which part labels: write it otherwise."
                    )
                    % {"code": column["code"]}
                )
        codes = [column["code"].casefold() for column in columns]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValidationError(_("The column '%(code)s' is there twice: keep one.") % {"code": twice[0]})
        if len(columns) > MOST_COLUMNS:
            raise ValidationError(_("A table has at most %(most)d columns.") % {"most": MOST_COLUMNS})
        return columns

    @staticmethod
    def _column(texts: Mapping[str, str]) -> dict[str, Any]:
        code, kind = texts["code"], texts["type"]
        if not _CODE.match(code):
            raise ValidationError(
                _("'%(code)s' is no code of a column: use letters, digits and '_'.") % {"code": code}
            )
        if kind not in COLUMN_TYPES.labels:
            raise ValidationError(
                _("The type of the column '%(code)s' is one of %(types)s.")
                % {"code": code, "types": ", ".join(COLUMN_TYPES.labels)}
            )
        column: dict[str, Any] = {"code": code, "type": kind, "labels": labels_from_text(texts["labels"])}
        choices = _choices_from_text(texts["choices"])
        if bool(choices) != (kind == "select"):
            message = (
                _("The column '%(code)s' is a select without choices: write some, as wool=Wool; linen=Linen.")
                if kind == "select"
                else _("The column '%(code)s' has choices, which only a select can have: remove them.")
            )
            raise ValidationError(message % {"code": code})
        for choice in choices:
            if not _CODE.match(choice["code"]):
                raise ValidationError(
                    _("'%(choice)s' is no code of a choice: use letters, digits and '_'.")
                    % {"choice": choice["code"]}
                )
        if choices:
            column["choices"] = choices
        return column

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [_as_texts(row) for row in initial or ()] != [_as_texts(row) for row in data or ()]


class Columns:
    """A table's columns as small attributes of their own. Built once per spec."""

    def __init__(self, spec: Any) -> None:
        from catalog.structure.specs import (
            AttributeSpec,
            OptionSpec,
        )  # models read the registry while they load

        self.specs = {
            column["code"]: AttributeSpec(
                id=spec.id,
                code=column["code"],
                type=column["type"],
                labels=column.get("labels", {}),
                options={
                    choice["code"]: OptionSpec(choice["code"], choice.get("labels", {}), rank)
                    for rank, choice in enumerate(column.get("choices", ()))
                },
            )
            for column in spec.params.get("columns", ())
        }
        self.kinds = {code: ATTRIBUTE_TYPES[each.type] for code, each in self.specs.items()}
        self.key = spec.params.get("key", "")

    def each(self) -> Iterable[tuple[str, Any, AttributeType]]:
        return ((code, each, self.kinds[code]) for code, each in self.specs.items())


_columns: WeakKeyDictionary[Any, Columns] = WeakKeyDictionary()


def columns_of(spec: Any) -> Columns:
    found = _columns.get(spec)
    if found is None:
        found = _columns[spec] = Columns(spec)
    return found
