"""Is this zip archive a harmless workbook, and of which kind? Answered before anything is unpacked as a whole."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from catalog.importing.readers.base import FileRefused

MAX_PARTS = 2_000
MAX_UNPACKED = 4096 * 1024 * 1024  # a sheet of 1,048,576 rows of 45 cells unpacks to 3 GB
MAX_RATIO = 200  # spreadsheets pack 5 to 30 times; only parts of some size can do harm
RATIO_MATTERS_FROM = 1024 * 1024
_MANIFEST = "META-INF/manifest.xml"
_ARCHIVE_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08")
_WORKBOOK_TYPES = (
    b"spreadsheetml.sheet.main+xml",
    b"sheet.macroEnabled.main+xml",
    b"spreadsheetml.template.main+xml",
)


def check_workbook(path: Path) -> str:
    """ "xlsx" or "ods". Raises FileRefused with what is wrong: a bomb, an archive in the archive, a password, another format."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive.infolist())
            kind = _kind(archive)
            _check_parts(archive)
            return kind
    except (
        zlib.error,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        KeyError,
    ):
        raise FileRefused("damaged") from None


def unpacked(path: Path) -> int:
    """Bytes of all parts, as the archive says of itself."""
    with zipfile.ZipFile(path) as archive:
        return sum(part.file_size for part in archive.infolist())


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 0x1 for part in parts):
        raise FileRefused("password")
    if len(parts) > MAX_PARTS:
        raise FileRefused("too_many_parts", count=len(parts), most=MAX_PARTS)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED:
        raise FileRefused("unpacks_too_big", megabytes=unpacked >> 20, most=MAX_UNPACKED >> 20)
    for part in parts:
        if part.file_size > RATIO_MATTERS_FROM and part.file_size > MAX_RATIO * max(1, part.compress_size):
            raise FileRefused("packed_too_tightly", megabytes=part.file_size >> 20)


def _kind(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names and b"opendocument" in (mimetype := _start(archive, "mimetype", 200)):
        if b"opendocument.spreadsheet" not in mimetype:
            raise FileRefused("other_format", name="OpenDocument")
        manifest = _start(archive, _MANIFEST, 1 << 20) if _MANIFEST in names else b""
        if b"encryption-data" in manifest:
            raise FileRefused("password")
        if "content.xml" not in names:
            raise FileRefused("password" if "encrypted-package" in names else "damaged")
        return "ods"
    types = _start(archive, "[Content_Types].xml", 1 << 20) if "[Content_Types].xml" in names else b""
    if b"sheet.binary" in types:
        raise FileRefused("other_format", name="Excel binary workbook (XLSB)")
    if "xl/workbook.xml" not in names and not any(kind in types for kind in _WORKBOOK_TYPES):
        raise FileRefused("not_a_workbook")
    return "xlsx"


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Nothing is ever unpacked to a path; a part named to climb out of its folder still shows who made the file."""
    for name in archive.namelist():
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":":
            raise FileRefused("unsafe_part", part=name)
        if name.endswith("/"):
            continue
        start = _start(archive, name, 1024)
        if start.startswith(_ARCHIVE_STARTS):
            raise FileRefused("nested_archive", part=name)
        if b"<!DOCTYPE" in start.replace(b"\0", b"") and name.endswith((".xml", ".rels")):
            raise FileRefused("entities")


def _start(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    with archive.open(name) as part:
        return part.read(size)
