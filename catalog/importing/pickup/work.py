"""One job per place: follows the files in work, looks, takes, tidies up, tells. The clock only finds out for whom it is time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.access import can
from catalog.importing.pickup import archive, follow, telling, trouble
from catalog.importing.pickup.look import SETTLES, look, matching
from catalog.importing.pickup.places import PLACES
from catalog.importing.pickup.places.base import Misset, Opened, Place, PlaceError, Unreachable
from catalog.importing.pickup.schedule import next_look
from catalog.importing.pickup.take import take
from catalog.jobs import JobHandle, enqueue, job
from catalog.jobs.queue import ENDED
from catalog.models.job import Job
from catalog.models.pickup import ImportPickup, PickedFile
from pim.lib.encrypted import DecryptionFailed
from pim.lib.redaction import redact

KIND = "import.pickup"
SOON = timedelta(minutes=5)  # after a look that did not get there
TOLD_AFTER = 2  # looks in a row that did not get there
State = PickedFile.State


def nudge_due(now: datetime | None = None) -> list[int]:
    """The tick: a job for each place at which something is to be done and which has none; says for which."""
    now = now or timezone.now()
    files = follow.moved(PickedFile.objects.filter(pickup=OuterRef("pk")))
    said = trouble.untold(now).filter(pickup=OuterRef("pk"))
    due = ImportPickup.objects.filter(Q(next_look_at__lte=now) | Exists(files) | Exists(said))
    # One that failed waits as well: what it failed at is still there.
    fell = Q(state=Job.State.FAILED, finished_at__gt=now - SOON)
    busy = Job.objects.filter(~Q(state__in=ENDED) | fell, pk=OuterRef("job"))
    waiting = due.filter(~Exists(busy)).order_by("next_look_at", "pk").values_list("pk", flat=True)
    return [pk for pk in waiting if begin(pk)]


def begin(pk: int) -> bool:
    """A job for this place, unless it has one that did not end; at most one is ever there."""
    with transaction.atomic():
        rows = ImportPickup.objects.filter(pk=pk)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        row = rows.select_related("profile", "job").first()
        if row is None or (row.job is not None and row.job.state not in ENDED):
            return False
        made = enqueue(
            KIND, {"pickup": pk}, title=_("Files of %s") % row.profile, language=settings.LANGUAGE_CODE
        )
        ImportPickup.objects.filter(pk=pk).update(job=made)
        if row.job is not None and row.job.state == Job.State.DONE:
            row.job.delete()  # one a look: its outcome is in the place's looks
    return True


def look_now(pickup: ImportPickup) -> bool:
    """At once, whatever the clock says; False where it is at it already."""
    ImportPickup.objects.filter(pk=pickup.pk).update(next_look_at=timezone.now())
    return begin(pickup.pk)


def _job_ended(row: Job) -> None:
    pickup = ImportPickup.objects.filter(pk=row.params["pickup"]).first()
    if pickup is not None:
        now = timezone.now()
        regular = next_look(pickup, now)
        ImportPickup.objects.filter(pk=pickup.pk).update(
            next_look_at=min(regular, now + SOON) if regular else None
        )
        if row.state == Job.State.FAILED:
            trouble.begin(pickup, trouble.JOB, _("A look ended before its time: %s") % row.error)


@job(KIND, queue="imports", ended=_job_ended)
def pickup_job(handle: JobHandle, pickup: int) -> dict[str, Any]:
    row = (
        ImportPickup.objects.select_related("profile", "profile__source", "run_by").filter(pk=pickup).first()
    )
    return work(row, handle) if row is not None else {}


def work(pickup: ImportPickup, handle: JobHandle) -> dict[str, Any]:
    """Everything that is due at this place. What goes wrong there is noted and told, and is no fault of the job."""
    now = timezone.now()
    if follow.follow(pickup):
        pickup.next_look_at = now  # the next file may come
        ImportPickup.objects.filter(pk=pickup.pk).update(next_look_at=now)
    result: dict[str, Any] = {}
    if pickup.next_look_at is not None and pickup.next_look_at <= now:
        result = _look(pickup, handle, now)
    if not result.get("error"):
        _tidy(pickup, handle)
    trouble.end(pickup, trouble.JOB)
    telling.tell(pickup, timezone.now())
    return result


def _look(pickup: ImportPickup, handle: JobHandle, now: datetime) -> dict[str, Any]:
    result: dict[str, Any] = {"at": now.isoformat(), "files": 0, "taken": 0, "error": ""}
    regular = next_look(pickup, now)
    try:
        kind = _kind(pickup)
        if not can(pickup.run_by, "import.run"):
            raise Misset(
                _(
                    "Nobody who may import stands for this place any more: save its page once, as somebody who may."
                )
            )
        with kind.opened(pickup.settings, dict(pickup.credentials or {})) as opened:
            soon = _taken(pickup, kind, opened, handle, now, result)
    except (PlaceError, DecryptionFailed) as error:
        failures = pickup.failures + 1
        result["error"] = redact(str(error))
        if not isinstance(error, Unreachable) or failures >= TOLD_AFTER:
            trouble.begin(pickup, trouble.PLACE, result["error"])
        following = min(regular, now + SOON) if regular else None
    else:
        failures, following = 0, soon or regular
        trouble.end(pickup, trouble.PLACE)
    with transaction.atomic():
        handle.check_lease()
        row = ImportPickup.objects.select_for_update().get(pk=pickup.pk)
        row.looks = [result, *row.looks][: ImportPickup.LOOKS]
        # Who pressed "Look now" meanwhile gets another look.
        if row.next_look_at is None or row.next_look_at <= now:
            row.next_look_at = following
        row.failures = failures
        row.save(update_fields=["looks", "next_look_at", "failures"])
    return result


def _taken(
    pickup: ImportPickup,
    kind: type[Place],
    opened: Opened,
    handle: JobHandle,
    now: datetime,
    result: dict[str, Any],
) -> datetime | None:
    """Takes the oldest whole file, unless an older one is still in work; when to look again because of what is left."""
    seen = look(pickup, kind, opened, now)
    result["files"] = seen.files
    in_work = pickup.files.filter(state__in=follow.OPEN).exists()
    ready = [] if in_work else seen.ready
    for file in ready:
        handle.progress(result["taken"], message=file.name[:300])
        state = take(pickup, file, kind, opened, handle)
        result["taken"] += state in follow.OPEN
        seen.fresh += state == ""
        if state in follow.OPEN:
            return None  # the next one once this one is settled (`work`)
    return now + SETTLES + timedelta(seconds=2) if seen.fresh else None


def _kind(pickup: ImportPickup) -> type[Place]:
    kind = PLACES.get(pickup.kind)
    if kind is None:
        raise Misset(_("This installation knows no place '%s'.") % pickup.kind)
    return kind


def _tidy(pickup: ImportPickup, handle: JobHandle) -> None:
    kind = PLACES.get(pickup.kind)
    if kind is None or not kind.can_archive or not archive.is_waiting(pickup):
        trouble.end(pickup, trouble.ARCHIVE)
        return
    try:
        with kind.opened(pickup.settings, dict(pickup.credentials or {})) as opened:
            handle.check_lease()
            archive.tidy(pickup, kind, opened)
    except (PlaceError, FileNotFoundError, DecryptionFailed) as error:
        text = _("Files cannot be moved to the archive folder, and stay where they are: %s") % redact(
            str(error)
        )
        trouble.begin(pickup, trouble.ARCHIVE, text)
    else:
        trouble.end(pickup, trouble.ARCHIVE)


def test(kind: type[Place], settings: dict[str, Any], credentials: dict[str, Any], pattern: str) -> int:
    """How many files fit the pattern now. Raises PlaceError. Takes nothing, and waits for no more than a person would."""
    with kind.opened(settings, credentials, wait=10.0) as opened:
        return len(matching(kind, opened, pattern))
