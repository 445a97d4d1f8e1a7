"""What a number format adds to a number: zeros before it, a currency, a unit, a percent sign.

A supplier's "00012345" is often the number 12345 with the format "00000000", and "10 CHF" is 10 with the format
'0 [$CHF]': what the author reads on the screen stands in the format only (ECMA-376 part 1, 18.8.31).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

BUILT_IN = {9: "0%", 10: "0.00%"}
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|(\[[^\]]*\])|_.|\*.|(.)', re.DOTALL)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MONEY = re.compile(r"[A-Z]{3}|[€£$¥₺₽]|zł|Kč|kr\.?|Ft|Fr\.?|SFr\.?")
_UNITS = frozenset(
    [
        "kg",
        "g",
        "mg",
        "t",
        "lb",
        "lbs",
        "oz",
        "l",
        "ml",
        "cl",
        "dl",
        "L",
        "mL",
        "m",
        "cm",
        "mm",
        "km",
        "µm",
        "in",
        "ft",
        "yd",
        '"',
        "'",
        "m²",
        "cm²",
        "m³",
        "W",
        "kW",
        "V",
        "A",
        "mA",
        "mAh",
        "Hz",
        "GB",
        "TB",
        "MB",
        "°C",
        "°F",
        "°",
    ]
)
_NO_NUMBER = frozenset("ymdhsYMDHSEe@/?gG")

Shown = Callable[[str], str]


@lru_cache(maxsize=4096)
def shown_by(code: str) -> Shown | None:
    """How a number's text reads under this number format; None where the number alone says all."""
    literals: list[tuple[int, str]] = []  # after how many placeholders which text
    symbols = ""
    for match in _TOKEN.finditer(code):
        quoted, escaped, money, dropped, other = match.groups()
        text = quoted if quoted is not None else escaped if escaped is not None else money
        if text:
            literals.append((symbols.count("0") + symbols.count("#"), text))
        elif other == ";":
            break  # what follows is for negative numbers, zero and text
        elif other and (other in _NO_NUMBER or code.casefold() == "general"):
            return None
        elif other in (" ", "-", "(", ")", "+", "€", "$", "£"):
            literals.append((symbols.count("0") + symbols.count("#"), other))
        elif other and not dropped:
            symbols += other
    if "%" in symbols:
        return percent
    if re.fullmatch(r"0[0#]+", symbols):
        return _padded(len(symbols), tuple(literals))
    for _place, text in literals:
        if is_word(word := text.strip()):
            return _with_word(word)
    return None


def is_word(text: str) -> bool:
    """Whether it is a currency or a unit, without which the number would mean something else."""
    return bool(_MONEY.fullmatch(text)) or text in _UNITS


def percent(text: str) -> str:
    """ "0.25" → "25%"."""
    if not _NUMBER.fullmatch(text):
        return text
    hundredfold = f"{Decimal(text) * 100:f}"
    return (hundredfold.rstrip("0").rstrip(".") if "." in hundredfold else hundredfold) + "%"


def _with_word(word: str) -> Shown:
    return lambda text: f"{text} {word}" if _NUMBER.fullmatch(text) else text


def _padded(digits: int, literals: tuple[tuple[int, str], ...]) -> Shown:
    """The literals stand where the format has them: 12345 under "000-000" is 012-345."""

    def pad(text: str) -> str:
        if not (text.isascii() and text.isdigit()):
            return text
        text = text.zfill(digits)
        more = len(text) - digits
        for place, literal in reversed(literals):
            at = place + more if place else 0
            text = text[:at] + literal + text[at:]
        return text

    return pad
