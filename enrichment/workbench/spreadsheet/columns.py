"""The columns of the spreadsheet view: the grid's, a price with one for each currency, and what the page's script knows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.profile import Profiles
from enrichment.readiness import field_id
from enrichment.workbench.grid import columns as grid_columns
from enrichment.workbench.grid.columns import Column

MOST = 90  # with all currencies
USUAL = 8  # attributes, where nobody chose
CHOICES = 1_000  # listed with the page; of more the writer has to know what to type
PART = ":"  # before the currency, in a column's name: "price||shop:EUR"
_WIDTHS = {
    "text": 240,
    "link": 240,
    "multiselect": 220,
    "reference": 180,
    "select": 170,
    "identifier": 150,
    "datetime": 160,
}
_NARROW, _USUAL_WIDTH, _FIELD_WIDTH = 110, 200, 140
_NUMBERS = frozenset({"number", "price", "measurement"})


@dataclass(frozen=True, slots=True)
class CellColumn:
    """One of the grid's columns, or of a price the cells of one currency (`part`)."""

    column: Column
    part: str = ""

    @property
    def name(self) -> str:
        return f"{self.column.name}{PART}{self.part}" if self.part else self.column.name

    @property
    def spec(self) -> AttributeSpec | None:
        return self.column.spec

    @property
    def is_written(self) -> bool:
        return self.column.spec is not None and ATTRIBUTE_TYPES[self.column.spec.type].in_cell

    @property
    def title(self) -> str:
        return " · ".join(part for part in (self.column.label, self.column.place, self.part) if part)

    def as_json(self) -> dict[str, Any]:
        spec, column = self.column.spec, self.column
        made: dict[str, Any] = {
            "name": self.name,
            "label": column.label,
            "place": " · ".join(part for part in (column.place, self.part) if part),
            "title": self.title,
            "written": self.is_written,
            "width": _FIELD_WIDTH,
        }
        if spec is None:
            return made
        kind = ATTRIBUTE_TYPES[spec.type]
        narrow = spec.type in _NUMBERS or spec.type in ("boolean", "date", "color")
        choices = kind.hand_choices(spec) if self.is_written else []
        return made | {
            "key": column.name,
            "type": spec.type,
            "width": _WIDTHS.get(spec.type, _NARROW if narrow else _USUAL_WIDTH),
            "isNumber": spec.type in _NUMBERS,
            "isList": kind.has_parts and kind.has_options,
            "lines": bool(spec.params.get("multiline")),
            "language": column.locale.replace("_", "-"),
            "choices": choices if len(choices) <= CHOICES else [],
            "page": "&".join(
                f"{name}={value}"
                for name, value in (("locale", column.locale), ("context", column.context))
                if value
            ),
            "anchor": field_id(column.name),
        }


def of(columns: Iterable[Column], structure: Structure) -> list[CellColumn]:
    return [part for column in columns for part in _parts(column, structure)][:MOST]


def named(name: str, structure: Structure, profiles: Profiles, rights: Rights) -> CellColumn | None:
    """The column of a cell that is sent; None where it is not there, or this person does not see it."""
    whole, _mark, part = name.partition(PART)
    column = grid_columns.column_of(whole, structure, profiles, rights)
    found = _parts(column, structure) if column is not None else ()
    return next((each for each in found if each.part == part), None)


def _parts(column: Column, structure: Structure) -> Iterator[CellColumn]:
    if column.spec is None or not ATTRIBUTE_TYPES[column.spec.type].in_cell:
        yield CellColumn(column)
        return
    for part in ATTRIBUTE_TYPES[column.spec.type].hand_columns(column.spec, structure):
        yield CellColumn(column, part)


def usual(
    families: Iterable[int], locale: str, structure: Structure, profiles: Profiles, rights: Rights
) -> str:
    """As an address has them, where nobody chose: what can be written of these families' attributes, the first few. What most
    channels require of most of the families goes first."""
    known = [pk for pk in families if pk in structure.families]
    required = Counter(
        spec.code for pk in known for each in profiles.active for spec in each.required_of(pk, structure)
    )
    codes = [code for pk in known for code in structure.families[pk].attributes] or list(structure.attributes)
    codes.sort(key=lambda code: -required[code])
    found: list[str] = []
    for code in dict.fromkeys(codes):
        spec = structure.attributes.get(code)
        if spec is None or spec.read_only or not ATTRIBUTE_TYPES[spec.type].in_cell:
            continue
        at = locale if spec.localizable else ""
        if grid_columns.may_see(spec, at, "", structure, rights) and rights.may_edit_key(spec, at, ""):
            found.append(f"{code}|{at}" if at else code)
    return grid_columns.text_of(found[:USUAL])


def place_of_editing(spec: AttributeSpec) -> str:
    """Why a value is only shown here."""
    label = ATTRIBUTE_TYPES[spec.type].label
    return _("%(type)s: written on the product's page") % {"type": label}
