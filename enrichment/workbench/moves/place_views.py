"""Changing a product's place: family, model, out of its model. GET asks and previews, POST does what was previewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import endpoint
from catalog.models.product import Product
from catalog.moves import place
from catalog.moves import undo as undoing
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.changes import ProductChange
from catalog.values.write import BATCH
from channels import profile as channel_profiles
from enrichment.workbench.moves import preview
from enrichment.workbench.moves.forms import FamilyForm, MoveForm, ParentForm
from enrichment.workbench.page.scope import Scope
from enrichment.workbench.page.view import address, find, for_page, rights_on

Kind = Product.Kind


@dataclass(frozen=True, slots=True)
class Move:
    """`form`: what is asked, None where nothing is. `kinds`: the products that can be moved so."""

    code: str
    title: Any
    lead: str
    form: type[MoveForm] | None
    kinds: frozenset[str]


def moves() -> dict[str, Move]:
    made = (
        Move(
            "family", _("Change the family"),
            _("Values the new family has no attribute for leave the product. The history keeps them."),
            FamilyForm, frozenset({Kind.SIMPLE, Kind.MODEL}),
        ),
        Move(
            "parent", _("Move under a model"),
            _("It inherits from its new model. What only the model may say leaves the variant; the history keeps it."),
            ParentForm, frozenset({Kind.SIMPLE, Kind.VARIANT, Kind.SUBMODEL}),
        ),
        Move(
            "out", _("Make it a product of its own"),
            _("It leaves its model and takes along what it inherited: values, campaigns and categories."),
            None, frozenset({Kind.VARIANT}),
        ),
    )  # fmt: skip
    return {move.code: move for move in made}


@never_cache
@endpoint("product.edit")
def page(request: HttpRequest, product_id: int, move: str) -> HttpResponse:
    """`to` (family), or `model` with `axis:<attribute>` (parent). POST also has `rev`, the revision that was looked at."""
    product = find(request, product_id)
    wanted = moves().get(move)
    if wanted is None or product.kind not in wanted.kinds or product.trashed_at is not None:
        raise Http404(_("This product cannot be moved so."))
    structure = Structure.current()
    bundle = bundles.of_rows([product], structure=structure)[product.pk]
    asked = request.POST if request.method == "POST" else request.GET
    form = None
    if wanted.form is not None:
        has_answer = any(name in asked for name in wanted.form.base_fields)
        form = wanted.form(
            asked if has_answer else None, bundle=bundle, structure=structure, user=request.user
        )
    changes = _changes(wanted, form, bundle, structure)
    if changes and request.method == "POST":
        if request.POST.get("rev") == str(product.rev):
            return _do(request, wanted, changes, bundle)
        messages.warning(request, _("The product was changed meanwhile: look at the preview again."))
    return _ask(request, wanted, form, changes, bundle, structure, asked)


def _changes(move: Move, form: MoveForm | None, bundle: Bundle, structure: Structure) -> list[ProductChange]:
    """[] while something is still to be asked."""
    if move.code == "out":
        return place.out_of_model(bundle, structure)
    if isinstance(form, FamilyForm) and form.is_bound and form.is_valid():
        code = form.cleaned_data["to"]
        if bundle.variant is None:
            return place.to_family(bundle.product, code)
        made = place.to_family_variant(bundle.product, code)
        if len(made) > BATCH:
            text = _("A model of more than %d variants cannot be moved at once: move its variants first.")
            form.add_error("to", text % (BATCH - 1))
            return []
        return made
    if isinstance(form, ParentForm) and form.is_bound and form.is_complete:
        return place.under(bundle.product, form.cleaned_data["model"], form.values())
    return []


def _do(request: HttpRequest, move: Move, changes: Sequence[ProductChange], bundle: Bundle) -> HttpResponse:
    product = bundle.product
    outcomes = place.apply(changes, by=place.actor(request.user))
    problems = [error.message for outcome in outcomes for error in outcome.errors]
    if problems or not all(outcome.ok for outcome in outcomes):
        for problem in problems or [_("The product was changed meanwhile: look at the preview again.")]:
            messages.error(request, problem)
        answers = {
            name: value for name, value in request.POST.items() if name not in ("rev", "csrfmiddlewaretoken")
        }
        return HttpResponseRedirect(f"{request.path}?{urlencode(answers)}")
    if any(outcome.changed for outcome in outcomes):
        messages.success(
            request, _("%(sku)s was moved. The history can take it back.") % {"sku": product.sku}
        )
    else:
        messages.info(request, _("%(sku)s stands there already.") % {"sku": product.sku})
    return HttpResponseRedirect(address(product.pk))


def _ask(
    request: HttpRequest,
    move: Move,
    form: MoveForm | None,
    changes: list[ProductChange],
    bundle: Bundle,
    structure: Structure,
    asked: Any,
) -> HttpResponse:
    scope = Scope.of(request.GET, request.user, structure)
    made = None
    if changes:
        rights = rights_on(request, bundle, structure)
        made = preview.of(
            changes, user=request.user, structure=structure, profiles=channel_profiles.current(structure),
            rights=lambda _bundle: rights, locale=scope.locale,
        )  # fmt: skip
        for key, message in made.errors:
            if form is not None and f"axis:{key}" in form.fields:
                form.add_error(f"axis:{key}", message)
    context = {
        **admin.site.each_context(request),
        "title": move.title,
        "move": move,
        "product": bundle.product,
        "form": form,
        "made": made,
        "answers": [(name, asked.get(name, "")) for name in form.fields] if form is not None and made else [],
        "back": address(bundle.product.pk, scope),
        "media": for_page(form.media, request) if form is not None else "",
    }
    refused = bool(made and made.is_refused) or bool(form is not None and form.is_bound and form.errors)
    return TemplateResponse(request, "enrichment/moves/place.html", context, status=422 if refused else 200)


@require_POST
@endpoint("product.edit")
def undo(request: HttpRequest, product_id: int) -> HttpResponse:
    """`ref` of a move this product took part in: all who took part go back, or none."""
    product = find(request, product_id)
    ref = request.POST.get("ref", "")
    revision = product.revisions.filter(ref=ref).first()
    if revision is None or not undoing.can_be_undone(ref, revision.at):
        raise Http404(_("There is no such move."))
    outcomes = undoing.undo(ref, user=request.user)
    problems = [error.message for outcome in outcomes for error in outcome.errors]
    if any(outcome.conflicts for outcome in outcomes):
        problems.append(
            _(
                "Something was changed since the move, so nothing was taken back. Restore single values instead."
            )
        )
    for problem in problems:
        messages.error(request, problem)
    if not problems:
        messages.success(request, _("The move was taken back."))
    return HttpResponseRedirect(address(product.pk, tab="history"))
