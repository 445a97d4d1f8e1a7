"""What XLSX, XLS and ODS have in common: which sheet is the table, where in it the table begins, and which rows are data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from catalog.importing.readers.base import (
    SAMPLE_ROWS,
    Choices,
    FileRefused,
    Note,
    Row,
    Table,
    fit,
    head_of,
)
from catalog.importing.readers.between import left_out, sieve
from catalog.importing.readers.header import Header, find_header
from catalog.importing.readers.merged import Merge, filled_down

HEAD_ROWS = 200
MAX_ROWS = 1_048_576  # the height of an XLSX sheet (ECMA-376 part 1, 18.3.1.73)
NAMED_IN_NOTE = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    hidden: bool = False


@dataclass(slots=True)
class Look:
    """The beginning of a sheet. `height`: rows down to the last filled one."""

    name: str
    head: list[Row] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    height: int = 0


def head_rows(choices: Choices) -> int:
    return max(HEAD_ROWS, (choices.header_row or 0) + SAMPLE_ROWS)


def describe(
    format: str,
    filename: str,
    sheets: Sequence[Sheet],
    look: Callable[[str], Look],
    choices: Choices,
    *,
    compared: Callable[[Sequence[str]], Sequence[str]] = lambda names: names,
) -> Table:
    """`look` gives a sheet by its name; `compared` says which of them there is time to look at. Raises FileRefused."""
    visible = [sheet.name for sheet in sheets if not sheet.hidden]
    if choices.sheet is not None:
        if choices.sheet not in (sheet.name for sheet in sheets):
            raise FileRefused("no_such_sheet", sheet=choices.sheet)
        found, header = _headed(look(choices.sheet), choices)
    else:
        found, header = _most_plausible(map(look, compared(visible)), choices)
    if not any(any(map(str.strip, cells)) for _number, cells in found.head):
        raise FileRefused("empty")
    if header is None:
        raise FileRefused("no_header")
    hidden = tuple(sheet.name for sheet in sheets if sheet.hidden)
    below = found.head[header.position + 1 :]
    kinds, notes = left_out(below, header.names, found.merges, choices)
    table = Table(
        format=format,
        filename=filename,
        headers=header.names,
        header_row=header.row,
        sheets=tuple(visible),
        hidden=hidden,
        sheet=found.name,
        row_estimate=max(0, found.height - header.row),
        notes=header.notes + notes + _of_sheets(found.name, visible, hidden),
        head=head_of(found.head, header.row),
        left_out=kinds,
    )
    sample = tuple(islice(data_rows(found.head, table, found.merges), SAMPLE_ROWS))
    if not sample and found.height <= len(found.head):
        raise FileRefused("no_rows", row=header.row)
    return replace(table, sample=sample)


def data_rows(rows: Iterable[Row], table: Table, merges: Sequence[Merge]) -> Iterator[Row]:
    """The rows below the header that are data, as `Reader.rows` gives them. `merges` may still be found meanwhile."""
    width = len(table.headers)
    is_between = sieve(table, merges)
    for number, cells in filled_down(rows, merges):
        if number <= table.header_row or (is_between is not None and is_between(number, cells)):
            continue
        if (fitted := fit(cells, width)) is not None:
            yield number, fitted


def _of_sheets(name: str, visible: Sequence[str], hidden: Sequence[str]) -> tuple[Note, ...]:
    notes = []
    if others := _named(visible, name):
        notes.append(Note("other_sheets", {"sheet": name, "others": others}))
    if others := _named(hidden, name):
        notes.append(Note("hidden_sheets", {"others": others}))
    return tuple(notes)


def _named(names: Sequence[str], chosen: str) -> list[str]:
    others = [name for name in names if name != chosen]
    return others if len(others) <= NAMED_IN_NOTE else [*others[:NAMED_IN_NOTE], "…"]


def _headed(look: Look, choices: Choices) -> tuple[Look, Header | None]:
    return look, find_header(look.head, choices.header_row, look.merges)


def _most_plausible(looks: Iterable[Look], choices: Choices) -> tuple[Look, Header | None]:
    """The first sheet, unless a later one is clearly (half as much again) more of a table."""
    best: tuple[Look, Header | None] | None = None
    best_score = -1.0
    for look in looks:
        headed = _headed(look, choices)
        score = _plausibility(*headed)
        if best is None or score > best_score * 1.5:
            best, best_score = headed, score
    if best is None:
        raise FileRefused("empty")
    return best


def _plausibility(look: Look, header: Header | None) -> float:
    """Width counts more than length: a long list of two columns is not the product table."""
    if header is None:
        return 0.1 if look.head else 0.0
    named = sum(not name.startswith("[") for name in header.names)
    rows_below = look.height - header.row
    return 0.2 + (named * (1 + min(10, rows_below) / 10) if rows_below else 0)
