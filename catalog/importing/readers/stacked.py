"""Column names that stand in several rows: "Size" merged across "Width" and "Height" names the columns "Size Width" and
"Size Height". Only merged cells tell such rows from a title or a remark, so other formats have names of one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog.importing.readers.base import Row
from catalog.importing.readers.merged import Merge

MOST_ROWS = 6


def stacked(
    rows: Sequence[Row],
    position: int,
    merges: Sequence[Merge],
    reads_like_names: Callable[[Sequence[str]], bool],
) -> tuple[int, int]:
    """The first and last position in `rows` of the names of which `position` has some."""
    top = bottom = position
    found = rows[position][0]
    last_filled = max((number for number, cells in rows if any(map(str.strip, cells))), default=found)
    crossing = _growing(found, found, merges)
    if crossing is None or crossing[1] >= last_filled:
        return position, position
    by_number = {number: place for place, (number, _cells) in enumerate(rows)}
    top, bottom = by_number.get(crossing[0], position), by_number.get(crossing[1], position)
    if bottom == position and _has_names_below(rows, bottom, merges, reads_like_names):
        bottom += 1
    if top == position and _is_group_row(rows, top - 1, merges):
        top -= 1
    return top, bottom


def names_of(rows: Sequence[Row], top: int, bottom: int, merges: Sequence[Merge]) -> list[str]:
    """A text for each column, of all rows from position `top` to `bottom`."""
    width = max(len(cells) for _number, cells in rows[top : bottom + 1])
    block = [[*cells, *[""] * (width - len(cells))] for _number, cells in rows[top : bottom + 1]]
    first, last = rows[top][0], rows[bottom][0]
    for merge in merges:
        if not first <= merge.top <= last or not merge.is_wide or merge.left >= width:
            continue
        across = block[merge.top - first]
        for column in range(merge.left + 1, min(merge.right, width - 1) + 1):
            if any(cells[column].strip() for cells in block[merge.top - first + 1 :]):
                across[column] = across[column] or across[merge.left]
    return [
        " ".join(dict.fromkeys(text for cells in block if (text := cells[column].strip())))
        for column in range(width)
    ]


def with_merged_from_above(rows: Sequence[Row], position: int, merges: Sequence[Merge]) -> list[str]:
    """The cells of one row, where a merged cell reaches into it with that cell's text."""
    number, cells = rows[position]
    cells = list(cells)
    by_number = dict(rows)
    for merge in merges:
        if merge.top < number <= merge.bottom and merge.left < len(cells) and not cells[merge.left].strip():
            above = by_number.get(merge.top, [])
            cells[merge.left] = above[merge.left] if merge.left < len(above) else ""
    return cells


def _growing(top: int, bottom: int, merges: Sequence[Merge]) -> tuple[int, int] | None:
    """The rows that tall merges tie to these; None where they are too many to be names."""
    tall = [merge for merge in merges if merge.is_tall]
    while True:
        reached = [merge for merge in tall if merge.top <= bottom and merge.bottom >= top]
        wider = (
            min([top, *(merge.top for merge in reached)]),
            max([bottom, *(merge.bottom for merge in reached)]),
        )
        if wider[1] - wider[0] >= MOST_ROWS:
            return None
        if wider == (top, bottom):
            return wider
        top, bottom = wider


def _has_names_below(
    rows: Sequence[Row],
    position: int,
    merges: Sequence[Merge],
    reads_like_names: Callable[[Sequence[str]], bool],
) -> bool:
    """Each wide merge of this row has two names or more below it, and data come after them."""
    number = rows[position][0]
    wide = [merge for merge in merges if merge.top == merge.bottom == number and merge.is_wide]
    if not wide or position + 2 >= len(rows):
        return False
    below = rows[position + 1][1]
    under = [[cell for cell in below[merge.left : merge.right + 1] if cell.strip()] for merge in wide]
    return (
        rows[position + 1][0] == number + 1
        and all(len(cells) > 1 for cells in under)
        and reads_like_names(below)
        and any(any(map(str.strip, cells)) for _number, cells in rows[position + 2 :])
    )


def _is_group_row(rows: Sequence[Row], position: int, merges: Sequence[Merge]) -> bool:
    """Wide merges, none across the whole table, and above them nothing but a title."""
    if position < 0 or rows[position][0] != rows[position + 1][0] - 1:
        return False
    number = rows[position][0]
    extent = sum(bool(cell.strip()) for cell in rows[position + 1][1])
    wide = [merge for merge in merges if merge.top == merge.bottom == number and merge.is_wide]
    above = rows[position - 1][1] if position else []
    return (
        bool(wide)
        and all(merge.right - merge.left + 1 < extent for merge in wide)
        and sum(bool(cell.strip()) for cell in above) <= 1
    )
