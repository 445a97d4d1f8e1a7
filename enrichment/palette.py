"""The command palette: a product, a page, a saved view, a queue or an action for a few letters, from every page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog import search
from catalog.access import SIGNED_IN, Rights, endpoint, rights_of, visible
from catalog.models import Product
from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from catalog.values.products import with_skus
from channels import profile as channel_profiles
from enrichment.models import SavedView
from enrichment.workbench.queue import address as queue
from enrichment.workbench.saved_views.address import address_of

MOST = 8  # of a group
LOOKED_AT = 40
SHORTEST = 3  # letters
_ACTIONS = (
    ("product.create", "admin:catalog_product_add", "add_box"),
    ("import.run", "admin:catalog_importrun_changelist", "upload_file"),
    ("channel.edit", "admin:channels_channel_add", "add_business"),
)

Item = dict[str, str]


@never_cache
@require_safe
@endpoint(SIGNED_IN)
def find(request: HttpRequest) -> JsonResponse:
    """`q` → {groups: [{label, items: [{title, detail, url, icon}]}]}; without words what one can do.

    Each group asks its own rights: products those of the catalogue, pages those of the sidebar.
    """
    words = request.GET.get("q", "").replace("\x00", " ").strip()[:200]
    wanted = folded(words).split()
    rights = rights_of(request.user)  # type: ignore[arg-type]  # signed in, says the decorator
    groups = [
        (_("Products"), _products(request, rights, words) if wanted else []),
        (_("Actions"), _fitting(_actions(rights), wanted)),
        (_("Saved views"), _fitting(_views(request, rights), wanted)),
        (_("Queues"), _fitting(_queues(rights), wanted)),
        (_("Pages"), _fitting(_pages(request), wanted) if wanted else []),
    ]
    return JsonResponse({"groups": [{"label": label, "items": items} for label, items in groups if items]})


def _fitting(items: Iterable[Item], wanted: list[str]) -> list[Item]:
    """Those in whose title or detail each word stands; titles that begin with the first word come first."""
    found = [
        item for item in items if all(word in folded(f"{item['title']} {item['detail']}") for word in wanted)
    ]
    if wanted:
        found.sort(key=lambda item: not folded(item["title"]).startswith(wanted[0]))
    return found[:MOST]


def _item(title: Any, url: str, icon: str, detail: Any = "") -> Item:
    return {"title": str(title), "detail": str(detail), "url": str(url), "icon": icon}


def _products(request: HttpRequest, rights: Rights, words: str) -> list[Item]:
    """An exact SKU first, then those named so, then those of which something else says it; the latest changed of each.
    For one or two letters only the SKU: no index finds so little within a text."""
    if not rights.may("product.view"):
        return []
    alive = visible(request.user, Product.objects.alive())
    columns = ("pk", "sku", "label")
    exact = list(alive.filter(pk__in=with_skus([words]).values("pk")).values_list(*columns)[:1])
    wanted = folded(words).split()
    found = []
    if max(map(len, wanted)) >= SHORTEST:
        texts = search.search_text(alive, words)
        found = list(texts.order_by("-updated_at", "-id").values_list(*columns)[:LOOKED_AT])
    named = sorted(found, key=lambda row: not all(word in folded(f"{row[1]} {row[2]}") for word in wanted))
    return [
        _item(label or sku, reverse("admin:catalog_product_change", args=[pk]), "inventory_2", sku)
        for pk, sku, label in list(dict.fromkeys([*exact, *named]))[:MOST]
    ]


def _actions(rights: Rights) -> Iterator[Item]:
    titles = (_("New product"), _("Import a file"), _("Connect a channel"))
    for title, (verb, address, icon) in zip(titles, _ACTIONS, strict=True):
        if rights.may(verb):
            yield _item(title, reverse(address), icon)


def _views(request: HttpRequest, rights: Rights) -> Iterator[Item]:
    if rights.may("product.view"):
        for view in SavedView.objects.open_to(request.user).order_by("name"):
            yield _item(view.name, address_of(view), "table_rows")


def _queues(rights: Rights) -> Iterator[Item]:
    if rights.may("product.publish"):
        yield _item(_("Review"), reverse("admin:enrichment_review"), "rate_review", _("products in review"))
        structure = Structure.current()
        for locale in structure.approving:
            if rights.may_in("product.publish", None, locale, None):
                title = _("Review: %(language)s") % {"language": structure.locales[locale].name}
                href = f"{reverse('admin:enrichment_review')}?{urlencode({'approving': locale})}"
                yield _item(title, href, "rate_review", _("texts in review"))
    if rights.may("product.edit") and rights.may("channel.view"):
        structure = Structure.current()
        for channel in channel_profiles.current(structure).active:
            for locale in channel.locales:
                named = structure.locales[locale].name if locale in structure.locales else locale
                yield _item(
                    _("Complete for %(channel)s") % {"channel": channel.label},
                    queue.address(incomplete=f"{channel.code}|{locale}"),
                    "checklist",
                    named,
                )


def _pages(request: HttpRequest) -> Iterator[Item]:
    for group in admin.site.get_sidebar_list(request):  # type: ignore[attr-defined]  # the theme's site
        for item in group["items"]:
            if item["has_permission"]:
                yield _item(item["title"], item["link"], item.get("icon") or "web", group.get("title") or "")
