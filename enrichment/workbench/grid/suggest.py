"""A few products for what somebody types: for the search box and for whoever picks a product."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog import search
from catalog.access import endpoint, visible
from catalog.models import Product

MOST = 8


@never_cache
@require_safe
@endpoint("product.view")
def products(request: HttpRequest) -> JsonResponse:
    """`q` → {results: [{id, sku, label, url}]}, the latest changed first."""
    words = request.GET.get("q", "").strip()[:200]
    if not words:
        return JsonResponse({"results": []})
    rows = search.search_text(visible(request.user, Product.objects.alive()), words)
    found = rows.order_by("-updated_at", "-id").values_list("pk", "sku", "label")[:MOST]
    results = [
        {
            "id": pk,
            "sku": sku,
            "label": label or sku,
            "url": reverse("admin:catalog_product_change", args=[pk]),
        }
        for pk, sku, label in found
    ]
    return JsonResponse({"results": results})
