"""The kinds of job of a takeover. Parameter: `takeover`, its id. What refuses it is an answer for the person."""

from __future__ import annotations

from typing import Any

from catalog.access import require
from catalog.importing import jobs as imports
from catalog.importing.files import TooLarge
from catalog.importing.mapping import MappingRefused
from catalog.importing.readers.base import FileRefused
from catalog.jobs import JobHandle, job
from catalog.models.job import Job
from catalog.models.takeover import Takeover
from catalog.models.user import User
from catalog.takeovers.akeneo.exports import Unreadable
from catalog.takeovers.carrying import Carrier
from catalog.takeovers.planning import NothingFound, plan
from catalog.takeovers.product_runs import RunFailed
from catalog.takeovers.unpacking import ArchiveRefused
from pim.lib import collector

State = Takeover.State
VERBS = ("import.run", "structure.edit")
_REFUSALS = (Unreadable, NothingFound, ArchiveRefused, TooLarge, FileRefused, MappingRefused, RunFailed)


def _ended(row: Job) -> None:
    state = State.CANCELLED if row.state == Job.State.CANCELLED else State.FAILED
    working = Takeover.objects.filter(pk=row.params["takeover"], state__in=(State.PLANNING, State.RUNNING))
    working.update(state=state, error=row.error)
    imports.left_by(row)


@job("takeover.plan", queue="imports", ended=_ended)
def plan_job(handle: JobHandle, takeover: int) -> dict[str, Any]:
    row, user = _fetch(takeover, handle)
    if row.state != State.PLANNING:
        return {}
    try:
        with collector.seldom():
            return plan(row, handle, user=user)
    except _REFUSALS as refused:
        return _refused(row, refused)


@job("takeover.run", queue="imports", ended=_ended)
def run_job(handle: JobHandle, takeover: int) -> dict[str, Any]:
    row, user = _fetch(takeover, handle)
    if row.state != State.RUNNING:
        return {}
    try:
        with collector.seldom():
            return Carrier(row, handle, user).run()
    except _REFUSALS as refused:
        return _refused(row, refused)


def _fetch(takeover: int, handle: JobHandle) -> tuple[Takeover, User]:
    user = User.objects.filter(pk=handle.by_id or 0).first()
    for verb in VERBS:
        require(user, verb)
    assert user is not None  # noqa: S101 - nobody may do anything
    return Takeover.objects.get(pk=takeover), user


def _refused(row: Takeover, refused: Exception) -> dict[str, Any]:
    Takeover.objects.filter(pk=row.pk).update(state=State.FAILED, error=str(refused))
    return {"refused": str(refused)}
