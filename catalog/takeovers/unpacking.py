"""What was uploaded, file by file: tables alone, or tables and pictures in zip archives.

Nothing of an archive is unpacked to a path: its tables go into the storage by their content, its pictures are read from it
one by one. What a part says of its size is not believed: a table larger than an upload may be is refused while it is read.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from catalog.importing import files

FOLDER = "takeovers"
MAX_PARTS = 100_000
MAX_TABLES = 200
MEDIA = "files/"  # where Akeneo's archives have what products show
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".json")
_BROKEN = (
    zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError, KeyError, RuntimeError,
)  # fmt: skip


class ArchiveRefused(ValueError):
    """This archive is not opened; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table: `name` as people know it, `stored` in the storage."""

    name: str
    stored: str


@contextmanager
def local(stored: str) -> Iterator[Path]:
    """A file of the storage as a path of this machine."""
    try:
        path: Any = default_storage.path(stored)
    except NotImplementedError:
        with tempfile.NamedTemporaryFile(prefix="takeover-") as copy:
            with default_storage.open(stored) as content:
                shutil.copyfileobj(content, copy)
            copy.flush()
            yield Path(copy.name)
        return
    yield Path(path)


def tables_of(name: str, stored: str) -> tuple[list[Found], list[str]]:
    """The tables of one upload, stored each by its content, and the names of what is no table. Raises ArchiveRefused, files.TooLarge."""
    with local(stored) as path:
        if not is_archive(path):
            return [Found(name, stored)], []
        found, others = [], []
        try:
            with zipfile.ZipFile(path) as archive:
                for part in _parts(archive):
                    label = files.clean_name(part.filename)
                    if not part.filename.lower().endswith(_TABLES) or MEDIA in part.filename:
                        others.append(part.filename)
                        continue
                    if len(found) == MAX_TABLES:
                        raise _too_many(MAX_TABLES)
                    found.append(Found(label, _store(archive, part)))
        except (ArchiveRefused, files.TooLarge):
            raise
        except _BROKEN:
            raise _damaged() from None
        return found, others


def _store(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> str:
    with tempfile.TemporaryFile(prefix="takeover-") as copy:
        with archive.open(part) as content:
            files.copy_within_limit(content, copy)
        return files.store(copy, folder=FOLDER)[0]


def is_archive(path: Path) -> bool:
    """A zip that is no workbook."""
    with path.open("rb") as file:
        if not file.read(4).startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except _BROKEN:
        raise _damaged() from None
    return not names & {"[Content_Types].xml", "mimetype"}


def _parts(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise _too_many(MAX_PARTS)
    for part in parts:
        name = part.filename.replace("\\", "/")
        if part.flag_bits & 0x1:
            raise ArchiveRefused(_("The archive is protected by a password: pack it without one."))
        if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
            text = _(
                "The archive has a file whose name leads out of its folder (%(name)s), as only made-up ones do: pack it again."
            )
            raise ArchiveRefused(text % {"name": name[:100]})
        is_hidden = name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
        if not part.is_dir() and not is_hidden:
            yield part


class Media:
    """The pictures and files of the uploaded archives, by the path that Akeneo's cells name. Use it as a context."""

    def __init__(self, stored: Sequence[str]) -> None:
        self._stored = stored
        self._opened: list[Any] = []
        self._places: dict[str, tuple[zipfile.ZipFile, zipfile.ZipInfo]] = {}

    def __enter__(self) -> Media:
        for stored in self._stored:
            held = local(stored)
            path = held.__enter__()
            self._opened.append(held)
            if not is_archive(path):
                continue
            archive = zipfile.ZipFile(path)
            self._opened.append(archive)
            for part in _parts(archive):
                name = part.filename.replace("\\", "/")
                if MEDIA in f"/{name}":
                    self._places.setdefault(name[name.index(MEDIA) :], (archive, part))
        return self

    def __exit__(self, *about: Any) -> None:
        for held in reversed(self._opened):
            held.__exit__(*about)

    def __contains__(self, path: str) -> bool:
        return path in self._places

    def __len__(self) -> int:
        return len(self._places)

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """Raises KeyError where it is not there, ArchiveRefused where its bytes are damaged, files.TooLarge."""
        archive, part = self._places[path]
        with tempfile.TemporaryFile(prefix="takeover-") as copy:
            try:
                with archive.open(part) as content:
                    files.copy_within_limit(content, copy)
            except files.TooLarge:
                raise
            except _BROKEN:
                raise _damaged() from None
            copy.seek(0)
            yield copy


def _damaged() -> ArchiveRefused:
    return ArchiveRefused(_("The archive is damaged or incomplete: pack it again, as ZIP."))


def _too_many(most: int) -> ArchiveRefused:
    return ArchiveRefused(_("The archive has more than %(most)d files: pack fewer of them.") % {"most": most})
