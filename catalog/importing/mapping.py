"""Which column goes where. Owner of ImportProfile.mapping and ImportRun.mapping: a list of one object a column.

{"column": header, "index": position in the file or null for a value that no column has, "to": "" (ignored), a field's name
or {"attribute", "locale", "context", "part"}, "options": {decimal, date_format, list_separator, unit, currency},
"values": {text in the file: text to read instead}, "empty": "" (as the run), keep or clear, "why": how it was suggested,
"unknown": what becomes of options that are not there: "" (refused) or "create:de_DE" (made, labelled in that locale).

Of no column: "value": the same for every row, or "template": a text made of other columns ("{Brand} {Model}").
Of a part of a column: "split": {"by": what separates the parts, "part": from 1}; further parts of the same column follow
it, with "of": its header.}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import CellOptions
from catalog.importing import targets
from catalog.importing.made_cells import SEPARATORS, headers_of, names_in, place_of
from catalog.importing.settings import EMPTY_CELLS, ImportSettings
from catalog.importing.targets import Target, UnknownTarget
from catalog.structure.snapshot import Structure

OPTIONS = frozenset(field.name for field in fields(CellOptions))
MOST_PARTS = 12  # of one column
_CREATE = "create:"
_AS_IT_IS = ("sku", "parent")  # by which rows are found before anything else of them is read


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
    template: str = ""
    split: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""
    unknown: str = ""

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "column": self.column,
            "index": self.index,
            "to": self.to.as_json() if self.to else "",
        }
        for name in ("options", "values", "empty", "value", "why", "template", "split", "of", "unknown"):
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
        if column.split and not _is_split(column.split):
            raise MappingRefused(_("A column is split by a known separator, and its parts count from 1."))
        if column.unknown and not column.unknown.startswith(_CREATE):
            raise MappingRefused(
                _("Unknown options are refused or created, not '%(what)s'.") % {"what": column.unknown}
            )
        return column

    @property
    def is_made(self) -> bool:
        """Whether its text stands in no cell as it is."""
        return bool(self.template or self.split)

    @property
    def labels_new_options_in(self) -> str:
        """The locale of the labels of options that are made; "" where unknown ones are refused."""
        return self.unknown.removeprefix(_CREATE)

    def cells(self, settings: ImportSettings) -> CellOptions:
        options: Mapping[str, Any] = self.options
        return replace(settings.cells, **options) if options else settings.cells


def _is_split(split: Mapping[str, Any]) -> bool:
    part = split.get("part")
    return (
        set(split) == {"by", "part"}
        and split["by"] in SEPARATORS
        and type(part) is int
        and 0 < part <= MOST_PARTS
    )


def part_of(column: Column, number: int) -> Column:
    """A further part of a column that is split, without a target."""
    header = column.of or column.column
    return Column(f"{header} [{number}]", column.index, split={**column.split, "part": number}, of=header)


def from_json(data: Iterable[Mapping[str, Any]]) -> list[Column]:
    return [Column.from_json(entry) for entry in data]


def for_format(columns: Sequence[Column], format: str) -> list[Column]:
    """As settings.ImportSettings.for_format: what a file of translations lacks is not cleared by a column either."""
    return [replace(column, empty="") for column in columns] if format == "xliff" else list(columns)


def as_json(columns: Iterable[Column]) -> list[dict[str, Any]]:
    return [column.as_json() for column in columns]


def faults(columns: Iterable[Column], structure: Structure) -> list[str]:
    """Why this mapping cannot be planned, in sentences; [] where it can."""
    found: list[str] = []
    taken: dict[Target, str] = {}
    columns = list(columns)
    headers = headers_of(columns)
    for column in columns:
        if column.to is None:
            continue
        if wrong := targets.check(column.to, structure):
            found.append(f"{column.column}: {wrong}")
        elif missing := [name for name in names_in(column.template) if place_of(name, headers) is None]:
            found.append(
                _("The file has no column '%(name)s', of which %(target)s is made: change that text.")
                % {"name": missing[0], "target": targets.label(column.to, structure)}
            )
        elif column.is_made and column.to.field in _AS_IT_IS:
            found.append(
                _("%(target)s is a column as it stands in the file: it cannot be made of parts.")
                % {"target": targets.label(column.to, structure)}
            )
        elif column.to in taken:
            found.append(
                _(
                    "Both '%(one)s' and '%(other)s' go to %(target)s: choose one of them, or make one text of both."
                )
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


def without(columns: Iterable[Column], refused: Sequence[Column]) -> list[Column]:
    """The columns with those left out; a cell that is not written may still be part of a text."""
    return [
        replace(column, to=None) if column in refused else column
        for column in columns
        if column.index is not None or column not in refused
    ]


def fit(columns: Iterable[Column], headers: Iterable[str]) -> dict[int, Column]:
    """Remembered columns laid over the headers of a new file, by name: {index: column}."""
    remembered = {column.column: column for column in columns if column.index is not None and not column.of}
    listed = list(headers)
    same = same_names(remembered, listed)
    return {
        index: replace(remembered[same[header]], column=header, index=index)
        for index, header in enumerate(listed)
        if header in same
    }


def same_names(known: Iterable[str], headers: Iterable[str]) -> dict[str, str]:
    """{header: known one}. In another case only where one is left on both sides."""
    known, headers = set(known), set(headers)
    same = {header: header for header in headers & known}
    left = _by_fold(known - headers)
    for folded, listed in _by_fold(headers - known).items():
        if len(listed) == 1 == len(left.get(folded, ())):
            same[listed[0]] = left[folded][0]
    return same


def _by_fold(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.casefold(), []).append(name)
    return found


def fit_parts(columns: Iterable[Column], found: Iterable[Column]) -> list[Column]:
    """The further parts of remembered columns, where this file (`found`) has the column and it is split."""
    columns = list(columns)
    whole = {column.column: column for column in found if column.index is not None and not column.of}
    same = same_names(
        [column.column for column in columns if column.index is not None and not column.of], whole
    )
    here = {known: whole[header] for header, known in same.items() if whole[header].split}
    return [
        replace(column, of=here[column.of].column, index=here[column.of].index, why="remembered")
        for column in columns
        if column.of in here
    ]
