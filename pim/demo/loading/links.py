"""What the demo's products say of records and of each other, written once all of them are there."""

from __future__ import annotations

from typing import Any

from catalog.models import User
from catalog.values.changes import Actor, ProductChange
from catalog.values.products import find
from catalog.values.write import write
from pim.demo.catalogue.gtin import gtin
from pim.demo.loading.products import NotLoaded

WORKSHOPS = {
    "kiln_house": ("KOPP", "KOPPXL", "ESPR", "TEKOPP"),
    "ridge_smithy": ("HAKK", "SANTO", "BROD", "SKREL", "JERN24", "JERN28"),
    "sail_loft": ("SKARV1", "SKARV2", "SKARV3", "VINTRA2"),
}
GOES_WITH = {
    "KOPP": "ESPR,TEKOPP", "SKARV2": "GLIMT,LYSNA", "HAKK": "BROD", "JERN24": "JERN28", "KAFFEK": "EMALJ",
}  # fmt: skip
SET = ("HAKKS", {"HAKK": 1, "BROD": 1, "SKREL": 2})
SUCCESSORS = {"JERN20": "JERN24"}
CARE = {"SKARV1": "no_tumble,no_bleach", "SKARV2": "no_tumble,no_bleach"}
# Piece, inner pack, carton, pallet of a cast iron pan; the numbers are of the range for use within a company.
PACKED: dict[str, list[dict[str, Any]]] = {
    "JERN24": [
        {"level": "each", "gross": "2.4 kg", "length": "44 cm", "width": "25 cm", "height": "6 cm"},
        {"level": "case", "quantity": 6, "gross": "15.1 kg", "length": "46 cm", "width": "38 cm", "height": "28 cm"},
        {"level": "pallet", "quantity": 36, "gross": "565 kg", "length": "120 cm", "width": "80 cm", "height": "150 cm"},
    ]
}  # fmt: skip
FIRST_NUMBER = 9_001  # of the packs' GTINs, beyond those of the products


def load_links(*, by: User) -> None:
    values: dict[str, dict[str, Any]] = {}

    def say(code: str, key: str, value: Any) -> None:
        values.setdefault(f"TH-{code}", {})[key] = value

    for workshop, models in WORKSHOPS.items():
        for code in models:
            say(code, "workshop", workshop)
    for code, others in GOES_WITH.items():
        say(code, "cross_sell", ",".join(f"TH-{other}" for other in others.split(",")))
    say(SET[0], "set_contents", [{"sku": f"TH-{code}", "quantity": count} for code, count in SET[1].items()])
    for code, other in SUCCESSORS.items():
        say(code, "successor", f"TH-{other}")
    for code, symbols in CARE.items():
        say(code, "care_symbols", symbols)
    for code, levels in PACKED.items():
        numbered = [{**level, "gtin": gtin(FIRST_NUMBER + place)} for place, level in enumerate(levels)]
        say(code, "packaging", numbered)
    ids = find(values)
    changes = [
        ProductChange(product=ids[sku.upper()], values=given, ref=sku) for sku, given in values.items()
    ]
    for outcome in write(changes, by=Actor(by, origin="demo", trusted=True)):
        if outcome.errors:
            raise NotLoaded(f"{outcome.ref}: {outcome.errors}")
