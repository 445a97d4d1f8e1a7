"""Merged cells: a value that stands beside several rows belongs to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from catalog.importing.readers.base import Row


class Merge(NamedTuple):
    """Cells shown as one. Rows count from 1, columns from 0, all four belong to it."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_wide(self) -> bool:
        return self.right > self.left

    @property
    def is_tall(self) -> bool:
        return self.bottom > self.top


def filled_down(rows: Iterable[Row], merges: Sequence[Merge]) -> Iterator[Row]:
    """`rows`, with the value of a tall merge in each of its rows that has something of its own.

    `merges` are in the order of their first row; they may still be found while the rows come, each before its first.
    """
    upcoming = 0
    running: dict[int, tuple[int, str]] = {}
    ends = 0  # where the first of them does
    for number, cells in rows:
        if running:
            if number > ends:
                running = {column: tall for column, tall in running.items() if number <= tall[0]}
                ends = min((bottom for bottom, _text in running.values()), default=0)
            if running and any(cells):
                cells = cells + [""] * (max(running) + 1 - len(cells))
                for column, (_bottom, text) in running.items():
                    cells[column] = cells[column] or text
        while upcoming < len(merges) and merges[upcoming].top <= number:
            merge = merges[upcoming]
            upcoming += 1
            if merge.is_tall and merge.top == number and merge.left < len(cells) and cells[merge.left]:
                ends = min(ends, merge.bottom) if running else merge.bottom
                running[merge.left] = (merge.bottom, cells[merge.left])
        yield number, cells
