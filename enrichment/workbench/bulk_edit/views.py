"""Bulk edits over HTTP: what is to be changed, what that would do, doing it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint, rights_of
from catalog.jobs import enqueue
from catalog.models import User
from catalog.structure.snapshot import Structure
from catalog.values.hashing import value_hash
from catalog.values.write import BATCH
from enrichment.workbench.bulk_edit import planning, running
from enrichment.workbench.bulk_edit.form import EditForm, WhatForm, editable, sentence
from enrichment.workbench.bulk_edit.operations import CATEGORIES, Edit
from enrichment.workbench.grid import bulk
from enrichment.workbench.grid.bulk_views import tell, touched
from enrichment.workbench.grid.export import products_of
from enrichment.workbench.grid.returning import back_from

TITLE = gettext_lazy("Change values")


def _ids(selection: bulk.Selection, user: User) -> list[int]:
    rows = products_of(selection, user).filter(trashed_at=None).order_by("pk")
    return list(rows.values_list("pk", flat=True)[: bulk.MOST + 1])


def _left(request: HttpRequest) -> list[int]:
    """Of the products that the preview showed, those whose tick was taken away."""
    left = set(request.POST.getlist("shown")) - set(request.POST.getlist("take"))
    return sorted(int(pk) for pk in left if pk.isdecimal())


def _form(request: HttpRequest, structure: Structure) -> tuple[WhatForm, EditForm | None]:
    """The attribute's own questions come with the second request; what is no attribute of theirs is an error."""
    rights = rights_of(request.user)
    attribute = request.POST.get("attribute")
    what = WhatForm(
        {"attribute": attribute} if attribute is not None else None, structure=structure, rights=rights
    )
    if attribute is None or not what.is_valid():
        return what, None
    spec = None if attribute == CATEGORIES else editable(structure, rights)[attribute]
    # Where another attribute was chosen than the form was made for, its own form comes untouched.
    is_asked = request.POST.get("of") == attribute
    return what, EditForm(request.POST if is_asked else None, spec=spec, structure=structure, rights=rights)


@never_cache
@require_POST
@endpoint("product.edit")
def page(request: HttpRequest) -> HttpResponse:
    """`id` (several) or `all=1` with the grid's `query`; `attribute`; with `of` (the attribute the form was made for) its
    answers, which give a preview. Changes nothing.
    """
    selection = bulk.Selection.of(request.POST)
    chosen = _ids(selection, request.user)
    if not chosen:
        return _nothing_chosen(request)
    structure = Structure.current()
    what, form = _form(request, structure)
    context: dict[str, Any] = {}
    if form is not None and form.is_bound and form.is_valid():
        context = _previewed(form.edit(), chosen, request.user, structure)
    return _shown(request, selection, len(chosen), what, form, context)


def _nothing_chosen(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("No product was selected."))
    return HttpResponseRedirect(back_from(request))


def _previewed(edit: Edit, chosen: list[int], user: User, structure: Structure) -> dict[str, Any]:
    made = planning.preview(chosen[: bulk.MOST], edit, user=user)
    return {"preview": made, "sentence": sentence(edit, structure), "mark": _mark(edit)}


def _mark(edit: Edit) -> str:
    """What was looked at is what is done: the answers may have been changed between the two."""
    return value_hash(edit.as_json())


def _shown(
    request: HttpRequest,
    selection: bulk.Selection,
    total: int,
    what: WhatForm,
    form: EditForm | None,
    more: dict[str, Any],
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": TITLE,
        "selection": selection,
        "total": min(total, bulk.MOST),
        "too_many": total > bulk.MOST,
        "what": what,
        "form": form,
        "of": what.data.get("attribute", "") if what.is_bound else "",
        "next": back_from(request),
        **more,
    }
    wrong = what.errors or (form is not None and form.errors)
    return TemplateResponse(request, "enrichment/bulk_edit/page.html", context, status=422 if wrong else 200)


@require_POST
@endpoint("product.edit")
def run(request: HttpRequest) -> HttpResponse:
    """As the page, and does it: at once up to one batch, else as a job. The door decides product by product."""
    selection = bulk.Selection.of(request.POST)
    chosen = _ids(selection, request.user)
    if not chosen:
        return _nothing_chosen(request)
    structure = Structure.current()
    what, form = _form(request, structure)
    if form is None or not form.is_bound or not form.is_valid():
        return _shown(request, selection, len(chosen), what, form, {})
    chosen = chosen[: bulk.MOST]
    edit, left, ref = form.edit(), _left(request), bulk.new_ref()
    if request.POST.get("mark") != _mark(edit):
        messages.warning(request, _("You changed what is to be done: look at what it would do now."))
        more = _previewed(edit, chosen, request.user, structure)
        return _shown(request, selection, len(chosen), what, form, more)
    if len(chosen) > BATCH or planning.targets(chosen, edit, request.user, structure).below > BATCH:
        title = f"{sentence(edit, structure)} ({len(chosen)})"
        params = {"edit": edit.as_json(), "ids": chosen, "leave": left, "ref": ref}
        with transaction.atomic():
            enqueue("grid.edit", params, by=request.user, title=title)
        text = _("%d products are being changed. The tray above shows how far it is.")
        messages.info(request, text % len(chosen))
        return HttpResponseRedirect(touched(ref))
    result = running.apply(chosen, edit, user=request.user, ref=ref, leave=left)
    if not (result.changed or result.refused or result.proposed):
        messages.info(request, _("There was nothing left to change."))
        return HttpResponseRedirect(back_from(request))
    done = ngettext("%d product changed.", "%d products changed.", result.changed) % result.changed
    tell(request, result, done)
    return HttpResponseRedirect(touched(ref) if result.changed else back_from(request))
