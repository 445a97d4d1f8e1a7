"""From a field of the channel back to the attribute it is made from, so that a refusal stands where it can be mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from channels.connectors.base import ItemError


def mapped_back(error: ItemError, origins: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """{field, locale, attribute, code, message, sku}: "locales.de_DE.title" is the field title in de_DE, made from an attribute."""
    name, locale = error.field, error.locale
    if name.startswith("locales.") and name.count(".") >= 2:
        _locales, locale, name = name.split(".", 2)
    elif name.startswith("fields."):
        name = name.removeprefix("fields.")
    made_from = origins.get(name) or (
        (name,) if name in {code for codes in origins.values() for code in codes} else ()
    )
    entry = {
        "field": name,
        "locale": locale,
        "attribute": next(iter(made_from), ""),
        "code": error.code or "refused",
        "message": error.message,
        "sku": error.sku,
    }
    return {key: value for key, value in entry.items() if value or key in ("field", "message")}
