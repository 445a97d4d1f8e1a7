"""The trees as nested lists: moved by buttons, by keys and by drag; what products notice is asked about first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import can, endpoint
from catalog.models import Category, Product
from catalog.models.product import ProductCategory
from catalog.structure import arranging
from channels.models import Listing


@dataclass(slots=True)
class Node:
    category: Category
    label: str
    products: int  # that stand in it, not below it
    children: list[Node] = field(default_factory=list)


@never_cache
@require_safe
@endpoint("structure.view")
def page(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Categories"),
        "nodes": nodes(),
        "may_edit": can(request.user, "structure.edit"),
        "may_order": can(request.user, "product.publish"),
    }
    return TemplateResponse(request, "enrichment/categories/tree.html", context)


def nodes() -> list[Node]:
    """All trees in their order: two queries."""
    counts = dict(
        ProductCategory.objects.filter(product__trashed_at=None)
        .order_by()
        .values_list("category_id")
        .annotate(Count("pk"))
    )
    made = {
        row.pk: Node(row, str(row), counts.get(row.pk, 0))
        for row in Category.objects.order_by("position", "code")
    }
    roots = []
    for node in made.values():
        above = made.get(node.category.parent_id)
        (above.children if above else roots).append(node)
    return roots


@never_cache
@require_POST
@endpoint("structure.edit")
def move(request: HttpRequest) -> HttpResponse:
    """`category` with `step` (up, down, in, out), or with `parent` ("" for a root) and `index`. A move under another parent
    is shown first, and done with `confirmed=1`.
    """
    category = _find(request.POST.get("category", ""))
    parent, index = _wanted(request, category)
    moves = (parent.pk if parent else None) != category.parent_id
    if moves and request.POST.get("confirmed") != "1":
        return _ask(request, category, parent, index)
    try:
        place = arranging.move(category, parent, index, by=request.user.pk)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
        return _back(category)
    names = {"name": category, "place": place + 1, "of": len(arranging.siblings(parent))}
    if parent is None:
        messages.success(request, _("%(name)s is now tree %(place)d of %(of)d.") % names)
    else:
        text = _("%(name)s is now number %(place)d of %(of)d in %(parent)s.")
        messages.success(request, text % {**names, "parent": parent})
    return _back(category)


def _find(pk: str) -> Category:
    category = (
        Category.objects.select_related("parent__parent").filter(pk=int(pk) if pk.isdecimal() else 0).first()
    )
    if category is None:
        raise Http404(_("There is no such category."))
    return category


def _wanted(request: HttpRequest, category: Category) -> tuple[Category | None, int]:
    step = request.POST.get("step", "")
    if step:
        found = arranging.target(category, step)
        if found is None:
            raise Http404(_("It cannot go there."))
        return found
    above = request.POST.get("parent", "")
    index = request.POST.get("index", "0")
    return (_find(above) if above else None), int(index) if index.isdecimal() else 0


def _ask(request: HttpRequest, category: Category, parent: Category | None, index: int) -> HttpResponse:
    """How many products and listings a move of the whole branch touches."""
    branch = Category.objects.branch(category).values("pk")
    placed = ProductCategory.objects.filter(category_id__in=branch).values("product_id")
    products = Product.objects.alive().filter(
        root__in=Product.objects.filter(pk__in=placed).values("root_id")
    )
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Move %(name)s") % {"name": category},
        "category": category,
        "parent": parent,
        "index": index,
        "below": Category.objects.branch(category).count() - 1,
        "products": products.count(),
        "listings": Listing.objects.filter(product__in=products.values("pk")).exclude(sent_hash="").count(),
    }
    return TemplateResponse(request, "enrichment/categories/confirm.html", context)


def _back(category: Category) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('admin:enrichment_category_tree')}#category-{category.pk}")
