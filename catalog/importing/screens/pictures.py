"""The files of a run that came by their addresses: how far they are, which failed and why, trying again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint
from catalog.importing.pictures.job import counts, enqueue_pictures
from catalog.importing.rows import written
from catalog.importing.screens.columns import find, person
from catalog.models.importing import ImportRun
from catalog.models.job import Job
from catalog.models.remote import ImportPicture

MOST = 100  # failures shown at once
State = ImportPicture.State
# Another try would end as this one did: somebody edited the value since.
FINAL = ("changed",)


def shown(run: ImportRun) -> dict[str, Any] | None:
    """{counts, failures, more, failed, left, working}; None for a run without such files."""
    if run.state != ImportRun.State.APPLIED and run.state != ImportRun.State.UNDONE:
        return None
    found = counts(run)
    if not found:
        return None
    failed = run.pictures.filter(state=State.FAILED).order_by("number", "key", "place")
    listed = list(failed[:MOST])
    skus = dict(run.rows.filter(number__in=[each.number for each in listed]).values_list("number", "sku"))
    return {
        "written": found.get(State.WRITTEN, 0),
        "waiting": found.get(State.WAITING, 0) + found.get(State.FETCHED, 0),
        "failed": found.get(State.FAILED, 0),
        "left": found.get(State.LEFT, 0),
        "failures": [
            {"picture": each, "row": written(each.number), "sku": skus.get(each.number, ""), "may_retry": each.code not in FINAL}
            for each in listed
        ],
        "may_retry": run.state == ImportRun.State.APPLIED,
        "is_open": failed.exclude(code__in=FINAL).exists() or bool(found.get(State.WAITING) or found.get(State.FETCHED)),
        "more": max(0, found.get(State.FAILED, 0) - len(listed)),
        "working": _working(run),
    }  # fmt: skip


def _working(run: ImportRun) -> dict[str, Any] | None:
    """{label, text, percent} of the job that is at it; None where none is."""
    active = Job.objects.filter(
        state__in=(Job.State.QUEUED, Job.State.RUNNING), kind="import.pictures", params__run=run.pk
    )
    job = active.order_by("-pk").first()
    if job is None:
        return None
    return {
        "working": True,
        "label": str(job),
        "percent": min(100, job.done * 100 // job.total) if job.total else None,
        "text": _("%(done)d of %(total)d addresses") % {"done": job.done, "total": job.total}
        if job.total
        else _("Waiting for a worker …"),
    }


@never_cache
@require_safe
@endpoint("import.run")
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    return JsonResponse(_working(find(request, pk)) or {"working": False})


@require_POST
@endpoint("import.run")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """All that failed, or one `picture`, once more, and what a job that was cancelled left."""
    run, user = find(request, pk), person(request)
    one = request.POST.get("picture", "")
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        failed = locked.pictures.filter(state=State.FAILED).exclude(code__in=FINAL)
        if one:
            failed = failed.filter(pk=int(one) if one.isdecimal() and len(one) < 19 else 0)
        started = None
        if locked.state == ImportRun.State.APPLIED:
            failed.exclude(sha256="").update(state=State.FETCHED, code="", told="")
            failed.filter(sha256="").update(state=State.WAITING, code="", told="", tries=0)
            started = enqueue_pictures(locked, by=user)
    if started is None:
        messages.info(request, _("There is nothing to try again."))
    return HttpResponseRedirect(reverse("admin:catalog_importrun_change", args=[run.pk]) + "#pictures")
