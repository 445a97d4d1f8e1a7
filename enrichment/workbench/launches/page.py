"""A launch's own page: when, where, how far its products are and what is in their way; moving and cancelling it; who did what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, rights_of, visible
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from channels.launches import counting, scheduling
from channels.launches.embargo import in_zone
from channels.launches.look import TooMany
from channels.launches.look import look as look_at
from channels.models import Launch, LaunchEntry, LaunchStep
from channels.profile import ChannelSpec
from enrichment.workbench.assigning.form import AssignForm
from enrichment.workbench.launches import blocked, gate
from enrichment.workbench.launches.form import WhenForm
from enrichment.workbench.launches.views import address

LISTED = 50  # blocked products whose obstacles are looked up


@dataclass(frozen=True, slots=True)
class Line:
    channel: str
    numbers: counting.Numbers


@dataclass(frozen=True, slots=True)
class Done:
    """A step in words."""

    text: Any
    who: str
    at: datetime


@never_cache
@require_safe
@endpoint("product.view")
def page(request: HttpRequest, launch: int) -> HttpResponse:
    row, entries = _find(request, launch)
    return _shown(request, row, entries)


@require_POST
@endpoint("product.publish")
def move(request: HttpRequest, launch: int) -> HttpResponse:
    """`date`, `time`, `time_zone`."""
    row, entries = _find(request, launch)
    _require_all(request, row)
    form = WhenForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, entries, form=form)
    zone = form.cleaned_data["time_zone"]
    try:
        scheduling.move(row.pk, at=form.moment(), time_zone=zone, by=request.user.pk)
    except scheduling.Over:
        return _over(request, row)
    messages.success(request, _("It launches on %s now.") % in_zone(form.moment(), zone))
    return HttpResponseRedirect(address(row.pk))


@require_POST
@endpoint("product.publish")
def cancel(request: HttpRequest, launch: int) -> HttpResponse:
    """`then`: "keep", the products stay off the channels; or "go", they go out at once."""
    row, _entries = _find(request, launch)
    _require_all(request, row)
    goes = request.POST.get("then") == "go"
    try:
        (scheduling.let_go if goes else scheduling.keep_back)(row.pk, by=request.user.pk)
    except scheduling.Over:
        return _over(request, row)
    if goes:
        messages.success(request, _("Nothing waits for it any more: what is ready goes out now."))
    else:
        messages.success(request, _("It has no date any more, and its products stay off the channels."))
    return HttpResponseRedirect(address(row.pk))


@require_POST
@endpoint("product.edit")
def assign(request: HttpRequest, launch: int) -> HttpResponse:
    """`assign-to`, `assign-due`, `assign-note`: gives the products that are blocked now to that person."""
    row, entries = _find(request, launch)
    form = blocked.form_of(request, at=row.at, time_zone=row.time_zone, data=request.POST)
    if form is None or not form.is_valid():
        return _shown(request, row, entries, assigning=form)
    found = counting.of_kinds(entries, [counting.BLOCKED]).order_by().values_list("product_id", flat=True)
    blocked.assign(request, set(found), form)
    return HttpResponseRedirect(address(row.pk))


def _find(request: HttpRequest, pk: int) -> tuple[Launch, QuerySet[LaunchEntry]]:
    """The launch and what the person sees of it. Of a launch with nothing they may see, they are told nothing; one without
    products, as it is until its job has begun, is that of who made it."""
    row = Launch.objects.filter(pk=pk).first()
    entries = visible(request.user, LaunchEntry.objects.filter(launch_id=pk))
    if row is None or not (entries.exists() or _is_empty_and_theirs(request.user, row)):
        raise Http404(_("There is no such launch."))
    return row, entries


def may_change(user: Any, row: Launch) -> bool:
    """Who may publish everything that is in it: half of a launch cannot be moved."""
    if not rights_of(user).may("product.publish"):
        return False
    if not row.entries.exists():
        return _is_empty_and_theirs(user, row)
    mine = visible(user, row.entries.all(), verb="product.publish")
    return not row.entries.exclude(pk__in=mine.values("pk")).exists()


def _is_empty_and_theirs(user: Any, row: Launch) -> bool:
    """Without products, there is nothing by which others could be told whether it concerns them."""
    if row.entries.exists():
        return False
    made = row.steps.filter(kind=LaunchStep.Kind.SCHEDULED, by_id=user.pk).exists()
    return made or rights_of(user).category_paths("product.publish") is None


def _require_all(request: HttpRequest, row: Launch) -> None:
    if not may_change(request.user, row):
        raise PermissionDenied(_("Products are in it that your roles do not let you publish."))


def _over(request: HttpRequest, row: Launch) -> HttpResponse:
    messages.error(request, _("It has taken place meanwhile, so it stays as it is."))
    return HttpResponseRedirect(address(row.pk))


def _shown(
    request: HttpRequest,
    row: Launch,
    entries: QuerySet[LaunchEntry],
    *,
    form: WhenForm | None = None,
    assigning: AssignForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    structure = Structure.current()
    known = channel_profiles.current(structure).by_id
    by_channel = counting.by_channel(entries)
    lines = [Line(known[pk].label, told) for pk, told in sorted(by_channel.items()) if pk in known]
    local = row.local
    initial = {"date": local.date(), "time": local.strftime("%H:%M")} if local and local > now else {}
    total = counting.numbers(entries).get(row.pk, counting.Numbers())
    if assigning is None and total.blocked and row.is_pending(now):
        assigning = blocked.form_of(request, at=row.at, time_zone=row.time_zone)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": row.name,
        "launch": row,
        "when": in_zone(row.at, row.time_zone) if row.at else "",
        "mine": row.at if row.at and row.time_zone != timezone.get_current_timezone_name() else None,
        "is_pending": row.is_pending(now),
        "lines": lines,
        "total": total,
        "assigning": assigning,
        "blocked": _blocked(row, entries, [known[pk] for pk in sorted(by_channel) if pk in known], structure),
        "most": LISTED,
        "may_change": row.is_pending(now) and may_change(request.user, row),
        "form": form or WhenForm(zone=row.time_zone, initial=initial),
        "steps": list(_steps(row)),
        "grid": reverse("admin:catalog_product_changelist"),
    }
    status = 422 if form is not None or (assigning is not None and assigning.errors) else 200
    return TemplateResponse(request, "enrichment/launches/page.html", context, status=status)


def _blocked(
    row: Launch, entries: QuerySet[LaunchEntry], channels: Sequence[ChannelSpec], structure: Structure
) -> list[gate.Blocked]:
    """The first of those that their listings call blocked, with what is in their way on the day."""
    rows = (
        counting.of_kinds(entries, [counting.BLOCKED])
        .order_by("product__sku")
        .values_list("product_id", flat=True)
    )
    products = list(dict.fromkeys(rows[: LISTED * max(len(channels), 1)]))[:LISTED]
    if not products:
        return []
    now = timezone.now()
    try:
        looks = look_at(products, channels, structure, at=row.at if row.at and row.at > now else now)
    except TooMany:
        return []
    return gate.listed(products, channels, looks)


def _steps(row: Launch) -> Iterable[Done]:
    for step in row.steps.select_related("by"):
        who = (step.by.get_full_name() or step.by.username) if step.by else _("Somebody who is gone")
        yield Done(_step(step, row), who, step.made_at)


def _step(step: LaunchStep, row: Launch) -> str:
    def when(at: datetime | None) -> str:
        return in_zone(at, row.time_zone) if at else _("no date")

    told = {"before": when(step.before), "after": when(step.after), "count": step.count}
    return {
        LaunchStep.Kind.SCHEDULED: _("scheduled it for %(after)s"),
        LaunchStep.Kind.MOVED: _("moved it from %(before)s to %(after)s"),
        LaunchStep.Kind.KEPT_BACK: _("cancelled it (%(before)s); its products stay off the channels"),
        LaunchStep.Kind.LET_GO: _("cancelled it (%(before)s) and let its products go at once"),
        LaunchStep.Kind.TAKEN: _("took %(count)d products of it over into another launch"),
    }[LaunchStep.Kind(step.kind)] % told
