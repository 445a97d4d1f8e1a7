"""Working off what a channel waits for: bounded in time, safe to run any number of times, anywhere, at once."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from channels import profile, profiles
from channels.connectors.base import CONNECTORS, Connector, PublishSnapshot, PushInBulk, SubmitAndPoll
from channels.delivery import circuit, follow, removals
from channels.delivery.bulk import Load
from channels.delivery.claim import claim_stale
from channels.delivery.prepare import prepare
from channels.delivery.publisher import only_publisher
from channels.delivery.send import Sending, lease_seconds
from channels.delivery.settle import outcome_of, secrets_of, settle
from channels.delivery.snapshot import Gathering
from channels.models import Channel
from pim.lib.encrypted import DecryptionFailed

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """`counts`: listings by what became of them; `closed`: why nothing (more) may be sent now."""

    counts: Counter[str] = field(default_factory=Counter)
    closed: str = ""
    finished: bool = True  # False: time ran out, there may be more


def drain(*, channel_id: int, seconds: float = 20.0) -> Report:
    """Claims, sends and settles batch after batch until nothing is ready, the channel is closed or time is up."""
    report = Report()
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        return report
    connector = _connect(channel, report)
    if connector is None:
        return report
    deadline = time.monotonic() + seconds
    removals.release(channel.pk, timezone.now())
    with connector:
        if not circuit.may_call(channel, timezone.now()):
            report.closed = circuit.why_closed(channel, timezone.now())
            return report
        failures = channel.failures
        if isinstance(connector, (SubmitAndPoll, PushInBulk)):
            report.counts["polled"] += follow.poll(channel, connector, now=timezone.now())
        if connector.can_read_back and _answers(channel, failures):
            report.counts["confirmed"] += follow.confirm(channel, connector, now=timezone.now())
        if isinstance(connector, PublishSnapshot):
            with only_publisher(channel, seconds=lease_seconds(connector)) as publisher:
                if publisher is not None:
                    step = Gathering(channel, connector, publisher, report.counts).step
                    _work_off(channel, report, step, failures=failures, deadline=deadline)
        else:
            send: Callable[..., bool] = partial(_deliver, channel, connector, report)
            if isinstance(connector, PushInBulk):
                send = Load(channel, connector, report.counts, send).step
            _work_off(channel, report, send, failures=failures, deadline=deadline)
        report.closed = report.closed or circuit.why_closed(channel, timezone.now())
    Channel.objects.filter(pk=channel_id).update(last_sync_at=timezone.now())
    return report


def _answers(channel: Channel, failures: int) -> bool:
    """False once a request of this drain failed as a whole: no other follows, also where this one was the one try in a
    while that an open circuit allows."""
    return channel.is_active and channel.paused_at is None and channel.failures <= failures


def _connect(channel: Channel, report: Report) -> Connector | None:
    """The channel's connector; a channel that cannot have one is paused, which the manager sees."""
    reason = ""
    if channel.connector not in CONNECTORS:
        reason = _("There is no connector '%s' in this installation.") % channel.connector
    else:
        try:
            return CONNECTORS[channel.connector](
                channel=channel.code, settings=channel.settings, credentials=dict(channel.credentials)
            )
        except DecryptionFailed:
            reason = _(
                "The credentials cannot be opened with the keys of this installation: enter them again."
            )
        except (ValueError, TypeError, KeyError):
            logger.exception("The settings of channel %s do not fit its connector", channel.code)
            reason = _("The settings do not fit the connector: check them.")
    profiles.pause(channel_id=channel.pk, reason=reason)
    report.closed = reason
    return None


def _work_off(
    channel: Channel, report: Report, step: Callable[[], bool], *, failures: int, deadline: float
) -> None:
    """Step after step, while they may follow. The channel is asked anew each time: it may have been paused."""
    while _answers(channel, failures) and _is_open(channel) and step():
        if time.monotonic() > deadline:
            report.finished = False
            return


def _is_open(channel: Channel) -> bool:
    channel.refresh_from_db(
        fields=["is_active", "paused_at", "paused_reason", "blocked_until", "failures", "schedule"]
    )
    if not channel.is_active or channel.paused_at is not None:
        return False
    return channel.failures >= circuit.FAILURES or circuit.may_call(channel, timezone.now())


def _deliver(channel: Channel, connector: Connector, report: Report, *, singly: bool = False) -> bool:
    """Whatever a sheet is made of is read after the claim: what was marked stale before it counts as sent with it."""
    now, limit = timezone.now(), connector.batch_size
    claim = claim_stale(
        channel_id=channel.pk, limit=limit, seconds=lease_seconds(connector), now=now, singly=singly
    )
    structure = Structure.current()
    spec = profile.current(structure).by_id.get(channel.pk)
    if not claim.listings or spec is None:
        return False
    sending = Sending(channel, connector, claim)
    sending.deliver(prepare(claim.listings, spec, structure, at=now))
    settle(
        sending.settlements,
        token=claim.token,
        now=timezone.now(),
        secrets=secrets_of(connector),
        tells_fields=connector.tells_fields,
    )
    report.counts.update(outcome_of(item) for item in sending.settlements)
    return not sending.stopped and len(claim.listings) == limit
