"""Push again: makes listings of a channel stale once more, page by page, so that no transaction grows long."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.jobs import JobCancelled, JobHandle, enqueue, job
from channels.marking import at_once, behind
from channels.models import Listing

PAGE = 500
State = Listing.State

# What a person may ask for, and what they are told then.
WHICH: dict[str, Any] = {
    "all": gettext_lazy("Everything on %(channel)s is looked at there, and sent where it differs."),
    "failed": gettext_lazy(
        "What is held back from %(channel)s or was refused there is built anew, and sent where nothing is in its way any more."
    ),
    "drifted": gettext_lazy("What differs on %(channel)s is sent again."),
}


def start(*, channel_id: int, which: str, by: int | None) -> None:
    """Enqueues it. `which`: one of WHICH."""
    with transaction.atomic():
        enqueue(
            "channels.push_again",
            {"channel": channel_id, "which": which},
            by=by,
            title=_("What is sent to a channel again"),
        )


@job("channels.push_again", queue="delivery")
def run(handle: JobHandle, *, channel: int, which: str) -> dict[str, int]:
    """Begun again it marks some twice, which sends nothing twice."""
    rows, done, last = chosen(channel, which), 0, 0
    total = rows.count()
    while page := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PAGE]):
        if handle.cancelled():
            raise JobCancelled
        push_again(page, held_by=behind())
        done, last = done + len(page), page[-1]
        handle.progress(done, max(total, done))
    return {"listings": done}


def chosen(channel_id: int, which: str) -> QuerySet[Listing]:
    rows = Listing.objects.filter(channel_id=channel_id)
    if which == "drifted":
        return rows.filter(drifted_at__isnull=False)
    if which == "failed":
        failed = Q(state__in=[State.REFUSED, State.BLOCKED, State.INCOMPLETE])
        return rows.filter(failed | ~Q(error_class__in=["", "review"]))
    return rows


def push_again(listing_ids: list[int], *, held_by: Any = None) -> int:
    """Stale, due now, and what is there is looked at first: so it is sent although the hash is what was sent last, but only
    where the channel shows something else. Noted drift is settled by that."""
    now = timezone.now()
    return Listing.objects.filter(pk__in=listing_ids).update(
        desired_rev=F("desired_rev") + 1,
        stale_since=Coalesce("stale_since", Value(now)),
        next_try_at=now,
        unknown=Case(When(sent_hash="", drifted_at=None, then=F("unknown")), default=Value(True)),
        drift=[],
        drifted_at=None,
        held_by=at_once() if held_by is None else held_by,
    )
