"""The panel of filters, as fragments: all of them, or where there are very many attributes those somebody looks for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import endpoint, rights_of
from catalog.models import Product
from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels import profile as channel_profiles
from enrichment.workbench.grid.filters import MANY, ProductFilters, attribute_name
from enrichment.workbench.grid.query import cleared

FOUND = 20  # attributes shown for what somebody typed
KEPT = ("q", "sort", "level", "cols", "view", "where")  # besides the filters that come with links


def _filters(request: HttpRequest, structure: Structure, panel: list[str]) -> ProductFilters:
    return ProductFilters(
        request.GET,
        queryset=Product.objects.none(),
        structure=structure,
        profiles=channel_profiles.current(structure),
        rights=rights_of(request.user),
        panel=panel,
    )


@never_cache
@require_safe
@endpoint("product.view")
def filters(request: HttpRequest) -> HttpResponse:
    """The panel, fetched when it is opened. Attributes stand under their groups; of very many only the chosen ones do, and
    `find` has the others."""
    structure = Structure.current()
    codes = [spec.code for spec in _filters(request, structure, []).filterable()]
    many = len(codes) > MANY
    made = _filters(request, structure, [] if many else codes)
    chosen = made.chosen()
    own, groups = [], {}
    for name, each in made.filters.items():
        spec = getattr(each, "spec", None)
        entry = {"name": name, "field": made.form[name], "is_chosen": name in chosen}
        if spec is None:
            if not made.form[name].is_hidden and not (many and name == "empty" and not entry["is_chosen"]):
                own.append(entry)
        else:
            label = structure.groups[spec.group].label() if spec.group in structure.groups else spec.group
            groups.setdefault(label, []).append(entry)
    context: dict[str, Any] = {
        "own": own,
        "groups": [
            (label, entries, sum(e["is_chosen"] for e in entries)) for label, entries in groups.items()
        ],
        "kept": [
            (name, value)
            for name in request.GET
            if name in KEPT or (name in made.filters and made.form[name].is_hidden)
            for value in request.GET.getlist(name)
            if value
        ],
        "cleared": cleared(request.GET),
        "query": urlencode([(n, v) for n in request.GET if n != "fragment" for v in request.GET.getlist(n)]),
        "find_url": reverse("admin:catalog_product_find_filters") if many else "",
        "number": len(codes),
    }
    return TemplateResponse(request, "enrichment/grid/filters.html", context)


@never_cache
@require_safe
@endpoint("product.view")
def find_filters(request: HttpRequest) -> HttpResponse:
    """`find`: a part of a label or code → the filters of the first attributes that have it, to be put into the panel."""
    structure = Structure.current()
    wanted = folded(request.GET.get("find", "").strip()[:100])
    known = _filters(request, structure, [])
    specs = [spec for spec in known.filterable() if wanted and _has(spec, wanted)]
    made = _filters(request, structure, [spec.code for spec in specs[:FOUND]])
    names = [attribute_name(spec) for spec in specs[:FOUND]]
    context = {
        "entries": [
            {"name": name, "field": made.form[name], "code": made.filters[name].spec.code} for name in names
        ],
        "wanted": wanted,
        "more": len(specs) - len(names),
    }
    return TemplateResponse(request, "enrichment/grid/found_filters.html", context)


def _has(spec: AttributeSpec, wanted: str) -> bool:
    return wanted in folded(spec.label()) or wanted in spec.code.lower()
