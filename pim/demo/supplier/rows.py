"""The supplier's rows: price updates of known articles, new colours, new models, new single articles, and errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from pim.demo.catalogue import products
from pim.demo.catalogue.content import option_label
from pim.demo.catalogue.gtin import gtin, with_bad_check_digit
from pim.demo.catalogue.records import ProductData
from pim.demo.supplier import headers as h
from pim.demo.supplier.errors import PlantedError, spoilers
from pim.demo.supplier.profile import DATE_FORMAT, GROUP_OF

Row = dict[str, Any]

UPDATES = 51
FIRST_NUMBER = 5_001  # of GTINs and article numbers; the range itself stays far below
# New colours of models that are complete: their variants inherit all but what the row brings.
NEW_COLORS = {
    "TH-KOPP": ("moss", "ochre", "berry", "glacier", "charcoal"),
    "TH-ESPR": ("moss", "berry", "glacier", "midnight", "slate"),
    "TH-RIPA18": ("moss", "rust", "midnight"),
    "TH-FURA45": ("slate", "ochre", "berry"),
    "TH-KVILE": ("slate", "ochre", "midnight"),
    "TH-GLIMT": ("rust", "midnight", "glacier"),
    "TH-ULLE": ("sage", "sand", "midnight", "berry"),
    "TH-TEKOPP": ("moss", "ochre", "berry", "charcoal", "midnight"),
}
# New models: names in three languages come along, texts and pictures do not.
NEW_MODELS = (
    ("TH-SKAL", "mugs", ("Steinzeugschale Skål", "Skål Stoneware Bowl", "Bol en grès Skål"), 24.0, 27.0, "0,55 l", "table_mugs"),
    ("TH-DUGG", "mugs", ("Becher Dugg ohne Henkel", "Dugg Handleless Mug", "Gobelet Dugg sans anse"), 18.0, 21.0, "0,25 l", "table_mugs"),
)  # fmt: skip
MODEL_COLORS = ("cream", "sage", "clay", "slate", "midnight")
NEW_SINGLES = (
    ("TH-JERN32", "pans", ("Gusseisenpfanne Jern 32", "Jern 32 Cast Iron Pan", "Poêle en fonte Jern 32"), 69.0, 75.0, 3.6, "cook_pans"),
    ("TH-STAL32", "pans", ("Eisenpfanne Stål 32", "Stål 32 Carbon Steel Pan", "Poêle en acier carbone Stål 32"), 89.0, 99.0, 2.0, "cook_pans"),
    ("TH-GRYTE7", "pans", ("Feuertopf Gryte 7", "Gryte 7 Dutch Oven", "Cocotte en fonte Gryte 7"), 179.0, 195.0, 7.9, "cook_pots"),
    ("TH-OST", "knives", ("Käsemesser Ost", "Ost Cheese Knife", "Couteau à fromage Ost"), 49.0, 55.0, 0.12, "knives_kitchen"),
    ("TH-KNIVS", "knives", ("Küchenmesser Kniv", "Kniv Utility Knife", "Couteau universel Kniv"), 69.0, 75.0, 0.11, "knives_kitchen"),
    ("TH-SLIRE", "knives", ("Jagdmesser Slire", "Slire Hunting Knife", "Couteau de chasse Slire"), 95.0, 105.0, 0.16, "knives_outdoor"),
)  # fmt: skip


def blank() -> Row:
    return dict.fromkeys(h.HEADERS)


def german(attribute: str, option: str) -> str:
    return option_label(attribute, option, "de_DE")


def inherited(row: ProductData, key: str, known: dict[str, ProductData]) -> Any:
    while key not in row.values and row.parent:
        row = known[row.parent]
    return row.values.get(key)


def raised(amount: str) -> float:
    """This year's list: four per cent more, in whole half euros."""
    return float((Decimal(amount) * Decimal("2.08")).quantize(Decimal(1)) / 2)


def updates(known: dict[str, ProductData]) -> Iterator[Row]:
    """Known single articles and models: a new price, the supplier's number, sometimes the weight."""
    tops = [row for row in known.values() if row.level == 0 and "price" in row.values]
    for place, row in enumerate(tops[:UPDATES]):
        cells = blank()
        prices = row.values["price"]
        cells |= {
            h.SKU: row.sku,
            h.GROUP: GROUP_OF[row.family],
            h.NAME_DE: row.values["name|de_DE"],
            h.EUR: raised(prices["EUR"]),
            h.USD: raised(prices["USD"]) if "USD" in prices else None,
            h.WARRANTY: int(row.values["warranty_years"]),
            h.ORIGIN: german("origin", row.values["origin"]),
        }
        weight = row.values.get("weight")
        if weight and place % 2:
            grams = weight["unit"] == "GRAM"
            cells[h.WEIGHT] = float(Decimal(weight["amount"]) / 1000 if grams else Decimal(weight["amount"]))
        yield cells


