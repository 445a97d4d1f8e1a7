"""Reads a sheet for the eye: title, text, price, picture and table in one language."""

from __future__ import annotations

from html import escape
from typing import Any

from pim.demo.catalogue.measures import SEPARATORS, SYMBOLS, number
from pim.demo.shop.words import field_label, word

# Fields with a place of their own on the page, or of no interest to a customer.
PLACED = frozenset(
    {
        "title",
        "name",
        "short_description",
        "description",
        "meta_description",
        "price",
        "season_code",
        "seo_title",
        "picture_alt",
    }
)
SIGNS = {"EUR": "€", "USD": "$"}
Sheet = dict[str, Any]


def field(sheet: Sheet, name: str, locale: str) -> Any:
    """The value in this language, else in another one that has it."""
    locales = sheet.get("locales") or {}
    for code in (locale, *locales):
        value = (locales.get(code) or {}).get(name)
        if value not in (None, "", [], {}):
            return value
    return (sheet.get("fields") or {}).get(name)


def title(sheet: Sheet, locale: str) -> str:
    return str(field(sheet, "title", locale) or sheet.get("sku", ""))


def money(amount: str, currency: str, locale: str) -> str:
    whole, _point, cents = str(amount).partition(".")
    written = number(whole if not cents else f"{whole}.{cents.ljust(2, '0')[:2]}", locale)
    if not cents:
        written += SEPARATORS[locale][1] + "00"
    sign = SIGNS.get(currency, currency)
    return f"{sign}{written}" if locale == "en_US" and currency in SIGNS else f"{written}\u00a0{sign}"


def prices(sheet: Sheet, locale: str) -> list[str]:
    price = field(sheet, "price", locale)
    if not isinstance(price, dict):
        return []
    first = "USD" if locale == "en_US" else "EUR"
    return [
        money(price[code], code, locale) for code in sorted(price, key=lambda code: (code != first, code))
    ]


def written(value: Any, locale: str) -> str:
    if isinstance(value, bool):
        return word("yes" if value else "no", locale)
    if isinstance(value, list):
        return ", ".join(written(entry, locale) for entry in value)
    if isinstance(value, dict):
        if "amount" in value:
            symbol = SYMBOLS.get(str(value.get("unit")), str(value.get("unit") or ""))
            return f"{number(str(value['amount']), locale)}\u00a0{symbol}"
        label = value.get("label", value.get("code", ""))
        return (
            str(label.get(locale, next(iter(label.values()), ""))) if isinstance(label, dict) else str(label)
        )
    text = str(value)
    return number(text, locale) if text.replace(".", "", 1).isdecimal() and len(text) < 7 else text


def table(sheet: Sheet, locale: str) -> list[tuple[str, str]]:
    names = [*(sheet.get("fields") or {}), *((sheet.get("locales") or {}).get(locale) or {})]
    rows = []
    for name in dict.fromkeys(names):
        value = field(sheet, name, locale)
        if name in PLACED or value in (None, "", [], {}):
            continue
        rows.append((field_label(name, locale), written(value, locale)))
    return rows


def pictures(sheet: Sheet, locale: str) -> list[tuple[str, str]]:
    """(address, alternative text)."""
    found = []
    for image in sheet.get("images") or []:
        alt = field(sheet, "picture_alt", locale) or (image.get("alts") or {}).get(locale) or image.get("alt")
        if isinstance(alt, dict):
            alt = alt.get(locale) or next(iter(alt.values()), "")
        address = str(image.get("url", ""))
        if address.startswith(("http://", "https://", "/", "data:image/")):
            found.append((address, str(alt or title(sheet, locale))))
    return found


def picture_tag(sheet: Sheet, locale: str, *, decorative: bool = False, place: int = 0) -> str:
    found = pictures(sheet, locale)
    if len(found) <= place:
        return f'<span class="no-picture">{escape(word("no_picture", locale))}</span>'
    address, alt = found[place]
    return f'<img src="{escape(address)}" alt="{"" if decorative else escape(alt)}" width="600" height="600" loading="{"eager" if not decorative else "lazy"}">'


def path(category: dict[str, Any], locale: str) -> list[str]:
    """The category's labels from the root down."""
    labels = category.get("path") or []
    if isinstance(labels, dict):
        labels = labels.get(locale) or next(iter(labels.values()), [])
    return [
        str(label.get(locale) or next(iter(label.values()), "")) if isinstance(label, dict) else str(label)
        for label in labels
    ]


def group(sheet: Sheet) -> str:
    """What variants have in common: the parent where the sheet names it, else family and name, else its own SKU."""
    for name in ("model", "root", "parent"):
        parent = sheet.get(name)
        if isinstance(parent, dict):
            parent = parent.get("sku") or parent.get("code")
        if parent:
            return str(parent)
    names = [(fields or {}).get("name") for fields in (sheet.get("locales") or {}).values()]
    shared = next((str(name) for name in names if name), "")
    family = (sheet.get("family") or {}).get("code", "")
    return f"{family}/{shared}" if shared else str(sheet.get("sku", ""))


def card_group(sheet: Sheet) -> str:
    """Each colour of a model has its own card; sizes share one."""
    color = field(sheet, "color", "")
    return f"{group(sheet)}/{color.get('code') if isinstance(color, dict) else color or ''}"


def variant_name(sheet: Sheet, locale: str) -> str:
    """Its axes in words: "Moss green, M"."""
    axes = sheet.get("axes")
    names = axes if isinstance(axes, list) else ["color", "size", "shoe_size", "fill_volume"]
    found = [field(sheet, name, locale) for name in names]
    return ", ".join(written(value, locale) for value in found if value) or str(sheet.get("sku", ""))


def variants(sheet: Sheet) -> list[Sheet]:
    """The sheets inside a sheet whose unit is a model."""
    return [entry for entry in sheet.get("variants") or [] if isinstance(entry, dict)]
