"""The page on which an attribute's values are converted: ask, plan, start, report."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from catalog.access import can, endpoint, visible
from catalog.admin._conversion_form import ConversionForm
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.conversions import planning, running
from catalog.conversions.asking import reasons_against
from catalog.jobs import enqueue
from catalog.models import Attribute, Conversion, Job, Product
from catalog.structure.snapshot import Structure
from catalog.values.keys import Key

AT_ONCE = 2000  # products: a plan of no more is made while the person waits
State = Conversion.State


def _find(request: HttpRequest, pk: int) -> Attribute:
    attribute = visible(request.user, Attribute).filter(pk=pk).first()
    if attribute is None:
        raise Http404(_("There is no such attribute."))
    return attribute


def _address(attribute: Attribute) -> str:
    return reverse("admin:catalog_attribute_convert", args=[attribute.pk])


@never_cache
@endpoint("structure.edit")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows the form and how the latest conversion stands. POST plans what the form asks for."""
    attribute = _find(request, pk)
    structure = Structure.current()
    form = ConversionForm(
        request.POST if request.method == "POST" else None, attribute=attribute, structure=structure
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted()
        reasons = reasons_against(attribute, wanted)
        if not reasons:
            _plan(request, attribute, wanted)
            return HttpResponseRedirect(f"{_address(attribute)}#plan")
        for reason in reasons:
            form.add_error(None, reason)
    latest = attribute.conversions.exclude(state=State.DROPPED).select_related("created_by").first()
    context = {
        **admin.site.each_context(request),
        "title": _("Convert the values of %(attribute)s") % {"attribute": attribute},
        "attribute": attribute,
        "form": form,
        "conversion": latest,
        "told": told(latest, structure) if latest else [],
        "samples": _samples(latest, request.user) if latest and latest.state == State.PLANNED else {},
        "job": _job(latest) if latest and latest.state in (State.PLANNING, State.OPEN) else None,
        "is_left": latest is not None and running.is_left(latest),
        "may_start": latest is not None
        and latest.state == State.PLANNED
        and not latest.plan.get("too_many_options"),
    }
    return TemplateResponse(
        request, "catalog/conversions/page.html", context, status=422 if form.errors else 200
    )


def _plan(request: HttpRequest, attribute: Attribute, wanted: Any) -> None:
    with transaction.atomic():
        row = planning.begin(attribute, wanted, by=request.user)
        if Product.objects.order_by()[: AT_ONCE + 1].count() > AT_ONCE:
            title = _("Planning the conversion of %(attribute)s") % {"attribute": attribute}
            enqueue("catalog.plan_conversion", {"conversion": row.pk}, by=request.user, title=title)
            messages.info(request, _("The values are being looked at. The tray above shows how far it is."))
            return
    planning.plan(conversion=row.pk)


@require_POST
@endpoint("structure.edit")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """`conversion`: the plan that was looked at, or a conversion whose job ended before its time."""
    attribute = _find(request, pk)
    wanted = request.POST.get("conversion", "")
    row = attribute.conversions.filter(pk=int(wanted) if wanted.isdecimal() else 0).first()
    if row is None:
        raise Http404(_("This plan is no longer there."))
    if row.state == State.OPEN:
        if running.go_on(row, by=request.user):
            messages.success(request, _("It goes on from where it stopped."))
        return HttpResponseRedirect(_address(attribute))
    try:
        running.start(row, by=request.user)
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        messages.success(
            request,
            _(
                "%(attribute)s is converted. Its products are rewritten in the background; everybody can go on working."
            )
            % {"attribute": attribute},
        )
    return HttpResponseRedirect(_address(attribute))


def told(row: Conversion, structure: Structure) -> list[tuple[str, str, str]]:
    """(what, before, after) of what the conversion changes."""
    before, after = row.before, row.after
    lines = []
    if before["type"] != after["type"]:
        lines.append(
            (_("Type"), str(ATTRIBUTE_TYPES[before["type"]].label), str(ATTRIBUTE_TYPES[after["type"]].label))
        )
    for name, label in (("localizable", _("Localizable")), ("scopable", _("Scopable"))):
        if before[name] != after[name]:
            lines.append((label, _("Yes") if before[name] else _("No"), _("Yes") if after[name] else _("No")))
    if before["params"].get("unit") != after["params"].get("unit"):
        lines.append((_("Unit"), before["params"].get("unit", "—"), after["params"].get("unit", "—")))
    return lines


def _samples(row: Conversion, user: Any) -> dict[str, list[dict[str, Any]]]:
    """Those this person may see: who changes the structure need not see every product."""
    samples = row.plan.get("samples", {})
    ids = {each["product"] for group in samples.values() for each in group}
    products = (
        visible(user, Product.objects.filter(pk__in=ids)).only("id", "sku", "parent_id", "root_id").in_bulk()
    )
    return {
        group: [
            {**each, "sku": product.sku} for each in listed
            if (product := products.get(each["product"])) and _may_see(user, product, each["key"])
        ]
        for group, listed in samples.items()
    }  # fmt: skip


def _may_see(user: Any, product: Product, key: str) -> bool:
    attribute, locale, context = Key.parse(key)
    return can(user, "product.view", product, attribute=attribute, locale=locale, context=context)


def _job(row: Conversion) -> Job | None:
    kinds = ("catalog.convert", "catalog.plan_conversion")
    return Job.objects.filter(kind__in=kinds, params__conversion=row.pk).order_by("-pk").first()
