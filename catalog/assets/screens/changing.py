"""Replacing a file by another, with a look at what that changes first; taking unused ones out of the library."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import assets
from catalog.access import endpoint
from catalog.assets import removing, replacing
from catalog.assets.library import LibraryQuery
from catalog.assets.screens.serving import find
from catalog.jobs import enqueue
from catalog.models.user import User


@require_POST
@endpoint("asset.edit")
def replace(request: HttpRequest, sha256: str) -> HttpResponse:
    """Takes the new `file`, or `with` (the hash of one that is there), and leads to the look before."""
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
    old, new = find(sha256), find(by)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Replace %s") % old.name,
        "old": old,
        "new": new,
        "plan": replacing.planned(old.sha256, new.sha256, user=cast("User", request.user)),
    }
    return TemplateResponse(request, "catalog/library/replace.html", context)


@require_POST
@endpoint("asset.edit")
def replace_run(request: HttpRequest, sha256: str, by: str) -> HttpResponse:
    old, new = find(sha256), find(by)
    with transaction.atomic():
        enqueue(
            "assets.replace", {"old": old.sha256, "new": new.sha256}, by=cast("User", request.user),
            title=_("Replace %s") % old.name,
        )  # fmt: skip
    messages.success(
        request,
        _(
            "The new file takes its place in the background. What could not be changed stands in the job's log."
        ),
    )
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
