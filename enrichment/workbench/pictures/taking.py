"""Dropped files: each into the library and under its name into the match. A ZIP is unpacked by a job."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import assets
from catalog.assets import archive
from catalog.decoding.decoder import Decoder
from catalog.jobs import JobHandle, TurnOver, enqueue, job
from catalog.models import User
from enrichment.models import PictureFile, PictureMatch
from enrichment.workbench.pictures.matching import settle

MOST = 20_000  # files of one match
FOLDER = "uploads/pictures"
TURN = 25  # files after which others' jobs get their turn
State = PictureFile.State


def is_archive(content: IO[bytes], name: str) -> bool:
    """By its name, since office files are archives too; the content only confirms it."""
    content.seek(0)
    head = content.read(4)
    content.seek(0)
    return head in (b"PK\x03\x04", b"PK\x05\x06") and name.lower().endswith(".zip")


def path_of(name: str) -> str:
    """A file's name with its folders, as it is kept: the end of it where it is long."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "".join(sign for sign in "/".join(parts) if sign.isprintable())[-255:] or "file"


def take(
    match: PictureMatch, content: IO[bytes], name: str, user: User, *, decoder: Decoder | None = None
) -> PictureFile:
    """The file with its product, or with the sentence that refused it. The same content under the same name changes nothing."""
    path = path_of(name)
    file = PictureFile(match=match, name=path, state=State.REFUSED)
    try:
        file.asset = assets.store(content, name=path, user=user, decoder=decoder)
    except assets.AssetRefused as refused:
        file.code, file.told = refused.code, refused.message
    else:
        known = match.files.filter(name=path, asset=file.asset).select_related("asset", "product").first()
        if known is not None:
            return known
        settle(match, [file], user)
    PictureFile.objects.bulk_create(
        [file], update_conflicts=True, unique_fields=["match", "name"],
        update_fields=["asset", "product", "place", "by_hand", "state", "code", "told", "ref"],
    )  # fmt: skip
    return match.files.select_related("asset", "product").get(name=path)


class TooMany(ValueError):
    """The match is full; the text says so."""


def room_in(match: PictureMatch) -> int:
    """How many more files it takes. Raises TooMany."""
    left = MOST - match.files.count()
    if left <= 0:
        raise TooMany(_("20,000 files are enough for one go: write these, then begin anew."))
    return left


def take_archive(match: PictureMatch, content: IO[bytes], name: str, user: User) -> int:
    """Keeps the ZIP and enqueues its unpacking; returns how many files lie in it. Raises ArchiveRefused, TooMany."""
    room = room_in(match)
    with tempfile.NamedTemporaryFile(prefix="pictures-") as copy:
        limit, size = settings.PIM_MAX_UPLOAD_MB << 20, 0
        while part := content.read(1 << 20):
            size += len(part)
            if size > limit:
                raise assets.AssetRefused("too_large", {"megabytes": settings.PIM_MAX_UPLOAD_MB})
            copy.write(part)
        copy.flush()
        with archive.opened(Path(copy.name)) as packed:
            count = len(packed.members)
        if count > room:
            raise TooMany(_("There is room for %(room)d more files, and the ZIP holds %(count)d: begin anew.") % {"room": room, "count": count})  # fmt: skip
        copy.seek(0)
        stored = default_storage.save(f"{FOLDER}/{uuid4().hex}", File(copy))
    with transaction.atomic():
        params = {"match": match.pk, "stored": stored}
        made = enqueue("pictures.unpack", params, by=user, title=_("Files of %s") % name[-100:])
        PictureMatch.objects.filter(pk=match.pk).update(job=made)
    return count


def _ended(row: Any) -> None:
    transaction.on_commit(lambda: default_storage.delete(row.params["stored"]))


@job("pictures.unpack", ended=_ended)
def run_unpack(handle: JobHandle, *, match: int, stored: str) -> dict[str, Any]:
    """Member by member; those that are there already are passed over, so it resumes."""
    row = PictureMatch.objects.filter(pk=match).first()
    user = User.objects.get(pk=handle.by_id)
    if row is None:
        default_storage.delete(stored)
        return {}
    refused, begun = 0, 0
    with tempfile.NamedTemporaryFile(prefix="pictures-") as copy, Decoder() as decoder:
        with default_storage.open(stored) as kept:
            for part in kept.chunks():
                copy.write(part)
        copy.flush()
        with archive.opened(Path(copy.name)) as packed:
            # Another ZIP may bring a file of the same name, which takes the place: how far this one is, its progress says.
            for number, (name, entry) in enumerate(packed.members):
                if number < handle.row.done:
                    continue
                if handle.cancelled():
                    break
                refused += _member(row, packed, entry, name, user, decoder)
                begun += 1
                handle.progress(number + 1, len(packed.members))
                if begun >= TURN and number + 1 < len(packed.members):
                    raise TurnOver
    default_storage.delete(stored)
    return {"refused": refused}


def _member(
    match: PictureMatch, packed: archive.Archive, entry: Any, name: str, user: User, decoder: Decoder
) -> int:
    try:
        with packed.opened(entry) as content:
            file = take(match, content, name, user, decoder=decoder)
    except archive.ArchiveRefused as refusal:
        file, _new = PictureFile.objects.update_or_create(
            match=match, name=path_of(name),
            defaults={"state": State.REFUSED, "code": refusal.code, "told": refusal.message, "asset": None, "product": None},
        )  # fmt: skip
    return int(file.state == State.REFUSED)
