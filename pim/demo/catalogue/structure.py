"""The demo's structure as one plain dictionary, in the order in which it can be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pim.demo.catalogue.campaigns import campaigns
from pim.demo.catalogue.content import FAMILIES, by_locale, family, option_label, read
from pim.demo.catalogue.products import family_variant_code
from pim.demo.catalogue.profiles import channels

LOCALE_ROWS = [
    {"code": "en_US", "name": "English (US)", "fallback": None},
    {"code": "de_DE", "name": "Deutsch (Deutschland)", "fallback": None},
    {"code": "fr_FR", "name": "Français (France)", "fallback": None},
    {"code": "de_AT", "name": "Deutsch (Österreich)", "fallback": "de_DE"},
]
CURRENCY_ROWS = [{"code": "EUR", "name": "Euro"}, {"code": "USD", "name": "US dollar"}]
CONTEXT_ROWS = [
    ("consumer", "audience", None, ("Consumers", "Privatkunden", "Particuliers")),
    ("professional", "audience", None, ("Professionals", "Gewerbekunden", "Professionnels")),
    # Dealers order what consumers buy: their shop shows the consumers' texts.
    ("b2b_shop", "channel", "consumer", ("Dealer shop", "Händlershop", "Boutique revendeurs")),
    ("partner_feed", "channel", "consumer", ("Partner feed", "Partner-Feed", "Flux partenaires")),
    ("amazon_de", "channel", "consumer", ("Amazon Germany", "Amazon Deutschland", "Amazon Allemagne")),
    (
        "pro_portal",
        "channel",
        "professional",
        ("Professional portal", "Profi-Portal", "Portail professionnel"),
    ),
]
# A person outranks the supplier, the supplier outranks the ERP, except where a policy says otherwise.
SOURCE_ROWS = [
    ("marketing", "person", 90, ("Marketing", "Marketing", "Marketing")),
    ("supplier", "import", 50, ("Supplier", "Lieferant", "Fournisseur")),
    ("erp", "erp", 30, ("ERP", "ERP", "ERP")),
]
SOURCE_POLICIES = [
    {"source": "erp", "group": "commerce", "attribute": None, "may_write": True, "rank": 95},
    {"source": "supplier", "group": "marketing", "attribute": None, "may_write": True, "rank": 20},
    # As high as people: this year's prices come with the price list, and marketing may still set its own.
    {"source": "supplier", "group": "commerce", "attribute": None, "may_write": True, "rank": 90},
]


# Beginning with 2907, which no article of the range has: what is made new gets its number from here.
GTIN_POOL_ROWS = [
    {
        "code": "tarnholt",
        "attribute": "gtin",
        "prefix": "29070",
        "first": 1_000,
        "last": 4_999,
        "labels": ("Tarnholt’s numbers", "Tarnholts Nummern", "Numéros de Tarnholt"),
    }
]
# (concept, what it is called, what it is never called, note)
TERM_ROWS = [
    (
        "cast_iron", ("cast iron", "Gusseisen", "fonte"), ("pig iron", "Gußeisen, Gusseiserne", "fer de fonte"),
        "Names the material; the coating has a name of its own.",
    ),
    ("frying_pan", ("frying pan", "Bratpfanne", "poêle"), ("skillet, fry pan", "Stielpfanne", "poêlon"), ""),
    (
        "waterproof", ("waterproof", "wasserdicht", "imperméable"), ("water proof", "wasserfest", "étanche à l’eau"),
        "From 10,000 mm water column on; below it is water-repellent.",
    ),
    ("brand", ("Tarnholt",) * 3, ("Tarnhold, Tarn Holt",) * 3, ""),
]  # fmt: skip


def category_rows(nodes: Sequence[Mapping[str, Any]], parent: str | None = None) -> Iterator[dict[str, Any]]:
    for position, node in enumerate(nodes):
        yield {
            "code": node["code"],
            "parent": parent,
            "labels": by_locale(node["labels"]),
            "position": position,
        }
        yield from category_rows(node.get("children", ()), node["code"])


def palette() -> dict[str, str]:
    return {option_label("color", code, "en_US"): color for code, color in read("swatches").items()}


def attribute_rows() -> list[dict[str, Any]]:
    options = read("options")
    return [
        {
            "code": row["code"],
            "type": row["type"],
            "group": row["group"],
            "labels": by_locale(row["labels"]),
            "localizable": row.get("localizable", False),
            "scopable": row.get("scopable", False),
            "unique": row.get("unique", False),
            "searchable": row.get("searchable", False),
            "filterable": row["type"]
            not in ("packaging", "text", "richtext", "link", "image", "images", "file", "video"),
            "params": {"palette": palette()} if row["type"] == "color" else row.get("params", {}),
            "read_only": row.get("read_only", False),
            "default": row.get("default", ""),
            "locales": row.get("locales", []),
            "help": by_locale(row["help"]) if "help" in row else {},
            "depends_on": row.get("depends_on"),
            "depends_values": row.get("depends_values", []),
            "options": [
                {"code": code, "labels": by_locale(triple)}
                for code, triple in options.get(row["code"], {}).items()
            ],
        }
        for row in read("attributes")["attributes"]
    ]


def entity_rows() -> list[dict[str, Any]]:
    """Reference entities with their fields, and records with stored values by key."""
    rows = []
    for code, entity in read("references").items():
        fields = [
            {
                "code": field["code"], "type": field["type"], "labels": by_locale(field["labels"]),
                "localizable": field.get("localizable", False), "params": field.get("params", {}),
            }
            for field in entity["fields"]
        ]  # fmt: skip
        records = []
        for record_code, record in entity["records"].items():
            values: dict[str, Any] = {}
            for field in fields:
                value = record.get(field["code"])
                if value is not None and field["localizable"]:
                    values |= {f"{field['code']}|{locale}": text for locale, text in by_locale(value).items()}
                elif value is not None:
                    values[field["code"]] = value
            records.append({"code": record_code, "labels": by_locale(record["labels"]), "values": values})
        rows.append(
            {"code": code, "labels": by_locale(entity["labels"]), "fields": fields, "records": records}
        )
    return rows


def family_rows() -> list[dict[str, Any]]:
    common = read("attributes")["common"]
    order = [row["code"] for row in read("attributes")["attributes"]]
    rows = []
    for code in FAMILIES:
        data = family(code)
        axes = [axis for level in data["levels"] for axis in level]
        rows.append(
            {
                "code": code,
                "labels": by_locale(data["labels"]),
                "label_attribute": "name",
                "image_attribute": "picture",
                "attributes": sorted({*common, *data["attributes"], *axes}, key=order.index),
            }
        )
    return rows


def family_variant_rows() -> list[dict[str, Any]]:
    """levels: [{"axes": [...], "attributes": [...]}]: axes and what is bound to that level; the rest is open."""
    rows = []
    for code in FAMILIES:
        data = family(code)
        if not data["levels"]:
            continue
        last = len(data["levels"]) - 1
        rows.append(
            {
                "code": family_variant_code(data),
                "family": code,
                "labels": {
                    "en_US": "By colour" if last == 0 else "By colour and size",
                    "de_DE": "Nach Farbe" if last == 0 else "Nach Farbe und Größe",
                    "fr_FR": "Par couleur" if last == 0 else "Par couleur et taille",
                },
                "levels": [
                    {"axes": axes, "attributes": ["gtin", "supplier_article"] if index == last else []}
                    for index, axes in enumerate(data["levels"])
                ],
            }
        )
    return rows


def structure(today: date = date(2026, 5, 4)) -> dict[str, Any]:
    """locales, currencies, contexts, sources, source_policies, attribute_groups, attributes (with options), families,
    family_variants, categories (parents first), channels, campaigns. Only the campaigns' windows depend on `today`."""
    return {
        "locales": LOCALE_ROWS,
        "currencies": CURRENCY_ROWS,
        "contexts": [
            {"code": code, "kind": kind, "parent": parent, "labels": by_locale(labels)}
            for code, kind, parent, labels in CONTEXT_ROWS
        ],
        "sources": [
            {"code": code, "kind": kind, "rank": rank, "labels": by_locale(labels)}
            for code, kind, rank, labels in SOURCE_ROWS
        ],
        "source_policies": SOURCE_POLICIES,
        "attribute_groups": [
            {"code": code, "labels": by_locale(labels)}
            for code, labels in read("attributes")["groups"].items()
        ],
        "entities": entity_rows(),
        "attributes": attribute_rows(),
        "families": family_rows(),
        "family_variants": family_variant_rows(),
        "categories": list(category_rows(read("categories"))),
        "channels": channels(),
        "terms": [
            {
                "code": code,
                "preferred": by_locale(use),
                "forbidden": by_locale(never),
                "note": note,
                "matches_case": code == "brand",
            }
            for code, use, never, note in TERM_ROWS
        ],
        "gtin_pools": [{**row, "labels": by_locale(row["labels"])} for row in GTIN_POOL_ROWS],
        "campaigns": campaigns(today),
    }
