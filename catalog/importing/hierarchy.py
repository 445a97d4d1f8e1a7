"""Which rows of a file come before which: a model before its sub-models before their variants, whatever their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catalog.importing.readers.base import Row

DEEPEST = 3  # one below what a family variant can have, so that the door refuses it by name


def parents_in(batches: Iterable[Sequence[Row]], sku: int, parent: int) -> dict[str, str]:
    """{SKU: parent's SKU}, both in capitals, of the rows that name a parent; the first row of a SKU counts."""
    parents: dict[str, str] = {}
    for batch in batches:
        for _number, cells in batch:
            above = cells[parent].strip().upper()
            if above:
                parents.setdefault(cells[sku].strip().upper(), above)
    return parents


def level_of(sku: str, parents: dict[str, str]) -> int:
    """0 for a row without parent, and one more than its parent's level in this file for any other."""
    level = 0
    while (above := parents.get(sku)) and level < DEEPEST:
        level, sku = level + 1, above
    return level
