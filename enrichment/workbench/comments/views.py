"""The panel of a product's comments, alone as a page of its own, and what is done from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import Rights, endpoint, paths_of, rights_of
from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from enrichment.comments import mentions, places, reading, writing
from enrichment.models import Comment, Thread
from enrichment.models.comment import TEXT_LENGTH
from enrichment.workbench.comments.choosing import choices
from enrichment.workbench.page.scope import Scope
from enrichment.workbench.page.view import address, find


@dataclass(slots=True)
class Panel:
    """`key`: the place whose threads are shown, None for all of the product's. `problem` stands at the form `at` ("say", or
    a comment's id), which shows `typed` again."""

    request: HttpRequest
    product: Product
    structure: Structure
    rights: Rights
    paths: list[str]
    key: str | None
    problem: str = ""
    at: str = ""
    typed: str = ""

    @classmethod
    def of(cls, request: HttpRequest, product_id: int) -> Panel:
        """404 for a product or a place this person may not see."""
        product, structure = find(request, product_id), Structure.current()
        paths = paths_of(product)
        panel = cls(
            request, product, structure, rights_of(request.user).at(paths), paths, request.GET.get("key")
        )
        if panel.key is not None:
            panel.check(panel.key)
        return panel

    def check(self, key: str) -> str:
        if not places.may_see(key, self.rights, self.structure):
            raise Http404(_("There is no such value, or your roles do not show it."))
        return key

    def thread(self, pk: str) -> Thread:
        rows = Thread.objects.filter(product=self.product)
        found = rows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
        if found is None:
            raise Http404(_("This thread is no longer there."))
        self.check(found.key)
        found.product = self.product
        return found

    def comment(self, pk: str) -> Comment:
        """One's own."""
        rows = Comment.objects.filter(thread__product=self.product, author=self.request.user, deleted_at=None)
        found = (
            rows.filter(pk=int(pk)).select_related("thread").first()
            if pk.isdecimal() and len(pk) < 19
            else None
        )
        if found is None:
            raise Http404(_("This comment is no longer there, or it is not yours."))
        self.check(found.thread.key)
        found.thread.product = self.product
        return found

    def query(self) -> str:
        scope = Scope.of(self.request.GET, self.request.user, self.structure)
        asked = scope.query()
        return asked if self.key is None else f"{asked}&{urlencode({'key': self.key})}"

    def response(self, told: list[str] | None = None) -> HttpResponse:
        """The panel alone (`fragment=1`), or within its page."""
        request, product, structure = self.request, self.product, self.structure
        scope = Scope.of(request.GET, request.user, structure)
        listed = reading.threads(
            product, reader=request.user, rights=self.rights, structure=structure, key=self.key
        )  # fmt: skip
        shown = [each for each in listed if each.row.resolved_at is None]
        counted = reading.counts(product, self.rights, structure)
        offered = []
        if self.key is None and not product.trashed_at:
            bundle = bundles.of_rows([product], structure=structure)[product.pk]
            offered = choices(bundle, scope, structure, self.rights)
        context: dict[str, Any] = {
            "title": _("Comments: %(product)s") % {"product": product.labels.get(scope.locale) or product.label or product.sku},
            "product": product,
            "key": self.key,
            "about": places.label(self.key or "", structure),
            "field_href": places.href(product.pk, self.key, structure).partition("#")[2] if self.key else "",
            "open": shown,
            "resolved": [each for each in listed if each.row.resolved_at is not None],
            "unread": " ".join(str(each.row.pk) for each in listed if each.has_unread),
            "seen": max((said.row.pk for each in listed for said in each.comments), default=0),
            "has_open": any(each.row.key == (self.key or "") for each in shown),
            "counts": json.dumps(counted),
            "others": sum(counted.values()) - counted.get(self.key, 0) if self.key is not None else 0,
            "choices": offered,
            "chosen": request.POST.get("place", request.GET.get("about", "")),
            "panel": self,
            "told": told or [],
            "query": self.query(),
            "scope_query": scope.query(),
            "keep": f"new:{self.key or ''}",
            "longest": TEXT_LENGTH,
            "back": address(product.pk, scope),
        }  # fmt: skip
        status = 422 if self.problem else 200
        if is_fragment(request):
            return TemplateResponse(request, "enrichment/comments/panel.html", context, status=status)
        context |= admin.site.each_context(request) | {"title": context["title"]}
        return TemplateResponse(request, "enrichment/comments/page.html", context, status=status)

    def done(self, told: list[str]) -> HttpResponse:
        if is_fragment(self.request):
            return self.response(told)
        for text in told:
            messages.info(self.request, text)
        path = reverse("admin:enrichment_comments", args=[self.product.pk])
        return HttpResponseRedirect(f"{path}?{self.query()}")


