"""Rules over HTTP: the list, the form with its preview, running, switching, moving and deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import can, endpoint, rights_of, visible
from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from enrichment.models import Rule, RuleRun
from enrichment.rules import planning, preview, running, saving
from enrichment.rules.actions import MOST
from enrichment.workbench.bulk_edit.once import is_ref
from enrichment.workbench.filtering import draft, grammar
from enrichment.workbench.filtering.combined import Combined, Subjects
from enrichment.workbench.filtering.views import JOINS, offered
from enrichment.workbench.grid.bulk import new_ref
from enrichment.workbench.grid.bulk_views import touched
from enrichment.workbench.grid.query import capped_count
from enrichment.workbench.rules import listing
from enrichment.workbench.rules.form import RuleDraft

RUNS = 10


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:enrichment_rules"))


@never_cache
@require_safe
@endpoint("structure.view")
def page(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Rules"),
        "lines": listing.lines(request.user),
        "may": can(request.user, "structure.edit"),
    }
    return TemplateResponse(request, "enrichment/rules/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("structure.edit")
def add(request: HttpRequest) -> HttpResponse:
    """`where`: conditions to begin with, as the grid's address has them."""
    return _form(request, Rule())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@endpoint("structure.edit")
def change(request: HttpRequest, rule: int) -> HttpResponse:
    return _form(request, get_object_or_404(visible(request.user, Rule), pk=rule))


def _form(request: HttpRequest, row: Rule) -> HttpResponse:
    """By POST the form (form.RuleDraft), and `do`: what is done to its rows, "preview" or "save". `fragment=1`: without the
    page around it."""
    structure = Structure.current()
    subjects = Subjects(
        structure, channel_profiles.current(structure), rights_of(request.user), request.user.pk or 0
    )
    if request.method != "POST":
        made = RuleDraft.of_row(row, subjects, where=request.GET.get("where", ""))
        return _shown(request, made)
    verb = request.POST.get("do", "")
    made = RuleDraft.posted(row, subjects, request.POST, is_checked=verb in ("preview", "save"))
    if verb not in ("preview", "save"):
        return _shown(request, made)
    if not made.is_valid():
        return _shown(request, made, status=200 if request.POST.get("fragment") else 422)
    if verb == "preview":
        return _shown(request, made, looked=_look(request, made))
    try:
        saving.save(made.row, by=request.user, seen=made.seen)
    except ValidationError as refused:
        made.check(refused)
        return _shown(request, made, status=422)
    text = _("The rule “%(name)s” is saved.")
    if made.row.whole_due:
        text = _(
            "The rule “%(name)s” is saved. It looks at all products now, and from then on at each that changes."
        )
    messages.success(request, text % {"name": made.row})
    return HttpResponseRedirect(reverse("admin:enrichment_rule_change", args=[made.row.pk]))


def _look(request: HttpRequest, made: RuleDraft) -> preview.Preview | None:
    """As a person who saved it now would run it. Checks for circles as saving does."""
    try:
        saving.check(made.row, made.structure)
    except ValidationError as refused:
        made.check(refused)
    try:
        running.structure_to_run()
        return preview.look(made.spec(), request.user, Structure.current())
    except planning.CannotRun as stopped:
        made.wrong.append(str(stopped))
        return None


def _shown(
    request: HttpRequest, made: RuleDraft, *, looked: preview.Preview | None = None, status: int = 200
) -> HttpResponse:
    row = made.row
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Rule “%(name)s”") % {"name": row} if row.pk else _("New rule"),
        "rule": row,
        "draft": made,
        "box": made.box,
        "joins": list(JOINS),
        "is_full": len(made.box.rows()) >= grammar.MOST,
        "most": grammar.MOST,
        "may_add": len(made.actions) < MOST,
        "find": made.find,
        "preview": looked,
        "action_url": reverse("admin:enrichment_rule_change", args=[row.pk]) if row.pk else reverse("admin:enrichment_rule_add"),
        **offered(made.subjects, made.box, made.find),
        **_matching(request, made),
    }  # fmt: skip
    if request.POST.get("fragment") == "1":
        return TemplateResponse(request, "enrichment/rules/form.html", context)
    if row.pk:
        runs = visible(request.user, RuleRun.objects.filter(rule=row)).select_related("by").order_by("-pk")
        context["runs"] = [(run, touched(run.ref)) for run in runs[:RUNS]]
        context["is_running"] = running.open_run(row.pk) is not None
        context["ref"] = new_ref()
    return TemplateResponse(request, "enrichment/rules/page.html", context, status=status)


def _matching(request: HttpRequest, made: RuleDraft) -> dict[str, Any]:
    """How many products fit the conditions as they are said so far."""
    try:
        combined = Combined.of(grammar.write(draft.group_of(made.box)), made.subjects)
    except grammar.Misspelt:
        return {}
    rows = visible(request.user, Product.objects.alive())
    count, more = capped_count(rows.filter(combined.q()) if combined.is_active else rows)
    return {"count": count, "count_more": more, "sentence": combined.sentence()}


@require_POST
@endpoint("structure.edit")
def run(request: HttpRequest, rule: int) -> HttpResponse:
    """`ref`: given with the page, so that a button pressed twice runs it once."""
    row = get_object_or_404(visible(request.user, Rule), pk=rule)
    asked = request.POST.get("ref", "")
    ref = running.ref_of(row.pk, asked) if is_ref(asked) else ""
    if running.begin_by_hand(row.pk, by=request.user, ref=ref):
        messages.info(
            request, _("“%(name)s” is running. The tray above shows how far it is.") % {"name": row}
        )
    else:
        messages.info(request, _("It is running already. The tray above shows how far it is."))
    return HttpResponseRedirect(reverse("admin:enrichment_rule_change", args=[row.pk]))


@require_POST
@endpoint("structure.edit")
def arrange(request: HttpRequest, rule: int) -> HttpResponse:
    """`do`: up, down, on, off or delete."""
    row = get_object_or_404(visible(request.user, Rule), pk=rule)
    verb = request.POST.get("do", "")
    if verb in ("up", "down"):
        saving.move(row.pk, -1 if verb == "up" else 1, by=request.user)
    elif verb in ("on", "off"):
        try:
            saving.switch(row.pk, on=verb == "on", by=request.user)
        except ValidationError as refused:
            for text in refused.messages:
                messages.error(request, text)
    elif verb == "delete":
        saving.delete(row.pk, by=request.user)
        messages.success(request, _("The rule “%(name)s” is deleted. What it wrote stays.") % {"name": row})
    else:
        raise Http404(_("There is no such change."))
    return _to_list()
