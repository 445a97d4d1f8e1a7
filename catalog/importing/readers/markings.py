"""What a sheet's markup says and calamine does not pass on: error cells, and zeros that stand in the number format.

A supplier's "00012345" is often the number 12345 with the format "00000000": the code with its zeros exists only in
the format. And a cell that shows #REF! must not read as empty, or an import could clear a value because of it.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree

CHUNK = 1 << 20
MAX_SMALL_PART = 16 * 1024 * 1024
_ONLY_ZEROS = re.compile(r"0{2,40}")
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Marking:
    """`row` counts from 1, `column` from 0. Either `error`, the text of the error, or the digits to pad to."""

    row: int
    column: int
    error: str = ""
    digits: int = 0

    def applied_to(self, text: str) -> str:
        if self.error:
            return text or self.error
        return text.zfill(self.digits) if text.isdigit() else text


def markings(path: Path, sheet: str) -> Iterator[Marking]:
    """In the order of the sheet; nothing for workbooks whose cells carry no references."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part_of(archive, sheet)
            if part is None:
                return
            padded = _padded_styles(archive)
            with archive.open(part) as stream:
                yield from _scan(iter(lambda: stream.read(CHUNK), b""), padded)
    except (
        zlib.error,
        zipfile.BadZipFile,
        ElementTree.ParseError,
        EOFError,
        KeyError,
        ValueError,
        NotImplementedError,
    ):
        return  # calamine judges whether the workbook is readable


def _scan(chunks: Iterator[bytes], padded: dict[bytes, int]) -> Iterator[Marking]:
    styles = b"|".join(map(re.escape, padded))
    wanted = rb'\st="e"' + (rb'|\ss="(?:' + styles + rb')"' if padded else b"")
    cell = re.compile(
        rb"<(?:\w+:)?c(?=\s)(?=[^>]*(?:" + wanted + rb'))[^>]*?\sr="([A-Z]{1,3})(\d{1,7})"[^>]*>'
    )
    hints = [b't="e"', *(b's="' + style + b'"' for style in padded)]
    carried = b""
    for chunk in chunks:
        text = carried + chunk
        end = text.rfind(b"row>") + 4  # whole rows only, whatever the namespace prefix
        if end < 4:
            carried = text
            continue
        carried, text = text[end:], text[:end]
        if any(hint in text for hint in hints):
            for match in cell.finditer(text):
                yield _marking(match, text, padded)


def _marking(match: re.Match[bytes], text: bytes, padded: dict[bytes, int]) -> Marking:
    column = 0
    for letter in match.group(1):
        column = column * 26 + letter - 64
    row = int(match.group(2))
    if b't="e"' in match.group():
        shown = re.compile(rb"[^>]*>([^<]{1,30})</").search(text, text.find(b"v>", match.end()))
        return Marking(row, column - 1, error=shown.group(1).decode("utf-8", "replace") if shown else "#N/A")
    style = re.search(rb'\ss="(\d+)"', match.group())
    return Marking(row, column - 1, digits=padded.get(style.group(1), 0) if style else 0)


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book = _small(archive, "xl/workbook.xml")
    links = _small(archive, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if _local(element) == "sheet" and element.get("name") == sheet:
            target = targets.get(element.get(_ID) or element.get(_STRICT_ID))
            if target:
                part = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
                return part if part in archive.namelist() else None
    return None


def _padded_styles(archive: zipfile.ZipFile) -> dict[bytes, int]:
    """Style number (as written in a cell) → digits, of the styles whose number format is zeros only."""
    styles = _small(archive, "xl/styles.xml")
    if styles is None:
        return {}
    digits: dict[str, int] = {}
    found: dict[bytes, int] = {}
    for element in styles.iter():
        if _local(element) == "numFmt":
            code = element.get("formatCode", "").split(";")[0]
            if _ONLY_ZEROS.fullmatch(code):
                digits[element.get("numFmtId", "")] = len(code)
        elif _local(element) == "cellXfs":
            formats = [child.get("numFmtId", "") for child in element]
            found = {str(n).encode(): digits[code] for n, code in enumerate(formats) if code in digits}
    return found


def _small(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    if name not in archive.namelist() or archive.getinfo(name).file_size > MAX_SMALL_PART:
        return None
    data = archive.read(name)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # no workbook has a document type; entities are an attack
        return None
    return ElementTree.fromstring(data)  # noqa: S314 - no document type, 16 MB, in a child with limits


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
