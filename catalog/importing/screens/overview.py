"""The list of imports and the place to drop a file."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, visible
from catalog.importing import recognition, runs
from catalog.importing.files import TooLarge
from catalog.importing.readers.base import FileRefused
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.user import User

PAGE = 30
TONES = {
    "planned": "info", "applied": "success", "undone": "muted", "failed": "danger", "cancelled": "warning",
    "uploaded": "muted", "planning": "info", "mending": "info", "applying": "info", "undoing": "info",
}  # fmt: skip


@never_cache
@require_safe
@endpoint("import.run")
def overview(request: HttpRequest) -> HttpResponse:
    """The newest imports; `before` is the last number of the page before."""
    rows = (
        visible(request.user, ImportRun)
        .select_related("created_by", "profile")
        .defer("table", "mapping", "settings")
    )
    before = request.GET.get("before", "")
    if before.isdecimal():
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    page = found[:PAGE]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Imports"),
        "rows": [(run, TONES[run.state]) for run in page],
        "older": page[-1].pk if len(found) > PAGE else None,
        "is_empty": not page and not before,
        "profiles": visible(request.user, ImportProfile).only("code", "labels"),
        "chosen": request.GET.get("profile", ""),
    }
    return TemplateResponse(request, "catalog/imports/overview.html", context)


@require_POST
@endpoint("import.run")
def upload(request: HttpRequest) -> HttpResponse:
    """Takes `file` and perhaps `profile` (a code); leads to its columns, or where those are settled to its plan. A script's own request gets {url} or {message}."""
    given = request.FILES.get("file")
    profile = (
        ImportProfile.objects.select_related("source")
        .filter(code=request.POST.get("profile") or None)
        .first()
    )
    if given is None:
        return _refused(request, _("Choose a spreadsheet, CSV or JSON file first."))
    try:
        user = cast("User", request.user)
        run = runs.start(given, given.name or "", user=user, profile=profile, find_profile=True)
    except (FileRefused, TooLarge) as refused:
        return _refused(request, f"{given.name}: {refused}")
    address = reverse("admin:catalog_importrun_columns", args=[run.pk])
    if recognition.is_settled(run):
        runs.plan(run, user=user)
        address = reverse("admin:catalog_importrun_change", args=[run.pk])
    return JsonResponse({"url": address}) if _by_script(request) else HttpResponseRedirect(address)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _refused(request: HttpRequest, message: str) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"message": message}, status=400)
    messages.error(request, message)
    return HttpResponseRedirect(reverse("admin:catalog_importrun_changelist"))
