"""Moving here from Akeneo: upload, plan, progress, report."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import guides
from catalog.access import can, endpoint, visible
from catalog.importing.files import TooLarge
from catalog.importing.runs import WrongState
from catalog.models.importing import ImportRun
from catalog.models.takeover import Takeover
from catalog.models.user import User
from catalog.takeovers import asking
from catalog.takeovers.akeneo.kinds import KINDS
from catalog.takeovers.akeneo.products import sentences
from catalog.takeovers.steps import steps

State = Takeover.State
SHOWN = 20
GUIDE = "moving-from-akeneo.md"
TONES = {
    "planned": "info", "done": "success", "failed": "danger", "cancelled": "warning", "planning": "info", "running": "info",
}  # fmt: skip
UPLOAD, SHOW = "admin:catalog_takeover_upload", "admin:catalog_takeover_show"


@never_cache
@require_safe
@endpoint("import.run")
def overview(request: HttpRequest) -> HttpResponse:
    """The place to drop the files, and what was moved before."""
    rows = visible(request.user, Takeover).select_related("created_by").defer("plan", "marks", "files")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Move here from Akeneo"),
        "rows": [(row, TONES[row.state]) for row in rows[:SHOWN]],
        "may": _may(request),
        "kinds": [kind for kind in KINDS.values() if not kind.why],
        "has_guide": guides.has(GUIDE),
    }
    return TemplateResponse(request, "catalog/takeovers/overview.html", context)


@require_safe
@endpoint("import.run")
def guide(request: HttpRequest) -> HttpResponse:
    """docs/moving-from-akeneo.md, as it stands in this installation."""
    if not guides.has(GUIDE):
        raise Http404(_("There is no such guide."))
    context = {
        **admin.site.each_context(request),
        "title": _("Moving here from Akeneo: the guide"),
        "text": guides.text(GUIDE),
    }
    return TemplateResponse(request, "catalog/takeovers/guide.html", context)


@require_POST
@endpoint("import.run")
def upload(request: HttpRequest) -> HttpResponse:
    """Takes `file`, once or several times; leads to the plan. A script's own request gets {url} or {message}."""
    by_script = request.headers.get("Accept", "").startswith("application/json")
    given = [(file.name or "", file) for file in request.FILES.getlist("file")]
    try:
        takeover = asking.start(cast(Any, given), user=_person(request))
    except (WrongState, TooLarge) as refused:
        if by_script:
            return JsonResponse({"message": str(refused)}, status=400)
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:catalog_takeover_changelist"))
    address = reverse(SHOW, args=[takeover.pk])
    return JsonResponse({"url": address}) if by_script else HttpResponseRedirect(address)


@never_cache
@require_safe
@endpoint("import.run")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Its progress while it works, its plan before, its report afterwards."""
    takeover = _find(request, pk)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Move here from Akeneo"),
        "takeover": takeover,
        "tone": TONES[takeover.state],
        "may": _may(request),
    }
    if takeover.state in asking.WORKING:
        return TemplateResponse(
            request, "catalog/takeovers/working.html", context | {"state": _state(takeover)}
        )
    lines = takeover.marks.get("lines") or {}
    runs = _runs(request, takeover)
    context |= {
        "is_report": bool(lines or runs),
        "files": [_file(entry, takeover.plan) for entry in takeover.files],
        "missing": [KINDS[code] for code in takeover.plan.get("missing", ()) if code in KINDS],
        "lines": [_line(line) for line in lines.values() or takeover.plan.get("lines", ())],
        "products": [
            {**line, "label": KINDS[line["kind"]].label, "told": sentences(line)}
            for line in takeover.plan.get("products", ())
        ],
        "runs": runs,
        "renamed": [(KINDS[kind].label, old, new) for kind, old, new in takeover.plan.get("renamed", ())],
        "others": takeover.plan.get("others", ()),
        "forbidden": [
            line["label"]
            for line in takeover.plan.get("lines", ())
            if line["code"] in takeover.plan["forbidden"]
        ],
        "lacks_channels": "channels" in takeover.plan.get("forbidden", ()),
        "may_carry_out": takeover.state != State.DONE and bool(takeover.plan),
        "step": 3 if takeover.state == State.DONE else 2,
    }
    return TemplateResponse(request, "catalog/takeovers/show.html", context)


@require_POST
@endpoint("import.run")
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """`what`: run, plan or cancel."""
    takeover = _find(request, pk)
    user = _person(request)
    try:
        if what == "run":
            asking.carry_out(takeover, user=user)
        elif what == "plan":
            asking.plan_again(takeover, user=user)
        elif not asking.cancel(takeover, user=user):
            messages.info(request, _("It had ended already."))
    except WrongState as wrong:
        messages.error(request, str(wrong))
    return HttpResponseRedirect(reverse(SHOW, args=[takeover.pk]))


@never_cache
@require_safe
@endpoint("import.run")
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    return JsonResponse(_state(_find(request, pk)))


def _find(request: HttpRequest, pk: int) -> Takeover:
    found: Takeover = get_object_or_404(visible(request.user, Takeover).select_related("job"), pk=pk)
    return found


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _may(request: HttpRequest) -> bool:
    return can(request.user, "structure.edit")


def _state(takeover: Takeover) -> dict[str, Any]:
    """{working, percent (null where unknown), text}, for the page that watches."""
    job = takeover.job
    done, total = (job.done, job.total or 0) if job else (0, 0)
    waiting = job is not None and job.state == job.State.QUEUED
    return {
        "working": takeover.state in asking.WORKING,
        "percent": min(100, done * 100 // total) if total else None,
        "text": _("Waiting for a worker …") if waiting else (job.message if job else ""),
    }


def _file(entry: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    kind = KINDS.get(entry["kind"])
    looked = {line["code"].partition(":")[2]: line["rows"] for line in plan.get("products", ())}
    return {
        "name": entry["name"],
        "label": kind.label if kind else _("Not recognised"),
        "rows": looked.get(entry["stored"], entry["rows"]),
        "why": kind.why if kind else entry.get("why", ""),
        "known": kind is not None and not kind.why,
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    page = next((step.page for step in steps() if step.code == line["code"]), "")
    try:
        link = reverse(page) if page else ""
    except NoReverseMatch:
        link = ""
    more = max(0, line["left"] - len(line["left_out"]))
    return {**line, "link": link, "more": more}


def _runs(request: HttpRequest, takeover: Takeover) -> list[ImportRun]:
    ids = list((takeover.marks.get("runs") or {}).values())
    found = {run.pk: run for run in visible(request.user, ImportRun).filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]
