"""Proposals over HTTP: the list, deciding, and why a value is what it is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import can, endpoint
from catalog.jobs import enqueue
from catalog.structure.snapshot import Structure
from catalog.values.write import BATCH
from enrichment.workbench.grid.bulk import new_ref
from enrichment.workbench.grid.bulk_views import touched
from enrichment.workbench.page.view import find
from enrichment.workbench.proposals import chain, listing, settling
from pim.lib.grouped import Grouped


def address(query: listing.Query | None = None) -> str:
    path = reverse("admin:enrichment_proposals")
    asked = query.as_query() if query else ""
    return f"{path}?{asked}" if asked else path


@never_cache
@require_safe
@endpoint("product.view")
def page(request: HttpRequest) -> HttpResponse:
    """`source`, `attribute`, `family`; `before`: the last number of the page before."""
    query = listing.Query.of(request.GET)
    before = request.GET.get("before", "")
    shown = listing.page(
        query, request.user, before=int(before) if before.isdecimal() and len(before) < 19 else None
    )
    structure = Structure.current()
    labels = {"source": _("Source"), "attribute": _("Attribute"), "family": _("Family")}
    known = listing.choices(request.user, structure)
    context = {
        **admin.site.each_context(request),
        "title": _("Proposals"),
        "page": shown,
        "count": f"{Grouped(listing.COUNTED)}+" if shown.count > listing.COUNTED else shown.count,
        "filters": [(name, labels[name], known[name], getattr(query, name)) for name in listing.FILTERS],
        "query": query.as_query(),
        "older": "&".join(part for part in (query.as_query(), f"before={shown.next}") if part)
        if shown.next
        else "",
        "may": can(request.user, "product.publish"),
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "enrichment/proposals/page.html", context)


@require_POST
@endpoint("product.publish")
def settle(request: HttpRequest) -> HttpResponse:
    """`do`: accept or reject; `proposal` (several), or `all=1` with the list's `query`; or one alone: `accept`, `reject`."""
    decision = request.POST.get("do", "")
    ids = [int(pk) for pk in request.POST.getlist("proposal") if pk.isdecimal() and len(pk) < 19]
    for alone in settling.DECISIONS:
        if (given := request.POST.get(alone, "")).isdecimal() and len(given) < 19:
            decision, ids = alone, [int(given)]
    if decision not in settling.DECISIONS:
        raise Http404(_("There is no such decision."))
    if request.POST.get("all") == "1":
        query = listing.Query.of(QueryDict(request.POST.get("query", "")))
        ids = list(query.rows(request.user).order_by("pk").values_list("pk", flat=True)[: settling.MOST])
    back = _back(request)
    if not ids:
        messages.info(request, _("No proposal was selected."))
        return HttpResponseRedirect(back)
    ref = new_ref()
    if len(ids) > BATCH:
        words = {"accept": _("Taking over %s proposals"), "reject": _("Rejecting %s proposals")}
        with transaction.atomic():
            enqueue(
                "proposals.settle",
                {"decision": decision, "ids": ids, "ref": ref},
                by=request.user,
                title=words[decision] % Grouped(len(ids)),
            )
        messages.info(
            request,
            _("%s proposals are being decided. The tray above shows how far it is.") % Grouped(len(ids)),
        )
        return HttpResponseRedirect(back)
    _tell(
        request, settling.settle(ids, decision, user=request.user, ref=ref), decision, is_alone=len(ids) == 1
    )
    return HttpResponseRedirect(
        touched(ref) if decision == "accept" and len(ids) > 1 and request.POST.get("show") == "1" else back
    )


def _tell(request: HttpRequest, result: Any, decision: str, *, is_alone: bool) -> None:
    if result.changed and decision == "accept":
        done = ngettext("%s proposal was taken over.", "%s proposals were taken over.", result.changed)
        messages.success(request, done % Grouped(result.changed))
    elif result.changed:
        done = ngettext(
            "%s proposal was rejected: the same is not proposed again.",
            "%s proposals were rejected: the same is not proposed again.",
            result.changed,
        )
        messages.success(request, done % Grouped(result.changed))
    for reason, count in result.reasons.items():
        text = ngettext(
            "%(count)s proposal was left: %(reason)s", "%(count)s proposals were left: %(reason)s", count
        )
        messages.warning(request, text % {"count": Grouped(count), "reason": reason})
    if not result.changed and not result.reasons:
        messages.info(request, _("There was nothing left to decide."))


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return address()


@never_cache
@require_safe
@endpoint("product.view")
def why(request: HttpRequest, product_id: int) -> HttpResponse:
    """`key`: of a value; who said what about it, and why the one that stands stands."""
    product = find(request, product_id)
    made = chain.build(product, request.GET.get("key", ""), user=request.user)
    if made is None:
        raise Http404(_("There is no such value, or your roles do not show it."))
    context = {
        **admin.site.each_context(request),
        "title": _("Why this value?"),
        "product": product,
        "chain": made,
        "may": can(request.user, "product.publish", product),
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "enrichment/proposals/why.html", context)
