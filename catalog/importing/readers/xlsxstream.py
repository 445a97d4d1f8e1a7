"""Large XLSX workbooks, streamed from their markup: in constant memory, a third as fast as calamine, which holds a sheet.

Texts stand apart from the cells in such a file (ECMA-376 part 1, 18.4), so they go to a file on disk first.
"""

from __future__ import annotations

import datetime
import os
import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import IO
from xml.parsers import expat

from catalog.importing.readers import markings, workbook
from catalog.importing.readers.base import MAX_COLUMNS, NO_RESULT, Choices, FileRefused, Row, Table, cell_text
from catalog.importing.readers.merged import Merge
from catalog.importing.readers.shown import BUILT_IN, Shown, shown_by
from catalog.importing.readers.workbook import MAX_ROWS, Look, Sheet

CHUNK = 256 * 1024
MAX_CELL_CHARS = 10_000_000
REMEMBERED_TEXTS = 20_000
# Built-in formats of dates, those of East Asia too (ECMA-376 part 1, 18.8.30).
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_ELAPSED = frozenset([46])
_FORMAT_TOKEN = re.compile(
    r'"[^"]*"|\\.|_.|\*.|(\[(?:h+|m+|s+)\])|\[[^\]]*\]|(General)|([ymdhs])|(;)', re.IGNORECASE
)
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_SPACE = (
    " \t\r\n"  # what XML counts as such: without xml:space="preserve" it is layout at both ends of a text
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a character that XML has no room for (part 1, 22.9.2.19)
_TRUE = ("1", "true", "on")
Convert = Callable[[float], str]


def describe(path: Path, filename: str, choices: Choices) -> Table:
    with _book(path) as book:
        wanted = workbook.head_rows(choices)
        return workbook.describe("xlsx", filename, book.sheets, partial(book.look, wanted), choices)


def rows(path: Path, table: Table) -> Iterator[Row]:
    with _book(path) as book:
        if table.sheet not in book.parts:
            raise FileRefused("no_such_sheet", sheet=table.sheet)
        yield from workbook.data_rows(book.texts(table.sheet), table, book.measured(table.sheet)[1])


@contextmanager
def _book(path: Path) -> Iterator[_Book]:
    with ExitStack() as opened:
        try:
            yield _Book(opened.enter_context(zipfile.ZipFile(path)), opened)
        except (expat.ExpatError, UnicodeError, *markings.DAMAGE):
            raise FileRefused("damaged") from None


class _Book:
    def __init__(self, archive: zipfile.ZipFile, opened: ExitStack) -> None:
        self.archive = archive
        self.opened = opened
        self.parts = markings.sheet_parts(archive)
        self._texts: _Texts | None = None
        self._measured: dict[str, tuple[int, list[Merge]]] = {}
        book = markings.small_part(archive, "xl/workbook.xml")
        states: dict[str, bool] = {}
        epoch_1904 = False
        for element in () if book is None else book.iter():
            name = element.tag.rpartition("}")[2]
            if name == "sheet":
                states[element.get("name", "")] = element.get("state", "visible") != "visible"
            elif name == "workbookPr":
                epoch_1904 = epoch_1904 or element.get("date1904", "").casefold() in _TRUE
        self.sheets = [Sheet(name, hidden) for name, hidden in states.items() if name in self.parts]
        self.converts = _conversions(archive, epoch_1904)

    def look(self, wanted: int, name: str) -> Look:
        height, merges = self.measured(name)
        head = list(islice(self.texts(name), wanted))
        return Look(name, head, merges, max(height, head[-1][0] if head else 0))

    def measured(self, name: str) -> tuple[int, list[Merge]]:
        """How many rows are written down, and what is merged, which stands behind them."""
        if name not in self._measured:
            count, carried, merges = 0, b"", []
            with self.archive.open(self.parts[name]) as part:
                while chunk := part.read(CHUNK):
                    count += chunk.count(b"</row>") + chunk.count(b":row>") // 2
                    text = carried + chunk
                    last = 0
                    for match in _MERGE.finditer(text):
                        left, top, right, bottom = (group.decode() for group in match.groups())
                        merges.append(Merge(int(top), _column(left), int(bottom), _column(right)))
                        last = match.end()
                    carried = text[max(last, len(text) - 200) :]
            self._measured[name] = count, sorted(merges)
        return self._measured[name]

    def texts(self, sheet: str) -> Iterator[Row]:
        if self._texts is None:
            self._texts = self.opened.enter_context(_Texts())
            if name := markings.part_of(self.archive, "/sharedStrings"):
                with self.archive.open(name) as part:
                    self._texts.read(part)
        with self.archive.open(self.parts[sheet]) as part:
            yield from _rows(part, self._texts.get, self.converts)


class _Texts:
    """The shared strings: their UTF-8 in a file, where each begins in memory (8 bytes for each)."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed by __exit__
        self._starts = array("Q", [0])
        self._parts: list[str] = []
        self._keeps = self._trims = False
        self._from = 0  # where in the parts the run of text begins that is being read
        self._phonetic = 0
        self.get = lru_cache(REMEMBERED_TEXTS)(self._get)

    def __enter__(self) -> _Texts:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._file.close()

    def read(self, part: IO[bytes]) -> None:
        parser = _parser()
        parser.StartElementHandler = self._opens
        parser.EndElementHandler = self._closes
        parser.CharacterDataHandler = self._says
        parser.ParseFile(part)
        self._file.flush()

    def _get(self, number: int) -> str:
        if not 0 <= number < len(self._starts) - 1:
            raise FileRefused("damaged")
        start, end = self._starts[number], self._starts[number + 1]
        return os.pread(self._file.fileno(), end - start, start).decode()

    def _opens(self, name: str, given: dict[str, str]) -> None:
        name = _local(name)
        if name == "t":
            self._keeps = not self._phonetic
            self._from = len(self._parts)
            self._trims = given.get("xml:space") != "preserve"
        elif name == "rPh":  # how the text is spoken: shown above it in Japan, and no part of it
            self._phonetic += 1

    def _says(self, text: str) -> None:
        if self._keeps:
            self._parts.append(text)

    def _closes(self, name: str) -> None:
        name = _local(name)
        if name == "t":
            self._keeps = False
            if self._trims:
                self._parts[self._from :] = ["".join(self._parts[self._from :]).strip(_SPACE)]
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "si":
            data = _unescaped("".join(self._parts)).encode()
            if len(data) > MAX_CELL_CHARS:
                raise FileRefused("too_big")
            self._file.write(data)
            self._starts.append(self._starts[-1] + len(data))
            self._parts.clear()


def _rows(part: IO[bytes], text_of: Callable[[int], str], converts: Sequence[Convert]) -> Iterator[Row]:
    """The rows of one sheet. Closures over plain names, since the parser calls them five times a cell."""
    found: list[Row] = []
    cells: list[str] = []
    parts: list[str] = []
    row = column = upcoming = style = begins = phonetic = 0
    kind = ""
    keeps = has_formula = trims = False

    def opens(name: str, given: dict[str, str]) -> None:
        nonlocal row, column, upcoming, style, begins, phonetic, kind, keeps, has_formula, trims, cells
        name = local(name)
        if name == "c":
            place = given.get("r")
            column = column_of(place.rstrip("0123456789")) if place else upcoming
            upcoming = column + 1
            if column >= MAX_COLUMNS:
                raise FileRefused("too_big")
            kind = given.get("t", "")
            style = int(given.get("s") or 0)
            has_formula = False
            parts.clear()
        elif name == "v":
            keeps = True
        elif name == "f":
            has_formula = True
        elif name == "row":
            above, row = row, int(given.get("r", row + 1))
            if row <= above:
                raise FileRefused("damaged")
            cells, upcoming = [], 0
            if row > MAX_ROWS:
                raise FileRefused("too_big")
        elif name == "t":
            keeps, begins = not phonetic, len(parts)
            trims = given.get("xml:space") != "preserve"
        elif name == "rPh":
            phonetic += 1

    def says(text: str) -> None:
        if keeps:
            parts.append(text)
            if len(parts) > 1 and sum(map(len, parts)) > MAX_CELL_CHARS:
                raise FileRefused("too_big")

    def closes(name: str) -> None:
        nonlocal phonetic, keeps
        name = local(name)
        if name == "v":
            keeps = False
        elif name == "c":
            if (parts or has_formula or kind == "e") and (text := value("".join(parts))):
                missing = column - len(cells)
                if missing < 0:
                    cells[column] = text
                    return
                if missing:
                    cells.extend([""] * missing)
                cells.append(text)
        elif name == "row":
            found.append((row, cells))
        elif name == "t":
            keeps = False
            if trims:
                parts[begins:] = ["".join(parts[begins:]).strip(_SPACE)]
        elif name == "rPh":
            phonetic -= 1

    def value(written: str) -> str:
        if kind == "s":
            return text_of(int(written)) if written else ""
        if kind in ("str", "inlineStr", "d"):
            return _unescaped(written)
        if kind == "e":
            return written or "#N/A"
        if not written:
            return NO_RESULT if has_formula else ""
        if kind == "b":
            return cell_text(written.strip() in _TRUE)
        try:
            number = float(written)
        except ValueError:
            return written
        return converts[style](number) if style < len(converts) else cell_text(number)

    local, column_of = _local, _column
    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = opens, closes
    parser.CharacterDataHandler = says
    while True:
        chunk = part.read(CHUNK)
        parser.Parse(chunk, not chunk)
        yield from found
        found.clear()
        if not chunk:
            return


def _conversions(archive: zipfile.ZipFile, epoch_1904: bool) -> list[Convert]:
    """By the number of a style: the number of its cells as their author reads it."""
    codes = {str(number): code for number, code in BUILT_IN.items()}
    found: list[Convert] = []
    styles = markings.small_part(archive, "xl/styles.xml")
    if styles is None and "xl/styles.xml" in archive.namelist():
        raise FileRefused("too_big")  # without its formats a date is a number
    for element in () if styles is None else styles.iter():
        name = element.tag.rpartition("}")[2]
        if name == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
        elif name == "cellXfs":
            found = [_conversion(style.get("numFmtId", ""), codes, epoch_1904) for style in element]
    return found


def _conversion(number: str, codes: dict[str, str], epoch_1904: bool) -> Convert:
    code = codes.get(number)
    kind = _kind(code) if code is not None else ""
    if code is None and number.isdigit():
        kind = "date" if int(number) in _DATES else "elapsed" if int(number) in _ELAPSED else ""
    if kind == "date":
        return partial(_date, epoch_1904)
    if kind == "elapsed":
        return _elapsed
    shown = shown_by(code or "General")
    return partial(_shown, shown) if shown else cell_text


def _kind(code: str) -> str:
    """ "date", "elapsed" or "", by the first section of a format."""
    for match in _FORMAT_TOKEN.finditer(code):
        elapsed, general, letter, end = match.groups()
        if end or general:
            return ""
        if elapsed:
            return "elapsed"
        if letter:
            return "date"
    return ""


def _shown(shown: Shown, number: float) -> str:
    return shown(cell_text(number))


def _date(epoch_1904: bool, number: float) -> str:
    """A whole number is a date, a number below one a time of day, else both."""
    if epoch_1904:
        first = datetime.date(1904, 1, 1)
    else:  # Excel holds 1900 for a leap year: its day 60 never was
        first = datetime.date(1899, 12, 30 if number >= 60 else 31)
    try:
        moment = datetime.datetime.combine(first, datetime.time()) + datetime.timedelta(days=number)
    except (OverflowError, ValueError):
        return cell_text(number)
    text = cell_text(moment)
    if 0 <= number < 1:
        return text.partition("T")[2]
    return text.partition("T")[0] if number.is_integer() else text


def _elapsed(number: float) -> str:
    try:
        return cell_text(datetime.timedelta(days=number))
    except (OverflowError, ValueError):
        return cell_text(number)


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    return (
        _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )


@lru_cache(MAX_COLUMNS)
def _column(letters: str) -> int:
    """ "A" → 0, "AA" → 26."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


@lru_cache(256)
def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_given: object) -> None:
    raise FileRefused("entities")
