"""A channel that is paused, waits or has its quiet hours is not read back either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Job
from channels import profiles
from channels.connectors.base import Retry
from channels.connectors.webhook import Webhook
from channels.delivery.reconcile import reconcile
from channels.models import Channel
from tests.channels.stage import Stage


def quiet_now() -> dict[str, Any]:
    now = timezone.now()
    start, end = now - timedelta(hours=1), now + timedelta(hours=1)
    return {"quiet": {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}, "time_zone": "UTC"}


@pytest.fixture
def drifted(stage: Stage) -> Stage:
    stage.product()
    stage.send()
    stage.shop.items.clear()
    return stage


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        (lambda: {"paused_at": timezone.now(), "paused_reason": "by Ada"}, "The channel is paused: by Ada"),
        (lambda: {"schedule": quiet_now()}, "Outside its sending hours: waits until"),
        (lambda: {"blocked_until": timezone.now() + timedelta(hours=1)}, "The channel asked for a pause"),
        (lambda: {"is_active": False}, "The channel is not active."),
    ],
)
def test_nothing_is_asked_of_it_and_the_reason_is_told(drifted: Stage, closed: Any, why: str) -> None:
    Channel.objects.update(**closed())
    before = drifted.shop.requests
    with pytest.raises(Retry, match=why):
        reconcile(channel_id=drifted.channel.pk)
    with pytest.raises(CommandError, match=why):
        call_command("reconcile_channel", "b2b")
    profiles.enqueue_reconcile(channel_id=drifted.channel.pk)
    drifted.work_off_jobs()
    job = Job.objects.get(kind="channels.reconcile")
    assert (job.state, job.error.startswith(why)) == ("failed", True)
    assert drifted.shop.requests == before


def test_a_pause_is_obeyed_from_the_next_batch_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.products(4)
    stage.send()
    asked: list[Sequence[str]] = []
    real = Webhook.read_back

    def pausing(self: Webhook, keys: Sequence[str]) -> Any:
        asked.append(keys)
        profiles.pause(channel_id=stage.channel.pk, reason="by Ada")
        return real(self, keys)

    monkeypatch.setattr(Webhook, "batch_size", 2)
    monkeypatch.setattr(Webhook, "read_back", pausing)
    with pytest.raises(Retry, match="paused"):
        reconcile(channel_id=stage.channel.pk)
    assert asked == [["MUG-1", "MUG-2"]]
