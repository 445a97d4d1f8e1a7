"""Why a listing is not yet there as it should be: one sentence for the product page, the list and the command."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from channels.delivery import circuit
from channels.delivery.claim import runs_being_applied
from channels.models import Channel, Listing


def why_waiting(listing: Listing, channel: Channel, now: datetime, *, runs: list[str] | None = None) -> str:
    """ "" where nothing is waiting. `runs`: import runs being applied, where the caller asks for many listings."""
    if listing.submission not in ("", Listing.GATHERED):
        return _("Handed over: the channel is working on it.")
    if not listing.is_stale:
        return ""
    closed = circuit.why_closed(channel, now)
    if closed:
        return closed
    if listing.submission:
        return _("Gathered: it goes out with the next snapshot.")
    if listing.held_by and listing.held_by in (runs_being_applied(now) if runs is None else runs):
        return _("Waits until the import that changed it has ended.")
    if listing.next_try_at > now:
        return _("Next try at %(time)s. %(reason)s") % {
            "time": listing.next_try_at.strftime("%Y-%m-%d %H:%M:%S"),
            "reason": listing.reason,
        }
    return _("Will be sent in a moment.")
