"""Running jobs: claim, call the kind's function, settle, until nothing is due."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from catalog.jobs.handle import JobCancelled, JobHandle, LeaseLost, TurnOver
from catalog.jobs.kinds import KINDS, QUEUES, Kind
from catalog.jobs.queue import MAX_ATTEMPTS, claim, due, finish, nudge, release, speaking_for
from catalog.models.job import Job
from catalog.structure.product_names import NAMES
from pim.lib.redaction import redact

logger = logging.getLogger(__name__)

TRACE_LINES = 30
PAUSE = timedelta(seconds=10)  # before trying again what the database could not do now


def run_due(queue: str, *, limit: int | None = None) -> int:
    """Runs what is due in the queue, one after the other, until nothing is or `limit` were run; says how many."""
    done = 0
    while limit is None or done < limit:
        row = claim(queue)
        if row is None:
            break
        run(row)
        done += 1
    return done


def nudge_due() -> list[str]:
    """The tick: wakes a worker for each queue in which something may be claimed; says which."""
    now = timezone.now()
    waiting = [queue for queue in QUEUES if due(queue, now).exists()]
    for queue in waiting:
        nudge(queue)
    return waiting


def run(row: Job) -> None:
    """One claimed job to its end. Nothing is raised but what ends the process; every other outcome stands in the row."""
    kind = KINDS.get(row.kind)
    with speaking_for(row):
        if kind is not None:
            _run(row, kind)
        else:
            error = _("This installation knows no job '%(kind)s'.") % {"kind": row.kind}
            finish(row, Job.State.FAILED, error=error)


def _run(row: Job, kind: Kind) -> None:
    handle = JobHandle(row)
    try:
        with handle, NAMES.read_by(SimpleLazyObject(lambda: row.created_by) if row.created_by_id else None):
            result = kind.run(handle, **row.params)
    except LeaseLost:
        logger.warning("Job %s (%s) was taken over by another worker", row.pk, row.kind)
    except JobCancelled:
        finish(row, Job.State.CANCELLED, **handle.final_columns())
    except TurnOver as turn:
        columns = handle.final_columns()
        waited = bool(turn.after)  # for something outside, which is no fault of the job
        release(
            row,
            after=turn.after,
            attempts=0 if waited or columns["done"] > row.done else row.attempts,
            **columns,
        )
    except SoftTimeLimitExceeded:
        # Its time in this process is over, not its work: another claim goes on from where it is.
        release(row, message=_("Continues in another worker"))
    except OperationalError as error:
        _try_again(row, handle, error)
    except Exception as error:
        _fail(row, handle, error)
    else:
        state = Job.State.CANCELLED if handle.was_cancelled else Job.State.DONE
        if not finish(row, state, result=result, **handle.final_columns()):
            logger.warning("Job %s (%s) ended after its lease was taken over", row.pk, row.kind)


def _try_again(row: Job, handle: JobHandle, error: OperationalError) -> None:
    """A locked or restarting database is no fault of the job."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    if row.attempts >= MAX_ATTEMPTS:
        _fail(row, handle, error)
    else:
        logger.warning("Job %s (%s) waits for the database: %s", row.pk, row.kind, error)
        release(row, after=PAUSE, message=_("Waits for the database"))


def _fail(row: Job, handle: JobHandle, error: Exception) -> None:
    trace = traceback.format_exception(error)
    lines = redact("".join(trace)).splitlines()[-TRACE_LINES:]
    logger.error("Job %s (%s) failed", row.pk, row.kind, exc_info=error)
    columns = handle.final_columns()
    columns["log"] = [
        *columns["log"],
        {"at": timezone.now().isoformat(), "text": "\n".join(lines), "trace": True},
    ]
    finish(row, Job.State.FAILED, error=_readable(error), **columns)


def _readable(error: Exception) -> str:
    """Errors made for people say it themselves; of others the kind is told, and the log has the rest."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, (PermissionDenied, ValueError, LookupError)) and error.args and len(error.args) == 1:
        return str(error.args[0])
    return _("Unexpected: %(kind)s: %(text)s") % {"kind": type(error).__name__, "text": str(error)[:500]}
