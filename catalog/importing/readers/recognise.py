"""What kind of file is this, and where in it is the table? Answered by its content; its name is not believed.

This does the parsing itself. Other rooms call `child.recognise_in_child`, which runs it within limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from catalog.importing.readers import turned
from catalog.importing.readers.archive import check_workbook
from catalog.importing.readers.base import NOTHING_CHOSEN, Choices, FileRefused, Row, Table, reader_for

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OTHER = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"SQLite format 3": "SQLite",
}
_MARKUP = {b"<!doctype html": "HTML", b"<html": "HTML", b"<table": "HTML", b"<?xml": "XML", b"{\\rtf": "RTF"}
# Before OLE, a workbook was one stream of records; its first says which version (MS-XLS 2.4.21).
_OLD_WORKBOOKS = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
_SPREADSHEET_ML = b"urn:schemas-microsoft-com:office:spreadsheet"
_XLIFF = re.compile(rb"<(?:[\w.-]+:)?xliff\s[^>]*?\bversion=[\"']([\d.]+)")
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\]]")


def recognise(path: Path, filename: str, choices: Choices = NOTHING_CHOSEN) -> Table:
    """Raises FileRefused for anything that is no table of a format in `base.READERS`."""
    try:
        table = reader_for(_format(path)).describe(path, filename, _in_rows(choices))
        return turned.describe(path, choices, table) if turned.is_wanted(table, choices) else table
    except OSError:
        raise FileRefused("missing") from None


def _in_rows(choices: Choices) -> Choices:
    """The row of the names is one of the turned table, where it is turned."""
    return replace(choices, header_row=None) if choices.in_columns else choices


def rows_of(path: Path, table: Table) -> Iterator[Row]:
    """As Reader.rows, of a table that was recognised."""
    return turned.rows(path, table) if table.in_columns else reader_for(table.format).rows(path, table)


def _format(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return check_workbook(path)
    if head.startswith(_OLE):
        if _is_encrypted(path):
            raise FileRefused("password")
        return "xls"
    if head.startswith(_OLD_WORKBOOKS):
        return "xls"
    for start, name in _OTHER.items():
        if head.startswith(start):
            raise FileRefused("other_format", name=name)
    plain = _as_ascii(head).lstrip().lower()
    if plain.startswith(b"<") and b"<bmecat" in plain:
        return "bmecat"
    if plain.startswith(b"<") and (found := _XLIFF.search(plain)):
        if not found[1].startswith(b"1"):
            raise FileRefused("xliff_version", version=found[1].decode())
        return "xliff"
    for start, name in _MARKUP.items():
        if plain.startswith(start):
            raise FileRefused("other_format", name="Excel 2003 XML" if _SPREADSHEET_ML in plain else name)
    return "json" if _JSON.match(plain) else "csv"


def _as_ascii(head: bytes) -> bytes:
    """Without a byte order mark and the NULs of UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].replace(b"\0", b"")
    return head.removeprefix(b"\xef\xbb\xbf")


def _is_encrypted(path: Path) -> bool:
    """Excel wraps a workbook with a password in an OLE file, in a stream of this name (MS-OFFCRYPTO 2.3.4.4)."""
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if _ENCRYPTED_PACKAGE in before + chunk:
                return True
            before = chunk[-len(_ENCRYPTED_PACKAGE) :]
    return False
