"""Bulk edits over HTTP: what is to be changed, what that would do, doing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint, require, rights_of
from catalog.jobs import enqueue
from catalog.models import User
from catalog.structure.snapshot import Structure
from catalog.values.hashing import value_hash
from catalog.values.write import BATCH
from enrichment.models import Rule
from enrichment.rules import flags as rule_flags
from enrichment.rules import planning as rule_planning
from enrichment.rules import preview as rule_preview
from enrichment.rules import running as rule_running
from enrichment.rules.current import RuleSpec
from enrichment.rules.saving import version
from enrichment.workbench.bulk_edit import by_rule, family, planning, running
from enrichment.workbench.bulk_edit.family import FAMILY, FamilyForm
from enrichment.workbench.bulk_edit.form import EditForm, WhatForm, editable, sentence
from enrichment.workbench.bulk_edit.once import is_ref, once
from enrichment.workbench.bulk_edit.operations import CATEGORIES, TEXTS, Edit
from enrichment.workbench.bulk_edit.texts_form import TextsForm
from enrichment.workbench.grid import bulk
from enrichment.workbench.grid.batches import Result
from enrichment.workbench.grid.bulk_views import found_by, tell, touched
from enrichment.workbench.grid.export import products_of
from enrichment.workbench.grid.returning import back_from
from pim.lib.grouped import Grouped

TITLE = gettext_lazy("Change values")
Context = dict[str, Any]


class _Asked:
    """What a request asks for: the chosen products, and the answers so far. `chosen`: at most bulk.MOST ids, those of one model
    one after the other."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: User = request.user  # type: ignore[assignment]  # signed in, says the decorator
        self.structure = Structure.current()
        self.selection = bulk.Selection.of(request.POST)
        rows = products_of(self.selection, self.user).filter(trashed_at=None)
        rows = rows.order_by(Coalesce("root_id", "pk"), "pk")
        ids = list(rows.values_list("pk", flat=True)[: bulk.MOST + 1])
        self.too_many, self.chosen = len(ids) > bulk.MOST, ids[: bulk.MOST]
        self.rights = rights_of(request.user)
        attribute = request.POST.get("attribute")
        self.what = WhatForm(
            {"attribute": attribute} if attribute is not None else None, structure=self.structure,
            rights=self.rights, rules=by_rule.offered(self.user, self.structure),
        )  # fmt: skip
        is_chosen = attribute is not None and self.what.is_valid()
        self.attribute: str = attribute if is_chosen and attribute else ""
        # Where another one was chosen than the form was made for, its own form comes untouched.
        self.data = request.POST if request.POST.get("of") == attribute else None
        self.ref = request.POST.get("ref", "")  # given with the preview

    def left(self) -> list[int]:
        """Of the products that the preview showed, those whose tick was taken away."""
        left = set(self.request.POST.getlist("shown")) - set(self.request.POST.getlist("take"))
        return sorted(int(pk) for pk in left if pk.isdecimal())

    def was_looked_at(self, mark: str) -> bool:
        """What was looked at is what is done: the answers may have been changed between the two."""
        if self.request.POST.get("mark") == mark and is_ref(self.ref):
            return True
        messages.warning(self.request, _("You changed what is to be done: look at what it would do now."))
        return False

    def nothing_chosen(self) -> HttpResponse:
        messages.info(self.request, _("No product was selected."))
        return HttpResponseRedirect(back_from(self.request))

    def shown(self, context: Context) -> HttpResponse:
        context = {
            **admin.site.each_context(self.request),
            "title": TITLE,
            "selection": self.selection,
            "total": len(self.chosen),
            "too_many": self.too_many,
            "what": self.what,
            "of": self.attribute,
            "next": back_from(self.request),
            "ref": bulk.new_ref(),
            **context,
        }
        forms = (self.what, context.get("form"), context.get("family_form"))
        status = 422 if any(form is not None and form.errors for form in forms) else 200
        return TemplateResponse(self.request, "enrichment/bulk_edit/page.html", context, status=status)

    def once(self, act: Callable[[], HttpResponse]) -> HttpResponse:
        """What was looked at, and that in one transaction; whoever asks for it again is shown what came of it."""
        with once(self.ref, by=self.user) as is_first:
            if is_first:
                return act()
        messages.info(
            self.request, _("You have asked for this already: these are the products it has changed so far.")
        )
        return HttpResponseRedirect(touched(self.ref))

    def begun(self, kind: str, params: dict[str, Any], title: str) -> HttpResponse:
        """As a job, with what was chosen now."""
        params = {**params, "ids": self.chosen, "leave": self.left(), "ref": self.ref}
        enqueue(kind, params, by=self.user, title=f"{title} ({len(self.chosen)})")
        text = _("%s products are being changed. The tray above shows how far it is.")
        messages.info(self.request, text % Grouped(len(self.chosen)))
        return HttpResponseRedirect(touched(self.ref))

    def done(self, result: Result) -> HttpResponse:
        if not (result.changed or result.refused or result.proposed):
            messages.info(self.request, _("There was nothing left to change."))
            return HttpResponseRedirect(back_from(self.request))
        done = ngettext("%s product changed.", "%s products changed.", result.changed) % Grouped(
            result.changed
        )
        tell(self.request, result, done)
        return HttpResponseRedirect(touched(result.ref) if result.changed else back_from(self.request))


@never_cache
@require_POST
@endpoint("product.edit")
def page(request: HttpRequest) -> HttpResponse:
    """`id` (several) or `all=1` with the grid's `query`; `attribute` (form.WhatForm); with `of` (the one the form was made for)
    its answers, which give a preview. Changes nothing.
    """
    asked = _Asked(request)
    if not asked.chosen:
        return asked.nothing_chosen()
    return asked.shown(_answered(asked))


