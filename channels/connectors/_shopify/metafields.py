"""A value as a metafield's text, by the metafield's type, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from channels import alike
from channels.connectors._shopify.fields import ShopFacts, as_list, text

SYMBOLS = {
    "GRAM": "g", "KILOGRAM": "kg", "OUNCE": "oz", "POUND": "lb", "MILLIMETER": "mm", "CENTIMETER": "cm", "METER": "m",
    "INCH": "in", "FOOT": "ft", "YARD": "yd", "MILLILITER": "ml", "CENTILITER": "cl", "LITER": "l",
}  # fmt: skip
# A shop tells a unit by its symbol or by its name, as GRAMS or INCHES.
_NAMED = {f"{name.lower()}s": symbol for name, symbol in SYMBOLS.items()} | {"inches": "in", "feet": "ft"}
MEASURED = frozenset({"weight", "volume", "dimension"})
NUMBERS = frozenset({"number_integer", "number_decimal"})
MOMENTS = frozenset({"date", "date_time"})


def metafield_name(target: str, shop: ShopFacts) -> str:
    """ "care.material"; without a point it stands in our own namespace."""
    name = target.removeprefix("metafields.")
    return name if "." in name else f"{shop.namespace}.{name}"


def kind_for(value: Any) -> str:
    """For a metafield the shop has no definition of. Always the same for an attribute, so that texts may grow lines."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (list, tuple)):
        return "list.single_line_text_field"
    return "multi_line_text_field"


def as_metafield(value: Any, kind: str) -> str:
    if kind.startswith("list."):
        return orjson.dumps([text(one) for one in as_list(value)]).decode()
    if kind in MEASURED and isinstance(value, Mapping) and "amount" in value:
        unit = str(value.get("unit", ""))
        return orjson.dumps(
            {"value": float(value["amount"]), "unit": SYMBOLS.get(unit, unit.lower())}
        ).decode()
    if kind == "json":
        return orjson.dumps(value).decode()
    return text(value)


def same_metafield(kind: str, ours: str, theirs: str) -> bool:
    """Whether the shop only writes it its own way."""
    if kind in NUMBERS:
        return alike.same_number(ours, theirs)
    if kind in MOMENTS:
        return alike.same_moment(ours, theirs)
    if kind.startswith("list.") or kind in MEASURED or kind in ("json", "rich_text_field", "money", "rating"):
        return _parsed(kind, ours) == _parsed(kind, theirs)
    if kind in ("boolean", "color"):
        return ours.strip().casefold() == theirs.strip().casefold()
    return alike.words(ours) == alike.words(theirs)


def from_metafield(value: Any, kind: str, told: str) -> Any:
    """What the shop shows, in the form that our value has in the sheet."""
    if isinstance(value, bool):
        return told == "true"
    parsed = _json(told)
    if isinstance(value, (list, tuple)) and isinstance(parsed, list):
        return [one if isinstance(one, str) else text(one) for one in parsed]
    if kind in MEASURED and isinstance(value, Mapping) and isinstance(parsed, dict) and "value" in parsed:
        symbol = _symbol(parsed.get("unit"))
        unit = next((name for name, known in SYMBOLS.items() if known == symbol), str(parsed.get("unit")))
        return {"amount": str(parsed["value"]), "unit": unit}
    return parsed if kind == "json" and parsed is not None else told


def _symbol(unit: Any) -> str:
    named = str(unit).casefold()
    return _NAMED.get(named, named)


def _parsed(kind: str, told: str) -> Any:
    parsed = _json(told)
    if kind in MEASURED and isinstance(parsed, dict):
        return alike.number(parsed.get("value")), _symbol(parsed.get("unit"))
    if isinstance(parsed, list):
        return [alike.words(one) if isinstance(one, str) else one for one in parsed]
    return told if parsed is None else parsed


def _json(told: str) -> Any:
    try:
        return orjson.loads(told)
    except ValueError:
        return None
