"""The whole of it as one job: fetch a page of addresses, write the cells that are complete, until nothing waits."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from catalog.assets import fetching as addresses
from catalog.decoding.decoder import Decoder
from catalog.importing import rows
from catalog.importing.pictures import fetching, planning, writing
from catalog.jobs import JobHandle, TurnOver, enqueue
from catalog.models.importing import ImportRun
from catalog.models.job import Job
from catalog.models.remote import ImportPicture
from catalog.models.user import User
from catalog.values.changes import Actor

TURN = 20.0  # seconds after which other imports go before pictures
State = ImportPicture.State


def enqueue_pictures(run: ImportRun, *, by: User | int | None, trusted: bool = False) -> Job | None:
    """In the caller's transaction; None where nothing is to be fetched or written. One that waits already sees to it."""
    if not run.pictures.filter(state__in=(State.WAITING, State.FETCHED)).exists():
        return None
    queued = Job.objects.filter(kind="import.pictures", state=Job.State.QUEUED, params__run=run.pk)
    if waiting := queued.select_for_update().first():
        return waiting
    params: dict[str, Any] = {"run": run.pk, **({"trusted": True} if trusted else {})}
    return enqueue("import.pictures", params, by=by, title=_("Pictures of %s") % run.filename)


def fetch_pictures(run: ImportRun, *, by: Actor, handle: JobHandle | None) -> dict[str, Any]:
    """Goes on with what waits. Returns how many files came to what."""
    began = time.monotonic()
    writing.leave_out(run)
    done = handle.row.done if handle is not None else 0
    hosts = fetching.Hosts()
    is_wanted = writing.write_ready(run, by=by, handle=handle)
    with addresses.client() as client, Decoder() as decoder:
        while is_wanted and (asks := fetching.next_page(run)):
            total = done + planning.count(planning.due(run))
            for ask in fetching.fetch_page(run, asks, hosts, client, decoder, by.user, handle):
                done += not run.pictures.filter(state=State.WAITING, digest=ask.digest).exists()
                if handle is not None:
                    handle.progress(done, max(total, done))
            is_wanted = writing.write_ready(run, by=by, handle=handle)
            if handle is not None and handle.cancelled():
                break
            if (
                handle is not None
                and is_wanted
                and time.monotonic() - began > TURN
                and planning.count(planning.due(run))
            ):
                recount(run)
                raise TurnOver
    recount(run)
    return counts(run)


def counts(run: ImportRun) -> dict[str, int]:
    return dict(run.pictures.order_by().values_list("state").annotate(Count("pk")))


def recount(run: ImportRun) -> None:
    """Rows that only got pictures have changed their product too."""
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        if stored.state == ImportRun.State.APPLIED:
            stored.counts |= rows.tally(stored, known=stored.counts.get("known", 0))
            stored.counts["cells_changed"] = stored.counts.get("cells_applied", 0)
            stored.save(update_fields=["counts"])
