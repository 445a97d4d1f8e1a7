"""The rows of a file that have to be looked at, kept until they make a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.importing.found import Found
from catalog.importing.readers.child import MarkedRow
from catalog.values.write import BATCH

_MOST_CHARS = 1_000_000  # as a batch of the reader's


@dataclass(slots=True)
class Kept:
    """Rows that have to be looked at, of as many batches of a file as make one. Where nine rows of ten are known by their
    mark, each statement serves ten times as many.

    `most`: rows, as many as the door takes at once. `earlier`: SKU in capitals → its first row, of those that have one before.
    """

    most: int = BATCH
    rows: list[MarkedRow] = field(default_factory=list)
    found: dict[str, Found] = field(default_factory=dict)
    earlier: dict[str, int] = field(default_factory=dict)
    chars: int = 0

    def has_room(self, rows: Iterable[MarkedRow]) -> bool:
        sizes = [len(row.packed) for row in rows]
        return not self.rows or (
            len(self.rows) + len(sizes) <= self.most and self.chars + sum(sizes) <= _MOST_CHARS
        )

    def add(
        self,
        rows: Sequence[tuple[MarkedRow, str]],
        found: Mapping[str, Found],
        earlier: Mapping[str, int],
    ) -> None:
        """`rows` with their SKUs in capitals."""
        self.rows += [row for row, _sku in rows]
        self.chars += sum(len(row.packed) for row, _sku in rows)
        self.found.update((sku, found[sku]) for _row, sku in rows if sku in found)
        self.earlier.update(earlier)

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= self.most or self.chars >= _MOST_CHARS
