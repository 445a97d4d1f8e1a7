"""The library's page, and the same pictures as a panel from which a field's file is chosen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import can, endpoint
from catalog.assets import library, quality
from catalog.assets.library import LibraryQuery
from catalog.models.asset import Asset, AssetTag
from catalog.models.user import User

TAGS_OFFERED = 300
PICKER_SIZE = 24
ICONS = {"image": "image", "file": "description", "video": "movie"}


@never_cache
@require_safe
@endpoint("product.view")
def overview(request: HttpRequest) -> HttpResponse:
    """Query string: q, kind, tag, state, by (a user's number), sort, after or before (page keys)."""
    query = LibraryQuery.of(request.GET)
    found = library.page(query, request.user)
    number, more = library.count(query, request.user)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Library"),
        "query": query,
        "cards": found.cards,
        "count": number,
        "count_more": more,
        "next_query": query.address(after=found.after) if found.after else "",
        "previous_query": query.address(before=found.before) if found.before else "",
        "kinds": [("", _("Everything"), query.address(kind=""))]
        + [(kind, label, query.address(kind=kind)) for kind, label in _plurals()],
        "states": (library.STATES | library.faults(quality.asking())).items(),
        "sorts": library.SORTS.items(),
        "tags": list(AssetTag.objects.values_list("name", flat=True)[:TAGS_OFFERED]),
        "people": User.objects.filter(Exists(Asset.objects.filter(created_by=OuterRef("pk")))).order_by("username")[:200],
        "may_upload": can(request.user, "product.edit"),
        "may_edit": can(request.user, "asset.edit"),
        "is_empty": not found.cards and not query.is_filtered,
    }  # fmt: skip
    return TemplateResponse(request, "catalog/library/overview.html", context)


def _plurals() -> list[tuple[str, str]]:
    return [("image", _("Pictures")), ("file", _("Documents")), ("video", _("Videos"))]


@never_cache
@require_safe
@endpoint("product.view")
def picker(request: HttpRequest) -> HttpResponse:
    """A fragment: assets of one `kind` as buttons, newest first, with `q` those found. `after` shows further ones."""
    query = LibraryQuery.of(request.GET)
    found = library.page(query, request.user, size=PICKER_SIZE)
    context = {
        "query": query,
        "cards": found.cards,
        "next_query": query.address(after=found.after) if found.after else "",
        "is_further": bool(query.after),
    }
    return TemplateResponse(request, "catalog/library/picker.html", context)
