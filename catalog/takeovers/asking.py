"""What the screens call: start, plan again, carry out, cancel. Each asks catalog.access."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import jobs
from catalog.access import require
from catalog.importing import files
from catalog.importing.runs import WrongState
from catalog.models.takeover import Takeover
from catalog.models.user import User
from catalog.takeovers.jobs import VERBS
from catalog.takeovers.unpacking import FOLDER

State = Takeover.State
WORKING = (State.PLANNING, State.RUNNING)
MOST_FILES = 100


def start(given: Sequence[tuple[str, IO[bytes]]], *, user: User) -> Takeover:
    """`given`: (name, content) of each file. Raises WrongState, TooLarge, PermissionDenied."""
    _require(user)
    if not given:
        raise WrongState(_("Choose Akeneo's exports first: a zip, or its files."))
    uploads = [
        {"name": files.clean_name(name), "stored": files.store(content, folder=FOLDER)[0]}
        for name, content in given
    ]
    takeover = Takeover(uploads=uploads, created_at=timezone.now(), created_by=user)
    with transaction.atomic():
        takeover.save()
        return _enqueue(takeover, State.PLANNING, "takeover.plan", _("Plan of moving here from Akeneo"), user)


def plan_again(takeover: Takeover, *, user: User) -> Takeover:
    """The same files against the catalogue of now. Raises WrongState, PermissionDenied."""
    _require(user)
    with transaction.atomic():
        locked = _lock(takeover, exclude=WORKING)
        return _enqueue(locked, State.PLANNING, "takeover.plan", _("Plan of moving here from Akeneo"), user)


def carry_out(takeover: Takeover, *, user: User) -> Takeover:
    """Begins it, or goes on where a run failed or was cancelled. Raises WrongState, PermissionDenied."""
    _require(user)
    with transaction.atomic():
        locked = _lock(takeover, exclude=(*WORKING, State.DONE))
        if not locked.plan:
            raise WrongState(_("Nothing is planned: plan it again."))
        return _enqueue(locked, State.RUNNING, "takeover.run", _("Moving here from Akeneo"), user)


def cancel(takeover: Takeover, *, user: User) -> bool:
    """Asks its job to stop at its next step; False where it had ended."""
    _require(user)
    return takeover.job_id is not None and jobs.cancel(takeover.job_id)


def _enqueue(takeover: Takeover, state: str, kind: str, title: str, user: User) -> Takeover:
    job = jobs.enqueue(kind, {"takeover": takeover.pk}, by=user, title=title)
    changes: dict[str, Any] = {"state": state, "job": job, "error": ""}
    if state == State.PLANNING:
        changes |= {"plan": {}, "marks": {}, "finished_at": None}
    Takeover.objects.filter(pk=takeover.pk).update(**changes)
    return takeover


def _lock(takeover: Takeover, *, exclude: Sequence[str]) -> Takeover:
    locked = Takeover.objects.select_for_update(of=("self",)).get(pk=takeover.pk)
    if locked.state in exclude:
        raise WrongState(_("This is: %(state)s. That cannot be done now.") % {"state": locked.get_state_display()})  # fmt: skip
    return locked


def _require(user: User) -> None:
    for verb in VERBS:
        require(user, verb)
