"""How the supplier's columns map to ours: the import profile that the demo remembers for this supplier."""

from __future__ import annotations

from typing import Any

from pim.demo.supplier import headers as h

GROUPS = {
    "Becher": "mugs", "Decken": "blankets", "Messer": "knives", "Kochgeschirr": "pans", "Rucksäcke": "backpacks",
    "Leuchten": "lamps", "Sitzmöbel": "chairs", "Zelte": "tents", "Flaschen": "bottles", "Jacken": "jackets",
    "Schuhe": "boots",
}  # fmt: skip
GROUP_OF = {family: group for group, family in GROUPS.items()}
# Where the supplier's word for a colour is not our label.
COLORS = {
    "dunkelgrau": "charcoal", "nachtblau": "midnight", "natur": "cream", "beere": "berry", "eisblau": "glacier",
}  # fmt: skip
YES_NO = {"ja": "1", "nein": "0"}
DATE_FORMAT = "%d.%m.%Y"


def _text(attribute: str, locale: str = "", part: str = "") -> dict[str, str]:
    return {
        name: value for name, value in (("attribute", attribute), ("locale", locale), ("part", part)) if value
    }


def import_profile(kind: str = "xlsx") -> dict[str, Any]:
    """kind: "xlsx", whose number cells have no decimal mark of their own, or "csv", written with decimal commas."""
    targets: dict[str, tuple[Any, dict[str, Any]]] = {
        h.SKU: ("sku", {}),
        h.ARTICLE: (_text("supplier_article"), {}),
        h.GROUP: ("family", {"values": GROUPS}),
        h.MODEL: ("parent", {}),
        h.SPLIT: ("family_variant", {"values": {"Becherfarbe": "mugs_by_color"}}),
        h.NAME_DE: (_text("name", "de_DE"), {}),
        h.NAME_EN: (_text("name", "en_US"), {}),
        h.NAME_FR: (_text("name", "fr_FR"), {}),
        h.SHORT_DE: (_text("short_description", "de_DE"), {}),
        h.LONG_DE: (_text("description", "de_DE"), {}),
        h.COLOR: (_text("color"), {"values": COLORS}),
        h.SIZE: (_text("size"), {}),
        h.EUR: (_text("price", part="EUR"), {}),
        h.USD: (_text("price", part="USD"), {}),
        h.WEIGHT: (_text("weight"), {"options": {"unit": "KILOGRAM"}}),
        h.VOLUME: (_text("volume"), {"options": {"decimal": ","}}),
        h.EAN: (_text("gtin"), {}),
        h.DISHWASHER: (_text("dishwasher_safe"), {"values": YES_NO}),
        h.SINCE: (_text("launch_date"), {"options": {"date_format": DATE_FORMAT}}),
        h.WARRANTY: (_text("warranty_years"), {}),
        h.CATEGORY: ("categories", {"options": {"list_separator": "|"}}),
        h.ORIGIN: (_text("origin"), {}),
        h.MATERIAL: (_text("materials"), {"options": {"list_separator": "|"}}),
    }
    return {
        "code": "nordwerk_price_list",
        "labels": {
            "en_US": "Nordwerk price list",
            "de_DE": "Nordwerk Preisliste",
            "fr_FR": "Tarif Nordwerk",
        },
        "source": "supplier",
        "dialect": "plain",
        "mapping": [
            {"column": header, "index": index, "to": targets[header][0], **targets[header][1]}
            for index, header in enumerate(h.HEADERS)
        ],
        "settings": {"decimal": ","} if kind == "csv" else {},
    }
