"""What the cells of a column say and its options do not know, counted over the file, with what was probably meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from catalog.importing import files
from catalog.importing.cells import RowParser, list_separator
from catalog.importing.made_cells import maker
from catalog.importing.mapping import Column
from catalog.importing.mending import choices
from catalog.importing.mending.places import Places
from catalog.importing.progress import Progress
from catalog.importing.readers.base import Table
from catalog.importing.settings import ImportSettings
from catalog.importing.shaped import source_of
from catalog.models.importing import ImportRun
from catalog.structure.snapshot import Structure

LOOKED_AT = 20_000  # rows
MOST = 60  # texts; the rarer ones are mended in the plan
_HELD = 20_000  # distinct texts


@dataclass(frozen=True, slots=True)
class Unknown:
    """`guess`: a choice's value that the text resembles, "" for none."""

    text: str
    rows: int
    guess: str


def unknown_texts(
    run: ImportRun, column: Column, structure: Structure, settings: ImportSettings
) -> list[Unknown]:
    """The most frequent first; [] for a column that is no choice. Reads the file's first rows. Raises FileRefused."""
    if column.index is None or not choices.choices_of(column, structure):
        return []
    table = Table.from_json(run.table)
    plain = replace(column, index=0, values={}, split={}, unknown="")
    names = choices.names_of(column, structure)
    reads = _reader(plain, structure, settings)
    separator = list_separator(column, structure, settings)
    cut = maker(replace(column, index=0), {})
    counted: Counter[str] = Counter()
    seen = 0
    with files.local_copy(run) as path, closing(source_of(path, table)) as source:
        source.prepare(Progress())
        with closing(source.cells(column.index)) as batches:
            for batch in batches:
                for _number, cells in batch:
                    text = (cut(cells) if cut else cells[0]).strip()
                    for part in text.split(separator) if separator else [text]:
                        if part.strip() and (len(counted) < _HELD or part.strip() in counted):
                            counted[part.strip()] += 1
                seen += len(batch)
                if seen >= LOOKED_AT:
                    break
    mapped = {text.strip().casefold() for text in column.values}
    found = []
    for text, rows in counted.most_common():
        if text.casefold() not in mapped and text.casefold() not in names and not reads(text):
            found.append(Unknown(text, rows, choices.closest(text, column, structure)))
            if len(found) >= MOST:
                break
    return found


def _reader(column: Column, structure: Structure, settings: ImportSettings) -> Callable[[str], bool]:
    """Whether a text that is nobody's name is understood all the same: a yes, the path of a category."""
    target = column.to
    if target is not None and target.field == "categories":
        return partial(Places([column], structure, settings).is_known, column=column)
    if target is None or target.field not in ("", "enabled"):
        return lambda _text: False
    parser = RowParser([column], structure, settings)
    return lambda text: not parser([text]).errors
