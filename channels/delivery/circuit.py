"""Whether a channel may be called now, and what its failures as a whole mean for the next call."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils.translation import gettext as _

from channels import schedule
from channels.models import Channel

FAILURES = 10  # in a row, then the circuit opens
PROBE = timedelta(minutes=5)  # one request in this time while it is open
LEFT_ALONE = (
    11  # times as long as a request took that failed: so a channel that hangs has a twelfth of a worker
)


def why_closed(channel: Channel, now: datetime) -> str:
    """ "" where requests may go out, else the reason in a sentence."""
    if not channel.is_active:
        return _("The channel is not active.")
    if channel.paused_at is not None:
        return _("The channel is paused: %s") % channel.paused_reason
    if channel.blocked_until is not None and channel.blocked_until > now:
        return _("The channel asked for a pause, or fails: next try at %s.") % channel.blocked_until.strftime(
            "%Y-%m-%d %H:%M:%S"
        )
    if not schedule.open_at(channel.schedule, now):
        opening = schedule.next_opening(channel.schedule, now)
        if opening is None:
            return _("Outside its sending hours: no window ever opens.")
        return _("Outside its sending hours: waits until %s.") % opening.strftime("%Y-%m-%d %H:%M")
    return ""


def opens_at(channel: Channel, now: datetime) -> datetime | None:
    """When requests may go out again; None where that is for a person to say."""
    if not channel.is_active or channel.paused_at is not None:
        return None
    return schedule.next_opening(channel.schedule, max(now, channel.blocked_until or now))


def may_call(channel: Channel, now: datetime) -> bool:
    """Whether this worker may send a request. While the circuit is open one worker in five minutes may try."""
    if why_closed(channel, now):
        return False
    if channel.failures < FAILURES:
        return True
    free = Channel.objects.filter(
        Q(blocked_until=None) | Q(blocked_until__lte=now), pk=channel.pk, failures__gte=FAILURES
    )
    return bool(free.update(blocked_until=now + PROBE))


def succeeded(channel: Channel) -> None:
    """A request was answered: the count begins anew."""
    if channel.failures or channel.blocked_until:
        Channel.objects.filter(pk=channel.pk).update(failures=0, blocked_until=None)
        channel.failures, channel.blocked_until = 0, None


def failed(channel: Channel, now: datetime, *, after: float | None = None, took: float = 0.0) -> None:
    """A whole request failed. `after`: seconds the channel asked to wait; nothing is sent to it before.

    `took`: seconds until it had failed. From the second in a row on the channel is left alone for a multiple of that, so
    that one which hangs takes a worker's time from no other.
    """
    Channel.objects.filter(pk=channel.pk).update(failures=F("failures") + 1)
    channel.refresh_from_db(fields=["failures", "blocked_until"])
    until = [] if after is None else [now + timedelta(seconds=after)]
    if channel.failures >= FAILURES:
        until.append(now + PROBE)
    if channel.failures > 1 and took:
        until.append(now + timedelta(seconds=took * LEFT_ALONE))
    if until:
        latest = max(until)
        Channel.objects.filter(Q(blocked_until=None) | Q(blocked_until__lt=latest), pk=channel.pk).update(
            blocked_until=latest
        )
        channel.blocked_until = latest
