"""Reads "2.4 kg" from the content files and writes it in each language."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

UNITS = {
    "mm": "MILLIMETER", "cm": "CENTIMETER", "g": "GRAM", "kg": "KILOGRAM", "ml": "MILLILITER", "l": "LITER", "h": "HOUR",
}  # fmt: skip
SYMBOLS = {unit: symbol for symbol, unit in UNITS.items()}
# fr_FR: U+202F as the thousands mark and U+00A0 before units (Lexique des règles typographiques).
SEPARATORS = {"en_US": (",", "."), "de_DE": (".", ","), "fr_FR": ("\u202f", ",")}
HOURS = {"en_US": "hours", "de_DE": "Stunden", "fr_FR": "heures"}


def canonical(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse(text: str) -> dict[str, str]:
    """ "2.4 kg" → {"amount": "2.4", "unit": "KILOGRAM"}."""
    amount, symbol = text.split(" ")
    return {"amount": canonical(Decimal(amount)), "unit": UNITS[symbol]}


def scaled(stored: Mapping[str, str], factor: str, step: str) -> dict[str, str]:
    """The amount times `factor`, rounded to a multiple of `step`."""
    amount = Decimal(stored["amount"]) * Decimal(factor)
    return {
        "amount": canonical((amount / Decimal(step)).quantize(Decimal(1)) * Decimal(step)),
        "unit": stored["unit"],
    }


def number(amount: str, locale: str) -> str:
    thousands, decimal = SEPARATORS[locale]
    whole, _point, rest = amount.partition(".")
    whole = f"{int(whole):,}".replace(",", thousands)
    return f"{whole}{decimal}{rest}" if rest else whole


def written(stored: Mapping[str, str], locale: str) -> str:
    unit = HOURS[locale] if stored["unit"] == "HOUR" else SYMBOLS[stored["unit"]]
    return f"{number(stored['amount'], locale)}\u00a0{unit}"
