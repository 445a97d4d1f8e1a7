"""The reviewers' queue: what changed since the last approval, one product after the other, approved or returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, visible
from catalog.models import Product, User
from catalog.values import bundle as bundles
from enrichment import readiness, review, workflow
from enrichment.workbench.page import view as product_page
from enrichment.workbench.queue.address import Queue
from enrichment.workbench.queue.numbers_in import numbers_in
from enrichment.workbench.review.changes import since_approval

Status = Product.Status


class ReviewQueue(Queue):
    """Of the grid's query what is in review and may be decided by this person."""

    @classmethod
    def of(cls, params: QueryDict, user: User) -> ReviewQueue:
        asked = params.copy()
        asked.setlist("status", [Status.IN_REVIEW.value])
        asked["level"] = "all"
        return cls(**vars(Queue.of(asked, user)))

    def products(self) -> QuerySet[Product]:
        return visible(self.user, self.query.products(), verb="product.publish")

    def start(self) -> tuple[list[Product], str, int, bool]:
        rows, key = self.further("")
        count, more = self.count()
        return rows, key, count, more


@never_cache
@require_safe
@endpoint("product.publish")
def page(request: HttpRequest) -> HttpResponse:
    """The frame with the first product. Query string: the grid's; its status is always "in review"."""
    queue = ReviewQueue.of(request.GET, request.user)
    rows, key, count, more = queue.start()
    context = {
        **admin.site.each_context(request),
        "title": _("Review"),
        "queue": queue,
        "count": count,
        "more": more,
        "ids": [row.pk for row in rows],
        "further": key,
        "shown": _shown(request, queue, rows[0].pk) if rows else None,
        "ended": "" if rows else _ended(request, queue),
        "address": request.get_full_path(),
        "longest": review.COMMENT_LENGTH,
    }
    return TemplateResponse(request, "enrichment/review/page.html", context)


@never_cache
@require_safe
@endpoint("product.publish")
def ids(request: HttpRequest) -> JsonResponse:
    """`after` → {ids, further}, as a queue's."""
    rows, key = ReviewQueue.of(request.GET, request.user).further(request.GET.get("after", ""))
    return JsonResponse({"ids": [row.pk for row in rows], "further": key})


@never_cache
@require_safe
@endpoint("product.publish")
def show(request: HttpRequest) -> JsonResponse:
    """`ids`: the first still in review, {id, mark, html, gone}; `have` ("5:mark") → {same}; with `keep` the first, whatever
    became of it. None is left: {ended: html}."""
    queue = ReviewQueue.of(request.GET, request.user)
    wanted = numbers_in(request.GET.get("ids", ""))
    have = request.GET.get("have", "")
    return JsonResponse(_next(request, queue, wanted, have=have, keep=bool(request.GET.get("keep"))))


@require_POST
@endpoint("product.publish")
def decide(request: HttpRequest) -> JsonResponse:
    """`product`, `seen` (its revision on the screen), `decision` (approve or return), `text` for a return; `next` and `have`.

    200: {said, next}; 409 where it was changed or decided meanwhile, 422 where it was refused: {said}, and it is shown anew.
    """
    queue = ReviewQueue.of(request.GET, request.user)
    wanted = numbers_in(request.POST.get("product", ""))
    product = product_page.find(request, wanted[0] if wanted else 0)
    seen, text = request.POST.get("seen", ""), request.POST.get("text", "")
    approving = request.POST.get("decision") == "approve"
    if not approving and not text.strip():
        return JsonResponse({"said": [_("Say what is to be mended: the comment is what its author reads.")]}, status=400)  # fmt: skip
    number = int(seen) if seen.isascii() and seen.isdecimal() else -1
    if approving:
        decision = review.approve(product.pk, seen=number, by=request.user)
    else:
        decision = review.send_back(product.pk, text, seen=number, by=request.user)
    if decision.changed_since:
        said = _("%(sku)s was changed or decided by somebody else meanwhile: look at it again.")
        return JsonResponse({"said": [said % {"sku": product.sku}]}, status=409)
    if not decision.ok:
        errors = decision.outcome.errors if decision.outcome else []
        return JsonResponse(
            {"said": [error.message for error in errors] or [_("Nothing was changed.")]}, status=422
        )
    done = _("%(sku)s is approved.") if approving else _("%(sku)s went back with your comment.")
    later = numbers_in(request.POST.get("next", ""))
    following = _next(request, queue, later, have=request.POST.get("have", ""))
    return JsonResponse({"said": [done % {"sku": product.sku}], "next": following})


def _next(
    request: HttpRequest, queue: ReviewQueue, wanted: Sequence[int], *, have: str, keep: bool = False
) -> dict[str, Any]:
    if not wanted:
        return {"ended": _ended(request, queue), "gone": []}
    members = set(wanted[:1]) if keep else queue.members(list(wanted))
    gone = []
    for pk in wanted:
        found = _shown(request, queue, pk) if pk in members else None
        if found is None:
            gone.append(pk)
            continue
        mark = str(found["product"].rev)
        if have == f"{pk}:{mark}":
            return {"id": pk, "same": True, "gone": gone}
        html = render_to_string("enrichment/review/item.html", {"shown": found}, request)
        return {"id": pk, "mark": mark, "html": html, "gone": gone}
    return {"gone": gone}


def _shown(request: HttpRequest, queue: ReviewQueue, pk: int) -> dict[str, Any] | None:
    """A constant number of queries."""
    rows = visible(request.user, Product.objects.all(), few=True)
    product = rows.filter(pk=pk).only(*bundles.ROW_FIELDS).first()
    if product is None:
        return None
    structure = queue.structure
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    rights = product_page.rights_on(request, bundle, structure)
    ready = readiness.of_product(bundle, queue.profiles, structure)
    sent_by = review.sender(product.pk)
    return {
        "product": product,
        "label": product.labels.get(queue.locale) or product.label or product.sku,
        "family": bundle.family.label() if bundle.family else "",
        "since": since_approval(product, structure=structure, rights=rights, locale=queue.locale),
        "unmet": workflow.unmet(place for channel in ready for place in channel.places),
        "sent_by": (sent_by.get_full_name() or sent_by.get_username()) if sent_by else "",
        "note": review.note_on(product),
        "is_waiting": product.status == Status.IN_REVIEW and product.trashed_at is None,
    }


def _ended(request: HttpRequest, queue: ReviewQueue) -> str:
    count, more = queue.count()
    context = {"queue": queue, "count": count, "more": more, "again": request.GET.urlencode()}
    return render_to_string("enrichment/review/end.html", context, request)
