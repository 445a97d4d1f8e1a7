"""The jobs tray: what this person's long work is doing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import SIGNED_IN, endpoint
from catalog.exporting import stored
from catalog.models import Job
from enrichment.comments import reading as comments

RECENT = timedelta(minutes=10)
MOST = 10


@never_cache
@require_safe
@endpoint(SIGNED_IN)
def jobs(request: HttpRequest) -> JsonResponse:
    """{running, comments, jobs: [{id, title, state, state_label, percent (null: unknown), message, file}]}: running, and ended
    lately; `comments`: how many wait for this person to read them.

    `file`: the address of what the job made, "" where it made none.
    """
    unfinished = Q(state__in=(Job.State.QUEUED, Job.State.RUNNING))
    rows = Job.objects.filter(
        unfinished | Q(finished_at__gte=timezone.now() - RECENT), created_by=request.user
    )
    shown = [_entry(row) for row in rows.order_by("-id").defer("params", "log")[:MOST]]
    running = sum(job["active"] for job in shown)
    return JsonResponse(
        {"running": running, "comments": len(comments.waiting(request.user)), "jobs": shown}  # type: ignore[arg-type]
    )


def _entry(row: Job) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": str(row),
        "state": row.state,
        "state_label": row.get_state_display(),
        "active": row.state in (Job.State.QUEUED, Job.State.RUNNING),
        "percent": 100 * row.done // row.total if row.total else None,
        "message": row.message,
        "file": reverse("admin:catalog_job_file", args=[row.pk]) if stored.file_of(row) else "",
    }
