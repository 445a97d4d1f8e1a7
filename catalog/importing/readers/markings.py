"""What a sheet's markup says and calamine does not pass on: what number formats add, and cells without a value.

A cell that shows #REF! must not read as empty, or an import could clear a value because of it. The same holds for a
formula whose result was never stored, as programs write it that cannot calculate.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from catalog.importing.readers.base import NO_RESULT, FileRefused
from catalog.importing.readers.shown import BUILT_IN, Shown, shown_by

CHUNK = 1 << 20
MAX_ROW = 64 * 1024 * 1024
MAX_SMALL_PART = 16 * 1024 * 1024
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
# A formula, and then no value or an empty one. t="str": the formula's result is a text, perhaps an empty one.
_NO_VALUE = re.compile(
    rb"<(?:\w+:)?c(?=\s)(?![^>]*\st=\"str\")[^>]*[^/]>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ERROR = re.compile(rb"[^>]*>([^<]{1,30})</")
_STYLE = re.compile(rb'\ss="(\d+)"')
_PLACE = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

DAMAGE = (
    zlib.error, zipfile.BadZipFile, ParseError, EOFError, LookupError, ValueError, NotImplementedError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marking:
    """`row` counts from 1, `column` from 0. Either `error`, the text of the error, or how the number is shown."""

    row: int
    column: int
    error: str = ""
    shown: Shown | None = None

    def applied_to(self, text: str) -> str:
        if self.shown is not None:
            return self.shown(text)
        return text or self.error


def markings(path: Path, sheet: str) -> Iterator[Marking]:
    """In the order of the sheet; nothing for workbooks whose cells carry no references."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = sheet_parts(archive).get(sheet)
            if part is None:
                return
            formats = _formats(archive)
            with archive.open(part) as stream:
                yield from _scan(iter(lambda: stream.read(CHUNK), b""), formats)
    except DAMAGE:
        return  # calamine judges whether the workbook is readable


def sizes(path: Path, sheets: Sequence[str]) -> list[int]:
    """How many bytes of markup each sheet unpacks to; 0 where the workbook does not tell."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = sheet_parts(archive)
            return [archive.getinfo(parts[sheet]).file_size if sheet in parts else 0 for sheet in sheets]
    except DAMAGE:
        return [0] * len(sheets)


def _scan(chunks: Iterator[bytes], formats: dict[bytes, Shown]) -> Iterator[Marking]:
    styles = b"|".join(map(re.escape, formats))
    wanted = rb'\st="e"' + (rb'|\ss="(?:' + styles + rb')"' if formats else b"")
    cell = re.compile(rb"<(?:\w+:)?c(?=\s)(?=[^>]*(?:" + wanted + rb"))[^>]*>")
    hints = [b't="e"', *(b's="' + style + b'"' for style in formats)]
    carried = b""
    for chunk in chunks:
        text = carried + chunk
        end = text.rfind(b"row>") + 4  # whole rows only, whatever the namespace prefix
        if end < 4:
            if len(text) > MAX_ROW:
                raise FileRefused("too_big")
            carried = text
            continue
        carried, text = text[end:], text[:end]
        found = []
        if any(hint in text for hint in hints):
            found += [(match.start(), _marking(match, text, formats)) for match in cell.finditer(text)]
        if _FORMULA.search(text):
            found += [
                (match.start(), marking)
                for match in _NO_VALUE.finditer(text)
                if (marking := _at(match.group(), error=NO_RESULT))
            ]
        found.sort(key=lambda each: each[0])
        yield from (marking for _start, marking in found if marking is not None)


def _marking(match: re.Match[bytes], text: bytes, formats: dict[bytes, Shown]) -> Marking | None:
    if b't="e"' in match.group():
        shown = _ERROR.search(text, text.find(b"v>", match.end()))
        return _at(match.group(), error=shown.group(1).decode("utf-8", "replace") if shown else "#N/A")
    style = _STYLE.search(match.group())
    return _at(match.group(), shown=formats.get(style.group(1)) if style else None)


def _at(tag: bytes, *, error: str = "", shown: Shown | None = None) -> Marking | None:
    place = _PLACE.search(tag)
    if place is None:
        return None
    column = 0
    for letter in place.group(1):
        column = column * 26 + letter - 64
    return Marking(int(place.group(2)), column - 1, error=error, shown=shown)


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """{sheet: its part of the archive}"""
    book = small_part(archive, "xl/workbook.xml")
    links = small_part(archive, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    there = set(archive.namelist())
    found: dict[str, str] = {}
    for element in book.iter():
        target = targets.get(element.get(_ID) or element.get(_STRICT_ID))
        if _local(element) == "sheet" and target and (part := _at_target(target)) in there:
            found[element.get("name", "")] = part
    return found


def part_of(archive: zipfile.ZipFile, kind: str) -> str:
    """The workbook's part whose relationship's type ends so; "" where it has none."""
    links = small_part(archive, "xl/_rels/workbook.xml.rels")
    found = (
        _at_target(link.get("Target", ""))
        for link in (() if links is None else links)
        if link.get("Type", "").endswith(kind)
    )
    there = {name.casefold(): name for name in archive.namelist()}
    return next((there[name.casefold()] for name in found if name.casefold() in there), "")


def _at_target(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _formats(archive: zipfile.ZipFile) -> dict[bytes, Shown]:
    """Style number (as written in a cell) → how its number is shown, of the styles whose format adds something."""
    styles = small_part(archive, "xl/styles.xml")
    if styles is None:
        return {}
    codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    found: dict[bytes, Shown] = {}
    for element in styles.iter():
        if _local(element) == "numFmt":
            codes[element.get("numFmtId", "")] = element.get("formatCode", "")
        elif _local(element) == "cellXfs":
            shown = [shown_by(codes.get(child.get("numFmtId", ""), "General")) for child in element]
            found = {str(number).encode(): form for number, form in enumerate(shown) if form is not None}
    return found


def small_part(archive: zipfile.ZipFile, name: str) -> Element | None:
    if name not in archive.namelist() or archive.getinfo(name).file_size > MAX_SMALL_PART:
        return None
    try:
        root: Element = fromstring(archive.read(name), forbid_dtd=True)
    except DefusedXmlException:
        raise FileRefused("entities") from None
    return root


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