def is_fragment(request: HttpRequest) -> bool:
    return "1" in (request.GET.get("fragment"), request.POST.get("fragment"))


@never_cache
@require_safe
@endpoint("product.view")
def show(request: HttpRequest, product_id: int) -> HttpResponse:
    """`key`: the value whose comments are shown ("" the product's own); without it all of the product's."""
    return Panel.of(request, product_id).response()


@require_POST
@endpoint("product.view")
def act(request: HttpRequest, product_id: int) -> HttpResponse:
    """`do`: say (`place`, `text`), edit (`comment`, `text`), delete (`comment`), resolve or reopen (`thread`). `seen`, at say
    and resolve: the last comment one was shown; those up to it are read with that."""
    panel = Panel.of(request, product_id)
    if panel.product.trashed_at:
        raise Http404(_("This product is in the trash."))
    act = _ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise Http404(_("There is no such action."))
    told = act(panel, request.POST)
    return panel.response() if told is None else panel.done(told)


def _written(panel: Panel, text: str, at: str) -> bool:
    """Whether the text can be taken; else the panel says why not."""
    length = len(writing.cleaned(text))
    if 0 < length <= TEXT_LENGTH:
        return True
    panel.at, panel.typed = at, text
    panel.problem = (
        _("At most %(most)d characters, this has %(length)d.") % {"most": TEXT_LENGTH, "length": length}
        if length
        else _("Write something first.")
    )
    return False


def _untold(said: writing.Said | None) -> list[str]:
    return [
        _("%(who)s may not see this, and is not told.") % {"who": mentions.called(each)}
        for each in (said.untold if said else ())
    ]


def _seen(data: Any) -> int:
    """0, nothing, where it is not said."""
    seen: str = data.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 19 else 0


def _say(panel: Panel, data: Any) -> list[str] | None:
    key = panel.check(data.get("place", ""))
    if key and places.parsed(key, panel.structure) is None:
        raise Http404(_("There is no such value, or your roles do not show it."))
    at = data.get("at", "say")
    if not _written(panel, data.get("text", ""), at):
        return None
    said = writing.say(panel.product, key, data["text"], by=panel.request.user, seen=_seen(data))
    return [_("Said."), *_untold(said)]


def _edit(panel: Panel, data: Any) -> list[str] | None:
    row = panel.comment(data.get("comment", ""))
    if not _written(panel, data.get("text", ""), str(row.pk)):
        return None
    return [_("Changed."), *_untold(writing.edit(row, data["text"], by=panel.request.user))]


def _delete(panel: Panel, data: Any) -> list[str]:
    writing.delete(panel.comment(data.get("comment", "")), by=panel.request.user)
    return [_("The comment is deleted.")]


def _resolve(panel: Panel, data: Any) -> list[str]:
    writing.resolve(panel.thread(data.get("thread", "")), by=panel.request.user, seen=_seen(data))
    return [_("Resolved.")]


def _reopen(panel: Panel, data: Any) -> list[str]:
    if writing.reopen(panel.thread(data.get("thread", ""))):
        return [_("Open again.")]
    return [_("Another thread is open there: write into that one.")]


_ACTS = {"say": _say, "edit": _edit, "delete": _delete, "resolve": _resolve, "reopen": _reopen}


@never_cache
@require_safe
@endpoint("product.view")
def people(request: HttpRequest, product_id: int) -> JsonResponse:
    """`key`, `q` → {people: [{username, name}]}: whom a comment there can name."""
    panel = Panel.of(request, product_id)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:150]
    found = mentions.offer(words, panel.key or "", panel.paths, panel.structure, besides=request.user)
    return JsonResponse(
        {"people": [{"username": each.username, "name": mentions.called(each)} for each in found]}
    )


@require_POST
@endpoint("product.view")
def mark_read(request: HttpRequest) -> HttpResponse:
    """`thread` (several): what waits for this person there, up to the comment `seen`, waits no longer. {unread} for a script,
    else the first screen."""
    threads = [int(pk) for pk in request.POST.getlist("thread") if pk.isdecimal() and len(pk) < 19]
    writing.read(threads[:500], by=request.user, seen=_seen(request.POST))
    if is_fragment(request):
        return JsonResponse({"unread": len(reading.waiting(request.user))})
    return HttpResponseRedirect(reverse("admin:index"))