@require_POST
@endpoint("product.edit")
def run(request: HttpRequest) -> HttpResponse:
    """As the page, and does it: at once up to one batch, else as a job. The door decides product by product."""
    asked = _Asked(request)
    if not asked.chosen:
        return asked.nothing_chosen()
    if rule := by_rule.find(asked.attribute, asked.structure):
        return _apply_rule(asked, rule)
    form: Any = _form(asked)
    if form is None or not form.is_bound or not form.is_valid():
        return asked.shown(_answered(asked, form))
    if isinstance(form, FamilyForm):
        return _move(asked, form)
    return _edit(asked, form)


def _form(asked: _Asked) -> EditForm | TextsForm | FamilyForm | None:
    """The chosen one's own questions come with the second request; of what is no attribute of theirs there are none."""
    if asked.attribute == FAMILY:
        return FamilyForm(asked.data, structure=asked.structure)
    if asked.attribute == TEXTS:
        return TextsForm(asked.data, structure=asked.structure, rights=asked.rights)
    if not asked.attribute or asked.attribute.startswith(by_rule.PREFIX):
        return None
    spec = None if asked.attribute == CATEGORIES else editable(asked.structure, asked.rights)[asked.attribute]
    return EditForm(asked.data, spec=spec, structure=asked.structure, rights=asked.rights)


def _answered(asked: _Asked, form: Any = None) -> Context:
    """The form of what was chosen, with a preview where it is filled in."""
    if rule := by_rule.find(asked.attribute, asked.structure):
        return _rule_context(asked, rule)
    form = form or _form(asked)
    is_family = isinstance(form, FamilyForm)
    context: Context = {"family_form" if is_family else "form": form}
    if form is not None and form.is_bound and form.is_valid():
        context |= _move_context(asked, form) if is_family else _edit_context(asked, form.edit())
    return context


# --- values


def _edit_context(asked: _Asked, edit: Edit) -> Context:
    made = planning.preview(asked.chosen, edit, user=asked.user)
    return {"preview": made, "sentence": sentence(edit, asked.structure), "mark": value_hash(edit.as_json())}


def _edit(asked: _Asked, form: EditForm | TextsForm) -> HttpResponse:
    edit, chosen = form.edit(), asked.chosen
    if not asked.was_looked_at(value_hash(edit.as_json())):
        return asked.shown({"form": form, **_edit_context(asked, edit)})
    is_long = (
        len(chosen) > BATCH or len(planning.targets(chosen, edit, asked.user, asked.structure).codes) > BATCH
    )

    def act() -> HttpResponse:
        if is_long:
            return asked.begun("grid.edit", {"edit": edit.as_json()}, sentence(edit, asked.structure))
        return asked.done(running.apply(chosen, edit, user=asked.user, ref=asked.ref, leave=asked.left()))

    return asked.once(act)


# --- the family


def _move_context(asked: _Asked, form: FamilyForm) -> Context:
    target = form.target()
    made = family.look(asked.chosen, target, asked.user)
    return {
        "moving": made,
        "mark": value_hash(target.as_json()),
        "sentence": form.sentence(),
        "stays": [(count, reason) for count, reason in family.reasons(made.moving) if count],
    }


def _move(asked: _Asked, form: FamilyForm) -> HttpResponse:
    target, chosen = form.target(), asked.chosen
    if not asked.was_looked_at(value_hash(target.as_json())):
        return asked.shown({"family_form": form, **_move_context(asked, form)})
    is_long = len(chosen) > BATCH or family.look_up(chosen, target, asked.user).size > BATCH

    def act() -> HttpResponse:
        if is_long:
            return asked.begun("grid.family", {"target": target.as_json()}, form.sentence())
        result = family.apply(
            chosen, target, user=asked.user, ref=asked.ref, chosen=frozenset(chosen), leave=asked.left()
        )
        return asked.done(result)

    return asked.once(act)


# --- a rule


def _rule_context(asked: _Asked, rule: RuleSpec) -> Context:
    """As a person who saved it now would run it, at the chosen products only."""
    ids, is_cut = by_rule.with_variants(asked.chosen, asked.user)
    rule_running.structure_to_run()
    context: Context = {"rule": rule, "rule_total": len(ids), "mark": _version(rule)}
    context["too_many"] = asked.too_many or is_cut
    try:
        looked = rule_preview.look(rule, asked.user, Structure.current(), within=ids)
    except rule_planning.CannotRun as stopped:
        return context | {"rule_problem": str(stopped)}
    return context | {"looked": looked}


def _version(rule: RuleSpec) -> str:
    row = Rule.objects.filter(pk=rule.id).first()
    return version(row) if row else ""


def _apply_rule(asked: _Asked, rule: RuleSpec) -> HttpResponse:
    """With the rights of who stands for the rule; starting it is for who may change rules."""
    require(asked.user, "structure.edit")
    if not asked.was_looked_at(_version(rule)):
        return asked.shown(_rule_context(asked, rule))
    ids, _is_cut = by_rule.with_variants(asked.chosen, asked.user)
    ref = rule_running.ref_of(rule.id, asked.ref)
    ref = rule_running.begin_by_hand(rule.id, by=asked.user, within=ids, ref=ref)
    if not ref:
        messages.info(asked.request, _("It is running already. The tray above shows how far it is."))
        return HttpResponseRedirect(back_from(asked.request))
    text = _("“%(name)s” is running. The tray above shows how far it is.")
    messages.info(asked.request, text % {"name": rule.label})
    # A flag is no revision: of a rule that writes nothing else the run touches no product.
    flagged = rule_flags.only(rule)
    return HttpResponseRedirect(found_by(flagged) if flagged else touched(ref))
