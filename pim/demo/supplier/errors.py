"""The 20 planted errors: each spoils one row that would be good without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pim.demo.supplier import headers as h

MANGLED = "4,00638E+12"
LONG_TITLE = "Steinzeugbecher aus der großen Sonderserie " + "mit handaufgetragener Reaktionsglasur " * 5
SCRIPT = '<p>Von Hand glasiert.</p><script>alert("Preisliste")</script>'


@dataclass(frozen=True, slots=True)
class PlantedError:
    """row: as a spreadsheet shows it, the header being row 1. code: of the plan's error, "" where the row passes.
    expected: what the plan says, in words.

    severity: "error" (the row is refused), "warning" (it passes, with a note) or "cleaned" (it passes, made harmless).
    """

    row: int
    column: str
    kind: str
    severity: str
    code: str
    expected: str


@dataclass(frozen=True, slots=True)
class Spoiler:
    """`cells` are laid over a good row of a new mug; None empties a cell."""

    kind: str
    column: str
    cells: Mapping[str, Any]
    severity: str
    code: str
    expected: str


def spoilers(*, taken_sku: str, taken_article: str, bad_gtin: str) -> list[Spoiler]:
    """`taken_sku` and `taken_article` belong to earlier rows of the file; `bad_gtin` ends in a wrong check digit."""
    error, warning, cleaned = "error", "warning", "cleaned"
    return [
        Spoiler("unknown_option", h.COLOR, {h.COLOR: "Fliederglanz"}, error, "unknown_option", "unknown option of color"),
        Spoiler("number_as_text", h.WARRANTY, {h.WARRANTY: "zwei"}, error, "not_a_number", "not a number"),
        Spoiler("impossible_date", h.SINCE, {h.SINCE: "31.02.2026"}, error, "not_a_date", "not a date"),
        Spoiler("gtin_check_digit", h.EAN, {h.EAN: bad_gtin}, warning, "", "the check digit of the GTIN is wrong"),
        Spoiler("mangled_barcode", h.EAN, {h.EAN: MANGLED}, error, "mangled", "shortened by a spreadsheet, its digits are lost"),
        Spoiler("missing_sku", h.SKU, {h.SKU: None}, error, "no_sku", "the row has no SKU"),
        Spoiler("duplicate_sku", h.SKU, {h.SKU: taken_sku}, error, "duplicate_row", "the SKU stands in the file twice"),
        Spoiler("unknown_family", h.GROUP, {h.GROUP: "Kaminbesteck", h.MODEL: None}, error, "unknown_family", "unknown family"),
        Spoiler("unknown_parent", h.MODEL, {h.MODEL: "TH-GIBTSNICHT"}, error, "unknown_parent", "there is no such parent"),
        Spoiler("negative_price", h.EUR, {h.EUR: -12.5}, error, "negative", "a price is never negative"),
        Spoiler("title_too_long", h.NAME_DE, {h.NAME_DE: LONG_TITLE}, error, "too_long", "longer than 200 characters"),
        Spoiler("unknown_category", h.CATEGORY, {h.CATEGORY: "Wintergartenzubehör"}, error, "unknown_category", "unknown category"),
        Spoiler("unknown_unit", h.VOLUME, {h.VOLUME: "0,35 Eimer"}, error, "unknown_unit", "unknown unit"),
        Spoiler("not_boolean", h.DISHWASHER, {h.DISHWASHER: "vielleicht"}, error, "not_boolean", "neither yes nor no"),
        Spoiler("script_in_text", h.LONG_DE, {h.LONG_DE: SCRIPT}, cleaned, "", "the script is removed, the text stays"),
        Spoiler("duplicate_unique", h.ARTICLE, {h.ARTICLE: taken_article}, error, "not_unique", "another product has this value"),
        Spoiler("missing_axis", h.COLOR, {h.COLOR: None}, error, "axis_missing", "a variant needs a value of its axis color"),
        Spoiler("unknown_currency", h.EUR, {h.EUR: "29,00 CHF"}, error, "other_currency", "another currency than the column's"),
        Spoiler("not_in_family", h.SIZE, {h.SIZE: "M"}, error, "not_in_family", "the family mugs has no attribute size"),
        Spoiler("control_characters", h.NAME_DE, {h.NAME_DE: "Steinzeug\x07becher \x0bKopp"}, cleaned, "",
                "the control characters are removed"),
    ]  # fmt: skip
