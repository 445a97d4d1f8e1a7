"""Which attributes a product lacks for a channel in a locale, as one number: hardly a hundred sets differ in a catalogue.

Completeness keeps the number, MissingSet what it stands for, so that "lacks a description" is counted and found by an index
although no row names an attribute. The number is made of the codes: whoever counts first stores the set, and twice is once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from django.db import transaction
from django.db.models import QuerySet

from catalog import search
from channels.models import Completeness, MissingSet

_met: dict[int, tuple[str, ...]] = {}  # the sets this process has made a number of
_stored: set[int] = set()  # those of them that are known to be in the database


def number_of(codes: Collection[str]) -> int:
    """A positive 63-bit number for a set of attribute codes; 0 for none."""
    if not codes:
        return 0
    listed = tuple(sorted(codes))
    digest = blake2b(",".join(listed).encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big") >> 1 or 1
    _met[number] = listed
    return number


def store(numbers: Iterable[int]) -> None:
    """In the transaction of the scores that name them: one statement where one of them is new to this process, else none."""
    new = sorted({number for number in numbers if number and number not in _stored} & _met.keys())
    if not new:
        return
    rows = [MissingSet(number=number, codes=f",{','.join(_met[number])},") for number in new]
    MissingSet.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: _stored.update(new))


def sets() -> Mapping[int, tuple[str, ...]]:
    """Number → attribute codes, of all sets there are: one query."""
    return {
        number: tuple(codes.strip(",").split(","))
        for number, codes in MissingSet.objects.values_list("number", "codes")
    }


def products(channel: int, locale: str, code: str) -> QuerySet[Completeness, int]:
    """The ids of the products that lack this attribute there, as a subquery. One query, for the sets that have it.

    How many a set has is named as well: by both the index finds the rows, by one it would read those of the place.
    """
    numbers: list[int] = []
    sizes: set[int] = set()
    for number, codes in MissingSet.objects.filter(codes__contains=f",{code},").values_list(
        "number", "codes"
    ):
        numbers.append(number)
        sizes.add(codes.count(",") - 1)
    rows = Completeness.objects.filter(search.among(numbers, "lacks"), channel_id=channel, locale=locale)
    return rows.filter(missing__in=sorted(sizes)).values_list("product_id", flat=True)


def forget() -> None:
    """What this process believes to be stored: for tests, whose databases begin again."""
    _stored.clear()