def variant(sku: str, group: str, parent: str, color: str, number: int) -> Row:
    return blank() | {
        h.SKU: f"{sku}-{color.upper()}",
        h.ARTICLE: f"S-{104_000 + number * 3}",
        h.GROUP: group,
        h.MODEL: parent,
        h.COLOR: german("color", color),
        h.EAN: gtin(number),
    }


def new_articles(known: dict[str, ProductData], numbers: Iterator[int]) -> Iterator[Row]:
    for parent, colors in NEW_COLORS.items():
        for color in colors:
            yield variant(parent, GROUP_OF[known[parent].family], parent, color, next(numbers))
    for sku, family, (de, en, fr), eur, usd, volume, category in NEW_MODELS:
        yield blank() | {
            h.SKU: sku, h.GROUP: GROUP_OF[family], h.SPLIT: "Becherfarbe", h.NAME_DE: de, h.NAME_EN: en, h.NAME_FR: fr, h.EUR: eur, h.USD: usd,
            h.WEIGHT: 0.31, h.VOLUME: volume, h.DISHWASHER: "ja", h.CATEGORY: german_category(category),
            h.MATERIAL: german("materials", "stoneware"), h.ORIGIN: "Portugal", h.WARRANTY: 2,
        }  # fmt: skip
        for color in MODEL_COLORS:
            yield variant(sku, GROUP_OF[family], sku, color, next(numbers))
    for place, (sku, family, (de, en, fr), eur, usd, weight, category) in enumerate(NEW_SINGLES):
        number = next(numbers)
        yield blank() | {
            h.SKU: sku, h.ARTICLE: f"S-{104_000 + number * 3}", h.GROUP: GROUP_OF[family], h.NAME_DE: de,
            h.NAME_EN: en, h.NAME_FR: fr, h.EUR: eur, h.USD: usd, h.WEIGHT: weight, h.EAN: gtin(number),
            h.COLOR: "dunkelgrau" if family == "pans" else german("color", "walnut"),
            h.SINCE: date(2026, 9, 1) + timedelta(days=7 * place), h.CATEGORY: german_category(category),
            h.ORIGIN: "Deutschland", h.WARRANTY: 10,
            h.MATERIAL: german("materials", "cast_iron" if family == "pans" else "stainless_steel"),
        }  # fmt: skip


def german_category(code: str) -> str:
    from pim.demo.catalogue import structure

    return next(row["labels"]["de_DE"] for row in structure()["categories"] if row["code"] == code)


@cache
def _built() -> tuple[tuple[Row, ...], tuple[PlantedError, ...]]:
    known = {row.sku: row for row in products()}
    numbers = count(FIRST_NUMBER)
    good = [*updates(known), *new_articles(known, numbers)]
    first = next(row for row in good if row[h.ARTICLE])
    spoiled = spoilers(
        taken_sku=first[h.SKU], taken_article=first[h.ARTICLE], bad_gtin=with_bad_check_digit(gtin(4_711))
    )
    rows: list[Row] = list(good)
    planted: list[tuple[Row, Any]] = []
    step = (len(good) - UPDATES) // len(spoiled) or 1
    for place, spoiler in enumerate(spoiled):
        number = next(numbers)
        row = variant("TH-TERMO", GROUP_OF["mugs"], "TH-TERMO", "moss", number)
        row[h.SKU] = f"TH-PROBE-{place + 1:02d}"
        # Each row another colour of another model, so that only the planted error is wrong with it.
        row[h.MODEL], row[h.COLOR] = PROBE_PLACES[place]
        row |= spoiler.cells
        planted.append((row, spoiler))
        # Scattered behind the rows they refer to, as errors are in life.
        rows.insert(UPDATES + 2 + place * (step + 1), row)
    places = {id(row): index + 2 for index, row in enumerate(rows)}
    errors = tuple(
        PlantedError(
            places[id(row)], spoiler.column, spoiler.kind, spoiler.severity, spoiler.code, spoiler.expected
        )
        for row, spoiler in planted
    )
    return tuple(rows), errors


def _free_places() -> tuple[tuple[str, str], ...]:
    """(model, German colour) of mugs that neither the range nor the good rows have."""
    colors = ("pine", "brass", "sand", "oak", "walnut")
    models = ("TH-TERMO", "TH-EMALJL", "TH-KOPP", "TH-ESPR")
    return tuple((model, german("color", color)) for model in models for color in colors)


PROBE_PLACES = _free_places()


def supplier_rows() -> list[Row]:
    """Every row in file order: {header: cell}; None is an empty cell, a date is a real date in XLSX."""
    return [dict(row) for row in _built()[0]]


def planted_errors() -> list[PlantedError]:
    return list(_built()[1])


def good_rows() -> list[Row]:
    bad = {error.row for error in planted_errors()}
    return [row for number, row in enumerate(supplier_rows(), start=2) if number not in bad]


def as_text(cell: Any) -> str:
    """As a German spreadsheet writes the cell into a CSV file."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.strftime(DATE_FORMAT)
    if isinstance(cell, float):
        return f"{Decimal(str(cell)).normalize():f}".replace(".", ",")
    return str(cell)
