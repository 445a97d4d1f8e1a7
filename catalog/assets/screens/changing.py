"""Replacing a file by another, with a look at what that changes first; taking unused ones out of the library."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import assets
from catalog.access import endpoint
from catalog.assets import quality, removing, replacing, usage
from catalog.assets.library import LibraryQuery
from catalog.assets.screens.serving import find
from catalog.jobs import enqueue
from catalog.models.asset import Asset
from catalog.models.user import User


@require_POST
@endpoint("asset.edit")
def replace(request: HttpRequest, sha256: str) -> HttpResponse:
    """Takes the new `file`, and leads to the look before; who chose one of the library goes there at once."""
    old = find(sha256)
    page = HttpResponseRedirect(reverse("admin:catalog_asset_change", args=[old.pk]))
    given = request.FILES.get("file")
    if given is None:
        messages.error(request, _("Choose the new file first."))
        return page
    try:
        new = assets.store(given, name=given.name or "", user=cast("User", request.user))
    except assets.AssetRefused as refused:
        messages.error(request, f"{given.name}: {refused.message}")
        return page
    if new.pk == old.pk:
        messages.info(request, _("This is the same file: nothing to replace."))
        return page
    if new.kind != old.kind:
        messages.error(
            request, _("%(name)s is of another kind, so it cannot take the place.") % {"name": new.name}
        )
        return page
    return HttpResponseRedirect(reverse("admin:catalog_asset_replace_preview", args=[old.sha256, new.sha256]))


@never_cache
@require_safe
@endpoint("asset.edit")
def replace_preview(request: HttpRequest, sha256: str, by: str) -> HttpResponse:
    """Old beside new, and how many values would be written; nothing is changed by looking."""
    if sha256 == by:
        messages.info(request, _("This is the same file: nothing to replace."))
        return HttpResponseRedirect(reverse("admin:catalog_asset_change", args=[find(by).pk]))
    old, new = _pair(sha256, by)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Replace %s") % old.name,
        "old": old,
        "new": new,
        "channels": usage.channels_showing([old.sha256]),
        "faults": quality.sentences(new) if new.kind == Asset.Kind.IMAGE else [],
        "plan": replacing.planned(old.sha256, new.sha256, user=cast("User", request.user)),
    }
    return TemplateResponse(request, "catalog/library/replace.html", context)


def _pair(sha256: str, by: str) -> tuple[Asset, Asset]:
    """Two files of one kind; 404 where they are not."""
    old, new = find(sha256), find(by)
    if old.pk == new.pk or old.kind != new.kind:
        raise Http404(_("The one cannot take the place of the other."))
    return old, new


@require_POST
@endpoint("asset.edit")
def replace_run(request: HttpRequest, sha256: str, by: str) -> HttpResponse:
    old, new = _pair(sha256, by)
    with transaction.atomic():
        made = enqueue(
            "assets.replace", {"old": old.sha256, "new": new.sha256}, by=cast("User", request.user),
            title=_("Replace %s") % old.name,
        )  # fmt: skip
    query = urlencode({"ref": replacing.ref_of(made.pk), "level": "all"})
    text = _(
        "The new file takes its place in the background. What could not be changed stands in the job's log."
    )
    link = _("Show the changed products, or undo")
    address = f"{reverse('admin:catalog_product_changelist')}?{query}"
    messages.success(request, format_html('{} <a class="underline" href="{}">{}</a>', text, address, link))
    return HttpResponseRedirect(reverse("admin:catalog_asset_change", args=[new.pk]))


@require_POST
@endpoint("asset.edit")
def remove(request: HttpRequest) -> HttpResponse:
    """Takes `id`s out of the library that nothing uses; what is used stays, and is told."""
    ids = [int(pk) for pk in request.POST.getlist("id") if pk.isdecimal()][: removing.PAGE]
    result = removing.remove(ids, by=request.user.pk)
    if result.removed:
        text = ngettext(
            "%d file was taken out of the library.", "%d files were taken out of the library.", result.removed
        )
        messages.success(request, text % result.removed)
    if result.still_used:
        text = ngettext(
            "%d file is in use and stays: replace it in its products first.",
            "%d files are in use and stay: replace them in their products first.",
            result.still_used,
        )
        messages.warning(request, text % result.still_used)
    return HttpResponseRedirect(reverse("admin:catalog_asset_changelist") + f"?{_back(request)}".rstrip("?"))


def _back(request: HttpRequest) -> str:
    return LibraryQuery.of(QueryDict(request.POST.get("query", ""))).address()
