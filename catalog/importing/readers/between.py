"""Rows between the products that are none: headings of a section ("Chairs"), and column names once more.

A heading taken for a product would become one with the heading for its SKU, so what is surely a heading is left out and
said. Two signs make it sure: the row is one cell merged across the table, or it has only its first cell, which has no
digit, while the first cells of the other rows are numbers of articles (or empty) and those rows are well filled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import median

from catalog.importing.readers.base import Choices, Note, Row, Table
from catalog.importing.readers.merged import Merge

SECTIONS, REPEATED, ACROSS = "sections", "repeated", "across"
NAMED_IN_NOTE = 5
_DOUBLED = re.compile(r" \(\d+\)\Z")
_DIGIT = re.compile(r"\d")

Sieve = Callable[[int, Sequence[str]], bool]


def left_out(
    below: Sequence[Row], headers: Sequence[str], merges: Sequence[Merge], choices: Choices
) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """(the kinds of rows to leave out, what to say about them), judged by the first rows `below` the header."""
    if choices.every_row:
        return (), ()
    kinds: list[str] = []
    notes: list[Note] = []
    repeats = _repeats(headers)
    again = [number for number, cells in below if repeats(number, cells)]
    if again:
        kinds.append(REPEATED)
        notes.append(Note("repeated_headers", {"rows": again[:NAMED_IN_NOTE]}))
    across = _across(headers, merges)
    headings = [row for row in below if across(*row)]
    if headings:
        kinds.append(ACROSS)
    if alone := _alone(below, headers):
        kinds.append(SECTIONS)
        headings = sorted({row[0]: row for row in [*headings, *alone]}.values(), key=lambda row: row[0])
    if headings:
        named = [f"{number} ({_first(cells)})" for number, cells in headings[:NAMED_IN_NOTE]]
        notes.append(Note("section_rows", {"rows": named}))
    return tuple(kinds), tuple(notes)


def sieve(table: Table, merges: Sequence[Merge] = ()) -> Sieve | None:
    """Says of a row (its number and cells) whether it is left out; None where no row is."""
    checks: list[Sieve] = []
    if REPEATED in table.left_out:
        checks.append(_repeats(table.headers))
    if ACROSS in table.left_out:
        checks.append(_across(table.headers, merges))
    if SECTIONS in table.left_out:
        checks.append(lambda _number, cells: _is_lone(cells))
    if not checks:
        return None
    return lambda number, cells: any(check(number, cells) for check in checks)


def _repeats(headers: Sequence[str]) -> Sieve:
    names = [
        (column, name)
        for column, name in enumerate(headers)
        if not name.startswith("[") and not _DOUBLED.search(name)
    ]

    def is_repeat(_number: int, cells: Sequence[str]) -> bool:
        if len(names) < 2:
            return False
        column, first = names[0]
        if column >= len(cells) or " ".join(cells[column].split()) != first:
            return False
        return all(
            column < len(cells) and " ".join(cells[column].split()) == name for column, name in names[1:]
        )

    return is_repeat


def _across(headers: Sequence[str], merges: Sequence[Merge]) -> Sieve:
    """`merges` may still be found while the rows come."""
    width = len(headers)
    seen = 0
    wide: dict[int, int] = {}

    def is_across(number: int, cells: Sequence[str]) -> bool:
        nonlocal seen
        while seen < len(merges):
            merge = merges[seen]
            seen += 1
            if merge.is_wide and not merge.is_tall and (merge.right - merge.left + 1) * 2 > width:
                wide[merge.top] = merge.left
        left = wide.get(number)
        return width > 1 and left is not None and _only(cells) == left

    return is_across


def _alone(below: Sequence[Row], headers: Sequence[str]) -> list[Row]:
    if len(headers) < 3:
        return []
    filled = [row for row in below if any(map(str.strip, row[1]))]
    lone = [row for row in filled if _is_lone(row[1])]
    others = [row for row in filled if not _is_lone(row[1])]
    if not lone or len(lone) * 3 > len(filled):
        return []
    if median(sum(bool(cell.strip()) for cell in cells) for _number, cells in others) < 3:
        return []
    firsts = [cells[0].strip() for _number, cells in others]
    numbered = sum(not text or bool(_DIGIT.search(text)) for text in firsts)
    return lone if numbered >= 0.9 * len(firsts) else []


def _is_lone(cells: Sequence[str]) -> bool:
    return bool(cells) and _only(cells) == 0 and not _DIGIT.search(cells[0])


def _only(cells: Sequence[str]) -> int | None:
    """The column of the only filled cell; None where there is none, or more than one."""
    found = None
    for column, cell in enumerate(cells):
        if cell and not cell.isspace():
            if found is not None:
                return None
            found = column
    return found


def _first(cells: Sequence[str]) -> str:
    return next((" ".join(cell.split())[:40] for cell in cells if cell.strip()), "")
