"""What can be done with one product besides editing its fields: status, SKU, restoring, variants, pushing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint
from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.approving import field_of
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.write import write
from channels import approvals
from channels import profile as channel_profiles
from channels.launches import embargo
from channels.marking import mark_products
from channels.portal import views as portal_views
from enrichment import readiness, workflow
from enrichment.workbench.page import history, listings, variants
from enrichment.workbench.page.readable import RightsAt
from enrichment.workbench.page.scope import Scope
from enrichment.workbench.page.view import address, find, render, rights_on


def _write_field(request: HttpRequest, product: Product, **changed: Any) -> Outcome:
    outcome = write(
        [ProductChange(product=product.pk, fields=changed)], by=Actor(user=request.user, origin="form")
    )[0]
    for error in outcome.errors:
        messages.error(request, error.message)
    return outcome


def _back(request: HttpRequest, product: Product, *, tab: str = "") -> HttpResponseRedirect:
    scope = Scope.of(request.POST, request.user, Structure.current())
    return HttpResponseRedirect(address(product.pk, scope, tab=tab))


@require_POST
@endpoint("product.view")
def set_status(request: HttpRequest, product_id: int) -> HttpResponse:
    """`status`: the one to give; `approving`: the locale whose texts get it, where that is approved by itself. The door decides
    who may (workflow.may)."""
    product = find(request, product_id)
    locale, status = request.POST.get("approving", ""), request.POST.get("status", "")
    outcome = _write_field(request, product, **{field_of(locale): status})
    if outcome.changed:
        told = _told_in(product, locale, status) if locale else _told(product, status)
        messages.success(request, told)
    return _back(request, product)


def _told_in(product: Product, locale: str, status: str) -> str:
    return _("%(sku)s in %(language)s is now: %(status)s.") % {
        "sku": product.sku,
        "language": Structure.current().locales[locale].name,
        "status": Product.Status(status).label,
    }


def _told(product: Product, status: str) -> str:
    if status != Product.Status.APPROVED:
        return _("%(sku)s is now: %(status)s.") % {"sku": product.sku, "status": Product.Status(status).label}
    structure = Structure.current()
    bundle = bundles.load([product.pk], structure=structure)[product.pk]
    ready = readiness.of_product(bundle, channel_profiles.current(structure), structure)
    unmet = workflow.unmet(place for channel in ready for place in channel.places)
    pending = {name: None for each in ready for name in approvals.languages(bundle, each.channel, structure)}
    if pending:
        text = _(
            "%(sku)s is approved. These languages are approved by themselves and still wait: %(languages)s."
        )
        return text % {"sku": product.sku, "languages": ", ".join(pending)}
    waiting = embargo.of_product(bundle, [each.channel.id for each in ready], timezone.now())
    if not unmet and waiting:
        names = ", ".join(each.channel.label for each in ready if each.channel.id in waiting)
        text = _("%(sku)s is approved. It waits for its launch on %(channels)s.")
        return text % {"sku": product.sku, "channels": names}
    if not unmet:
        return _("%(sku)s is approved and on its way to every channel.") % {"sku": product.sku}
    return _("%(sku)s is approved. Something is still missing for %(places)s.") % {
        "sku": product.sku,
        "places": workflow.named(unmet),
    }


@require_POST
@endpoint("product.view")
def set_enabled(request: HttpRequest, product_id: int) -> HttpResponse:
    """`enabled`: 1 or 0. The door decides who may: of an approved product, who may publish."""
    product = find(request, product_id)
    outcome = _write_field(request, product, enabled=request.POST.get("enabled", ""))
    if "_enabled" in outcome.changed:
        if outcome.changed["_enabled"][1]:
            text = _("%(sku)s is enabled: channels get it again once it is approved and complete.")
        else:
            text = _("%(sku)s is disabled: every channel withdraws it.")
        messages.success(request, text % {"sku": product.sku})
    return _back(request, product)


@require_POST
@endpoint("product.rename")
def rename(request: HttpRequest, product_id: int) -> HttpResponse:
    """`sku`: the new one."""
    product = find(request, product_id)
    outcome = _write_field(request, product, sku=request.POST.get("sku", ""))
    if outcome.changed:
        text = _("The SKU is now %(sku)s. Channels get it with the next sheet.")
        messages.success(request, text % {"sku": outcome.changed["_sku"][1]})
    return _back(request, product)


@require_POST
@endpoint("product.trash")
def untrash(request: HttpRequest, product_id: int) -> HttpResponse:
    """Takes one product out of the trash. Into it leads the grid's preview, which counts the variants as well."""
    product = find(request, product_id)
    if _write_field(request, product, trashed=False).changed:
        messages.success(request, _("%(sku)s is back from the trash.") % {"sku": product.sku})
    return _back(request, product)


