"""A channel's board: its page, and the numbers of its chart."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import can, endpoint, visible
from channels import board
from channels.connectors import CONNECTORS
from channels.models import Channel

BAR, GAP, TALL = 18, 4, 72  # of the chart, in its own units
# How a problem's state is called: those of listings by their standing, and what is tried again by itself.
KINDS = {"incomplete", "blocked", "refused", "retry", "unknown", "config"}


def channel_of(request: HttpRequest, pk: int) -> Channel:
    """Raises Http404 where there is none, or the person may not see it."""
    channel = visible(request.user, Channel).defer("credentials").filter(pk=pk).first()
    if channel is None:
        raise Http404("There is no such channel.")
    return channel


def page_of(request: HttpRequest, channel: Channel, tab: str, **more: Any) -> dict[str, Any]:
    """What every page below a channel shows."""
    connector = CONNECTORS.get(channel.connector)
    return {
        **admin.site.each_context(request),
        "title": f"{channel} · {TABS[tab]()}",
        "channel": channel,
        "tab": tab,
        "tabs": [(code, name(), f"admin:channels_channel_{code}") for code, name in TABS.items()],
        # Not the class itself, which a template would call.
        "connector": connector.label if connector else channel.connector,
        "can_read_back": bool(connector and connector.can_read_back),
        "tells_fields": bool(connector and connector.tells_fields),
        "may_sync": can(request.user, "channel.sync"),
        "may_edit": can(request.user, "channel.edit"),
        **more,
    }


TABS: dict[str, Any] = {"board": lambda: _("Delivery and problems")}


@never_cache
@require_safe
@endpoint("channel.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    channel = channel_of(request, pk)
    now = timezone.now()
    made = board.build(channel, request.user, now)
    counts = [
        (standing, count, listings_at(channel, standing=standing.code)) for standing, count in made.counts
    ]
    problems = [
        (problem, kind_of(problem), listings_at(channel, problem=problem.key)) for problem in made.problems
    ]
    context = page_of(
        request, channel, "board", board=made, counts=counts, problems=problems, chart=chart(made.hours),
        failed=sum(n for standing, n in made.counts if standing.code in ("refused", "blocked", "incomplete")),
        drifted=next(n for standing, n in made.counts if standing.code == "drifted"),
        held=[(n, href) for standing, n, href in counts if standing.code == "held" and n], until=now.isoformat(),
    )  # fmt: skip
    return TemplateResponse(request, "channels/board.html", context)


def listings_at(channel: Channel, **filters: str) -> str:
    """The list of a channel's listings with these filters."""
    query = urlencode({"channel__id__exact": channel.pk, **filters})
    return f"{reverse('admin:channels_listing_changelist')}?{query}"


def kind_of(problem: board.Problem) -> str:
    words = {
        "incomplete": _("Incomplete"), "blocked": _("Blocked"), "refused": _("Refused by the channel"),
        "retry": _("Tried again later"), "unknown": _("May have arrived: looked up first"), "config": _("Settings are wrong"),
    }  # fmt: skip
    return words.get(problem.state, problem.state)


def chart(hours: list[board.Hour]) -> dict[str, Any]:
    """Bars of an SVG: [{x, y, height, hour}], and its measures."""
    most = max((hour.sent for hour in hours), default=0)
    bars = []
    for number, hour in enumerate(hours):
        height = round(TALL * hour.sent / most) if most else 0
        height = max(height, 2) if hour.sent else height
        bars.append({"x": number * (BAR + GAP), "y": TALL - height, "height": height, "hour": hour})
    return {"bars": bars, "most": most, "bar": BAR, "tall": TALL, "wide": len(hours) * (BAR + GAP) - GAP}
