"""The uploaded file: stored once by its content, read from this machine's disk."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from catalog.models.importing import ImportRun

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


class TooLarge(ValueError):
    """The file is larger than PIM_MAX_UPLOAD_MB; the text says so."""


def clean_name(name: str) -> str:
    """A file name for people: no folders, control characters or marks that turn text around; 200 characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    cleaned = _UNSAFE.sub("_", base).strip(" .")
    if len(cleaned) > 200:
        stem, dot, extension = cleaned.rpartition(".")
        cleaned = f"{stem[:180]}{dot}{extension[:15]}" if dot else cleaned[:200]
    return cleaned or "file"


def store(content: IO[bytes], *, folder: str = "imports") -> tuple[str, str]:
    """(name in the storage, sha256); the same bytes are stored once in a folder. Raises TooLarge."""
    digest = hashlib.sha256()
    content.seek(0)
    for chunk in _within_limit(content):
        digest.update(chunk)
    # No extension: nothing of what a stranger named may decide how the file is treated.
    name = f"{folder}/{digest.hexdigest()}"
    if not default_storage.exists(name):
        content.seek(0)
        name = default_storage.save(name, File(content))
    return name, digest.hexdigest()


def copy_within_limit(content: IO[bytes], copy: IO[bytes]) -> None:
    """From where `content` stands, whatever it says of its size. Raises TooLarge."""
    for chunk in _within_limit(content):
        copy.write(chunk)
    copy.flush()


def _within_limit(content: IO[bytes]) -> Iterator[bytes]:
    size = 0
    while chunk := content.read(1 << 20):
        size += len(chunk)
        if size > settings.PIM_MAX_UPLOAD_MB << 20:
            raise TooLarge(
                _("The file is larger than %(most)d MB: split it, or raise PIM_MAX_UPLOAD_MB.")
                % {"most": settings.PIM_MAX_UPLOAD_MB}
            )
        yield chunk


@contextmanager
def local_copy(run: ImportRun) -> Iterator[Path]:
    """The run's file as a path of this machine; fetched where the storage is elsewhere."""
    try:
        path: Any = run.file.path
    except NotImplementedError:
        with tempfile.NamedTemporaryFile(prefix="import-") as copy:
            with run.file.open("rb") as stored:
                shutil.copyfileobj(stored, copy)
            copy.flush()
            yield Path(copy.name)
        return
    yield Path(path)