@require_POST
@endpoint("product.edit")
def restore(request: HttpRequest, product_id: int) -> HttpResponse:
    """`rev` and `key`: gives the key the value it had before that revision."""
    product = find(request, product_id)
    rev, key = request.POST.get("rev", ""), request.POST.get("key", "")
    try:
        outcome = history.restore(product, rev=int(rev), key=key, user=request.user)
    except (ValueError, KeyError, ObjectDoesNotExist) as error:
        raise Http404(_("There is no such change.")) from error
    for refused in outcome.errors:
        messages.error(request, refused.message)
    if outcome.proposals:
        messages.warning(request, _("Kept as a proposal until somebody who may publish takes it over."))
    elif outcome.changed:
        messages.success(request, _("The earlier value is back."))
    elif not outcome.errors:
        messages.info(request, _("It has this value already."))
    return _back(request, product, tab="history")


@require_POST
@endpoint("product.create")
def add_variant(request: HttpRequest, product_id: int) -> HttpResponse:
    """`sku` and `axis:<attribute>` for each axis of the next level."""
    product = find(request, product_id)
    structure = Structure.current()
    bundle = bundles.load([product.pk], structure=structure)[product.pk]
    if not variants.may_add(bundle, rights_on(request, bundle, structure)):
        raise Http404(_("This product has no variants."))
    form = variants.VariantForm(request.POST, bundle=bundle, structure=structure)
    if form.is_valid():
        outcome = form.create(request.user)
        if not form.errors:
            messages.success(request, _("%(sku)s was added.") % {"sku": form.cleaned_data["sku"]})
            if bundle.variant and bundle.depth + 1 < bundle.variant.levels:
                return HttpResponseRedirect(address(outcome.product or product.pk, tab="variants"))
            return _back(request, product, tab="variants")
    scope = Scope.of(request.POST, request.user, structure)
    return render(request, product, structure, scope, variant_form=form, status=422)


@require_POST
@endpoint("channel.sync")
def push(request: HttpRequest, product_id: int, channel: str) -> HttpResponse:
    """Marks the listing as to be looked at again, at once."""
    product = find(request, product_id)
    structure = Structure.current()
    spec = channel_profiles.current(structure).by_code(channel)
    if spec is None:
        raise Http404(_("There is no such channel."))
    with transaction.atomic():
        mark_products([product], [spec])
    messages.success(
        request, _("%(sku)s will be sent to %(channel)s again.") % {"sku": product.sku, "channel": spec.label}
    )
    return _back(request, product, tab="channels")


def _rights(request: HttpRequest, structure: Structure) -> RightsAt:
    return lambda bundle: rights_on(request, bundle, structure)


@never_cache
@require_safe
@endpoint("product.view")
def sheet(request: HttpRequest, product_id: int, channel: str) -> HttpResponse:
    """The sheet as the channel would get it, now or at `?at=`."""
    product = find(request, product_id)
    structure = Structure.current()
    profiles = channel_profiles.current(structure)
    scope = Scope.of(request.GET, request.user, structure)
    panel = next((each for each in listings.panels(product, profiles) if each.channel.code == channel), None)
    at = scope.at or timezone.now()
    preview = listings.preview(panel, structure, at=at, rights=_rights(request, structure)) if panel else None
    if preview is None:
        raise Http404(_("This product has no sheet on that channel."))
    context = {
        **admin.site.each_context(request),
        "title": _("Sheet for %(channel)s") % {"channel": preview.channel.label},
        "product": product,
        "panel": panel,
        "preview": preview,
        "scope": scope,
    }
    return TemplateResponse(request, "enrichment/page/sheet.html", context)


@never_cache
@require_safe
@endpoint("product.view")
def portal(request: HttpRequest, product_id: int, channel: str) -> HttpResponse:
    """The page it would have in a portal, now or at `?at=`, in `?locale=`. Nothing of it is published."""
    product = find(request, product_id)
    structure = Structure.current()
    profiles = channel_profiles.current(structure)
    scope = Scope.of(request.GET, request.user, structure)
    at = scope.at or timezone.now()
    panel = next((each for each in listings.panels(product, profiles) if each.channel.code == channel), None)
    is_portal = panel is not None and panel.channel.connector == portal_views.CODE and panel.channel.locales
    rights = _rights(request, structure)
    payload = listings.payload(panel, structure, at=at, rights=rights) if panel and is_portal else None
    if panel is None or payload is None:
        raise Http404(_("This product has no page there."))
    spec = panel.channel
    locale = request.GET.get("locale", "")
    here = reverse("admin:catalog_product_portal", args=[product.pk, spec.code])
    moment = timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
    return portal_views.preview(
        request, spec, locale if locale in spec.locales else spec.locales[0], payload, structure, at=at,
        back=address(product.pk, scope, tab="channels"),
        languages=[
            (code, code.replace("_", "-"), structure.locales[code].name, f"{here}?{urlencode({'locale': code, 'at': moment})}")
            for code in spec.locales
        ],
    )  # fmt: skip
