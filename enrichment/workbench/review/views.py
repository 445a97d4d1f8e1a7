"""The reviewers' queue: what changed since the last approval, one product after the other, approved or returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import approval
from catalog.access import endpoint, rights_of, visible
from catalog.models import Product, User
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from enrichment import readiness, review, workflow
from enrichment.workbench.grid import paging
from enrichment.workbench.page import view as product_page
from enrichment.workbench.queue.address import AHEAD, Queue
from enrichment.workbench.queue.numbers_in import numbers_in
from enrichment.workbench.review.changes import since_approval

Status = Product.Status


class ReviewQueue(Queue):
    """Of the grid's query what is in review and may be decided by this person: products, or with `approving` in the address
    their texts in that locale, which is approved by itself."""

    @classmethod
    def of(cls, params: QueryDict, user: User) -> ReviewQueue:
        asked, locale = params.copy(), _approving(params, user, Structure.current())
        asked["level"] = "all"
        if locale:
            asked.setlist("approval", [f"{locale}|{Status.IN_REVIEW}"])
            asked["approving"] = locale
            asked.pop("status", None)
        else:
            asked.setlist("status", [Status.IN_REVIEW.value])
            asked.pop("approving", None)
        return cls(**vars(Queue.of(asked, user)))

    @property
    def approving(self) -> str:
        return self.params.get("approving", "")

    @property
    def language(self) -> str:
        """The name of what is approved by itself here; "" for products."""
        return self.structure.locales[self.approving].name if self.approving else ""

    def rooms(self) -> list[dict[str, Any]]:
        """What this person may review: products, and each language that is approved by itself. None where there is but one."""
        codes = _rooms(self.user, self.structure)
        names = [self.structure.locales[code].name if code else _("Products") for code in codes]
        address = reverse("admin:enrichment_review")
        return [
            {
                "label": name,
                "href": f"{address}?{urlencode({'approving': code})}",
                "is_current": code == self.approving,
            }
            for code, name in zip(codes, names, strict=True)
            if len(codes) > 1
        ]

    def products(self) -> QuerySet[Product]:
        asked = approval.asked_for(self.structure, self.approving)
        return visible(self.user, self.query.products(), verb="product.publish", locale=asked)

    def further(self, after: str) -> tuple[list[int], str]:
        sort = self.query.sort
        page = paging.page(paging.listed(self.products(), sort), sort, after=after, size=AHEAD)
        return page.ids, page.next

    def start(self) -> tuple[list[int], str, int, bool]:
        return *self.further(""), *self.count()


def _rooms(user: User, structure: Structure) -> list[str]:
    rights = rights_of(user)
    return [code for code in ("", *structure.approving) if approval.may_decide(rights, structure, code)]


def _approving(params: QueryDict, user: User, structure: Structure) -> str:
    """The locale that is reviewed, "" for products: as named, where this person may, or the first that they may."""
    rooms = _rooms(user, structure)
    wanted = params.get("approving", "")
    return wanted if wanted in rooms else next(iter(rooms), "")


@never_cache
@require_safe
@endpoint("product.publish")
def page(request: HttpRequest) -> HttpResponse:
    """The frame with the first product. Query string: the grid's; its status is always "in review"."""
    queue = ReviewQueue.of(request.GET, request.user)
    listed, key, count, more = queue.start()
    context = {
        **admin.site.each_context(request),
        "title": f"{_('Review')}: {queue.language}" if queue.language else _("Review"),
        "queue": queue,
        "rooms": queue.rooms(),
        "count": count,
        "more": more,
        "ids": listed,
        "further": key,
        "shown": _shown(request, queue, listed[0]) if listed else None,
        "ended": "" if listed else _ended(request, queue),
        "address": request.get_full_path(),
        "longest": review.COMMENT_LENGTH,
    }
    return TemplateResponse(request, "enrichment/review/page.html", context)


@never_cache
@require_safe
@endpoint("product.publish")
def ids(request: HttpRequest) -> JsonResponse:
    """`after` → {ids, further}, as a queue's."""
    listed, key = ReviewQueue.of(request.GET, request.user).further(request.GET.get("after", ""))
    return JsonResponse({"ids": listed, "further": key})


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

    The address names what is approved (`approving`). 200: {said, next}; 409 where that is not this person's to review any
    more, or where it was changed or decided meanwhile, 422 where it was refused: {said}, and it is shown anew.
    """
    queue = ReviewQueue.of(request.GET, request.user)
    if request.GET.get("approving", "") != queue.approving:
        # Another approval than the one on the screen: the locale has none of its own any more, or it is not theirs now.
        said = _("What you review here has changed: open the review anew. Nothing was decided.")
        return JsonResponse({"said": [said]}, status=409)
    wanted = numbers_in(request.POST.get("product", ""))
    product = product_page.find(request, wanted[0] if wanted else 0)
    seen, text = request.POST.get("seen", ""), request.POST.get("text", "")
    approving = request.POST.get("decision") == "approve"
    if not approving and not text.strip():
        return JsonResponse({"said": [_("Say what is to be mended: the comment is what its author reads.")]}, status=400)  # fmt: skip
    number = int(seen) if seen.isascii() and seen.isdecimal() else -1
    if approving:
        decision = review.approve(product.pk, seen=number, by=request.user, locale=queue.approving)
    else:
        decision = review.send_back(product.pk, text, seen=number, by=request.user, locale=queue.approving)
    if decision.changed_since:
        said = _("%(sku)s was changed or decided by somebody else meanwhile: look at it again.")
        return JsonResponse({"said": [said % {"sku": product.sku}]}, status=409)
    if not decision.ok:
        errors = decision.outcome.errors if decision.outcome else []
        return JsonResponse(
            {"said": [error.message for error in errors] or [_("Nothing was changed.")]}, status=422
        )
    done = _done(approving=approving, by_locale=bool(queue.approving))
    later = numbers_in(request.POST.get("next", ""))
    following = _next(request, queue, later, have=request.POST.get("have", ""))
    return JsonResponse(
        {"said": [done % {"sku": product.sku, "language": queue.language}], "next": following}
    )


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
    locale = queue.approving
    status = approval.state(product, locale)
    sent_by = review.sender(product.pk, locale)
    return {
        "product": product,
        "label": product.labels.get(queue.locale) or product.label or product.sku,
        "family": bundle.family.label() if bundle.family else "",
        "since": since_approval(
            product, structure=structure, rights=rights, locale=queue.locale, approving=locale
        ),
        "unmet": workflow.unmet(
            place for channel in ready for place in channel.places if locale in ("", place.locale)
        ),
        "language": queue.language,
        "status": Status(status).label,
        "sent_by": (sent_by.get_full_name() or sent_by.get_username()) if sent_by else "",
        "note": review.note_on(product, locale),
        "is_waiting": status == Status.IN_REVIEW and product.trashed_at is None,
    }


def _done(*, approving: bool, by_locale: bool) -> str:
    if not by_locale:
        return _("%(sku)s is approved.") if approving else _("%(sku)s went back with your comment.")
    if approving:
        return _("%(sku)s is approved in %(language)s.")
    return _("%(sku)s in %(language)s went back with your comment.")


def _ended(request: HttpRequest, queue: ReviewQueue) -> str:
    count, more = queue.count()
    context = {"queue": queue, "count": count, "more": more, "again": request.GET.urlencode()}
    return render_to_string("enrichment/review/end.html", context, request)
