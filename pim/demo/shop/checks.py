"""What the shop demands of a sheet. Each failure names the field, as shops do."""

from __future__ import annotations

from typing import Any

TITLE_LIMIT = 75


def gtin_is_valid(code: str) -> bool:
    if not code.isdecimal() or len(code) not in (8, 12, 13, 14):
        return False
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code)))
    return total % 10 == 0


def errors_of(sheet: Any) -> list[dict[str, str]]:
    """[{field, locale (of a localised field), code, message}]; [] where the shop takes the sheet."""
    if not isinstance(sheet, dict) or not isinstance(sheet.get("locales", {}), dict):
        return [{"field": "sheet", "code": "malformed", "message": "The sheet is not an object."}]
    found: list[dict[str, str]] = []

    def refuse(field: str, code: str, message: str, locale: str = "") -> None:
        found.append(
            {"field": field, "code": code, "message": message, **({"locale": locale} if locale else {})}
        )

    locales = sheet.get("locales") or {}
    if not locales:
        refuse("title", "required", "A title is required in at least one language.")
    for locale, fields in locales.items():
        title = fields.get("title")
        if not isinstance(title, str) or not title.strip():
            refuse("title", "required", "A title is required.", locale)
        elif len(title) > TITLE_LIMIT:
            refuse(
                "title",
                "too_long",
                f"The title has {len(title)} characters, {TITLE_LIMIT} are allowed.",
                locale,
            )
    fields = sheet.get("fields") or {}
    price = fields.get("price")
    if price is not None:
        amounts = price if isinstance(price, dict) else {}
        if not amounts:
            refuse("price", "malformed", "A price names its currency.")
        for currency, amount in amounts.items():
            try:
                if float(amount) < 0:
                    refuse("price", "negative", f"The price in {currency} is negative.")
            except (TypeError, ValueError):
                refuse("price", "malformed", f"The price in {currency} is no amount.")
    code = fields.get("gtin")
    if code and not gtin_is_valid(str(code)):
        refuse("gtin", "invalid_gtin", f"{code} is no valid GTIN: its check digit is wrong.")
    return found
