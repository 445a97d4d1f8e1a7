"""Taking a file: fetched whole, known by its content, and made an import run in the transaction that marks it taken."""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importing import runs
from catalog.importing.files import TooLarge, clean_name
from catalog.importing.mapping import MappingRefused
from catalog.importing.pickup import trouble
from catalog.importing.pickup.places.base import Found, Opened, Place
from catalog.importing.readers.base import FileRefused
from catalog.importing.settings import SettingsRefused
from catalog.jobs import JobHandle
from catalog.models.importing import ImportRun
from catalog.models.pickup import ImportPickup, PickedFile
from pim.lib.failpoint import failpoint

State = PickedFile.State
_PIECE = 1 << 20
# The same content once more is known, unless the first time nothing came of it.
_CAME_TO_SOMETHING = (State.TAKEN, State.WAITING, State.DONE, State.LEFT_OUT)


def take(
    pickup: ImportPickup, file: PickedFile, place: type[Place], opened: Opened, handle: JobHandle
) -> str:
    """What became of a file that was seen; "" where it changed meanwhile, and is looked at again.

    Raises PlaceError, LeaseLost. No two workers take the same file: whose lease is gone commits nothing.
    """
    if file.size > settings.PIM_MAX_UPLOAD_MB << 20:
        return _refuse(pickup, file, handle, _too_large(), "")
    with tempfile.NamedTemporaryFile(prefix="pickup-") as copy:
        try:
            digest = _fetched(opened, file.name, copy.file)
        except TooLarge as large:
            return _refuse(pickup, file, handle, str(large), "")
        except FileNotFoundError:
            return _gone(file)
        after = place.again(opened, file.name) if not file.stamp.startswith("at ") else _as_known(file)
        if after is None or (after.size, after.stamp) != (file.size, file.stamp):
            return _gone(file)
        failpoint("pickup_fetched")
        if _is_known(file, digest):
            return _same(file, digest, handle)
        try:
            run = runs.read(copy.file, file.name, user=pickup.run_by, profile=pickup.profile, guess=False)
        except (FileRefused, TooLarge, SettingsRefused) as refused:
            return _refuse(pickup, file, handle, str(refused), digest)
    return _taken(pickup, file, run, digest, handle)


def _fetched(opened: Opened, name: str, into: IO[bytes]) -> str:
    limit = settings.PIM_MAX_UPLOAD_MB << 20
    digest, size = hashlib.sha256(), 0
    with opened.files.open(opened.path(name), "rb") as content:
        while piece := content.read(_PIECE):
            size += len(piece)
            if size > limit:
                raise TooLarge(_too_large())
            digest.update(piece)
            into.write(piece)
    into.flush()
    return digest.hexdigest()


def _too_large() -> str:
    text = _("The file is larger than %(most)d MB: split it, or raise PIM_MAX_UPLOAD_MB.")
    return text % {"most": settings.PIM_MAX_UPLOAD_MB}


def _as_known(file: PickedFile) -> Found:
    return Found(file.name, file.size, file.stamp)


def _is_known(file: PickedFile, digest: str) -> bool:
    """Whether the last file of this name that was taken had the same content. Older ones do not count: a price may come back."""
    earlier = PickedFile.objects.filter(pickup=file.pickup_id, name=file.name).exclude(sha256="")
    last = earlier.exclude(pk=file.pk).exclude(state=State.SAME).order_by("-taken_at").first()
    if last is None or last.sha256 != digest:
        return False
    return last.state in _CAME_TO_SOMETHING or file.stamp.startswith("at ")


def _gone(file: PickedFile) -> str:
    PickedFile.objects.filter(pk=file.pk, state=State.SEEN).delete()
    return ""


def _same(file: PickedFile, digest: str, handle: JobHandle) -> str:
    with transaction.atomic():
        handle.check_lease()
        rows = PickedFile.objects.filter(pk=file.pk, state=State.SEEN)
        if file.stamp.startswith("at "):
            rows.delete()
        else:
            rows.update(state=State.SAME, sha256=digest, taken_at=timezone.now())
    return State.SAME


def _refuse(pickup: ImportPickup, file: PickedFile, handle: JobHandle, why: str, digest: str) -> str:
    with transaction.atomic():
        handle.check_lease()
        PickedFile.objects.filter(pk=file.pk, state=State.SEEN).update(
            state=State.REFUSED, sha256=digest, reason=why, taken_at=timezone.now()
        )
        text = _("%(file)s cannot be read: %(why)s") % {"file": clean_name(file.name), "why": why}
        trouble.begin(pickup, trouble.about(file), text)
    return State.REFUSED


def _taken(pickup: ImportPickup, file: PickedFile, run: ImportRun, digest: str, handle: JobHandle) -> str:
    with transaction.atomic():
        handle.check_lease()
        mine = PickedFile.objects.filter(pk=file.pk, state=State.SEEN)
        if not mine.update(state=State.TAKEN, sha256=digest, taken_at=timezone.now()):
            return ""
        run.save()
        state, why = State.TAKEN, ""
        try:
            with transaction.atomic():
                runs.plan(run, user=pickup.run_by)
        except (MappingRefused, SettingsRefused, PermissionDenied, runs.WrongState) as wrong:
            state, why = State.WAITING, str(wrong)
            text = _("%(file)s waits for a person: %(why)s") % {"file": run.filename, "why": why}
            trouble.begin(pickup, trouble.about(file), text)
        PickedFile.objects.filter(pk=file.pk).update(run=run, state=state, reason=why)
        failpoint("pickup_commit")
    failpoint("pickup_taken")
    return state
