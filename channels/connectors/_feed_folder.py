"""A channel's folder of feed files. A reader sees the old file or the new one, never a part of either.

    feeds/[folder/]channel/  products-en_US.csv …  manifest.json  index.sqlite3  previous/20260301T101500-3f2a…/

Every file is written beside its place, synced, and renamed into it; the manifest last, so that a reader who wants files
of one moment checks their hashes against it. The index says which products are in it, for reading back.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson
from django.utils import timezone

from pim.lib.failpoint import failpoint

MANIFEST, INDEX, PREVIOUS, BESIDE = "manifest.json", "index.sqlite3", "previous", ".being-made-"
SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")


class Outside(ValueError):
    """A name that would lead out of the feeds' folder, or over a file of ours."""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file of the snapshot that stands."""

    name: str
    bytes: int
    sha256: str
    products: int


def safe_folder(root: Path, segments: Sequence[str]) -> Path:
    """`root` with the segments below it. Raises Outside, also where a link in it leads elsewhere."""
    if not all(SEGMENT.match(segment) for segment in segments):
        raise Outside("/".join(segments))
    folder = root.joinpath(*segments)
    if not folder.resolve().is_relative_to(root.resolve()):
        raise Outside(str(folder))
    return folder


class FeedFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.replaced = False

    # --- what stands

    def manifest(self) -> dict[str, Any]:
        """{} where nothing was published yet, or where it cannot be read."""
        try:
            content = orjson.loads((self.path / MANIFEST).read_bytes())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def files(self) -> list[FeedFile]:
        return [FeedFile(**entry) for entry in self.manifest().get("files", ())]

    def is_whole(self) -> bool:
        """Whether the files are there as the manifest says: somebody may have changed or removed them."""
        listed = self.files()
        return bool(listed) and all(
            (self.path / each.name).is_file() and sha256_of(self.path / each.name) == each.sha256
            for each in listed
        )

    def held(self, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        """{key: (hash, revision)} of those that are in the snapshot; {} where the index is of another one."""
        index = self.path / INDEX
        snapshot = self.manifest().get("snapshot")
        if not snapshot or not index.is_file():
            return {}
        found: dict[str, tuple[str, int]] = {}
        with closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as db:
            if db.execute("SELECT snapshot FROM made").fetchone() != (snapshot,):
                return {}
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = db.execute(f"SELECT key, hash, revision FROM items WHERE key IN ({marks})", part)  # noqa: S608
                found.update({key: (digest, revision) for key, digest, revision in rows})
        return found

    # --- what takes its place

    @contextmanager
    def beside(self) -> Iterator[Path]:
        """A folder on the same disk for what is being made; what a killed publisher left there goes first."""
        self.path.mkdir(parents=True, exist_ok=True)
        for left in self.path.glob(f"{BESIDE}*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(mkdtemp(prefix=BESIDE, dir=self.path))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def replace(
        self,
        made: Mapping[str, tuple[Path, int]],
        index: Path,
        told: Mapping[str, Any],
        *,
        snapshot: str,
        keep: int,
    ) -> dict[str, Any]:
        """Puts the files (name → made file, products) in place; what is as it stands is left alone. The new manifest.

        `self.replaced` says, where an OSError ends it, whether anything was put in place already.
        """
        before = self.manifest()
        standing = {each.name: each for each in self.files() if (self.path / each.name).is_file()}
        files = [
            FeedFile(name, path.stat().st_size, sha256_of(path), products)
            for name, (path, products) in made.items()
        ]
        changed = [each for each in files if standing.get(each.name) != each]
        gone = standing.keys() - made.keys()
        if changed or gone:
            self._keep_previous(before, keep)
        for each in changed:
            failpoint("feed_file")
            os.replace(made[each.name][0], self.path / each.name)
            self.replaced = True
        os.replace(index, self.path / INDEX)
        if not changed and not gone and before:
            manifest = {**before, "snapshot": snapshot}
        else:
            previous = {name: before[name] for name in ("snapshot", "made_at", "sha256") if name in before}
            manifest = {
                **told, "snapshot": snapshot, "made_at": timezone.now().isoformat(timespec="milliseconds"),
                "files": [asdict(each) for each in files], "sha256": _of_all(files), "previous": previous or None,
            }  # fmt: skip
        self._write_manifest(manifest)
        for name in gone:
            (self.path / name).unlink(missing_ok=True)
        _sync_folder(self.path)
        return manifest

    def _write_manifest(self, manifest: Mapping[str, Any]) -> None:
        beside = self.path / f".{MANIFEST}"
        with beside.open("wb") as file:
            file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.path / MANIFEST)

    def _keep_previous(self, before: Mapping[str, Any], keep: int) -> None:
        """The files that stand, under a second name; the oldest beyond `keep` go."""
        folder = self.path / PREVIOUS
        if keep and before.get("files"):
            stamp = re.sub(r"[^0-9T]", "", str(before.get("made_at", "")))[:18]
            older = folder / f"{stamp}-{str(before.get('sha256', ''))[:12]}"
            older.mkdir(parents=True, exist_ok=True)
            for name in [*(each["name"] for each in before["files"]), MANIFEST]:
                if (self.path / name).is_file() and not (older / name).exists():
                    _second_name(self.path / name, older / name)
        if folder.is_dir():
            for old in sorted(folder.iterdir(), reverse=True)[keep:]:
                shutil.rmtree(old, ignore_errors=True)


def _second_name(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:  # a file system without hard links
        shutil.copy2(path, other)


def _of_all(files: Sequence[FeedFile]) -> str:
    whole = "\n".join(f"{each.sha256}  {each.name}" for each in files)
    return hashlib.sha256(whole.encode()).hexdigest()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(path: Path) -> None:
    """The renames themselves on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
