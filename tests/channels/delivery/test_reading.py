"""Reading a channel back: in parts, by the clock or when asked, and on from where it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.jobs import run_due
from catalog.models import Job
from channels import drift, profiles
from channels.connectors.base import Retry
from channels.connectors.webhook import Webhook
from channels.delivery import reading
from channels.delivery.reconcile import reconcile
from channels.models import Channel, Listing
from tests.channels.stage import Stage, product_of


@pytest.fixture
def four(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Four products, read two at a time; the third was changed there."""
    monkeypatch.setattr(Webhook, "batch_size", 2)
    stage.products(4)
    stage.send()
    stage.shop.items["MUG-3"]["sheet"]["locales"]["en_US"]["title"] = "By hand"
    stage.shop.items["MUG-3"]["hash"] = "another"
    return stage


def asked(stage: Stage, monkeypatch: pytest.MonkeyPatch, *, then: Any = None) -> list[list[str]]:
    """The keys of each request from now on; `then` is done, once, with the second."""
    found: list[list[str]] = []
    real = Webhook.read_back

    def told(self: Webhook, keys: Any) -> Any:
        found.append(list(keys))
        if then and len(found) == 2:
            then()
        return real(self, keys)

    monkeypatch.setattr(Webhook, "read_back", told)
    return found


def stop() -> None:
    raise Retry("The channel asked for a pause.", after=60.0, applied="no")


def test_a_turn_that_is_over_is_gone_on_with_and_nothing_is_read_twice(
    four: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = asked(four, monkeypatch)
    monkeypatch.setattr(reading, "SECONDS", -1.0)
    profiles.enqueue_reconcile(channel_id=four.channel.pk)
    assert run_due("delivery", limit=1) == 1
    job = Job.objects.get(kind=reading.KIND)
    assert (job.state, job.done, job.params["read_by_now"]) == ("queued", 2, 2)
    four.work_off_jobs()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"drifted": 1, "read": 4})
    assert keys == [["MUG-1", "MUG-2"], ["MUG-3", "MUG-4"]]


def test_a_reading_that_began_waits_for_a_channel_that_asks_for_a_pause(
    four: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = asked(four, monkeypatch, then=stop)
    profiles.enqueue_reconcile(channel_id=four.channel.pk)
    before = timezone.now()
    four.work_off_jobs()
    job = Job.objects.get(kind=reading.KIND)
    assert job.state == "queued"
    assert job.run_at >= before + timedelta(seconds=60)
    Job.objects.update(run_at=before)
    four.work_off_jobs()
    job.refresh_from_db()
    assert (job.state, job.result, keys[-1]) == ("done", {"drifted": 1, "read": 4}, ["MUG-3", "MUG-4"])


def test_what_a_batch_had_no_time_for_is_asked_for_next(four: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Webhook.read_back
    found: list[list[str]] = []

    def first_only(self: Webhook, keys: Any) -> Mapping[str, Any]:
        found.append(list(keys))
        return {key: seen for key, seen in real(self, keys).items() if key == next(iter(keys))}

    monkeypatch.setattr(Webhook, "read_back", first_only)
    profiles.enqueue_reconcile(channel_id=four.channel.pk)
    four.work_off_jobs()
    assert found == [["MUG-1", "MUG-2"], ["MUG-2", "MUG-3"], ["MUG-3", "MUG-4"], ["MUG-4"]]
    assert Listing.objects.filter(seen_at=None).count() == 0


def test_what_was_sent_or_decided_while_the_channel_answered_is_not_judged(
    four: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    Channel.objects.update(on_drift="ask")
    four.changed()
    four.send()
    assert [one.key for one in reconcile(channel_id=four.channel.pk)] == ["MUG-3"]
    decided, edited = four.listing(product_of("MUG-3").pk), product_of("MUG-4").pk
    real = Webhook.read_back

    def late(self: Webhook, keys: Any) -> Any:
        told = real(self, keys)
        if "MUG-3" in keys:
            monkeypatch.setattr(Webhook, "read_back", real)
            assert drift.accept(decided.pk)
            four.edit(edited, name__en_US="Green mug")
            four.send()
        return told

    monkeypatch.setattr(Webhook, "read_back", late)
    assert reconcile(channel_id=four.channel.pk) == []
    decided.refresh_from_db()
    assert (decided.drift, decided.drifted_at) == ([], None)
    assert decided.kept == ["locales.en_US.title"]
    assert four.listing(edited).drift == []


def test_it_is_read_by_the_clock_once_in_its_interval_and_only_where_it_may(four: Stage) -> None:
    now = timezone.now()
    assert reading.start_due(now) == []  # the first interval begins
    later = now + timedelta(hours=24)
    assert reading.start_due(later - timedelta(seconds=1)) == []
    Channel.objects.update(blocked_until=later + timedelta(hours=1))
    assert reading.start_due(later) == []
    Channel.objects.update(blocked_until=None)
    assert reading.start_due(later) == [four.channel.pk]
    assert reading.start_due(later) == []
    assert reading.start_due(later + timedelta(hours=24)) == []  # it is still being read
    four.work_off_jobs()
    assert Job.objects.get(kind=reading.KIND).result == {"drifted": 1, "read": 4}
    assert reading.start_due(later + timedelta(hours=24)) == [four.channel.pk]
    Channel.objects.update(read_every=Channel.ReadEvery.NEVER)
    assert reading.start_due(later + timedelta(hours=99)) == []
