"""The grid: the page, its rows as a fragment, and the panel of filters as a fragment."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import endpoint, rights_of
from catalog.models import Revision
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from channels.profile import Profiles
from enrichment.models import DefaultView
from enrichment.workbench.filtering.said import where_of
from enrichment.workbench.grid import bulk, paging
from enrichment.workbench.grid import columns as grid_columns
from enrichment.workbench.grid import rows as grid_rows
from enrichment.workbench.grid.bulk_bar import bar
from enrichment.workbench.grid.query import LEVELS, GridQuery, parse
from enrichment.workbench.saved_views import address
from enrichment.workbench.saved_views.tabs import tabs, views_of


def _locale(request: HttpRequest, structure: Structure) -> str:
    user = request.user
    if user.locale_id and user.locale:
        return user.locale.code
    return next((code for code, spec in structure.locales.items() if spec.is_active), "")


def _rows(
    request: HttpRequest, query: GridQuery, page: paging.Page, structure: Structure, profiles: Profiles
) -> dict[str, Any]:
    rights = rights_of(request.user)
    columns = grid_columns.chosen(query.params.get("cols", ""), structure, profiles, rights)
    loaded = grid_rows.load(
        page.rows, structure=structure, columns=columns, locale=_locale(request, structure), rights=rights
    )
    heads = _heads(query)
    return {
        "rows": loaded,
        "columns": [(column, heads.get(column.sort)) for column in columns],
        "next_query": query.query(after=page.next) if page.next else "",
        "previous_query": query.query(before=page.previous) if page.previous else "",
    }


def _place(query: GridQuery) -> dict[str, str]:
    return {"after": query.params.get("after", ""), "before": query.params.get("before", "")}


def _region(request: HttpRequest) -> dict[str, Any]:
    """The part of the page that a filter, a search or another order changes."""
    structure = Structure.current()
    profiles = channel_profiles.current(structure)
    query = parse(request.GET, request.user, structure, profiles)
    page, count, more = query.counted_page(**_place(query))
    context = _rows(request, query, page, structure, profiles)
    chips = [
        {"label": query.filters.filters[name].label, "text": text, "without": query.query(without=name)}
        for name, text in query.active.items()
    ]
    chips += [
        {"label": "", "text": text, "without": query.query(where=rest), "is_combined": True}
        for text, rest in query.combined.sentences()
    ]
    if query.words:
        chips.insert(0, {"label": _("Search"), "text": query.words, "without": query.query(q="")})
    rights = rights_of(request.user)
    return context | {
        "query": query,
        "tabs": tabs(request.GET, request.user, structure),
        "count": count,
        "count_more": more,
        "chips": chips,
        "combined": query.combined,
        "left_out": query.left_out,
        "rule_where": where_of(query) if rights.may("structure.edit") else "",
        "levels": [(code, label, query.query(level=code)) for code, label in LEVELS.items()],
        "sorts": [
            (sort.name, sort.label, query.query(sort=sort.name), sort.name == query.sort.name)
            for sort in paging.SORTS.values()
        ],
        "heads": _heads(query),
        "bar": bar(
            rights, structure, in_trash="trash" in query.active, is_outdated="outdated" in query.active
        ),
        "may_edit": "trash" not in query.active and rights.may("product.edit"),
        "may_create": rights.may("product.create"),
        "may_import": rights.may("import.run"),
        "may_export": rights.may("export.run"),
        "is_empty": not context["rows"] and not query.is_filtered and query.level in ("top", "all"),
        "in_trash": "trash" in query.active,
        **_undoing(request.GET.get("ref", "") if "ref" in query.active and count else ""),
        "back": reverse("admin:catalog_product_changelist") + "?" + query.query(),
    }


def _undoing(ref: str) -> dict[str, Any]:
    """What the banner above the products of a bulk change says; "" where there is none to take back."""
    bulk_ref = ref if ref.startswith(bulk.UNDONE) else ""
    return {
        "bulk_ref": bulk_ref,
        "was_undone": bool(bulk_ref) and Revision.objects.filter(ref=f"undo:{bulk_ref}").exists(),
    }


@never_cache
@require_safe
@endpoint("product.view")
def page(request: HttpRequest) -> HttpResponse:
    """The whole page. Query string: `q`, `sort`, `level`, `after` or `before` (page keys), and the filters' names."""
    if shown := _view_to_show(request):
        return HttpResponseRedirect(f"{reverse('admin:catalog_product_changelist')}?{shown}")
    context = _region(request)
    context |= {
        **admin.site.each_context(request),
        "title": _("Products"),
        "filters_url": reverse("admin:catalog_product_filters") + "?" + context["query"].query(),
        "hidden": _hidden(context["query"]),
    }
    return TemplateResponse(request, "enrichment/grid/grid.html", context)


def _view_to_show(request: HttpRequest) -> str:
    """The query string of the view that an address means without saying what it shows: by its number, or one's default."""
    if not request.GET:
        found = DefaultView.objects.filter(user=request.user).values_list("view_id", flat=True).first()
    elif list(request.GET) == ["view"]:
        found = address.number_of(request.GET)
    else:
        return ""
    view = next((each for each in views_of(request.user) if each.pk == found), None) if found else None
    query = address.shown_to(view.query, Structure.current(), rights_of(request.user)) if view else ""
    return address.query_of(view, query) if query else ""


@never_cache
@require_safe
@endpoint("product.view")
def region(request: HttpRequest) -> HttpResponse:
    """What the page's script puts in place of what is shown, for the same query string as the page's."""
    return TemplateResponse(request, "enrichment/grid/region.html", _region(request))


def _hidden(query: GridQuery) -> list[tuple[str, str]]:
    """What the search form passes on besides its own box."""
    names = [name for name in query.params if name not in ("q", "after", "before")]
    return [(name, value) for name in names for value in query.params.getlist(name) if value]


def _heads(query: GridQuery) -> dict[str, dict[str, str]]:
    """Sortable columns: the link that sorts by it (or turns it round) and the order it has now."""
    heads = {}
    for column, default in (("label", "label"), ("sku", "sku"), ("changed", "-changed")):
        ascending, descending = query.sort.name == column, query.sort.name == f"-{column}"
        target = default if not (ascending or descending) else (f"-{column}" if ascending else column)
        order = "ascending" if ascending else "descending" if descending else "none"
        heads[column] = {"href": query.query(sort=target), "order": order}
    return heads


@never_cache
@require_safe
@endpoint("product.view")
def rows(request: HttpRequest) -> HttpResponse:
    """The next rows as `<tr>` elements; the header `X-Next` has the query string of those after them, if any."""
    structure = Structure.current()
    profiles = channel_profiles.current(structure)
    query = parse(request.GET, request.user, structure, profiles)
    page = query.page(**_place(query))
    context = _rows(request, query, page, structure, profiles)
    response = TemplateResponse(request, "enrichment/grid/rows.html", context)
    response["X-Next"] = context["next_query"]
    return response
