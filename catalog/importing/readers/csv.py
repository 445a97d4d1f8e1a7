"""Text files with delimiters (CSV, TSV and their kin), streamed in constant memory.

Row numbers count records, blank ones included, because that is the row a spreadsheet program shows: a cell with line
breaks does not move the numbers below it. The line "sep=;" that Excel understands is not counted: Excel hides it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO

from catalog.importing.readers.base import (
    MAX_COLUMNS,
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
from catalog.importing.readers.delimiter import find_delimiter, find_quotechar, records
from catalog.importing.readers.encoding import find_encoding
from catalog.importing.readers.header import find_header
from pim.lib.formulas import plain

JUDGED_ROWS = 200
SAMPLE_CHARS = 256 * 1024
MAX_CELL_CHARS = 10_000_000  # far above any text; what is longer lost its closing quote
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


def describe(path: Path, filename: str, choices: Choices) -> Table:
    encoding = find_encoding(path, choices.encoding)
    sample, whole, declared = _head(path, encoding.name, encoding.notes)
    if not sample.strip():
        raise FileRefused("empty")
    csv.field_size_limit(MAX_CELL_CHARS)
    delimiter = choices.delimiter or declared or find_delimiter(sample, whole=whole)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise FileRefused("delimiter", delimiter=delimiter)
    quotechar = find_quotechar(sample, delimiter)
    found = records(sample, delimiter, quotechar, whole=whole)
    rows: list[Row] = list(enumerate(found, 1))
    header = find_header(rows, choices.header_row)
    if header is None:
        raise FileRefused("no_header")
    if len(header.names) > MAX_COLUMNS:
        raise FileRefused("too_wide", columns=len(header.names), most=MAX_COLUMNS)
    below = rows[header.position + 1 :]
    lines_a_record = max(1.0, (sample.count("\n") or sample.count("\r") or 1) / max(1, len(found)))
    estimate = len(below) if whole else max(len(below), round(encoding.lines / lines_a_record) - header.row)
    kinds, notes = left_out(below[:JUDGED_ROWS], header.names, (), choices)
    table = Table(
        format="csv",
        filename=filename,
        headers=header.names,
        header_row=header.row,
        encoding=encoding.name,
        delimiter=delimiter,
        quotechar=quotechar,
        row_estimate=estimate,
        notes=encoding.notes + header.notes + notes,
        head=head_of(rows, header.row),
        left_out=kinds,
    )
    first = tuple(islice(_data(below, table), SAMPLE_ROWS))
    if not first and whole:
        raise FileRefused("no_rows", row=header.row)
    return replace(table, sample=first)


def rows(path: Path, table: Table) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL_CHARS)
    width = len(table.headers)
    is_between = sieve(table)
    number = 0
    with _open(path, table.encoding, table.notes) as file:
        lines = _Lines(file, strip_nul=table.noted("nul_removed"))
        reader = csv.reader(lines, delimiter=table.delimiter, quotechar=table.quotechar)
        try:
            for number, cells in enumerate(reader, 1):
                if lines.ended:  # the record was still open when the file was over
                    raise FileRefused("unclosed_quote", row=number)
                if number > table.header_row and (fitted := fit(cells, width)) is not None:
                    if is_between is not None and is_between(number, fitted):
                        continue
                    if len(fitted) > MAX_COLUMNS:
                        raise FileRefused("too_wide", columns=len(fitted), most=MAX_COLUMNS)
                    yield number, [plain(cell) if cell[:1] == "'" else cell for cell in fitted]
        except csv.Error:
            raise FileRefused("cell_too_long", row=number + 1, most=MAX_CELL_CHARS) from None
        except UnicodeError:
            raise FileRefused("encoding", encoding=table.encoding) from None


def _data(below: list[Row], table: Table) -> Iterator[Row]:
    is_between = sieve(table)
    for number, cells in below:
        fitted = fit(cells, len(table.headers))
        if fitted is not None and not (is_between is not None and is_between(number, fitted)):
            yield number, fitted


class _Lines:
    """The lines of a file, without a leading "sep=" line; `ended` once the reader asked beyond the last."""

    def __init__(self, file: IO[str], *, strip_nul: bool) -> None:
        self.ended = False
        self._file = file
        self._strip_nul = strip_nul

    def __iter__(self) -> Iterator[str]:
        first = self._file.readline()
        if first and not _SEP_LINE.fullmatch(first):
            yield first.replace("\0", "")
        if self._strip_nul:
            for line in self._file:
                yield line.replace("\0", "")
        else:
            yield from self._file
        self.ended = True


def _open(path: Path, encoding: str, notes: tuple[Note, ...]) -> IO[str]:
    replace = any(note.code == "bytes_replaced" for note in notes)
    return path.open(encoding=encoding, errors="replace" if replace else "strict", newline="")


def _head(path: Path, encoding: str, notes: tuple[Note, ...]) -> tuple[str, bool, str | None]:
    """The first characters, whether they are the whole file, and the delimiter a "sep=" line declares."""
    with _open(path, encoding, notes) as file:
        text = file.read(SAMPLE_CHARS)
        whole = not file.read(1)
    text = text.replace("\0", "")
    if declared := _SEP_LINE.match(text):
        return text[declared.end() :], whole, declared.group(1)
    return text, whole, None
