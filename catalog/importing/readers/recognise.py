"""What kind of file is this, and where in it is the table? Answered by its content; its name is not believed.

This does the parsing itself. Other rooms call `child.recognise_in_child`, which runs it within limits.
"""

from __future__ import annotations

from pathlib import Path

from catalog.importing.readers.base import NOTHING_CHOSEN, Choices, FileRefused, Table, reader_for

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
_JSON = (b"{", b"[{", b"[\n", b"[\r\n", b"[[")


def recognise(path: Path, filename: str, choices: Choices = NOTHING_CHOSEN) -> Table:
    """Raises FileRefused for anything that is no CSV or XLSX table."""
    try:
        return reader_for(_format(path)).describe(path, filename, choices)
    except OSError:
        raise FileRefused("missing") from None


def _format(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "xlsx"
    if head.startswith(_OLE):
        raise (
            FileRefused("password")
            if _is_encrypted(path)
            else FileRefused("other_format", name="Excel 97-2003 (XLS)")
        )
    for start, name in _OTHER.items():
        if head.startswith(start):
            raise FileRefused("other_format", name=name)
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, name in _MARKUP.items():
        if plain.startswith(start):
            raise FileRefused("other_format", name=name)
    if plain.startswith(_JSON):
        raise FileRefused("other_format", name="JSON")
    return "csv"


def _is_encrypted(path: Path) -> bool:
    """Excel wraps a workbook with a password in an OLE file, in a stream of this name (MS-OFFCRYPTO 2.3.4.4)."""
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if _ENCRYPTED_PACKAGE in before + chunk:
                return True
            before = chunk[-len(_ENCRYPTED_PACKAGE) :]
    return False
