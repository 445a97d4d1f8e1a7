"""A copy of a product under a new SKU."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from catalog.access import endpoint
from catalog.models.product import ProductCategory
from catalog.moves import duplicate, place
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from enrichment.workbench.moves.forms import DuplicateForm
from enrichment.workbench.page.view import address, find, for_page, rights_on


@never_cache
@endpoint("product.create")
def page(request: HttpRequest, product_id: int) -> HttpResponse:
    """`sku`, and of a variant `axis:<attribute>`. GET says what is copied and what is not."""
    product = find(request, product_id)
    structure = Structure.current()
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    rights = rights_on(request, bundle, structure)
    own = ProductCategory.objects.filter(product=product).order_by("position", "pk")
    codes = tuple(own.values_list("category__code", flat=True))
    form = DuplicateForm(request.POST or None, bundle=bundle, structure=structure, user=request.user)
    by = place.actor(request.user)
    is_sent = request.method == "POST" and form.is_valid()
    made = duplicate.copy(
        bundle, structure, rights, sku=form.cleaned_data["sku"] if is_sent else "",
        axes=form.stored if is_sent else None, own_categories=codes,
    )  # fmt: skip
    if is_sent:
        outcome = duplicate.duplicate(made, by=by)
        for error in outcome.errors:
            name = {"_sku": "sku"}.get(error.key, f"axis:{error.key}")
            form.add_error(name if name in form.fields else None, error.message)
        if not form.errors:
            text = _("%(sku)s was created as a draft from %(original)s.")
            messages.success(request, text % {"sku": form.cleaned_data["sku"], "original": product.sku})
            return HttpResponseRedirect(address(outcome.product or product.pk))
    copied = len(made.copied)
    context = {
        **admin.site.each_context(request),
        "title": _("Duplicate"),
        "product": product,
        "form": form,
        "made": made,
        "copied": ngettext("%d value", "%d values", copied) % copied,
        "categories": len(codes),
        "back": address(product.pk),
        "media": for_page(form.media, request),
    }
    return TemplateResponse(
        request, "enrichment/moves/duplicate.html", context, status=422 if form.errors else 200
    )
