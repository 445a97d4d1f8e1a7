"""A file is there whole or not at all, whatever happens while it is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from pim.lib.whole_files import WholeFileStorage


class Slow(ContentFile):  # type: ignore[type-arg]
    """Says after its first part whether the file can be seen already; ends there where the disk is `full`."""

    def __init__(self, storage: WholeFileStorage, name: str, *, full: bool = False) -> None:
        super().__init__(b"")
        self.storage, self.place, self.full = storage, name, full
        self.seen: list[bool] = []

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"first "
        self.seen.append(self.storage.exists(self.place))
        if self.full:
            raise OSError("No space left on device")
        yield b"second"


def files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def test_nobody_sees_a_file_before_it_is_whole(tmp_path: Path) -> None:
    storage = WholeFileStorage(tmp_path)
    content = Slow(storage, "a/b.txt")
    assert storage.save("a/b.txt", content) == "a/b.txt"
    assert content.seen == [False]
    assert (tmp_path / "a/b.txt").read_bytes() == b"first second"
    assert files(tmp_path) == ["a/b.txt"]


def test_a_write_that_fails_leaves_nothing_that_could_be_taken_for_the_file(tmp_path: Path) -> None:
    storage = WholeFileStorage(tmp_path)
    with pytest.raises(OSError, match="No space"):
        storage.save("a/b.txt", Slow(storage, "a/b.txt", full=True))
    assert files(tmp_path) == []


def test_a_name_that_is_taken_is_not_written_over(tmp_path: Path) -> None:
    storage = WholeFileStorage(tmp_path)
    storage.save("a.txt", ContentFile(b"one"))
    other = storage.save("a.txt", ContentFile(b"two"))
    assert other != "a.txt"
    assert (tmp_path / "a.txt").read_bytes() == b"one"
    assert (tmp_path / other).read_bytes() == b"two"


def test_uploads_on_this_machine_are_stored_so() -> None:
    assert isinstance(default_storage, WholeFileStorage)
