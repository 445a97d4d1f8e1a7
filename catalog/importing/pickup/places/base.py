"""A place files come from: a file system as fsspec has it, reached in our way, and the form that describes it.

fsspec gives the shape (ls, info, open, mv, put_file) and its SFTP; how a host is reached, which names lead where and who
is trusted is decided in this folder, one file per kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from fsspec import AbstractFileSystem

from pim.lib.registry import Registry

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
LONGEST = 100  # characters of a name; others are left alone


class PlaceError(Exception):
    """Why the place cannot be used, in a sentence that says what to do. Never holds a secret or a whole address."""


class Unreachable(PlaceError):
    """The network, or the other side for now: it is tried again before anybody is told."""


class Refused(PlaceError):
    """The other side is there and says no: a wrong password, a folder that is not there, another host key."""


class Misset(PlaceError):
    """Our own setting is wrong: an address we may not call, a folder outside of the root."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the place. `name` is relative to its folder; `stamp` changes with the content, "" where nothing tells."""

    name: str
    size: int
    stamp: str
    modified: float = 0.0  # for the order only


@dataclass(frozen=True, slots=True)
class Opened:
    """A place that was reached: paths of `files` begin with `folder`."""

    files: AbstractFileSystem
    folder: str

    def path(self, name: str) -> str:
        return f"{self.folder.rstrip('/')}/{name}" if self.folder else name


class Place:
    """One kind. `is_whole`: what is listed there is whole at once, so that nobody has to look twice."""

    code: ClassVar[str]
    label: ClassVar[Any]
    sentence: ClassVar[Any]
    icon: ClassVar[str]
    secrets: ClassVar[tuple[str, ...]] = ()
    addressed: ClassVar[tuple[str, ...]] = ()  # settings that say where secrets are sent
    can_archive: ClassVar[bool] = True
    is_whole: ClassVar[bool] = False

    @classmethod
    def missing(cls) -> str:
        """Why this installation cannot use it, in a sentence; "" where it can."""
        return ""

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        """Settings and secrets as form fields."""
        raise NotImplementedError

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> str:
        """Where it is, for people: no secrets, no query."""
        raise NotImplementedError

    @classmethod
    def opened(
        cls, settings: Mapping[str, Any], credentials: Mapping[str, Any], *, wait: float = READ_SECONDS
    ) -> AbstractContextManager[Opened]:
        """Connects. Raises PlaceError, here and in the files' own calls (`spoken`)."""
        raise NotImplementedError

    @classmethod
    def listed(cls, opened: Opened) -> Iterator[Found]:
        """The files of the folder itself: no folders, no links, nothing hidden, no name that cannot be written down."""
        for entry in opened.files.ls(opened.folder, detail=True):
            name = entry["name"].rsplit("/", 1)[-1]
            if (
                entry["type"] == "file"
                and name.isprintable()
                and name[:1] not in ("", ".")
                and len(name) <= LONGEST
            ):
                yield Found(
                    name, int(entry["size"] or 0), str(entry["stamp"]), float(entry.get("modified") or 0)
                )

    @classmethod
    def again(cls, opened: Opened, name: str) -> Found | None:
        """The same file as it is now; None where it is gone."""
        try:
            entry = opened.files.info(opened.path(name))
        except FileNotFoundError:
            return None
        return Found(name, int(entry["size"] or 0), str(entry["stamp"]))


PLACES: Registry[type[Place]] = Registry("kinds of places")


def place(kind: type[Place]) -> type[Place]:
    PLACES.add(kind.code, kind)
    return kind
