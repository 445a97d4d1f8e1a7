"""The kinds of job of an import. Parameters: `run`, a run's id; `trusted`, for what an operator started by command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.access import require
from catalog.importing.apply import apply_run, close_run
from catalog.importing.mapping import MappingRefused
from catalog.importing.mending import again
from catalog.importing.pictures.job import fetch_pictures
from catalog.importing.pictures.writing import WRITABLE
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.importing.readers.base import FileRefused
from catalog.importing.settings import SettingsRefused
from catalog.importing.undo import undo_run
from catalog.jobs import JobCancelled, JobHandle, enqueue, job
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.job import Job
from catalog.models.user import User
from catalog.values.changes import Actor
from pim.lib import collector

State = ImportRun.State
DEFAULT_SOURCE = "marketing"


def actor_of(run: ImportRun, *, user: User | None, trusted: bool = False, origin: str = "import") -> Actor:
    """Who writes in a run: the person who started it, under the run's source."""
    source = run.source.code if run.source else DEFAULT_SOURCE
    return Actor(user, origin=origin, source=source, ref=f"{origin}:{run.pk}", trusted=trusted)


def _run_failed(row: Job) -> None:
    _plan_left(row, row.params["run"])


def _plan_left(row: Job, run: int) -> None:
    """A job that will not go on: the run says so, instead of seeming to work for ever."""
    state = State.CANCELLED if row.state == Job.State.CANCELLED else State.FAILED
    message = row.error or _("The job ended before its time.")
    ImportRun.objects.filter(pk=run, state=State.PLANNING).update(state=state, error=message)


def _apply_ended(row: Job) -> None:
    _apply_left(row, row.params)


def _apply_left(row: Job, params: Mapping[str, Any]) -> None:
    runs = ImportRun.objects.filter(pk=params["run"], state=State.APPLYING)
    if row.state == Job.State.FAILED:
        applied_at = timezone.now() if _has_begun(params["run"]) else None
        runs.update(state=State.FAILED, error=row.error, applied_at=applied_at)
    elif runs.exists():
        enqueue("import.close", params, by=row.created_by_id, title=row.title)


def left_by(row: Job) -> None:
    """In the transaction that ends a job of another kind, which planned or applied runs within itself."""
    for run in ImportRun.objects.filter(job=row, state__in=(State.PLANNING, State.APPLYING)):
        _plan_left(row, run.pk)
        _apply_left(row, {"run": run.pk})


def _has_begun(run: int) -> bool:
    return ImportRow.objects.filter(run_id=run, state=ImportRow.State.APPLIED).exists()


def _mend_ended(row: Job) -> None:
    run = ImportRun.objects.filter(pk=row.params["run"], state=State.MENDING).first()
    if run is not None:
        again.recount(run)
        ImportRun.objects.filter(pk=run.pk).update(error=row.error)


def _undo_ended(row: Job) -> None:
    ImportRun.objects.filter(pk=row.params["run"], state=State.UNDOING).update(
        state=State.APPLIED, error=row.error
    )


def _fetch(run: int, handle: JobHandle) -> tuple[ImportRun, User | None]:
    row = ImportRun.objects.select_related("source", "profile").get(pk=run)
    return row, User.objects.filter(pk=handle.by_id).first() if handle.by_id else None


@job("import.plan", queue="imports", ended=_run_failed)
def plan_job(handle: JobHandle, run: int, trusted: bool = False) -> dict[str, Any]:
    """Refusals of the file or the mapping are an answer for the person, not a fault of the job."""
    row, user = _fetch(run, handle)
    if row.state != State.PLANNING:
        return {}
    if not trusted:
        require(user, "import.run")
    try:
        with collector.seldom():
            return plan_run(row, by=actor_of(row, user=user, trusted=trusted), progress=Progress(handle))
    except (FileRefused, MappingRefused, SettingsRefused) as refused:
        ImportRun.objects.filter(pk=run).update(state=State.FAILED, error=str(refused))
        return {"refused": str(refused)}
    except JobCancelled:
        ImportRun.objects.filter(pk=run).update(state=State.CANCELLED)
        raise


@job("import.mend", queue="imports", ended=_mend_ended)
def mend_job(handle: JobHandle, run: int, trusted: bool = False) -> dict[str, Any]:
    """The rejected rows once more. What refuses it is an answer for the person, and the rows stay as they are."""
    row, user = _fetch(run, handle)
    if row.state != State.MENDING:
        return {}
    require(user, "import.run")
    try:
        with collector.seldom():
            return again.plan_again(row, by=actor_of(row, user=user), progress=Progress(handle))
    except (FileRefused, MappingRefused, SettingsRefused) as refused:
        again.recount(row)
        ImportRun.objects.filter(pk=run).update(error=str(refused))
        return {"refused": str(refused)}
    except JobCancelled:
        again.recount(row)
        raise


@job("import.apply", queue="imports", ended=_apply_ended)
def apply_job(handle: JobHandle, run: int, trusted: bool = False) -> dict[str, Any]:
    """The right may be gone since it was asked for: then nothing is begun; what was begun has to end."""
    verb = "" if trusted or _has_begun(run) else "import.run"
    return _while(State.APPLYING, apply_run, handle, run, trusted, "import", verb=verb)


@job("import.close", queue="imports", ended=_apply_ended, owed=True)
def close_job(handle: JobHandle, run: int, trusted: bool = False) -> dict[str, Any]:
    return _while(State.APPLYING, close_run, handle, run, trusted, "import")


@job("import.undo", queue="imports", ended=_undo_ended)
def undo_job(handle: JobHandle, run: int, trusted: bool = False) -> dict[str, Any]:
    """Trusted: it takes back what this system wrote, and whoever may undo imports need not be able to write all of it."""
    verb = "" if trusted else "import.undo"
    return _while(State.UNDOING, undo_run, handle, run, True, "undo", verb=verb)


@job("import.pictures", queue="imports")
def pictures_job(handle: JobHandle, run: int, trusted: bool = False) -> dict[str, Any]:
    """What was begun has to end: the rows are written. The door asks for each product what the person may."""
    row, user = _fetch(run, handle)
    if row.state not in WRITABLE:
        return {}
    return fetch_pictures(row, by=actor_of(row, user=user, trusted=trusted), handle=handle)


def _while(
    state: str,
    work: Callable[..., dict[str, Any]],
    handle: JobHandle,
    run: int,
    trusted: bool,
    origin: str,
    verb: str = "",
) -> dict[str, Any]:
    """A job claimed again after its work was done finds another state, and does nothing."""
    row, user = _fetch(run, handle)
    if row.state != state:
        return {}
    if verb:
        require(user, verb)
    by = actor_of(row, user=user, trusted=trusted, origin=origin)
    with collector.seldom():
        return work(row, by=by, progress=Progress(handle))
