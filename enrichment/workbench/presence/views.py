"""The sign of life a product's page gives, and who else has it open."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint, paths_of, rights_of
from catalog.structure.snapshot import Structure
from enrichment import presence
from enrichment.comments import places
from enrichment.workbench.page.view import find


@never_cache
@require_POST
@endpoint("product.view")
def ping(request: HttpRequest, product_id: int) -> JsonResponse:
    """`key`: the value the cursor is in; `rev`: of the product as the page shows it; `away=1`: the page is closed or hidden.
    {people: [{name, key, label}], saved}: the others, and who saved since, "" for nobody."""
    product, structure = find(request, product_id), Structure.current()
    if request.POST.get("away") == "1":
        presence.away(product, user=request.user)  # type: ignore[arg-type]
        return JsonResponse({"people": [], "saved": ""})
    rights = rights_of(request.user).at(paths_of(product))
    key = request.POST.get("key", "")
    known = key if places.parsed(key, structure) and places.may_see(key, rights, structure) else ""
    presence.here(product, known, user=request.user)  # type: ignore[arg-type]
    found = presence.others(product, reader=request.user, rights=rights, structure=structure)  # type: ignore[arg-type]
    rev = request.POST.get("rev", "")
    saved = presence.saved_since(product, int(rev), reader=request.user) if rev.isdecimal() else ""  # type: ignore[arg-type]
    return JsonResponse({"people": [asdict(each) for each in found], "saved": saved})
