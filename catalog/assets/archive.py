"""A ZIP of files for the library: what lies in it, within limits, read member by member. Nothing is unpacked to a path."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

MAX_MEMBERS = 10_000
MAX_DIRECTORY = 8 << 20  # bytes of the list of members, which is read as a whole
MAX_UNPACKED = 8 << 30
MAX_RATIO = 200  # pictures hardly pack at all; only members of some size can do harm
RATIO_MATTERS_FROM = 1 << 20
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 66_000  # the end record, with the longest comment
# What operating systems put beside people's files.
_CLUTTER = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
SENTENCES = {
    "damaged": _("The ZIP is damaged or incomplete: pack it anew."),
    "password": _("The ZIP is protected by a password: pack it without one."),
    "too_many": _("The ZIP holds more than 10,000 files: split it."),
    "too_big": _("Unpacked, the ZIP would be larger than 8 GB: split it."),
    "too_tight": _("“%(name)s” is packed so tightly as no picture is: it is not unpacked."),
    "unsafe_name": _("A name in the ZIP leads out of its folder: “%(name)s”. Pack it anew."),
    "empty": _("There are no files in the ZIP."),
}
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error)  # fmt: skip


class ArchiveRefused(ValueError):
    """`message` says why and what to do."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.message = str(SENTENCES[code]) % params if params else str(SENTENCES[code])
        super().__init__(self.message)


class Archive:
    """`members`: (path in the ZIP, its entry) in the order of their names."""

    def __init__(self, packed: zipfile.ZipFile, members: list[tuple[str, zipfile.ZipInfo]]) -> None:
        self._packed = packed
        self.members = members

    @contextmanager
    def opened(self, entry: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        """Raises ArchiveRefused where it is damaged, also while it is read."""
        try:
            with self._packed.open(entry) as content:
                yield content
        except _BROKEN as error:
            raise ArchiveRefused("damaged") from error


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises ArchiveRefused, before anything is unpacked."""
    _check_directory(path)
    try:
        packed = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise ArchiveRefused("damaged") from error
    with packed:
        yield Archive(packed, _members(packed.infolist()))


def _check_directory(path: Path) -> None:
    """The list of members is read into memory whole: how long it says it is, in the old record and in that of ZIP64."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0:
        raise ArchiveRefused("damaged")
    sizes = [int.from_bytes(tail[end + 12 : end + 16], "little")]
    end_64 = tail.rfind(_END_64, 0, end)
    if end_64 >= 0:
        sizes = [size for size in sizes if size != 0xFFFFFFFF]
        sizes.append(int.from_bytes(tail[end_64 + 40 : end_64 + 48], "little"))
    if max(sizes, default=0) > MAX_DIRECTORY:
        raise ArchiveRefused("too_many")


def _members(entries: list[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    found = []
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            raise ArchiveRefused("unsafe_name", name=name[:80])
        if entry.flag_bits & 0x1:
            raise ArchiveRefused("password")
        if entry.is_dir() or _CLUTTER.search(name):
            continue
        if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise ArchiveRefused("too_tight", name=name[-80:])
        found.append((name, entry))
    if not found:
        raise ArchiveRefused("empty")
    if len(found) > MAX_MEMBERS:
        raise ArchiveRefused("too_many")
    if sum(entry.file_size for _name, entry in found) > MAX_UNPACKED:
        raise ArchiveRefused("too_big")
    return sorted(found, key=lambda each: each[0])
