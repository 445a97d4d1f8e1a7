"""Saying of many translations at once that they are still right: looked at first, then done in batches."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint
from catalog.jobs import JobHandle, enqueue, job
from catalog.models import OutdatedTranslation, User
from catalog.structure.snapshot import Structure
from catalog.values.translations import confirm
from catalog.values.write import BATCH
from enrichment.workbench.grid.bulk import Selection
from enrichment.workbench.grid.export import products_of
from enrichment.workbench.grid.returning import back_from
from pim.lib.grouped import Grouped


def outdated_of(selection: Selection, locales: list[str], user: User) -> QuerySet[OutdatedTranslation]:
    """Those of the chosen products in these locales; none named: in all."""
    rows = OutdatedTranslation.objects.filter(
        product_id__in=products_of(selection, user).order_by().values("pk")
    )
    return rows.filter(locale__in=locales) if locales else rows


@never_cache
@require_POST
@endpoint("product.edit")
def look(request: HttpRequest) -> HttpResponse:
    """As the bulk changes' preview: `id` (several), or `all=1` with the grid's `query`; counts, and changes nothing."""
    selection, locales = _asked(request)
    rows = outdated_of(selection, locales, request.user)
    count = rows.count()
    if not count:
        messages.info(request, _("None of the chosen products has an outdated translation here."))
        return HttpResponseRedirect(back_from(request))
    structure = Structure.current()
    context = {
        **admin.site.each_context(request),
        "title": _("Translations are still right"),
        "count": count,
        "products": rows.values("product_id").distinct().count(),
        "languages": ", ".join(structure.locales[code].name for code in locales if code in structure.locales),
        "locales": locales,
        "selection": selection,
        "next": back_from(request),
    }
    return TemplateResponse(request, "enrichment/grid/translations.html", context)


@require_POST
@endpoint("product.edit")
def run(request: HttpRequest) -> HttpResponse:
    """At once up to one batch, else as a job. What the person may not edit is left as it is."""
    selection, locales = _asked(request)
    ids = list(
        outdated_of(selection, locales, request.user)
        .order_by("product_id", "pk")
        .values_list("pk", flat=True)
    )
    if len(ids) > BATCH:
        title = _("Translations marked as still right (%d)") % len(ids)
        with transaction.atomic():
            enqueue("grid.translations", {"ids": ids}, by=request.user, title=title)
        messages.info(request, _("The tray above shows how far it is."))
        return HttpResponseRedirect(back_from(request))
    count = confirm(OutdatedTranslation.objects.filter(pk__in=ids), by=request.user)
    done = ngettext(
        "%d translation is marked as still right.", "%d translations are marked as still right.", count
    )
    messages.success(request, done % count)
    if count < len(ids):
        left = len(ids) - count
        text = ngettext(
            "%s was left as it is: your roles do not let you edit it.",
            "%s were left as they are: your roles do not let you edit them.",
            left,
        )
        messages.warning(request, text % Grouped(left))
    return HttpResponseRedirect(back_from(request))


@job("grid.translations")
def run_many(handle: JobHandle, /, *, ids: list[int]) -> dict[str, Any]:
    """Begun again, what is confirmed already is gone."""
    user = User.objects.get(pk=handle.by_id)
    count = 0
    for start in range(0, len(ids), BATCH):
        if handle.cancelled():
            break
        count += confirm(OutdatedTranslation.objects.filter(pk__in=ids[start : start + BATCH]), by=user)
        handle.progress(min(start + BATCH, len(ids)), len(ids))
    return {"confirmed": count}


def _asked(request: HttpRequest) -> tuple[Selection, list[str]]:
    """The languages are those the grid is filtered by."""
    return Selection.of(request.POST), QueryDict(request.POST.get("query", "")).getlist("outdated")
