"""Working a queue off: one page, then one product after the other without a page load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.forms import Media
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product, Revision
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.changes import Outcome
from enrichment.workbench.page import outdated, placement, saving, telling
from enrichment.workbench.page import view as product_page
from enrichment.workbench.queue import address, item
from enrichment.workbench.queue.address import Queue
from enrichment.workbench.queue.numbers_in import numbers_in


@never_cache
@require_safe
@endpoint("product.edit")
def page(request: HttpRequest) -> HttpResponse:
    """The frame with the first product in it. Query string: the grid's, and `channel`, `locale`, `beside`, `context`, `fields`."""
    queue = Queue.of(request.GET, request.user)
    listed, key, count, more = queue.start()
    first = _item(request, queue, listed[0], is_member=True) if listed else None
    context = {
        **admin.site.each_context(request),
        "title": queue.title or _("Queue"),
        "queue": queue,
        "count": count,
        "more": more,
        "ids": listed,
        "further": key,
        "first": first,
        "ended": "" if listed else _ended(request, queue),
        "contexts": product_page.contexts(queue.structure, rights_of(request.user)),
        "attributes": _choices(request, queue),
        "parameters": [
            (name, value)
            for name in request.GET
            if name not in (*address.OWN, "after", "before")
            for value in request.GET.getlist(name)
        ],
        "media": product_page.for_page(_media(queue.structure), request),
    }
    return TemplateResponse(request, "enrichment/queue/page.html", context)


@never_cache
@require_safe
@endpoint("product.edit")
def ids(request: HttpRequest) -> JsonResponse:
    """`after`: the key behind the last known product → {ids, further}, `further` "" where that is the end."""
    listed, key = Queue.of(request.GET, request.user).further(request.GET.get("after", ""))
    return JsonResponse({"ids": listed, "further": key})


@never_cache
@require_safe
@endpoint("product.edit")
def show(request: HttpRequest) -> JsonResponse:
    """`ids` ("5,6,7"): the first that still belongs to the queue, with `gone`, those before it that do not. `have` ("5:mark"):
    what the page has already: {same: true} where it stands. `keep`: the first is shown though it may not belong any more,
    with the attributes `shown`. None is left: {ended: html}.
    """
    queue = Queue.of(request.GET, request.user)
    wanted = numbers_in(request.GET.get("ids", ""))
    if request.GET.get("keep"):
        return JsonResponse(_kept(request, queue, wanted[:1]))
    return JsonResponse(_next(request, queue, wanted, have=request.GET.get("have", "")))


@require_POST
@endpoint("product.edit")
def save(request: HttpRequest) -> JsonResponse:
    """The fields of the product page's form, `product` (the queue's) and `owner` (whose values they are); `next` and `have` as
    `ids` and `have` of show(). 200: {said, next}, `next` only where asked for; 422: {html, mark, said} with what was refused.
    """
    queue = Queue.of(request.GET, request.user)
    product, owner = (numbers_in(request.POST.get(name, "")) for name in ("product", "owner"))
    row = product_page.find(request, owner[0] if owner else 0)
    submission = saving.read(request.POST, request.FILES, queue.structure)
    said: list[str] = []
    if submission:
        outcome = saving.save(row.pk, submission, user=request.user)
        said = [text for _level, text in telling.told(outcome, queue.structure)]
        if not outcome.ok:
            return _refused(request, queue, product, row, outcome, submission, said)
    if submission.confirmed:
        said.append(outdated.confirmed(request.user, row.pk, submission.confirmed, submission.seen)[1])
    answer: dict[str, Any] = {"said": said, "written": bool(submission or submission.confirmed)}
    wanted = numbers_in(request.POST.get("next", ""))
    if "next" in request.POST:
        answer["next"] = _next(request, queue, wanted, have=request.POST.get("have", ""))
    else:
        answer |= {"next": _kept(request, queue, product)}
    return JsonResponse(answer)


def _refused(
    request: HttpRequest,
    queue: Queue,
    product: Sequence[int],
    owner: Product,
    outcome: Outcome,
    submission: saving.Submission,
    said: list[str],
) -> JsonResponse:
    shown = {key.partition("|")[0] for key in (*submission.raw, *submission.base)} - {placement.KEY}
    made = _item(
        request,
        queue,
        product[0] if product else owner.pk,
        is_member=True,
        shown=shown,
        refused=(outcome, submission),
    )
    if made is None:
        return JsonResponse({"said": [_("This product is no longer there.")]}, status=404)
    return JsonResponse({"said": said, **_answer(request, queue, made)}, status=422)


