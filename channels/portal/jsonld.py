"""A page for machines: schema.org's Product, or ProductGroup where it has variants, as JSON-LD.

Only what the sheet says: an offer where it has a price, identifiers where they are whole numbers of the right length.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from channels.portal import sheets
from channels.portal.sheets import BRAND, GTIN, LEAD, PRICE, TEXT, Sheet

_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def script(data: Mapping[str, Any]) -> SafeString:
    """The JSON for a script element: no sign of it can end the element."""
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPED))  # noqa: S308 - escaped above


def product(sheet: Sheet, locale: str, *, url: str, trail: Sequence[str]) -> dict[str, Any]:
    """`url`: the page's own, absolute; `trail`: names of its categories from the top."""
    data = {
        "@context": "https://schema.org",
        **_one(sheet, locale),
        "url": url,
        "inLanguage": locale.replace("_", "-"),
    }
    if trail:
        data["category"] = " > ".join(trail)
    variants = sheet.get("variants") or ()
    if variants:
        data |= {
            "@type": "ProductGroup",
            "productGroupID": data.pop("sku"),
            "variesBy": [axis["code"] for axis in sheet.get("axes") or ()],
            "hasVariant": [_variant(variant, sheet, locale) for variant in variants],
        }
    return data


def _one(sheet: Sheet, locale: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@type": "Product", "sku": str(sheet.get("sku", "")), "name": sheets.title(sheet, locale),
    }  # fmt: skip
    if text := sheets.plain(sheets.first(sheet, LEAD, locale) or sheets.first(sheet, TEXT, locale)):
        data["description"] = text
    if images := [picture.url for picture in sheets.pictures(sheet, locale)]:
        data["image"] = images
    if brand := sheets.plain(sheets.first(sheet, BRAND, locale)):
        data["brand"] = {"@type": "Brand", "name": brand}
    gtin = sheets.plain(sheets.first(sheet, GTIN, locale))
    if gtin.isdecimal() and len(gtin) in (8, 12, 13, 14):
        data["gtin"] = gtin
    price = sheets.first(sheet, PRICE, locale)
    if isinstance(price, Mapping):
        data["offers"] = [
            {"@type": "Offer", "price": str(amount), "priceCurrency": currency}
            for currency, amount in sorted(price.items())
        ]
    return data


def _variant(variant: Sheet, sheet: Sheet, locale: str) -> dict[str, Any]:
    own = _one(variant, locale)
    axes = variant.get("axes") or {}
    differs = [str(text.get(locale, "")) for code in axes if (text := axes[code])]
    if own["name"] in (own["sku"], sheets.title(sheet, locale)):
        own["name"] = ", ".join(filter(None, [sheets.title(sheet, locale), *differs]))
    return own
