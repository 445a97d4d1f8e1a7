"""A folder on this machine, below PIM_IMPORT_FOLDER and nowhere else: no name and no link leads out of it."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings as conf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fsspec import AbstractFileSystem

from catalog.importing.pickup.places.base import (
    READ_SECONDS,
    Misset,
    Opened,
    Place,
    Refused,
    Unreachable,
    place,
)

_SEGMENT = re.compile(r"(?!\.)[^\x00-\x1f\x7f/\\]{1,100}\Z")


def segments(path: str) -> list[str]:
    """The parts of a relative path. Raises Misset for "..", an absolute one and anything else that could lead out."""
    parts = [part for part in path.strip().split("/") if part]
    if path.strip().startswith("/") or not all(_SEGMENT.match(part) for part in parts):
        raise Misset(
            _("'%s' is no folder below the import folder: write it as supplier-a/prices.") % path[:100]
        )
    return parts


class _Confined(AbstractFileSystem):  # type: ignore[misc]
    """Files of one folder. Every path is opened without following a link, and has to lie in the folder."""

    cachable = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.root = folder

    def _inside(self, path: str) -> Path:
        inner = self.root.joinpath(*segments(path))
        if inner == self.root:
            return inner
        if not inner.parent.resolve().is_relative_to(self.root):
            raise Misset(_("'%s' leads out of the import folder.") % path[:100])
        return inner

    def ls(self, path: str, detail: bool = True, **_kwargs: Any) -> list[Any]:
        with os.scandir(self._inside(path)) as entries:
            found = [self._entry(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
        return found if detail else [entry["name"] for entry in found]

    def info(self, path: str, **_kwargs: Any) -> dict[str, Any]:
        return self._entry(path, self._inside(path).lstat())

    @staticmethod
    def _entry(name: str, known: os.stat_result) -> dict[str, Any]:
        kind = (
            "file" if stat.S_ISREG(known.st_mode) else "directory" if stat.S_ISDIR(known.st_mode) else "link"
        )
        return {
            "name": name, "size": known.st_size, "type": kind, "stamp": str(known.st_mtime_ns), "modified": known.st_mtime,
        }  # fmt: skip

    def _open(self, path: str, mode: str = "rb", **_kwargs: Any) -> Any:
        # Not blocking: a pipe that somebody put there would wait for its writer for ever.
        opened = os.open(self._inside(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise FileNotFoundError(path)
        return os.fdopen(opened, "rb")

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        self._inside(path).mkdir(parents=True, exist_ok=exist_ok)

    def mv(self, path1: str, path2: str, **_kwargs: Any) -> None:
        source, target = self._inside(path1), self._inside(path2)
        if target.exists():
            raise FileExistsError(path2)
        os.rename(source, target)

    def put_file(self, lpath: str, rpath: str, **_kwargs: Any) -> None:
        """Whole or not at all: written beside its place and renamed."""
        target = self._inside(rpath)
        beside = target.with_name(f".{target.name}.part")
        shutil.copyfile(lpath, beside)
        os.replace(beside, target)


@place
class Folder(Place):
    code = "folder"
    label = gettext_lazy("Folder on this machine")
    sentence = gettext_lazy(
        "A folder that another program, a mounted share or an SFTP server of yours writes into."
    )
    icon = "folder"

    @classmethod
    def missing(cls) -> str:
        if not conf.PIM_IMPORT_FOLDER:
            return _("An operator has to name the folder in PIM_IMPORT_FOLDER first.")
        return ""

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "folder": forms.CharField(
                label=gettext_lazy("Folder"), required=False, max_length=200, validators=[_check_folder],
                help_text=gettext_lazy("Below the import folder of this installation, as supplier-a/prices. Empty: that folder itself."),
            )
        }  # fmt: skip

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> str:
        return settings.get("folder") or _("the import folder")

    @classmethod
    @contextmanager
    def opened(
        cls, settings: Mapping[str, Any], credentials: Mapping[str, Any], *, wait: float = READ_SECONDS
    ) -> Iterator[Opened]:
        if cls.missing():
            raise Misset(cls.missing())
        root = Path(conf.PIM_IMPORT_FOLDER).resolve()
        if conf.PIM_DEMO:
            root.mkdir(parents=True, exist_ok=True)
        folder = root.joinpath(*segments(settings.get("folder", "")))
        if not folder.resolve().is_relative_to(root):
            raise Misset(_("'%s' leads out of the import folder.") % settings.get("folder", "")[:100])
        if not folder.is_dir():
            raise Refused(
                _("There is no folder '%s' in the import folder: make it first.") % cls.described(settings)
            )
        try:
            yield Opened(_Confined(folder.resolve()), "")
        except PermissionError as error:
            raise Refused(
                _("This program may not read or write in '%s'.") % cls.described(settings)
            ) from error
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Unreachable(
                _("The folder cannot be read: %s.") % (error.strerror or type(error).__name__)
            ) from error


def _check_folder(value: str) -> None:
    try:
        segments(value)
    except Misset as wrong:
        raise forms.ValidationError(str(wrong)) from None
