"""The library's long work: renditions, what is measured of pictures, re-pointing values to another file, deleting what was taken out."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.assets import removing, replacing
from catalog.assets.addresses import rendition_key
from catalog.assets.cropping import Frame, box_of
from catalog.assets.refusals import AssetRefused
from catalog.assets.renditions import SCREEN_SIZES, local_copy, make
from catalog.decoding.decoder import Decoder
from catalog.decoding.refusal import Refusal
from catalog.jobs import JobHandle, TurnOver, enqueue, job
from catalog.models.asset import Asset
from catalog.models.job import Job
from catalog.models.rendition import Rendition
from catalog.models.user import User
from catalog.structure.snapshot import Structure

PAGE = 50
TURN = 10.0  # seconds after which people's own jobs go before pictures, once one was made
AWAY = timedelta(minutes=15)  # until a file that was missing is looked for again: its storage may be away
LOOKS = 4  # for a file that is missing
GRACE = timedelta(minutes=10)  # longer than any write that may have seen the asset in the library


def enqueue_due() -> None:
    """In the caller's transaction: one waiting job sees to everything that is due.

    It is locked, so that no worker begins it before it can see what this transaction makes due.
    """
    waiting = Job.objects.select_for_update().filter(kind="assets.renditions", state=Job.State.QUEUED)
    if not waiting.values_list("pk", flat=True)[:1]:
        enqueue("assets.renditions", title=_("Renditions of new pictures"), language=settings.LANGUAGE_CODE)


def enqueue_preset(code: str, *, by: int | None = None) -> None:
    enqueue(
        "assets.preset",
        {"preset": code},
        by=by,
        title=_("Renditions %s") % code,
        language=settings.LANGUAGE_CODE,
    )


def enqueue_purge(*, by: int | None = None) -> None:
    """Once the grace is over."""
    enqueue(
        "assets.purge",
        by=by,
        title=_("Files taken out of the library"),
        run_at=timezone.now() + GRACE,
        language=settings.LANGUAGE_CODE,
    )


def _one_by_one(
    handle: JobHandle, wanted: QuerySet[Asset], work: Callable[[Asset, Decoder], int]
) -> dict[str, int]:
    """Does the work of each picture, which leaves `wanted` by it; `work` returns whether it counts. Raises TurnOver."""
    done, last, began = handle.row.done, 0, time.monotonic()
    total = done + wanted.count()
    with Decoder() as decoder:
        while page := list(wanted.filter(pk__gt=last).order_by("pk")[:PAGE]):
            for asset in page:
                if handle.cancelled():
                    return {"pictures": done}
                handle.progress(done, max(total, done))
                if done > handle.row.done and time.monotonic() - began > TURN:
                    raise TurnOver
                done += work(asset, decoder)
            last = page[-1].pk
    handle.progress(done, done)
    return {"pictures": done}


@job("assets.renditions", owed=True)
def run_due(handle: JobHandle) -> dict[str, int]:
    """Every picture marked as due, in the sizes of the admin and of the presets made ahead, or cropped by hand. The mark goes
    with the work."""
    presets = Structure.current().presets.values()

    def work(asset: Asset, decoder: Decoder) -> int:
        wanted = [preset for preset in presets if preset.ahead or box_of(asset, preset.id)]
        _made(handle, asset, wanted, decoder, SCREEN_SIZES)
        # The focus or a crop may have moved meanwhile: then it is still due.
        as_made = {name: getattr(asset, name) for name in ("focus_x", "focus_y", "crops")}
        Asset.objects.filter(pk=asset.pk, **as_made).update(renditions_due=False)
        return 1

    return _one_by_one(handle, Asset.objects.filter(renditions_due=True, kind=Asset.Kind.IMAGE), work)


@job("assets.measure", owed=True)
def run_measure(
    handle: JobHandle, *, after: int = 0, missing: int | None = None, look: int = 1
) -> dict[str, int]:
    """What is looked at when a file is taken in, of pictures that were taken in before it was. What cannot be read stays, and
    is not looked at again by this job; what is missing is, in LOOKS looks altogether. `after`: the last one that could not be
    read; `missing`: the first one that was missing in this look, where the next begins.
    """
    unmeasured = Asset.objects.filter(white_edge=None, kind=Asset.Kind.IMAGE, pk__gt=after)
    result = _one_by_one(handle, unmeasured, partial(_measured, handle))
    missing = handle.row.params.get("missing")
    if missing is not None and look < LOOKS and not handle.was_cancelled:
        handle.remember(after=missing - 1, missing=None, look=look + 1)
        raise TurnOver(after=AWAY)
    return result


def _measured(handle: JobHandle, asset: Asset, decoder: Decoder) -> int:
    try:
        with local_copy(asset) as original:
            found = decoder.examine(original, name=asset.name)
    except FileNotFoundError:
        why = _("The file is missing in the storage.")
        handle.log(f"{asset.name}: {why}")
        before = handle.row.params.get("missing")
        handle.remember(after=asset.pk, missing=asset.pk if before is None else before)
        return 0
    except Refusal as error:
        handle.log(f"{asset.name}: {AssetRefused.of(error).message}")
        handle.remember(after=asset.pk)
        return 0
    return Asset.objects.filter(pk=asset.pk).update(white_edge=found["white_edge"])


@job("assets.preset", owed=True)
def run_preset(handle: JobHandle, *, preset: str) -> dict[str, int]:
    """One preset for every picture that lacks it as it is now; of a preset that is gone, its files are deleted.

    Those that have it are passed over, so it resumes.
    """
    spec = Structure.current().presets.get(preset)
    if spec is None:
        return {"deleted": _delete_files(f"renditions/{preset}", handle)}
    done, last, began = handle.row.done, 0, time.monotonic()
    has = Rendition.objects.filter(asset=OuterRef("pk"), preset_id=spec.id, key=rendition_key(spec, Frame()))
    lacking = Asset.objects.in_library().filter(~Exists(has), kind=Asset.Kind.IMAGE)
    with Decoder() as decoder:
        while page := list(lacking.filter(pk__gt=last).order_by("pk")[:PAGE]):
            rows = Rendition.objects.filter(asset__in=page, preset_id=spec.id)
            known = set(rows.values_list("asset_id", "key"))
            for asset in page:
                if handle.cancelled():
                    return {"pictures": done}
                handle.progress(done)
                if (
                    asset.pk,
                    rendition_key(spec, asset),
                ) in known:  # of another focus than the middle, or with a crop
                    continue
                if done > handle.row.done and time.monotonic() - began > TURN:
                    raise TurnOver
                _made(handle, asset, [spec], decoder, ())
                done += 1
            last = page[-1].pk
    handle.progress(done)
    return {"pictures": done}


def _delete_files(folder: str, handle: JobHandle) -> int:
    deleted = 0
    try:
        parts, _files = default_storage.listdir(folder)
    except FileNotFoundError:
        return 0
    for part in parts:
        for name in default_storage.listdir(f"{folder}/{part}")[1]:
            default_storage.delete(f"{folder}/{part}/{name}")
            deleted += 1
        handle.progress(deleted)
    return deleted


def _made(handle: JobHandle, asset: Asset, presets: Any, decoder: Decoder, screens: Any) -> None:
    try:
        make(asset, presets, decoder=decoder, screens=screens)
    except AssetRefused as refused:
        handle.log(f"{asset.name}: {refused.message}")


@job("assets.replace")
def run_replace(handle: JobHandle, *, old: str, new: str, copied: Any = None) -> dict[str, int]:
    """Every value that names `old` names `new` afterwards, where the person may write it; the rest stands in the log.
    `copied`: remembered by an earlier worker, for who takes it back."""
    user = User.objects.get(pk=handle.by_id)
    return replacing.replace(old, new, user=user, ref=replacing.ref_of(handle.pk), handle=handle)


@job("assets.purge", owed=True)
def run_purge(handle: JobHandle) -> dict[str, int]:
    """Deletes what was taken out longer than GRACE ago and is used by nothing; what is used again is put back."""
    return removing.purge(before=timezone.now() - GRACE, handle=handle)
