"""The products of a category in their order: moved by drag, by buttons, by keys, or to a number."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, rights_of, visible
from catalog.models import Category, Product
from catalog.structure import product_order
from catalog.structure.product_order import NotPlaced

PAGE = 50


@never_cache
@require_safe
@endpoint("product.view")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """`page`: from 1, of PAGE products each. Products this person may not see keep their place, unnamed."""
    category = _find(request, pk)
    asked = request.GET.get("page", "1")
    number = max(int(asked), 1) if _is_number(asked) else 1
    first = (number - 1) * PAGE
    rows = list(product_order.listed(category)[first : first + PAGE + 1])
    ids = [row.product_id for row in rows[:PAGE]]
    products = {row.pk: row for row in visible(request.user, Product.objects.filter(pk__in=ids))}
    context = {
        **admin.site.each_context(request),
        "title": _("Order in %(category)s") % {"category": category},
        "category": category,
        "rows": [
            (place, row, products.get(row.product_id))
            for place, row in enumerate(rows[:PAGE], start=first + 1)
        ],
        "page": number,
        "next_page": number + 1 if len(rows) > PAGE else None,
        "previous_page": number - 1 if number > 1 else None,
        "may_order": _may(request, category),
        "most": product_order.MOST - 1,
    }
    return TemplateResponse(request, "enrichment/categories/order.html", context)


@require_POST
@endpoint("product.publish")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """`product` and `to`, a position from 1."""
    category = _find(request, pk)
    if not _may(request, category):
        raise Http404(_("There is no such category."))
    product, to = request.POST.get("product", ""), request.POST.get("to", "").strip()
    address = reverse("admin:enrichment_category_order", args=[category.pk])
    if not _is_number(product) or not _is_number(to):
        messages.error(request, _("Write the number of its new place, from 1."))
        return HttpResponseRedirect(address)
    try:
        moved = product_order.move(category, int(product), int(to), by=request.user.pk)
    except NotPlaced as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(address)
    sku = Product.objects.values_list("sku", flat=True).get(pk=product)
    text = _("%(sku)s is now number %(place)d of %(of)d.")
    messages.success(request, text % {"sku": sku, "place": moved.position, "of": moved.of})
    number = (moved.position - 1) // PAGE + 1
    return HttpResponseRedirect(f"{address}?page={number}#product-{product}")


def _is_number(text: str) -> bool:
    """One that a database can count to."""
    return text.isdecimal() and len(text) < 10


def _find(request: HttpRequest, pk: int) -> Category:
    category = Category.objects.filter(pk=pk).first()
    paths = rights_of(request.user).category_paths("product.view")
    if category is None or (paths is not None and not category.path.startswith(paths)):
        raise Http404(_("There is no such category."))
    return category


def _may(request: HttpRequest, category: Category) -> bool:
    """Channels see the order at once, so it is for those who may publish in this category."""
    paths = rights_of(request.user).category_paths("product.publish")
    return paths is None or category.path.startswith(paths)
