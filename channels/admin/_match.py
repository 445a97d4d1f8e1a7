"""Matching what stands on a channel already, before anything is sent there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import endpoint, visible
from catalog.models import Job, Product
from channels import matching
from channels.admin._board import TABS, channel_of, page_of
from channels.connectors._candidates import NEW
from channels.models import Listing
from pim.lib.web_address import web_address

TABS["match"] = lambda: _("Match what is there")


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """The last match; of what it names, only what the person may see."""
    channel = channel_of(request, pk)
    job = matching.last_of(pk)
    result: dict[str, Any] = (job.result or {}) if job and job.state == Job.State.DONE else {}
    listed = {entry["product"] for entries in result.get("first", {}).values() for entry in entries}
    seen = set(visible(request.user, Product.objects.filter(pk__in=listed)).values_list("pk", flat=True))
    chosen = dict(matching.unmatched(pk).filter(product__in=seen).values_list("pk", "external_id"))
    kinds = [
        (
            kind,
            label,
            result["counts"][kind],
            [_entry(each, chosen) for each in result["first"][kind] if each["product"] in seen],
        )
        for kind, label in matching.KINDS.items()
        if result
    ]
    running = job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING)
    context = page_of(
        request, channel, "match", job=job, running=running, kinds=kinds, unmatched=matching.unmatched(pk).count(),
        why_not=matching.why_not(channel), new=NEW,
    )  # fmt: skip
    return TemplateResponse(request, "channels/match.html", context)


@require_POST
@endpoint("channel.sync")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_of(request, pk)
    if why := matching.why_not(channel):
        messages.warning(request, why)
    else:
        matching.start(channel=channel, by=request.user.pk)
        messages.success(request, _("The channel is being looked at; nothing is sent by it."))
    return HttpResponseRedirect(reverse("admin:channels_channel_match", args=[channel.pk]))


BY = {
    "key": gettext_lazy("our key"),
    "sku": gettext_lazy("the same SKU"),
    "gtin": gettext_lazy("the same GTIN"),
}


def _entry(each: dict[str, Any], chosen: Mapping[int, str]) -> dict[str, Any]:
    """For the page. `open`: it may still be said which product there it is; `chosen`: the id of the one it was said to be."""
    there = [
        {**one, "by": BY.get(one["by"], one["by"]), "url": web_address(one.get("url", ""))}
        for one in each.get("there", ())
    ]
    return {
        **each,
        "there": there,
        "open": each["listing"] in chosen,
        "chosen": chosen.get(each["listing"], ""),
    }


@require_POST
@endpoint("channel.sync")
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Which of the last match's candidates a product is, or that it is none of them."""
    channel = channel_of(request, pk)
    number, wanted = request.POST.get("listing", ""), request.POST.get("there", "")
    rows = visible(request.user, Listing.objects.filter(channel=channel))
    row = rows.filter(pk=number).first() if number.isdigit() else None
    job = matching.last_of(pk)
    listed = ((job.result or {}) if job else {}).get("first", {}).get("ambiguous", ())
    offered = {
        one["id"] for each in listed if str(each["listing"]) == number for one in each.get("there", ())
    }
    if row is None or wanted not in {*offered, NEW}:
        messages.warning(request, _("That is not offered any more: look for them again."))
    elif matching.choose(row.pk, wanted):
        messages.success(request, _("Noted: it goes out so with the next sending."))
    else:
        messages.warning(request, _("It was sent meanwhile: nothing was changed."))
    return HttpResponseRedirect(
        reverse("admin:channels_channel_match", args=[channel.pk]) + "#match-ambiguous"
    )
