"""JSON: a list of objects, such a list within an object ({"products": […]}), or an object a line (JSON lines).

Each object is a row, each of its keys a column; what is nested is named by its path ("dimensions.width"). The list is
read object by object in constant memory. Numbers come as they are written, so that 1.10 stays 1.10 and a code of 20
digits stays whole. Rows are numbered by their place in the list, from 1; the names stand in no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalog.importing.readers.base import (
    MAX_COLUMNS,
    SAMPLE_ROWS,
    Choices,
    FileRefused,
    Note,
    Row,
    Table,
)
from catalog.importing.readers.encoding import find_encoding
from catalog.importing.readers.jsonstream import Values, flat, lists

NAMED_IN_NOTE = 10


@dataclass(slots=True)
class _List:
    columns: dict[str, None] = field(default_factory=dict)
    first: list[dict[str, str]] = field(default_factory=list)
    count: int = 0
    is_filled: bool = False
    packed: dict[str, None] = field(default_factory=dict)  # the columns of lists kept as JSON


def describe(path: Path, filename: str, choices: Choices) -> Table:
    encoding = find_encoding(path, choices.encoding)
    by_line = _is_by_line(path, encoding.name)
    found: dict[str, _List] = {}
    for name, value in lists(path, encoding.name, by_line=by_line):
        known = found.setdefault(name, _List())
        known.count += 1
        record = flat(value, packed=known.packed)
        known.columns.update(dict.fromkeys(record))
        known.is_filled = known.is_filled or any(record.values())
        if len(known.columns) > MAX_COLUMNS:
            raise FileRefused("too_wide", columns=len(known.columns), most=MAX_COLUMNS)
        if len(known.first) < SAMPLE_ROWS:
            known.first.append(record)
    found = {name: known for name, known in found.items() if known.is_filled}
    if not found:
        raise FileRefused("no_records")
    if choices.sheet is not None and choices.sheet not in found:
        raise FileRefused("no_such_sheet", sheet=choices.sheet)
    name = choices.sheet if choices.sheet is not None else _most_plausible(found)
    chosen = found[name]
    headers = tuple(chosen.columns)
    return Table(
        format="jsonl" if by_line else "json",
        filename=filename,
        headers=headers,
        header_row=0,
        encoding=encoding.name,
        sheets=tuple(found) if any(found) else (),
        sheet=name,
        sample=tuple(
            (n, _cells(record, headers)) for n, record in enumerate(chosen.first, 1) if any(record.values())
        ),
        row_estimate=chosen.count,
        notes=encoding.notes + _notes(name, chosen, found),
    )


def rows(path: Path, table: Table) -> Iterator[Row]:
    number = 0
    for name, value in lists(path, table.encoding, by_line=table.format == "jsonl"):
        if name != table.sheet:
            continue
        number += 1
        cells = _cells(flat(value), table.headers)
        if any(map(str.strip, cells)):
            yield number, cells


def _cells(record: dict[str, str], headers: tuple[str, ...]) -> list[str]:
    return [record.get(header, "") for header in headers]


def _is_by_line(path: Path, encoding: str) -> bool:
    """An object, and then another one."""
    with Values(path, encoding) as values:
        if values.upcoming() != "{":
            return False
        try:
            values.take()
        except FileRefused:
            return False  # one long object, or a broken one: the reading will say so
        return values.upcoming() == "{"


def _most_plausible(found: dict[str, _List]) -> str:
    """The first list, unless a later one is clearly (half as much again) more of a table."""
    best, best_score = "", -1.0
    for name, known in found.items():
        score = len(known.columns) * (1 + min(10, known.count) / 10)
        if score > best_score * 1.5:
            best, best_score = name, score
    return best


def _notes(name: str, chosen: _List, found: dict[str, _List]) -> tuple[Note, ...]:
    notes = []
    if others := [other for other in found if other != name]:
        notes.append(Note("other_lists", {"list": name, "others": others[:NAMED_IN_NOTE]}))
    if chosen.packed:
        notes.append(Note("lists_within", {"columns": list(chosen.packed)[:NAMED_IN_NOTE]}))
    return tuple(notes)
