"""The channel profiles of the demo, as plain data: what each wants and how its fields are made."""

from __future__ import annotations

from typing import Any

from pim.demo.catalogue.content import FAMILIES, LOCALES, family, read

TITLE_LIMIT = 75
PASSED_ON = (
    "gtin", "brand", "color", "size", "shoe_size", "fill_volume", "weight", "height", "width", "diameter", "volume",
    "max_load", "water_column", "runtime", "blade_length", "persons", "luminous_flux", "season", "steel", "waterproof",
    "induction", "dishwasher_safe", "materials", "care", "recycled_content", "warranty_years", "origin",
)  # fmt: skip
REQUIRED = ("name", "short_description", "description", "picture", "gtin", "price", "weight")
WARNED = ("keywords", "seo_title", "picture_alt")


def title_template(code: str) -> str:
    axes = [axis for level in family(code)["levels"] for axis in level]
    return "{brand} {name}" + "".join(f", {{{axis}}}" for axis in axes)


def requirements(required: tuple[str, ...] = REQUIRED) -> list[dict[str, Any]]:
    """Rows {family: code or None (every family), attribute, level: required|warning}."""
    rows = [{"family": None, "attribute": code, "level": "required"} for code in required]
    rows += [{"family": None, "attribute": code, "level": "warning"} for code in WARNED]
    for code in FAMILIES:
        data = family(code)
        axes = {axis for level in data["levels"] for axis in level}
        for attribute in [*sorted(axes), *data["required"]]:
            if attribute not in required and attribute not in {
                row["attribute"] for row in rows if row["family"] == code
            }:
                rows.append({"family": code, "attribute": attribute, "level": "required"})
    return rows


def shop_fields(*, of_variants: bool = True) -> list[dict[str, Any]]:
    """Rows of the mapping: target, source {"attribute"|"template"|"fixed"}, localized, transforms, value_list, limits.

    `of_variants`: sheets are of single products, whose titles say what they are of their model, and go to a shop's system.
    """
    title = {"localized": True, "required": True, "limits": {"max_length": TITLE_LIMIT}}
    rows: list[dict[str, Any]] = [
        {"target": "title", "family": None, "source": {"template": "{brand} {name}"}, **title}
    ]
    rows += [
        {"target": "title", "family": code, "source": {"template": title_template(code)}, **title}
        for code in FAMILIES
        if of_variants
    ]
    rows += [
        {"target": "name", "source": {"attribute": "name"}, "localized": True},
        {
            "target": "short_description",
            "source": {"attribute": "short_description"},
            "localized": True,
            "limits": {"max_length": 250},
        },
        {
            "target": "description",
            "source": {"attribute": "description"},
            "localized": True,
            "required": True,
        },
        {
            "target": "meta_description",
            "source": {"attribute": "description"},
            "localized": True,
            "transforms": [{"name": "strip_html"}, {"name": "truncate", "length": 155}],
            "limits": {"max_length": 155},
        },
        {"target": "picture_alt", "source": {"attribute": "picture_alt"}, "localized": True},
        {"target": "price", "source": {"attribute": "price"}, "required": True},
    ]
    if of_variants:
        words = {"summer": "SU", "three_season": "SP-SU-AU", "four_season": "ALL", "winter": "WI"}
        rows.append({"target": "season_code", "source": {"attribute": "season"}, "value_list": words})
    types = {row["code"]: row["type"] for row in read("attributes")["attributes"]}
    rows += [
        {"target": code, "source": {"attribute": code}, "localized": types[code] in ("select", "multiselect")}
        for code in PASSED_ON
    ]
    defaults = {
        "family": None,
        "localized": False,
        "transforms": [],
        "value_list": {},
        "limits": {},
        "required": False,
    }
    return [{**defaults, **row, "position": position} for position, row in enumerate(rows)]


def channels() -> list[dict[str, Any]]:
    """A webhook's `settings.endpoint` and credentials belong to the installation: the loader fills them in."""
    professional_extra = [
        {
            "target": "min_order", "source": {"attribute": "min_order"}, "family": None, "localized": False,
            "transforms": [], "value_list": {}, "limits": {}, "required": True, "position": 900,
        }
    ]  # fmt: skip
    return [
        {
            "code": "b2b_shop",
            "labels": {"en_US": "Dealer shop", "de_DE": "Händlershop", "fr_FR": "Boutique revendeurs"},
            "context": "b2b_shop",
            "connector": "webhook",
            "locales": list(LOCALES),
            "currencies": ["EUR", "USD"],
            "category_tree": "range",
            "assortment": {},
            "schedule": {"mode": "at_once", "time_zone": "Europe/Berlin"},
            "send_fallback": False,
            "pictures": {"shortest": 800},
            "requirements": requirements(),
            "fields": shop_fields(),
        },
        {
            "code": "pro_portal",
            "labels": {
                "en_US": "Professional portal",
                "de_DE": "Profi-Portal",
                "fr_FR": "Portail professionnel",
            },
            "context": "pro_portal",
            "connector": "portal",
            "settings": {"access": "public", "contact": "pro@tarnholt.example"},
            "locales": ["en_US", "de_DE"],
            "currencies": ["EUR"],
            "category_tree": "range",
            "assortment": {
                "families": ["tents", "backpacks", "boots", "chairs", "lamps", "mugs", "blankets"]
            },
            "schedule": {"mode": "at_once", "time_zone": "Europe/Berlin"},
            "send_fallback": True,
            "requirements": requirements((*REQUIRED, "min_order")),
            "fields": shop_fields(of_variants=False) + professional_extra,
        },
        {
            "code": "partner_feed",
            "labels": {"en_US": "Partner feed", "de_DE": "Partner-Feed", "fr_FR": "Flux partenaires"},
            "context": "partner_feed",
            "connector": "feed",
            "settings": {
                "format": "csv",
                "layout": "by_locale",
                "name": "{channel}",
                "delimiter": "semicolon",
                "keep": 3,
            },
            "locales": ["en_US", "de_DE"],
            "currencies": ["EUR"],
            "category_tree": "range",
            "assortment": {"families": ["tents", "backpacks", "lamps"]},
            "schedule": {"mode": "at_once", "time_zone": "Europe/Berlin"},
            "send_fallback": True,
            "requirements": requirements(("name", "picture", "gtin", "price")),
            "fields": shop_fields(),
        },
    ]
