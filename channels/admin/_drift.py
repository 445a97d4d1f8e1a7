"""Drift of a channel: what it shows otherwise, with what can be done about each; and what was accepted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import can, endpoint, visible
from catalog.structure.snapshot import Structure
from channels import drift, profile, protection
from channels.admin._board import TABS, channel_of, page_of
from channels.delivery import reading
from channels.dry_runs import short
from channels.models import Channel, Listing
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.words import in_words
from channels.tasks import nudge
from channels.told import Told

TABS["drift"] = lambda: _("Drift")
PAGE = 20
KEPT = 50
LONGEST = 400
# What each decision tells.
TOLD = {
    "push": lambda: _("Ours is sent again."),
    "accept": lambda: _("It is the channel's own from now on."),
    "take_back": lambda: _("It is ours again, and sent."),
}


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """`after`: the id behind which this page begins."""
    channel = channel_of(request, pk)
    rows = visible(request.user, Listing.objects.filter(channel=channel)).select_related("product")
    rows = rows.defer("submitted", "product__search", "product__tokens").order_by("pk")
    drifted = rows.filter(drifted_at__isnull=False)
    after = request.GET.get("after", "")
    start = int(after) if after.isdecimal() else 0
    page = list(drifted.filter(pk__gt=start)[: PAGE + 1])
    context = page_of(
        request, channel, "drift", count=drifted.count(), items=_items(page[:PAGE], _spec(pk)),
        after=page[PAGE - 1].pk if len(page) > PAGE else 0, begun=start,
        kept=list(rows.filter(kept_at__isnull=False).defer("sent_sheet")[:KEPT]),
        asks=channel.on_drift == Channel.OnDrift.ASK, may_propose=can(request.user, "product.edit"),
        reading=reading.last_of(pk), read_every=channel.get_read_every_display(),
    )  # fmt: skip
    return TemplateResponse(request, "channels/drift_page.html", context)


def _items(rows: list[Listing], spec: ChannelSpec) -> list[dict[str, Any]]:
    """Listings with their differences, and for each the way back into the PIM, in a constant number of queries."""
    structure, now = Structure.current(), timezone.now()
    units = load.units([row.product_id for row in rows], spec, structure)
    told, items = Told(rows), []
    for row in rows:
        if row.product_id not in units:
            continue
        entries = [
            {
                **(shown := told.difference(entry)),
                "kind_label": drift.KINDS.get(entry.get("kind", ""), drift.KINDS["edited"]),
                **_named(entry["field"]), **_said(shown["sent"], shown["seen"]),
                "way": drift.way_back(entry, units[row.product_id], spec, structure, at=now),
                "may_be_kept": bool(row.sent_hash) and protection.may_be_kept(entry["field"]),
            }
            for entry in row.drift
            if told.is_of(entry["field"])
        ]  # fmt: skip
        items.append({
            "listing": row, "entries": entries,
            "keeps": sum(each["may_be_kept"] for each in entries),
            "adopts": sum(not each["way"].why and not each.get("adopted") for each in entries),
        })  # fmt: skip
    return items


def _said(sent: Any, seen: Any) -> dict[str, str]:
    """As one reads it; with its markup where only that differs."""
    told = in_words(_pictures(sent)), in_words(_pictures(seen))
    if told[0] == told[1] and sent is not None and seen is not None:
        told = short(sent, LONGEST), short(seen, LONGEST)
    return {"sent_text": short(told[0], LONGEST), "seen_text": short(told[1], LONGEST)}


def _pictures(value: Any) -> Any:
    """By their alternative texts, or addresses."""
    if isinstance(value, list) and all(isinstance(one, dict) and "url" in one for one in value):
        return [one.get("alt") or one["url"] for one in value]
    return value


def _named(path: str) -> dict[str, str]:
    """`name` of the field, and `of`: the variant and the language."""
    place = protection.where(path)
    named = {
        "": _("the product"), "images": _("pictures"), "axes": _("options"), "status": _("whether it is active"),
        "categories": _("categories"), "model": _("model"), "sku_there": "SKU",
    }  # fmt: skip
    if place.is_variant:
        return {"name": _("the variant"), "of": path.removeprefix("variants.")}
    return {
        "name": named.get(place.target, place.target),
        "of": " · ".join(filter(None, (place.sku, place.locale))),
    }


@require_POST
@endpoint("channel.sync")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """`listing`, `what` (push, accept, take_back) and `field`; to push or accept without a field means all of the listing's."""
    row, channel = _asked(request, pk)
    what, field = request.POST.get("what", ""), request.POST.get("field")
    if what == "push":
        done = drift.push(row.pk, field)
    elif what == "accept":
        done = drift.accept(row.pk, field)
    elif what == "take_back" and field is not None:
        done = drift.take_back(row.pk, field)
    else:
        raise Http404("There is no such decision.")
    if done:
        messages.success(request, TOLD[what]())
    else:
        messages.info(request, _("It has changed meanwhile: look again."))
    nudge([channel.pk])
    return _back(request, channel)


@require_POST
@endpoint("product.edit")
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """`listing` and `field` (none: each that has a way): what the channel shows becomes a proposal. The door asks for the
    rights to the value."""
    row, channel = _asked(request, pk)
    field = request.POST.get("field")
    entries = [each for each in row.drift if field in (None, each["field"])]
    spec, structure, now = _spec(pk), Structure.current(), timezone.now()
    unit = load.units([row.product_id], spec, structure).get(row.product_id)
    if not entries or unit is None:
        messages.info(request, _("It has changed meanwhile: look again."))
        return _back(request, channel)
    proposed, problems = [], []
    for entry in entries:
        way = drift.way_back(entry, unit, spec, structure, at=now)
        if way.why and field is None:
            continue
        told = [way.why] if way.why else drift.adopt(row, entry["field"], way, spec, by=request.user)
        problems += told
        proposed += [] if told else [way.label]
    for problem in dict.fromkeys(problems):
        messages.warning(request, problem)
    if proposed:
        names = ", ".join(dict.fromkeys(proposed))
        messages.success(
            request, _("Proposed as %(attribute)s: it stands beside the field.") % {"attribute": names}
        )
    return _back(request, channel)


def _asked(request: HttpRequest, pk: int) -> tuple[Listing, Channel]:
    channel = channel_of(request, pk)
    number = request.POST.get("listing", "")
    rows = visible(request.user, Listing.objects.filter(channel=channel))
    row = rows.filter(pk=int(number) if number.isdecimal() else 0).first()
    if row is None:
        raise Http404("There is no such listing.")
    return row, channel


def _back(request: HttpRequest, channel: Channel) -> HttpResponseRedirect:
    """To the product's page where the button was there."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(reverse("admin:channels_channel_drift", args=[channel.pk]))


def _spec(pk: int) -> ChannelSpec:
    spec = profile.current(Structure.current()).by_id.get(pk)
    if spec is None:
        raise Http404("There is no such channel.")
    return spec
