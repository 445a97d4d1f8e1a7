"""listings CHANNEL: how many stand where, and how long the oldest has waited."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from channels.delivery import circuit
from channels.management.commands._channels import channel_of
from channels.models import Channel, Listing


class Command(BaseCommand):
    help = "Counts a channel's listings by state."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("channel", help="the channel's code")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *, channel: str, json: bool, **_options: Any) -> None:
        spec, _structure = channel_of(channel)
        summary = summary_of(spec.id)
        if json:
            self.stdout.write(_dumps({"channel": spec.code, **summary}))
            return
        for state, count in summary["states"].items():
            self.stdout.write(f"{count:>8}  {state}")
        age = summary["oldest_stale_seconds"]
        self.stdout.write(
            f"{summary['stale']:>8}  stale" + (f", the oldest for {age} s" if age is not None else "")
        )
        if summary["closed"]:
            self.stdout.write(summary["closed"])


def summary_of(channel_id: int) -> dict[str, Any]:
    """{states, stale, unknown, leased, oldest_stale_seconds, closed} of a channel, in three queries."""
    now = timezone.now()
    rows = Listing.objects.filter(channel_id=channel_id)
    counted = dict(rows.order_by("state").values_list("state").annotate(Count("pk")))
    stale = Q(desired_rev__gt=F("sent_rev"))
    more = rows.aggregate(
        stale=Count("pk", filter=stale), unknown=Count("pk", filter=Q(unknown=True)), leased=Count("pk", filter=~Q(lease_token="")),
        oldest=Min("stale_since", filter=stale),
    )  # fmt: skip
    oldest = more.pop("oldest")
    age = None if oldest is None else max(0, round((now - oldest).total_seconds()))
    closed = circuit.why_closed(Channel.objects.get(pk=channel_id), now)
    return {
        "states": {state: counted.get(state, 0) for state in Listing.State.values},
        **more,
        "oldest_stale_seconds": age,
        "closed": closed,
    }


def _dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
