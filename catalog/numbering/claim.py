"""Taking the next numbers: under a lock on the row they come from, so that two workers never take the same.

Call these in the transaction that writes the numbers to products; a number that is rolled back with it is given again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from catalog.models.numbering import GtinPool
from catalog.models.numbering import Sequence as SequenceRow
from catalog.models.product import UniqueValue
from catalog.numbering import patterns
from catalog.search.folding import folded

LOOK_AHEAD = 500


def by_pattern(
    attribute_id: int,
    code: str,
    pattern: str,
    products: Sequence[tuple[str, str]],
    *,
    taken: Collection[str] = (),
) -> list[str]:
    """A number for each (SKU, family code), in order. `taken`: entries that the same batch writes otherwise."""
    scopes: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for index, (sku, family) in enumerate(products):
        scopes[patterns.fill(pattern, sku=sku, family=family)].append(index)
    numbers = [""] * len(products)
    for scope in sorted(scopes):  # always in the same order, so that two batches cannot wait for each other
        before, after, digits = scope
        row, _made = SequenceRow.objects.select_for_update().get_or_create(
            attribute_id=attribute_id, scope=f"{before}\t{after}"[:255]
        )
        wanted = scopes[scope]
        following = ((item, patterns.number(before, after, digits, item)) for item in _from(row.next))
        for index, (item, number) in zip(wanted, _free(following, code, taken), strict=False):
            numbers[index], row.next = number, item + 1
        row.save(update_fields=["next"])
    return numbers


def of_pools(code: str, count: int, *, taken: Collection[str] = ()) -> list[str]:
    """The next `count` GTINs of an attribute's active pools; fewer where they are exhausted."""
    numbers: list[str] = []
    pools = GtinPool.objects.filter(attribute__code=code, is_active=True)
    for pool in pools.order_by("position", "code").select_for_update(of=("self",)):
        if len(numbers) == count:
            break
        items = ((item, pool.gtin(item)) for item in range(max(pool.next, pool.first), pool.last + 1))
        for item, number in islice(_free(items, code, taken), count - len(numbers)):
            numbers.append(number)
            pool.next = item + 1
        if len(numbers) < count:
            pool.next = pool.last + 1
        pool.save(update_fields=["next"])
    return numbers


def _from(start: int) -> Iterator[int]:
    while True:
        yield start
        start += 1


def _free(numbers: Iterator[tuple[int, str]], code: str, taken: Collection[str]) -> Iterator[tuple[int, str]]:
    """Those of the numbers that no product has."""
    while ahead := list(islice(numbers, LOOK_AHEAD)):
        entries = {folded(number): number for _item, number in ahead}
        used = set(
            UniqueValue.objects.filter(attribute=code, value__in=list(entries)).values_list(
                "value", flat=True
            )
        ).union(taken)
        yield from (pair for pair in ahead if folded(pair[1]) not in used)


def free_in_pools(code: str) -> int:
    return sum(pool.free for pool in GtinPool.objects.filter(attribute__code=code, is_active=True))
