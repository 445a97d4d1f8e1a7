"""Giving numbers from the grid, over HTTP: preview with counts, then the job."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint, require, rights_of
from catalog.jobs import enqueue
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from enrichment.workbench.grid import numbering
from enrichment.workbench.grid.bulk import Selection
from enrichment.workbench.grid.returning import back_from
from pim.lib.grouped import Grouped


def _asked(request: HttpRequest) -> tuple[list[AttributeSpec], AttributeSpec]:
    """The identifiers to choose from, and the chosen one."""
    known = numbering.numbering(Structure.current(), rights_of(request.user))
    wanted = request.POST.get("attribute", "")
    spec = next((each for each in known if each.code == wanted), None) if wanted else next(iter(known), None)
    if spec is None:
        raise Http404(_("There is no identifier to give numbers for."))
    return known, spec


@never_cache
@require_POST
@endpoint("product.edit")
def preview(request: HttpRequest) -> HttpResponse:
    """`id` (several) or `all=1` with the grid's `query`; `attribute`. Shows how many numbers; gives none."""
    known, spec = _asked(request)
    selection = Selection.of(request.POST)
    made = numbering.preview(selection, spec, request.user)
    if not made.total:
        messages.info(request, _("No product was selected."))
        return HttpResponseRedirect(back_from(request))
    context = {
        **admin.site.each_context(request),
        "title": numbering.ACTION.label,
        "preview": made,
        "known": known,
        "selection": selection,
        "next": back_from(request),
    }
    return TemplateResponse(request, "enrichment/grid/numbering.html", context)


@require_POST
@endpoint("product.edit")
def run(request: HttpRequest) -> HttpResponse:
    """As preview, and starts the job that gives the numbers."""
    _known, spec = _asked(request)
    require(request.user, "product.edit", attribute=spec.code)
    ids = numbering.ids_to_number(Selection.of(request.POST), spec, request.user)
    if not ids:
        messages.info(request, _("There was nothing left to number."))
        return HttpResponseRedirect(back_from(request))
    ref = numbering.new_ref()
    with transaction.atomic():
        enqueue(
            "grid.number",
            {"code": spec.code, "ids": ids, "ref": ref},
            by=request.user,
            title=_("%(label)s for %(count)s products") % {"label": spec.label(), "count": Grouped(len(ids))},
        )
    messages.info(
        request,
        _("%s products are getting their numbers. The tray above shows how far it is.") % Grouped(len(ids)),
    )
    grid = reverse("admin:catalog_product_changelist")
    return HttpResponseRedirect(f"{grid}?{urlencode({'ref': ref, 'level': 'all'})}")
