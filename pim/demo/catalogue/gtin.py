"""Article numbers of the demo.

GTIN-13 beginning with 290: GS1 keeps the prefixes 020-029, 040-049 and 200-299 for restricted circulation, so no
real article can carry one of these.
"""

from __future__ import annotations

PREFIX = "290"


def check_digit(digits: str) -> str:
    """GS1 General Specifications 7.9: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def gtin(number: int) -> str:
    body = f"{PREFIX}{100_000_000 + number * 17:09d}"
    return body + check_digit(body)


def with_bad_check_digit(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 4) % 10)