def _next(request: HttpRequest, queue: Queue, wanted: Sequence[int], *, have: str) -> dict[str, Any]:
    """The first of `wanted` that belongs to the queue now."""
    if not wanted:
        return {"ended": _ended(request, queue), "gone": []}
    members = queue.members(list(wanted))
    gone: list[int] = []
    for pk in wanted:
        made = _item(request, queue, pk, is_member=True) if pk in members else None
        if made is None:
            gone.append(pk)
            continue
        if have == f"{pk}:{made.mark}":
            return {"id": pk, "same": True, "gone": gone}
        return {**_answer(request, queue, made), "gone": gone}
    return {"gone": gone}


def _kept(request: HttpRequest, queue: Queue, wanted: Sequence[int]) -> dict[str, Any]:
    if not wanted:
        return {"gone": []}
    shown = [code for code in request.GET.get("shown", "").split(",") if code]
    is_member = wanted[0] in queue.members(list(wanted))
    made = _item(request, queue, wanted[0], is_member=is_member, shown=shown)
    if made is None:
        return {"gone": list(wanted)}
    if request.GET.get("have") == f"{wanted[0]}:{made.mark}":
        return {"id": wanted[0], "same": True, "gone": []}
    return {**_answer(request, queue, made), "gone": [], "by": _by(made)}


def _by(made: item.Item) -> str:
    """Who changed it last, and when."""
    last = Revision.objects.filter(product_id=made.owner.pk).order_by("-rev").select_related("user").first()
    if last is None:
        return ""
    who = (last.user.get_full_name() or last.user.get_username()) if last.user else _("The system")
    return f"{who}, {date_format(localtime(last.at), 'SHORT_DATETIME_FORMAT')}"


def _item(
    request: HttpRequest,
    queue: Queue,
    pk: int,
    *,
    is_member: bool,
    shown: Sequence[str] | set[str] = (),
    refused: tuple[Outcome, saving.Submission] | None = None,
) -> item.Item | None:
    rows = visible(request.user, Product.objects.all(), few=True)
    product = rows.filter(pk=pk).only(*bundles.ROW_FIELDS).first()
    if product is None:
        return None
    return item.build(request, queue, product, is_member=is_member, shown=shown, refused=refused)


def _answer(request: HttpRequest, queue: Queue, made: item.Item) -> dict[str, Any]:
    html = render_to_string("enrichment/queue/item.html", {"item": made, "queue": queue}, request)
    return {"id": made.product.pk, "mark": made.mark, "html": html}


def _ended(request: HttpRequest, queue: Queue) -> str:
    count, more = queue.count()
    context = {"queue": queue, "count": count, "more": more, "again": request.GET.urlencode()}
    return render_to_string("enrichment/queue/end.html", context, request)


def _choices(request: HttpRequest, queue: Queue) -> SafeString:
    """The boxes of the attributes a queue can be about: those this person may write somewhere. Made here, because a template
    takes five times as long for hundreds of them."""
    rights = rights_of(request.user)
    specs = queue.structure.attributes.values()
    checked = mark_safe(" checked")
    return format_html_join(
        "",
        '<label><input type="checkbox" name="fields" value="{}"{}> {}</label>',
        (
            (spec.code, checked if spec.code in queue.fields else "", spec.label())
            for spec in specs
            if rights.may_edit_key(spec, None, None)
            and not spec.read_only
            and spec.type not in item.ON_THE_PAGE
        ),
    )


def _media(structure: Structure) -> Media:
    """What the fields of any product may ask for: the page is loaded once, and fields come and go."""
    media = Media(js=["admin/js/vendor/jquery/jquery.min.js", "admin/js/jquery.init.js"])
    by_type = {spec.type: spec for spec in structure.attributes.values() if spec.type not in item.ON_THE_PAGE}
    for code, spec in by_type.items():
        media += ATTRIBUTE_TYPES[code].form_field(spec, structure=structure).widget.media
    return media
