"""Find the header among the first rows of a table, past titles, remarks and blank rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from catalog.importing.readers.base import Note, Row
from catalog.importing.readers.merged import Merge
from catalog.importing.readers.stacked import names_of, stacked, with_merged_from_above

SEARCHED_ROWS = 50
FOLLOWING_ROWS = 20
_NOT_A_NAME = re.compile(
    r"[-+]?[\d.,\s]*\d[%€$£]?|true|false|\d{4}-\d\d-\d\d(T[\d:.]+)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d+(:\d\d){1,2}"
    r"|#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Header:
    """`position` in the list of rows searched, and `row` its number: of the last row, where the names stand in several;
    `names` unique, one a column."""

    position: int
    row: int
    names: tuple[str, ...]
    notes: tuple[Note, ...]


def find_header(
    rows: Sequence[Row], chosen: int | None = None, merges: Sequence[Merge] = ()
) -> Header | None:
    """The first row that reads like column names and has rows of its width below it; None where there is none.

    `chosen` is the row number a person pointed at: taken as it is, unless it is blank or not among `rows`. Otherwise
    `merges` say which rows belong to the names as well.
    """
    filled = [(position, _shape(cells)) for position, (_number, cells) in enumerate(rows)]
    filled = [(position, shape) for position, shape in filled if shape.cells]
    if chosen is not None:
        position = next((p for p, _shape in filled if rows[p][0] == chosen), None)
    else:
        position = _strict(filled) if filled else None
        if position is None:
            position = _relaxed(filled)
        elif (better := _complete_row_below(rows, filled, position)) is not None:
            position = better
    if position is None:
        return None
    if chosen is not None:
        return _named(rows, position, position, with_merged_from_above(rows, position, merges))
    top, bottom = stacked(rows, position, merges, lambda cells: _shape(cells).reads_like_names)
    return _named(rows, top, bottom, names_of(rows, top, bottom, merges))


@dataclass(frozen=True, slots=True)
class _Shape:
    extent: int
    """Columns up to the last filled cell."""
    cells: tuple[str, ...]
    """The filled cells."""

    @property
    def names(self) -> int:
        return sum(not _NOT_A_NAME.fullmatch(cell) for cell in self.cells)

    @property
    def reads_like_names(self) -> bool:
        return (
            self.names >= 2
            and self.names * 2 > len(self.cells)
            and len(set(self.cells)) * 2 > len(self.cells)
            and len(self.cells) * 2 >= self.extent
        )


def _shape(cells: Sequence[str]) -> _Shape:
    stripped = [cell.strip() for cell in cells]
    extent = next((n for n in range(len(stripped), 0, -1) if stripped[n - 1]), 0)
    return _Shape(extent, tuple(cell for cell in stripped if cell))


def _strict(filled: list[tuple[int, _Shape]]) -> int | None:
    for index, (position, shape) in enumerate(filled[:SEARCHED_ROWS]):
        below = [other.extent for _p, other in filled[index + 1 : index + 1 + FOLLOWING_ROWS]]
        if not below and index:
            break  # a last row below others is no header
        if shape.reads_like_names and (not below or shape.extent >= 0.8 * median(below)):
            return position
    return None


def _relaxed(filled: list[tuple[int, _Shape]]) -> int | None:
    """Headers with holes, and tables of one column."""
    for least in (2, 1):
        for index, (position, shape) in enumerate(filled[:SEARCHED_ROWS]):
            if index and (index == len(filled) - 1 or least == 1):
                break  # below a cell of one column, nothing tells a name from a text
            widest = max((other.extent for _p, other in filled[index + 1 :]), default=0)
            if shape.names >= least and shape.names * 2 > len(shape.cells) and (least > 1 or widest <= 1):
                return position
    return None


def _complete_row_below(rows: Sequence[Row], filled: list[tuple[int, _Shape]], found: int) -> int | None:
    """Remarks above a table can look like names with a hole in them. The true header has no hole, and below it
    stand numbers or dates in many columns."""
    shapes = dict(filled)
    if len(shapes[found].cells) == shapes[found].extent:
        return None
    for position, shape in filled:
        if not found < position <= found + 10:
            continue
        complete = len(shape.cells) == shape.extent >= shapes[found].extent
        if complete and shape.names == shape.extent and shape.reads_like_names:
            below = rows[position + 1 : position + 6]
            typed = sum(
                any(
                    _NOT_A_NAME.fullmatch(cells[column].strip()) for _n, cells in below if column < len(cells)
                )
                for column in range(shape.extent)
            )
            if typed >= 2 and typed * 3 >= shape.extent:
                return position
    return None


def _named(rows: Sequence[Row], top: int, position: int, cells: Sequence[str]) -> Header:
    number = rows[position][0]
    width = _width(_shape(cells).extent, [_shape(other).extent for _n, other in rows[position + 1 :]])
    names: list[str] = []
    doubled: list[str] = []
    nameless: list[str] = []
    plain = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells[:width]]
    plain += [""] * (width - len(plain))
    seen: Counter[str] = Counter()
    taken = set(plain)
    for column, name in enumerate(plain):
        if not name:
            name = f"[{column_letter(column)}]"
            nameless.append(column_letter(column))
        else:
            seen[name] += 1
            if seen[name] > 1:
                doubled.append(name)
                name = _free(name, seen[name], taken)
        taken.add(name)
        names.append(name)
    notes = []
    if any(_shape(above).cells for _n, above in rows[:top]):
        notes.append(Note("rows_above", {"row": rows[top][0]}))
    if top != position:
        notes.append(Note("stacked_header", {"first": rows[top][0], "last": number}))
    if doubled:
        notes.append(Note("doubled_headers", {"names": sorted(set(doubled))}))
    if nameless:
        notes.append(Note("nameless_columns", {"columns": nameless}))
    return Header(position, number, tuple(names), tuple(notes))


def _width(named: int, below: list[int]) -> int:
    """Cells beyond the last name are a column where most rows have them, else a fault of their row."""
    beyond = [extent for extent in below[:SEARCHED_ROWS] if extent > named]
    filled = sum(extent > 0 for extent in below[:SEARCHED_ROWS])
    return int(median(beyond)) if len(beyond) * 2 > filled else named


def _free(name: str, count: int, taken: set[str]) -> str:
    while (candidate := f"{name} ({count})") in taken:
        count += 1
    return candidate


def column_letter(index: int) -> str:
    """0 → "A", 27 → "AB"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
