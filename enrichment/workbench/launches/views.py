"""From the grid's selection to a launch: the form, the gate under it, and scheduling what was decided there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint, visible
from catalog.models import User
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from channels.launches import scheduling
from channels.launches.embargo import in_zone
from channels.launches.look import MOST_SHEETS, TooMany
from channels.models import Launch
from enrichment.workbench.assigning.form import AssignForm
from enrichment.workbench.bulk_edit.once import is_ref
from enrichment.workbench.grid.batches import Result
from enrichment.workbench.grid.bulk import Selection, new_ref
from enrichment.workbench.grid.bulk_views import tell
from enrichment.workbench.grid.export import products_of
from enrichment.workbench.grid.returning import back_from
from enrichment.workbench.launches import blocked, gate, running
from enrichment.workbench.launches.form import LaunchForm
from pim.lib.grouped import Grouped

MOST = 500  # products of one launch: each one's sheets are built to say whether it is ready
ASSIGN = "assign-blocked"  # the id of the form that gives the blocked to somebody


def address(launch: int) -> str:
    return reverse("admin:enrichment_launch", args=[launch])


@never_cache
@require_POST
@endpoint("product.publish")
def choose(request: HttpRequest) -> HttpResponse:
    """`id` (several) or `all=1` with the grid's `query`; with the form's fields the gate is shown. Changes nothing."""
    asked = _Asked(request)
    if not asked.chosen:
        return _nothing_chosen(request)
    made = asked.gate()
    return _shown(request, asked, made)


@require_POST
@endpoint("product.publish")
def run(request: HttpRequest) -> HttpResponse:
    """As choose, with `mode` (gate.Gate.chosen), the `mark` of the gate that was looked at, and the `ref` given with it: pressed
    twice, it schedules once, and approves what the first press failed to."""
    ref, mode = request.POST.get("ref", ""), request.POST.get("mode", "")
    begun = Launch.objects.filter(ref=ref).first() if is_ref(ref) else None
    if begun is not None and not (mode == "approve" and running.owes_approvals(begun)):
        return _again(request, ref)
    asked = _Asked(request)
    if not asked.chosen:
        return _nothing_chosen(request)
    made = asked.gate()
    if made is None:
        return _shown(request, asked, None)
    if request.POST.get("mark") != made.mark or not is_ref(ref):
        messages.warning(request, _("Products were changed meanwhile: look at what stands in their way now."))
        return _shown(request, asked, made)
    if begun is not None:
        _tell_approved(request, running.approved(made.to_approve(), by=request.user, ref=ref))
        return _again(request, ref)
    chosen = made.chosen(mode)
    if not chosen:
        messages.info(request, _("Nothing is left to be scheduled."))
        return HttpResponseRedirect(back_from(request))
    data = asked.form.cleaned_data
    name = data["name"] or ngettext("%s product", "%s products", len(chosen)) % Grouped(len(chosen))
    try:
        launch, result = running.start(
            name=name, at=made.at, time_zone=data["time_zone"], entries=made.entries(chosen), ref=ref,
            approve=made.to_approve() if mode == "approve" else (), sheets=made.sheets(chosen), by=request.user,
        )  # fmt: skip
    except scheduling.Again:
        return _again(request, ref)
    _told(request, made, len(chosen), data["time_zone"], is_job=result is None)
    if result is not None:
        _tell_approved(request, result)
    return HttpResponseRedirect(address(launch.pk))


def _tell_approved(request: HttpRequest, result: Result) -> None:
    done = ngettext("%s product approved.", "%s products approved.", result.changed)
    tell(request, result, done % Grouped(result.changed))


def _again(request: HttpRequest, ref: str) -> HttpResponse:
    messages.info(request, _("You have asked for this already: this is the launch."))
    return HttpResponseRedirect(address(Launch.objects.get(ref=ref).pk))


@require_POST
@endpoint("product.edit")
def assign(request: HttpRequest) -> HttpResponse:
    """As choose, with `assign-to`, `assign-due` and `assign-note`: gives what is blocked now to that person, and shows the gate again."""
    asked = _Asked(request)
    if not asked.chosen:
        return _nothing_chosen(request)
    made = asked.gate()
    if made is None:
        return _shown(request, asked, None)
    form = _assigning(request, asked, made, data=request.POST)
    if form is not None and form.is_valid():
        blocked.assign(request, made.kinds.get("blocked", ()), form)
        form = None
    return _shown(request, asked, made, assigning=form)


def _assigning(
    request: HttpRequest, asked: _Asked, made: gate.Gate, *, data: Any = None
) -> AssignForm | None:
    zone = asked.form.cleaned_data["time_zone"]
    return blocked.form_of(request, at=made.at, time_zone=zone, data=data, owner=ASSIGN)


class _Asked:
    """What a request asks for: the products this person may publish, and the form."""

    def __init__(self, request: HttpRequest) -> None:
        user: User = request.user  # type: ignore[assignment]  # signed in, says the decorator
        self.structure = Structure.current()
        self.selection = Selection.of(request.POST)
        seen = products_of(self.selection, user).filter(trashed_at=None)
        may = visible(user, seen, verb="product.publish").order_by("pk")
        ids = list(may.values_list("pk", flat=True)[: MOST + 1])
        self.too_many, self.chosen = len(ids) > MOST, ids[:MOST]
        self.forbidden = 0 if self.too_many else seen.count() - len(ids)
        active = channel_profiles.current(self.structure).active
        is_asked = "launch-date" in request.POST
        self.form = LaunchForm(request.POST if is_asked else None, channels=active)
        self.too_large = 0

    def gate(self) -> gate.Gate | None:
        """None where the form says not yet what for, or it would be too much to look at."""
        if self.too_many or not self.form.is_valid():
            return None
        try:
            return gate.build(
                self.chosen, self.form.chosen(), self.structure, active=list(self.form.known.values()),
                at=self.form.moment(), now=timezone.now(),
            )  # fmt: skip
        except TooMany as error:
            self.too_large = error.count
            return None


def _shown(
    request: HttpRequest, asked: _Asked, made: gate.Gate | None, *, assigning: AssignForm | None = None
) -> HttpResponse:
    if made is not None and made.stopped and assigning is None:
        assigning = _assigning(request, asked, made)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Schedule a launch"),
        "selection": asked.selection,
        "total": len(asked.chosen),
        "most": MOST,
        "most_sheets": MOST_SHEETS,
        "too_many": asked.too_many,
        "too_large": asked.too_large,
        "forbidden": asked.forbidden,
        "form": asked.form,
        "gate": made,
        "ref": new_ref(),
        "assigning": assigning,
        "assign_form": ASSIGN,
        "looked_at": [
            (name, value)
            for name in request.POST
            if name.startswith("launch-")
            for value in request.POST.getlist(name)
        ],
        "when": in_zone(made.at, asked.form.cleaned_data["time_zone"]) if made else "",
        "kinds": gate.LABELS.values(),
        "next": back_from(request),
    }
    is_wrong = asked.form.errors or asked.too_large or (assigning is not None and assigning.errors)
    status = 422 if is_wrong else 200
    return TemplateResponse(request, "enrichment/launches/schedule.html", context, status=status)


def _told(request: HttpRequest, made: gate.Gate, count: int, time_zone: str, *, is_job: bool) -> None:
    text = ngettext("%(n)s product launches on %(when)s.", "%(n)s products launch on %(when)s.", count)
    messages.success(request, text % {"n": Grouped(count), "when": in_zone(made.at, time_zone)})
    if is_job:
        messages.info(request, _("They are being scheduled. The tray above shows how far it is."))
    left = made.all - count
    if left:
        text = ngettext(
            "%s product was left out: it goes out as soon as nothing is in its way.",
            "%s products were left out: they go out as soon as nothing is in their way.",
            left,
        )
        messages.warning(request, text % Grouped(left))


def _nothing_chosen(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("No product was selected that you may publish."))
    return HttpResponseRedirect(back_from(request))
