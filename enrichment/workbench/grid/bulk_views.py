"""Bulk changes over HTTP: preview with counts, run, undo."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint, require
from catalog.jobs import enqueue
from catalog.structure.snapshot import Structure
from catalog.values.write import BATCH
from enrichment.workbench.grid import bulk, bulk_actions
from enrichment.workbench.grid.batches import Result
from enrichment.workbench.grid.returning import back_from
from pim.lib.grouped import Grouped


def _asked(data: QueryDict) -> tuple[bulk_actions.BulkAction, bulk.Selection]:
    action = bulk_actions.find(data.get("action", ""), Structure.current())
    if action is None:
        raise Http404(_("There is no such bulk change."))
    return action, bulk.Selection.of(data)


def touched(ref: str) -> str:
    """The grid's address for the products of one change."""
    return f"{reverse('admin:catalog_product_changelist')}?{urlencode({'ref': ref, 'level': 'all'})}"


def found_by(where: str) -> str:
    """The grid's address for the products that a combined filter finds."""
    return f"{reverse('admin:catalog_product_changelist')}?{urlencode({'where': where, 'level': 'all'})}"


@never_cache
@require_POST
@endpoint("product.view")
def preview(request: HttpRequest) -> HttpResponse:
    """`action`, and `id` (several) or `all=1` with the grid's `query`. Shows what would happen; changes nothing."""
    action, selection = _asked(request.POST)
    require(request.user, action.verb)
    made = bulk.preview(selection, action, request.user)
    if not made.total:
        messages.info(request, _("No product was selected."))
        return HttpResponseRedirect(back_from(request))
    context = {
        **admin.site.each_context(request),
        "title": action.label,
        "preview": made,
        "selection": selection,
        "next": back_from(request),
        "as_job": made.changing > BATCH,
    }
    return TemplateResponse(request, "enrichment/grid/bulk.html", context)


@require_POST
@endpoint("product.view")
def run(request: HttpRequest) -> HttpResponse:
    """As preview, and does it: at once up to one batch, else as a job."""
    action, selection = _asked(request.POST)
    require(request.user, action.verb)
    ids = bulk.ids_to_change(selection, action, request.user)
    ref = bulk.new_ref()
    if len(ids) > BATCH:
        params = {"action": action.code, "ids": ids, "ref": ref}
        with transaction.atomic():
            enqueue("grid.bulk", params, by=request.user, title=f"{action.label} ({len(ids)})")
        messages.info(
            request,
            _("%s products are being changed. The tray above shows how far it is.") % Grouped(len(ids)),
        )
        return HttpResponseRedirect(touched(ref))
    if not ids:
        messages.info(request, _("There was nothing left to change."))
        return HttpResponseRedirect(back_from(request))
    result = bulk.apply(ids, action, user=request.user, ref=ref)
    tell(
        request,
        result,
        ngettext("%s product changed.", "%s products changed.", result.changed) % Grouped(result.changed),
    )
    return HttpResponseRedirect(touched(ref) if result.changed else back_from(request))


def tell(request: HttpRequest, result: Result, done: str) -> None:
    if result.changed:
        messages.success(request, done)
    if result.proposed:
        proposed = ngettext(
            "Of %s product it is a proposal now.", "Of %s products it is a proposal now.", result.proposed
        )
        messages.info(request, proposed % Grouped(result.proposed))
    for reason, count in result.reasons.items():
        text = ngettext(
            "%(count)s product was left as it is: %(reason)s",
            "%(count)s products were left as they are: %(reason)s",
            count,
        )
        messages.warning(request, text % {"count": Grouped(count), "reason": reason})


@require_POST
@endpoint("product.view")
def undo(request: HttpRequest) -> HttpResponse:
    """`ref` of a bulk change, or of a rule's run. The door decides product by product who may give it back."""
    ref = request.POST.get("ref", "")
    if not ref.startswith(bulk.UNDONE):
        raise Http404(_("There is no such bulk change."))
    count = bulk.revisions_of(ref, request.user).count()
    if count > BATCH:
        with transaction.atomic():
            title = _("%s products as they were before") % Grouped(count)
            enqueue("grid.undo", {"ref": ref}, by=request.user, title=title)
        messages.info(request, _("The change is being taken back. The tray above shows how far it is."))
        return HttpResponseRedirect(touched(ref))
    result = bulk.undo_at_once(ref, user=request.user)
    done = ngettext("%s product is as it was before.", "%s products are as they were before.", result.changed)
    tell(request, result, done % Grouped(result.changed))
    if not result.changed and not result.refused:
        messages.info(request, _("There was nothing left to undo."))
    return HttpResponseRedirect(touched(ref))
