"""The planted gaps: who is ready, who waits, what is missing and what is wrong. Chosen by a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from pim.demo.catalogue.records import Readiness

SEED = 20260321
# Of the sellable products.
SHARES = {
    Readiness.READY: 0.36,
    Readiness.WAITING: 0.12,
    Readiness.UNTRANSLATED: 0.20,
    Readiness.NO_PICTURE: 0.12,
    Readiness.UNFINISHED: 0.09,
    Readiness.FAULTY: 0.11,
}
STATUS = {
    Readiness.READY: "approved",
    Readiness.WAITING: "in_review",
    Readiness.UNTRANSLATED: "draft",
    Readiness.NO_PICTURE: "draft",
    Readiness.UNFINISHED: "draft",
    Readiness.FAULTY: "approved",
}
FAULTS = ("title_too_long", "gtin_check_digit", "price_without_usd")
# Beyond the 75 characters of the shop's title, and still a name somebody might write.
LONG_NAME = " – die rundum überarbeitete Ausgabe mit vielen durchdachten Neuerungen"

_UNTRANSLATED_KEYS = (
    ("description|fr_FR",),
    ("description|fr_FR", "description|de_DE"),
    ("name|fr_FR", "short_description|fr_FR", "description|fr_FR"),
    ("description|de_DE", "short_description|de_DE"),
)
_UNFINISHED_KEYS = (
    ("weight",),
    ("care",),
    ("price",),
    ("description|en_US", "description|de_DE", "description|fr_FR"),
)


def readiness_by_model(sizes: Iterable[tuple[str, str, int]]) -> dict[str, tuple[Readiness, int]]:
    """From (family, model code, number of sellable products): each model's readiness and its turn within that kind.

    The first model of every family is ready, so that each category of the shop shows something.
    """
    rows = list(sizes)
    total = sum(size for _family, _code, size in rows)
    counted = dict.fromkeys(Readiness, 0)
    chosen: dict[str, Readiness] = {}
    seen: set[str] = set()
    for family, code, size in rows:
        if family not in seen:
            seen.add(family)
            chosen[code] = Readiness.READY
            counted[Readiness.READY] += size
    rest = [row for row in rows if row[1] not in chosen]
    random.Random(SEED).shuffle(rest)  # noqa: S311 (a fixed order, no secret)
    rest.sort(key=lambda row: -row[2])  # large trees first, so that the shares come out even
    for _family, code, size in rest:
        kind = max(SHARES, key=lambda kind: SHARES[kind] * total - counted[kind])
        chosen[code] = kind
        counted[kind] += size
    turns = dict.fromkeys(Readiness, 0)
    result = {}
    for _family, code, _size in rows:
        kind = chosen[code]
        result[code] = (kind, turns[kind])
        turns[kind] += 1
    return result


def missing_keys(kind: Readiness, turn: int) -> tuple[str, ...]:
    if kind is Readiness.UNTRANSLATED:
        return _UNTRANSLATED_KEYS[turn % len(_UNTRANSLATED_KEYS)]
    if kind is Readiness.UNFINISHED:
        return _UNFINISHED_KEYS[turn % len(_UNFINISHED_KEYS)]
    return ()


def fault(kind: Readiness, turn: int) -> str | None:
    return FAULTS[turn % len(FAULTS)] if kind is Readiness.FAULTY else None


def spoiled(values: Mapping[str, Any], what: str | None) -> dict[str, Any]:
    """The model's values with the fault that stands at the top of its tree."""
    found = dict(values)
    if what == "title_too_long":
        found["name|de_DE"] += LONG_NAME
    elif what == "price_without_usd":
        found["price"] = {"EUR": found["price"]["EUR"]}
    return found
