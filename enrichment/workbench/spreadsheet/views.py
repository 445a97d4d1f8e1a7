"""The spreadsheet view over HTTP: its page, the list of its products, their rows, and the cells that are saved."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint
from enrichment.workbench.grid import bulk
from enrichment.workbench.grid.columns import BETWEEN
from enrichment.workbench.grid.returning import back_from
from enrichment.workbench.queue.numbers_in import numbers_in
from enrichment.workbench.spreadsheet import rows as cell_rows
from enrichment.workbench.spreadsheet import saving
from enrichment.workbench.spreadsheet.address import LONGEST, OWN, Spreadsheet, cell_options

ROWS = 100  # of one request


@never_cache
@require_safe
@endpoint("product.edit")
def page(request: HttpRequest) -> HttpResponse:
    """Query string: the grid's, and `frozen` (how many columns stay). Without `cols` it is answered by the same with some."""
    spreadsheet = Spreadsheet.of(request.GET, request.user)
    if not request.GET.get("cols") and (query := spreadsheet.with_usual_columns()) != request.GET.urlencode():
        return HttpResponseRedirect(f"{reverse('admin:enrichment_spreadsheet')}?{query}")
    ids, further, count, more = spreadsheet.start()
    chosen = [f"“{spreadsheet.query.words}”"] if spreadsheet.query.words else []
    context = {
        **admin.site.each_context(request),
        "title": _("Spreadsheet"),
        "spreadsheet": spreadsheet,
        "about": " · ".join([*chosen, *(str(text) for text in spreadsheet.query.active.values())]),
        "count": count,
        "more": more,
        "is_written": any(column.is_written for column in spreadsheet.columns),
        "known": {
            "ids": ids,
            "further": further,
            "columns": [column.as_json() for column in spreadsheet.columns],
            "frozen": _frozen(request.GET, len(spreadsheet.columns)),
        },
        "columns_query": spreadsheet.query.query(**dict.fromkeys(OWN, "")),
    }
    return TemplateResponse(request, "enrichment/spreadsheet/page.html", context)


def _frozen(params: QueryDict, columns: int) -> int:
    given = params.get("frozen", "")
    return min(int(given), columns) if given.isascii() and given.isdecimal() and len(given) < 4 else 0


@require_POST
@endpoint("product.edit")
def begin(request: HttpRequest) -> HttpResponse:
    """From the grid's choice, as the bulk changes have it, to an address that means just these products."""
    selection = bulk.Selection.of(request.POST)
    params = QueryDict(request.POST.get("query", ""), mutable=True)
    if selection.query is None:
        kept = {name: str(params[name]) for name in ("cols", "sort") if name in params}
        params = QueryDict(mutable=True)
        params.update({"chosen": BETWEEN.join(map(str, selection.ids)), "level": "all", **kept})
    for name in ("after", "before"):
        params.pop(name, None)
    if not params.get("chosen") and selection.query is None:
        messages.info(request, _("No product was selected."))
        return HttpResponseRedirect(back_from(request))
    if len(params.urlencode()) > LONGEST:
        text = _(
            "An address does not hold that many products picked by hand: pick fewer, or filter for them."
        )
        messages.warning(request, text)
        return HttpResponseRedirect(back_from(request))
    return HttpResponseRedirect(f"{reverse('admin:enrichment_spreadsheet')}?{params.urlencode()}")


@never_cache
@require_safe
@endpoint("product.edit")
def ids(request: HttpRequest) -> JsonResponse:
    """`after`: the key behind the last known product → {ids, further}, `further` "" where that is the end."""
    found, further = Spreadsheet.of(request.GET, request.user).ids(request.GET.get("after", ""))
    return JsonResponse({"ids": found, "further": further})


@never_cache
@require_safe
@endpoint("product.edit")
def rows(request: HttpRequest) -> JsonResponse:
    """`ids` ("5,6,7", at most ROWS) with the address's `cols` → {columns: their names, rows}; who is gone is left out."""
    spreadsheet = Spreadsheet.of(request.GET, request.user)
    return JsonResponse(_rows(request, spreadsheet, numbers_in(request.GET.get("ids", ""), most=ROWS)))


@require_POST
@endpoint("product.edit")
def save(request: HttpRequest) -> JsonResponse:
    """JSON {user, cells}, as saving.read has it, with the address's `cols` → {cells: an answer for each, columns and rows: of
    these products, as they are now}. 400 for what is no batch: {message}; 401 where somebody else has signed in since the
    page was opened, so that nobody's cells are saved under another name."""
    spreadsheet = Spreadsheet.of(request.GET, request.user)
    try:
        edits, writer = saving.read(request.body)
    except saving.BadBatch as error:
        return JsonResponse({"message": str(error)}, status=400)
    if writer not in ("", str(request.user.pk)):
        return JsonResponse({"message": _("Somebody else is signed in now.")}, status=401)
    answers = saving.save(edits, spreadsheet=spreadsheet, user=request.user, options=cell_options())
    touched = list(dict.fromkeys(edit.product for edit in edits))
    return JsonResponse({"cells": answers, **_rows(request, spreadsheet, touched)})


def _rows(request: HttpRequest, spreadsheet: Spreadsheet, wanted: list[int]) -> dict[str, Any]:
    structure, user = spreadsheet.structure, request.user
    rows = cell_rows.load(
        cell_rows.bundles_of(wanted, user, structure),
        spreadsheet.columns,
        structure=structure,
        rights=spreadsheet.rights,
        options=cell_options(),
        locale=user.locale.code if user.locale_id and user.locale else "",
    )
    return {"columns": [column.name for column in spreadsheet.columns], "rows": rows}
