"""Which column goes where. Owner of ImportProfile.mapping and ImportRun.mapping: a list of one object a column.

{"column": header, "index": position in the file or null for a fixed value, "to": "" (ignored), a field's name or
{"attribute", "locale", "context", "part"}, "options": {decimal, date_format, list_separator, unit, currency},
"values": {text in the file: text to read instead}, "empty": "" (as the run), keep or clear, "value": the fixed value,
"why": how it was suggested}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import CellOptions
from catalog.importing import targets
from catalog.importing.settings import EMPTY_CELLS, ImportSettings
from catalog.importing.targets import Target, UnknownTarget
from catalog.structure.snapshot import Structure

OPTIONS = frozenset(field.name for field in fields(CellOptions))


class MappingRefused(ValueError):
    """A mapping that cannot be carried out; the text says why."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file, or (index None) a value that every row gets."""

    column: str
    index: int | None = None
    to: Target | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    empty: str = ""
    value: str = ""
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "column": self.column,
            "index": self.index,
            "to": self.to.as_json() if self.to else "",
        }
        for name in ("options", "values", "empty", "value", "why"):
            if getattr(self, name):
                data[name] = getattr(self, name)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Column:
        """Raises MappingRefused for unknown keys and shapes."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise MappingRefused(_("Unknown key in the mapping: %(names)s.") % {"names": ", ".join(unknown)})
        try:
            target = Target.from_json(data.get("to", ""))
        except UnknownTarget as error:
            raise MappingRefused(_("'%(target)s' is no target of a column.") % {"target": error}) from None
        column = cls(**{**data, "to": target})
        if unknown := sorted(set(column.options) - OPTIONS):
            raise MappingRefused(_("Unknown option of a column: %(names)s.") % {"names": ", ".join(unknown)})
        if column.empty not in ("", *EMPTY_CELLS):
            raise MappingRefused(
                _("An empty cell is kept or cleared, not '%(what)s'.") % {"what": column.empty}
            )
        return column

    def cells(self, settings: ImportSettings) -> CellOptions:
        return replace(settings.cells, **self.options) if self.options else settings.cells


def from_json(data: Iterable[Mapping[str, Any]]) -> list[Column]:
    return [Column.from_json(entry) for entry in data]


def as_json(columns: Iterable[Column]) -> list[dict[str, Any]]:
    return [column.as_json() for column in columns]


def faults(columns: Iterable[Column], structure: Structure) -> list[str]:
    """Why this mapping cannot be planned, in sentences; [] where it can."""
    found: list[str] = []
    taken: dict[Target, str] = {}
    for column in columns:
        if column.to is None:
            continue
        if wrong := targets.check(column.to, structure):
            found.append(f"{column.column}: {wrong}")
        elif column.to in taken:
            found.append(
                _("Both '%(one)s' and '%(other)s' go to %(target)s: choose one of them.")
                % {
                    "one": taken[column.to],
                    "other": column.column,
                    "target": targets.label(column.to, structure),
                }
            )
        taken.setdefault(column.to, column.column)
    if Target(field="sku") not in taken:
        found.append(_("No column is the SKU: choose the column by which products are found."))
    return found


def forbidden(columns: Iterable[Column], structure: Structure, rights: Any) -> list[Column]:
    """The mapped columns this person may not write (catalog.access.Rights; None: trusted)."""
    if rights is None:
        return []
    return [
        column
        for column in columns
        if column.to and column.to.attribute and column.to.attribute in structure.attributes
        and not rights.may_edit_key(structure.attributes[column.to.attribute], column.to.locale, column.to.context)
    ]  # fmt: skip


def fit(columns: Iterable[Column], headers: Iterable[str]) -> dict[int, Column]:
    """Remembered columns laid over the headers of a new file, by name in any case: {index: column}."""
    remembered = {column.column.casefold(): column for column in columns if column.index is not None}
    return {
        index: replace(known, column=header, index=index)
        for index, header in enumerate(headers)
        if (known := remembered.get(header.casefold()))
    }
