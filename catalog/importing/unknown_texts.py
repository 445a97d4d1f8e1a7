"""What the cells of a column say and its options do not know, counted over the file, with what was probably meant."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from catalog.importing import files
from catalog.importing.cells import RowParser, in_one_line, list_separator
from catalog.importing.made_cells import Unmade, maker
from catalog.importing.mapping import Column
from catalog.importing.mending import choices
from catalog.importing.mending.places import Places
from catalog.importing.readers.base import Table
from catalog.importing.readers.child import read_in_child
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportRun
from catalog.structure.snapshot import Structure

LOOKED_AT = 20_000  # rows
PATIENCE = 3.0  # seconds a person waits for it
MOST = 60  # texts; the rarer ones are mended in the plan
MISSPELT = 0.84  # alike enough to be chosen before a person looks: a letter or two
_HELD = 20_000  # distinct texts


@dataclass(frozen=True, slots=True)
class Unknown:
    """`guess`: a choice's value that the text resembles, "" for none."""

    text: str
    rows: int
    guess: str


@dataclass(frozen=True, slots=True)
class Texts:
    """`rows`: how many were looked at."""

    unknown: list[Unknown]
    rows: int = 0


def unknown_texts(run: ImportRun, column: Column, structure: Structure, settings: ImportSettings) -> Texts:
    """The most frequent first; none for a column that is no choice. Reads the file's first rows. Raises FileRefused."""
    if column.index is None or not choices.choices_of(column, structure):
        return Texts([])
    table = Table.from_json(run.table)
    plain = replace(column, index=0, values={}, split={}, unknown="")
    names = choices.names_of(column, structure)
    reads = _reader(plain, structure, settings)
    separator = list_separator(column, structure, settings)
    cut = maker(replace(column, index=0), {})
    counted: Counter[str] = Counter()
    seen = 0
    for cell in _cells(run, table, column.index):
        try:
            text = (cut([cell]) if cut else cell).strip()
        except Unmade:
            text = ""  # the plan says it of the row
        for part in in_one_line(text, separator).split(separator) if separator else [text]:
            if part.strip() and (len(counted) < _HELD or part.strip() in counted):
                counted[part.strip()] += 1
        seen += 1
    mapped = {text.strip().casefold() for text in column.values}
    found = []
    for text, rows in counted.most_common():
        if text.casefold() not in mapped and text.casefold() not in names and not reads(text):
            found.append(Unknown(text, rows, choices.closest(text, column, structure, least=MISSPELT)))
            if len(found) >= MOST:
                break
    return Texts(found, seen)


def _cells(run: ImportRun, table: Table, index: int) -> Iterator[str]:
    """Of the file's first rows: as many as are quickly read. Where products are made of rows, of the first products."""
    if table.shape:
        yield from (cells[index] for _number, cells in table.sample if index < len(cells))
        return
    ends, seen = time.monotonic() + PATIENCE, 0
    with files.local_copy(run) as path, closing(read_in_child(path, table, cells=[index])) as batches:
        for batch in batches:
            yield from (cells[0] for _number, cells in batch)
            seen += len(batch)
            if seen >= LOOKED_AT or time.monotonic() > ends:
                return


def _reader(column: Column, structure: Structure, settings: ImportSettings) -> Callable[[str], bool]:
    """Whether a text that is nobody's name is understood all the same: a yes, the path of a category."""
    target = column.to
    if target is not None and target.field == "categories":
        return partial(Places([column], structure, settings).is_known, column=column)
    if target is None or target.field not in ("", "enabled"):
        return lambda _text: False
    parser = RowParser([column], structure, settings)
    return lambda text: not parser([text]).errors
