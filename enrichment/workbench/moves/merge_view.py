"""Merging a duplicate into the product that stays, value by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from catalog.access import can, endpoint
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.product import Product, ProductCategory
from catalog.moves import merging, place
from catalog.moves.merging import Merge
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.changes import ABSENT
from catalog.values.keys import Key
from channels.models import Listing
from enrichment import merged
from enrichment.workbench.moves.forms import OtherForm
from enrichment.workbench.page.placement import path_of
from enrichment.workbench.page.scope import Scope
from enrichment.workbench.page.view import address, find, rights_on


@dataclass(frozen=True, slots=True)
class Side:
    """One key as radio buttons: `name` is the input's, `kept` and `taken` texts for people."""

    name: str
    label: str
    place: str
    kept: str
    taken: str
    chosen: str
    is_open: bool


@never_cache
@endpoint("product.edit")
def page(request: HttpRequest, product_id: int) -> HttpResponse:
    """`other`: the duplicate's SKU. POST: `pick:<key>` is "keep" or "take", `revs` the revisions that were compared."""
    product = find(request, product_id)
    if product.trashed_at is not None:
        raise Http404(_("This product is in the trash."))
    structure = Structure.current()
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    asked = request.POST if request.method == "POST" else request.GET
    form = OtherForm(
        asked if "other" in asked else None, bundle=bundle, structure=structure, user=request.user
    )
    made = None
    if form.is_bound and form.is_valid():
        other = bundles.of_rows([form.found], structure=structure)[form.found.pk]
        has_variants = Product.objects.filter(parent_id=form.found.pk, trashed_at=None).exists()
        reason = merging.why_not(bundle, other, other_has_variants=has_variants)
        if not reason and not can(request.user, "product.trash", form.found):
            reason = _("Your roles do not let you move %(sku)s to the trash.") % {"sku": form.found.sku}
        if reason:
            form.add_error("other", reason)
        else:
            made = merging.compare(
                bundle, other, structure, rights_on(request, bundle, structure), rights_on(request, other, structure)
            )  # fmt: skip
    if made is not None and request.method == "POST":
        if request.POST.get("revs") == _revs(made):
            return _merge(request, made)
        messages.warning(request, _("One of the two was changed meanwhile: compare them again."))
    scope = Scope.of(request.GET, request.user, structure)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Merge with a duplicate"),
        "product": product,
        "form": form,
        "made": made,
        "back": address(product.pk, scope),
    }
    if made is not None:
        context |= _compared(made, structure, scope.locale)
    refused = form.is_bound and bool(form.errors)
    return TemplateResponse(request, "enrichment/moves/merge.html", context, status=422 if refused else 200)


def _revs(made: Merge) -> str:
    return f"{made.survivor.product.rev}-{made.other.product.rev}"


def _compared(made: Merge, structure: Structure, locale: str) -> dict[str, Any]:
    sides = []
    for choice in made.choices:
        kind, parsed = ATTRIBUTE_TYPES[choice.spec.type], Key.parse(choice.key)
        context = structure.contexts.get(parsed.context)
        where = " · ".join(
            part for part in (parsed.locale, context.label() if context else parsed.context) if part
        )
        kept = "" if choice.kept is ABSENT else kind.display(choice.kept, choice.spec, locale or None)
        taken = kind.display(choice.taken, choice.spec, locale or None)
        sides.append(
            Side(
                f"pick:{choice.key}", choice.spec.label(locale or None), where, kept, taken, choice.preselected, choice.is_open
            )
        )  # fmt: skip
    lost = [
        (spec.label(locale or None), ATTRIBUTE_TYPES[spec.type].summary(value, spec, locale or None))
        for spec, value in made.lost
    ]
    paths = [
        path_of(structure.category_by_code[code.casefold()], structure, locale)
        for code in made.added_categories
    ]
    shown = Listing.objects.filter(product_id=made.other.product.pk).exclude(sent_hash="")
    return {
        "other": made.other.product,
        "sides": sides,
        "lost": lost,
        "added": paths,
        "revs": _revs(made),
        "withdrawn": sorted({str(row.channel) for row in shown.select_related("channel")}),
    }


def _merge(request: HttpRequest, made: Merge) -> HttpResponse:
    chosen = {
        name.removeprefix("pick:"): value for name, value in request.POST.items() if name.startswith("pick:")
    }
    survivor, other = made.survivor.product, made.other.product
    own = ProductCategory.objects.filter(product=survivor).order_by("position", "pk")
    codes = list(own.values_list("category__code", flat=True))
    with transaction.atomic():
        outcomes = merging.merge(made, chosen, codes, by=place.actor(request.user))
        if all(outcome.ok and not outcome.proposals for outcome in outcomes):
            merged.follow(other.pk, survivor.pk)
    problems = [error.message for outcome in outcomes for error in outcome.errors]
    problems += [
        _("%(label)s is held by a stronger source, or the product is approved and you may not publish: keep its value.")
        % {"label": Structure.current().attributes[Key.parse(key).attribute].label()}
        for outcome in outcomes for key in outcome.proposals
    ]  # fmt: skip
    if any(outcome.conflicts for outcome in outcomes):
        problems.append(_("One of the two was changed meanwhile: compare them again."))
    if problems:
        for problem in problems:
            messages.error(request, problem)
        return HttpResponseRedirect(f"{request.path}?other={other.sku}")
    text = _("%(other)s was merged into %(sku)s and is in the trash. The history can take it back.")
    messages.success(request, text % {"other": other.sku, "sku": survivor.sku})
    return HttpResponseRedirect(address(survivor.pk))
