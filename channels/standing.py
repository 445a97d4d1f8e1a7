"""How a listing stands, in the words people use: its state, unless something else is true of it first.

Stored are the state and what is measured against it (revisions, drift, a held takedown, a paused channel); what follows
from these is worked out here and nowhere else, so that the number on the board is the number of rows behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Listing
from channels.waiting import why_waiting

State = Listing.State

STALE = Q(desired_rev__gt=F("sent_rev"))
HANDED_OVER = ~Q(submission__in=["", Listing.GATHERED])


@dataclass(frozen=True, slots=True)
class Standing:
    code: str
    label: Any
    tone: str  # of its pill
    says: Any  # what it means, for the board


STANDINGS = {
    each.code: each
    for each in (
        Standing("live", gettext_lazy("Live"), "success", gettext_lazy("The channel shows what was sent.")),
        Standing("accepted", gettext_lazy("Accepted"), "info", gettext_lazy("Taken, and not confirmed yet.")),
        Standing("sent", gettext_lazy("Sent"), "info", gettext_lazy("Handed over; the channel works on it.")),
        Standing("waiting", gettext_lazy("Waiting"), "info", gettext_lazy("Changed, and not sent yet.")),
        Standing("paused", gettext_lazy("Paused"), "warning", gettext_lazy("Waits, since the channel is paused.")),
        Standing("scheduled", gettext_lazy("Scheduled"), "info", gettext_lazy("Ready, and kept back until its launch.")),
        Standing("incomplete", gettext_lazy("Incomplete"), "warning", gettext_lazy("Required values are missing.")),
        Standing("blocked", gettext_lazy("Blocked"), "warning", gettext_lazy("Held back, or against the channel's rules.")),
        Standing("held", gettext_lazy("Takedown held"), "warning", gettext_lazy("Waits for somebody to confirm it.")),
        Standing("refused", gettext_lazy("Refused"), "danger", gettext_lazy("The channel did not take it.")),
        Standing("drifted", gettext_lazy("Drifted"), "danger", gettext_lazy("The channel shows something else.")),
        Standing("withdrawn", gettext_lazy("Withdrawn"), "muted", gettext_lazy("Taken down by us.")),
        Standing("absent", gettext_lazy("Not in the assortment"), "muted", gettext_lazy("Was never there.")),
    )
}  # fmt: skip


def with_standing(rows: QuerySet[Listing]) -> Any:
    """The rows with `standing`: a code of STANDINGS."""
    return rows.annotate(
        standing=Case(
            When(HANDED_OVER, then=Value("sent")),
            When(STALE & Q(channel__paused_at__isnull=False), then=Value("paused")),
            When(STALE, then=Value("waiting")),
            When(removal=Listing.Removal.HELD, then=Value("held")),
            When(drifted_at__isnull=False, then=Value("drifted")),
            default=F("state"),
            output_field=CharField(),
        )
    )


def since(row: Any) -> datetime:
    """Since when it stands so: of a row that has its `standing` and channel."""
    if row.standing == "paused":
        return max(row.channel.paused_at or row.state_since, row.stale_since or row.state_since)
    if row.standing == "waiting":
        return row.stale_since or row.state_since
    return (row.standing == "drifted" and row.drifted_at) or row.state_since


def why(row: Any, now: datetime, *, runs: list[str] | None = None) -> str:
    """In a sentence, "" where there is nothing to say. `runs` as in channels.waiting."""
    if row.standing == "drifted":
        return _("Read back: the channel shows something else.")
    return why_waiting(row, row.channel, now, runs=runs) or row.reason
