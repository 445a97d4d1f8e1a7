"""Taking a file in: looked at by a child process, named by its content, stored once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog.assets.describing import search_text
from catalog.assets.refusals import AssetRefused
from catalog.assets.renditions import save_once
from catalog.decoding.decoder import Decoder
from catalog.decoding.refusal import Refusal
from catalog.importing.files import clean_name
from catalog.models.asset import Asset
from catalog.models.user import User

_PART = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    """`is_new`: false where the library had these bytes already."""

    asset: Asset
    is_new: bool


def store(
    content: bytes | IO[bytes], *, name: str, user: User | None, decoder: Decoder | None = None
) -> Asset:
    """As take_in, for whoever does not ask whether it is new."""
    return take_in(content, name=name, user=user, decoder=decoder).asset


def take_in(
    content: bytes | IO[bytes], *, name: str, user: User | None, decoder: Decoder | None = None
) -> Taken:
    """The asset of these bytes, made where it is new. Raises AssetRefused.

    Pictures are decoded whole; what hangs behind one is cut off, otherwise the bytes are kept as they came. The file is
    written before the row, so that a row never lacks its file: call it outside of a transaction. `decoder`: one for many.
    """
    with tempfile.NamedTemporaryFile(prefix="asset-") as copy:
        _copy(BytesIO(content) if isinstance(content, bytes) else content, copy)
        path = Path(copy.name)
        try:
            with _decoder(decoder) as child:
                found = child.examine(path, name=name)
        except Refusal as refusal:
            raise AssetRefused.of(refusal) from refusal
        os.truncate(path, found["length"])
        digest = _digest(path)
        known = Asset.objects.filter(sha256=digest).first()
        if known is not None and _put_back(known):
            return Taken(known, is_new=False)
        stored = save_once(f"assets/{digest[:2]}/{digest}.{found['extension']}", path)
        taken = _row(digest, stored, found, name, user)
        save_once(stored, path)  # where the same bytes were being deleted just now
        return taken


def _row(digest: str, stored: str, found: dict[str, Any], name: str, user: User | None) -> Taken:
    from catalog.assets.jobs import enqueue_due

    title = named(name, found["extension"])
    is_picture = found["kind"] == Asset.Kind.IMAGE
    with transaction.atomic():
        asset, is_new = Asset.objects.get_or_create(
            sha256=digest,
            defaults={
                "kind": found["kind"], "file": stored, "name": title, "mime": found["mime"], "size": found["length"],
                "width": found.get("width"), "height": found.get("height"), "frames": found.get("frames", 1),
                "white_edge": found.get("white_edge"),
                "search": search_text(title, {}, ()), "renditions_due": is_picture, "created_at": timezone.now(), "created_by": user,
            },
        )  # fmt: skip
        if is_new and is_picture:
            enqueue_due()
    return Taken(asset, is_new)


def _put_back(asset: Asset) -> bool:
    """Somebody wants again what was taken out of the library; False where it has been deleted meanwhile."""
    if asset.removed_at is None:
        return True
    asset.removed_at = None
    return bool(Asset.objects.filter(pk=asset.pk).update(removed_at=None))


def named(name: str, extension: str) -> str:
    """A name for people that ends as the content is: "photo.png" of a JPEG becomes "photo.jpg"."""
    cleaned = clean_name(name)
    stem, dot, given = cleaned.rpartition(".")
    if not dot or len(given) > 5:
        stem = cleaned
    elif given.lower() == extension or (given.lower(), extension) == ("jpeg", "jpg"):
        return cleaned
    return f"{stem}.{extension}"


def _copy(content: IO[bytes], copy: IO[bytes]) -> None:
    limit, size = settings.PIM_MAX_UPLOAD_MB << 20, 0
    content.seek(0)
    while part := content.read(_PART):
        size += len(part)
        if size > limit:
            raise AssetRefused("too_large", {"megabytes": settings.PIM_MAX_UPLOAD_MB})
        copy.write(part)
    copy.flush()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _decoder(given: Decoder | None) -> Iterator[Decoder]:
    if given is not None:
        yield given
        return
    with Decoder() as own:
        yield own
