"""Taking the next numbers: under a lock on the row they come from, so that two workers never take the same.

Call these in the transaction that writes the numbers to products; a number that is rolled back with it is given again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
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
    """A number for each (SKU, family code), in order. `taken`: entries that the same batch writes otherwise.

    The number of statements does not grow with the products, though a pattern with {sku} counts each by itself.
    """
    waiting: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for index, (sku, family) in enumerate(products):
        waiting[patterns.fill(pattern, sku=sku, family=family)].append(index)
    rows = _sequences(attribute_id, {_row_of(scope) for scope in waiting})
    numbers, used, extra = [""] * len(products), set(taken), 0
    while waiting:
        ahead = {}
        for scope, indexes in waiting.items():
            start = rows[_row_of(scope)].next
            items = range(start, start + len(indexes) + extra)
            ahead[scope] = [(item, patterns.number(*scope, item)) for item in items]
        used |= _in_use(code, (number for pairs in ahead.values() for _item, number in pairs))
        for scope, pairs in ahead.items():
            row, indexes = rows[_row_of(scope)], waiting[scope]
            for item, number in pairs:
                if not indexes:
                    break
                if item >= row.next:
                    row.next = item + 1
                    if (entry := folded(number)) not in used:
                        # Another scope may make the same number: "A" and 11, "A1" and 1.
                        used.add(entry)
                        numbers[indexes.pop(0)] = number
        waiting = {scope: indexes for scope, indexes in waiting.items() if indexes}
        extra = LOOK_AHEAD // max(len(waiting), 1)
    SequenceRow.objects.bulk_update(rows.values(), ["next"])
    return numbers


def _row_of(scope: tuple[str, str, int]) -> str:
    before, after, _digits = scope
    return f"{before}\t{after}"[:255]


def _sequences(attribute_id: int, scopes: Collection[str]) -> dict[str, SequenceRow]:
    """By scope, locked; made where they are missing. Made and locked in one order, so that two batches never wait for
    each other."""
    ours = SequenceRow.objects.filter(attribute_id=attribute_id, scope__in=scopes)
    missing = sorted(set(scopes).difference(ours.values_list("scope", flat=True)))
    if missing:
        SequenceRow.objects.bulk_create(
            [SequenceRow(attribute_id=attribute_id, scope=scope) for scope in missing], ignore_conflicts=True
        )
    return {row.scope: row for row in ours.order_by("scope").select_for_update()}


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


def _free(numbers: Iterator[tuple[int, str]], code: str, taken: Collection[str]) -> Iterator[tuple[int, str]]:
    """Those of the numbers that no product has."""
    while ahead := list(islice(numbers, LOOK_AHEAD)):
        used = _in_use(code, (number for _item, number in ahead)).union(taken)
        yield from (pair for pair in ahead if folded(pair[1]) not in used)


def _in_use(code: str, numbers: Iterable[str]) -> set[str]:
    """Those of the entries of these numbers that products have."""
    entries = list(map(folded, numbers))
    return set(UniqueValue.objects.filter(attribute=code, value__in=entries).values_list("value", flat=True))


def free_in_pools(code: str) -> int:
    return sum(pool.free for pool in GtinPool.objects.filter(attribute__code=code, is_active=True))
