"""Conversions as another PIM writes them: a chain of steps on the amount."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def apply(steps: list[tuple[str, Fraction]], amount: Fraction) -> Fraction:
    for operator, value in steps:
        if operator == "mul":
            amount *= value
        elif operator == "div":
            amount /= value
        else:
            amount += value if operator == "add" else -value
    return amount


def finite(number: Fraction) -> tuple[str, str]:
    """A fraction as decimal over whole number."""
    rest, tens = number.denominator, 0
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest, tens = (rest // 10 if rest % 10 == 0 else rest // 2 if rest % 2 == 0 else rest // 5), tens + 1
    return format(Decimal((number * rest).numerator) / Decimal((number * rest).denominator), "f"), str(rest)
