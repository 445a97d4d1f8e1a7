"""The jobs tray: what this person's long work is doing."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.fields.json import KT
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import SIGNED_IN, can, endpoint
from catalog.exporting import stored
from catalog.models import Job
from enrichment.comments import reading as comments
from enrichment.workbench.grid.bulk_views import touched
from pim.lib.grouped import Grouped

RECENT = timedelta(minutes=10)
MOST = 10


@never_cache
@require_safe
@endpoint(SIGNED_IN)
def jobs(request: HttpRequest) -> JsonResponse:
    """{running, comments, jobs: [{id, title, state, state_label, percent (null: unknown), pace, message, file, products,
    cancel}]}: running, and ended lately; `comments`: how many wait for this person to read them.

    `pace`: how much it does in a second and what is left of its time. `file`, `products`: the addresses of what the job made
    and of the grid with exactly the products it changed; `cancel`: where it is told to stop. Each "" where there is none.
    """
    unfinished = Q(state__in=(Job.State.QUEUED, Job.State.RUNNING))
    rows = Job.objects.filter(
        unfinished | Q(finished_at__gte=timezone.now() - RECENT), created_by=request.user
    ).annotate(run=KT("params__run"))
    rows = rows.defer("params", "log")  # they may be long
    shown = [_entry(row, request.user) for row in rows.order_by("-id")[:MOST]]
    running = sum(job["active"] for job in shown)
    return JsonResponse(
        {"running": running, "comments": len(comments.waiting(request.user)), "jobs": shown}  # type: ignore[arg-type]
    )


def _entry(row: Job, user: Any) -> dict[str, Any]:
    is_active = row.state in (Job.State.QUEUED, Job.State.RUNNING)
    may_stop = is_active and not row.cancel_requested and can(user, "job.cancel", row)
    return {
        "id": row.pk,
        "title": str(row),
        "state": row.state,
        "state_label": row.get_state_display(),
        "active": is_active,
        "percent": 100 * row.done // row.total if row.total else None,
        "pace": _pace(row, timezone.now()),
        "message": row.message,
        "file": reverse("admin:catalog_job_file", args=[row.pk]) if stored.file_of(row) else "",
        "products": "" if is_active else _products(row),
        "cancel": reverse("admin:catalog_job_cancel", args=[row.pk]) if may_stop else "",
    }


def _pace(row: Job, now: datetime) -> str:
    """ "120 a second, 40 seconds left", of what runs and has counted for a second."""
    seconds = (now - row.started_at).total_seconds() if row.started_at else 0.0
    if row.state != Job.State.RUNNING or seconds < 1 or not row.done:
        return ""
    rate = row.done / seconds
    told = _("%(rate)s a second") % {"rate": Grouped(round(rate)) if rate >= 10 else number_format(rate, 1)}
    if not row.total or row.total <= row.done:
        return told
    left = ceil((row.total - row.done) / rate)
    if left < 90:
        in_time = ngettext("%d second left", "%d seconds left", left) % left
    else:
        left = ceil(left / 60)
        in_time = ngettext("%d minute left", "%d minutes left", left) % left
    return f"{told}, {in_time}"


def _products(row: Job) -> str:
    if row.kind in ("import.apply", "import.undo", "import.close") and row.run:  # type: ignore[attr-defined]  # annotated
        query = urlencode({"import": row.run, "level": "all"})  # type: ignore[attr-defined]
        return f"{reverse('admin:catalog_product_changelist')}?{query}"
    result = row.result or {}
    is_changed = any(result.get(name) for name in ("changed", "written"))
    return touched(str(result["ref"])) if is_changed and result.get("ref") else ""
