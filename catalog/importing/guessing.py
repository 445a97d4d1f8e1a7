"""What a new attribute for a column would be: its type from the cells, its families from the products the file is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions, ValueRefused
from catalog.importing.cells import RowParser
from catalog.importing.content import HEX, are_mostly, is_gtin, is_price, unit_in
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.importing.settings import LIST_SEPARATORS, ImportSettings
from catalog.importing.typed import in_mark_of_texts
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec

# What a column can become at once: these types need nothing that a header and cells do not tell.
TYPES = ("text", "richtext", "number", "measurement", "price", "boolean", "date", "select", "multiselect", "color", "link", "identifier")  # fmt: skip
_MARKUP = re.compile(r"<(p|br|ul|li|b|strong|div|h\d)\b", re.IGNORECASE)
_LONGEST_WORD = 30  # characters of what may be an option
_BRACKETS = re.compile(r"\s*[\[(][^\])]*[\])]\s*\Z")


@dataclass(frozen=True, slots=True)
class Guess:
    label: str
    type: str
    params: dict[str, Any] = field(default_factory=dict)


def guess(header: str, samples: Sequence[str], settings: ImportSettings, structure: Structure) -> Guess:
    """`samples`: the filled cells of the file's first rows."""
    label = " ".join(_BRACKETS.sub("", header).split()) or header
    if not samples:
        return Guess(label, "text")
    if are_mostly(samples, is_gtin):
        return Guess(label, "identifier", {"kind": "gtin"})
    if are_mostly(samples, HEX.match):
        return Guess(label, "color")
    if are_mostly(samples, lambda text: text.startswith(("http://", "https://"))):
        return Guess(label, "link")
    if are_mostly(samples, _MARKUP.search):
        return Guess(label, "richtext")
    options = settings.cells
    samples = [in_mark_of_texts(text, options) for text in samples]
    if not are_mostly(samples, str.isdigit) and _all_are("boolean", samples, options):
        return Guess(label, "boolean")
    if _all_are("number", samples, options):
        return _with_unit(label, header, structure) or Guess(label, "number")
    if _all_are("date", samples, options):
        return Guess(label, "date")
    if are_mostly(samples, lambda text: is_price(text, structure.currencies)):
        return Guess(label, "price")
    units = {unit for text in samples if (unit := unit_in(text))}
    if units and are_mostly(samples, unit_in):
        for family in structure.measures.values():
            known = [unit for unit in map(family.find_unit, sorted(units)) if unit is not None]
            if len(known) == len(units):
                return Guess(label, "measurement", {"family": family.code, "unit": known[0].code})
    return Guess(label, _words(samples))


def _with_unit(label: str, header: str, structure: Structure) -> Guess | None:
    """ "Weight (kg)" over bare amounts."""
    note = _BRACKETS.search(header)
    unit = note[0].strip(" \t[]()") if note else ""
    for family in structure.measures.values() if unit else ():
        if found := family.find_unit(unit):
            return Guess(label, "measurement", {"family": family.code, "unit": found.code})
    return None


def _words(samples: Sequence[str]) -> str:
    """Few short words that come again are options; else they are texts."""
    for mark in LIST_SEPARATORS:
        parts = [part.strip() for text in samples for part in text.split(mark) if part.strip()]
        if len(parts) > len(samples) and _come_again(parts):
            return "multiselect"
    return "select" if _come_again(samples) else "text"


def _come_again(texts: Sequence[str]) -> bool:
    distinct = {text.casefold() for text in texts}
    return len(texts) >= 4 and len(distinct) * 2 <= len(texts) and max(map(len, distinct)) <= _LONGEST_WORD


def _all_are(type_code: str, samples: Sequence[str], options: CellOptions) -> bool:
    kind, spec = ATTRIBUTE_TYPES[type_code], AttributeSpec(0, "x", type_code)
    try:
        return all(kind.clean(kind.from_cell(text, spec, options), spec) is not None for text in samples)
    except ValueRefused:
        return False


def families_of(
    table: Table, columns: Sequence[Column], structure: Structure, settings: ImportSettings
) -> set[str]:
    """Codes of the families that the file's first rows name, and of those its products have already. One query."""
    wanted = [column for column in columns if column.to and column.to.field in ("sku", "family")]
    parser = RowParser(wanted, structure, settings)
    width = len(table.headers)
    rows = [parser([*cells, *[""] * (width - len(cells))]) for _number, cells in table.sample]
    named = {str(parsed.fields["family"]) for parsed in rows if parsed.fields.get("family")}
    skus = {parsed.sku for parsed in rows if parsed.sku}
    if skus:
        stored = Product.objects.filter(sku__in=skus, family__isnull=False).values_list(
            "family__code", flat=True
        )
        named.update(stored.distinct())
    return {code for code in named if code.casefold() in structure.family_by_code}
