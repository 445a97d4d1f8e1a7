"""Nothing depends on a message: the tick finds what is to be done, and tasks may run twice."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from channels import tasks
from channels.delivery.claim import claim_stale
from channels.delivery.reconcile import reconcile
from channels.delivery.sweep import channels_with_work
from channels.models import Channel, Listing
from tests.channels.stage import Stage

State = Listing.State


def test_the_tick_finds_what_a_lost_message_left(stage: Stage, nudges: list[int]) -> None:
    stage.product()
    nudges.clear()
    tasks.tick()
    assert nudges == [stage.channel.pk]
    stage.send()
    nudges.clear()
    tasks.tick()
    assert nudges == []


def test_the_tick_finds_what_a_killed_worker_held(stage: Stage, nudges: list[int]) -> None:
    stage.product()
    claim_stale(channel_id=stage.channel.pk, limit=10, seconds=60, now=timezone.now())
    nudges.clear()
    tasks.tick()
    assert nudges == []
    Listing.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.tick()
    assert nudges == [stage.channel.pk]


def test_a_drain_run_twice_sends_nothing_twice(stage: Stage) -> None:
    stage.products(3)
    tasks.drain(channel_id=stage.channel.pk)
    tasks.drain(channel_id=stage.channel.pk)
    assert len(stage.shop.posts) == 1


def test_a_drain_of_a_channel_that_is_gone_does_nothing(stage: Stage) -> None:
    tasks.drain(channel_id=999_999)
    assert stage.shop.requests == 0


def test_what_is_left_when_time_is_up_is_nudged_behind_the_others(
    stage: Stage, nudges: list[int], monkeypatch
) -> None:
    from channels.connectors.webhook import Webhook
    from channels.delivery.drain import drain

    monkeypatch.setattr(Webhook, "batch_size", 2)
    stage.products(5)
    report = drain(channel_id=stage.channel.pk, seconds=0)
    assert (report.finished, len(stage.shop.items)) == (False, 2)
    report = drain(channel_id=stage.channel.pk)
    assert (report.finished, len(stage.shop.items)) == (True, 5)


def test_the_channel_served_longest_ago_comes_first(stage: Stage) -> None:
    from tests.channels.stage import make_channel

    second = make_channel(stage.world, code="shop")
    third = make_channel(stage.world, code="amazon")
    stage.work_off_jobs()
    stage.product()
    now = timezone.now()
    Channel.objects.filter(pk=stage.channel.pk).update(last_sync_at=now)
    Channel.objects.filter(pk=second.pk).update(last_sync_at=now - timedelta(hours=1))
    assert channels_with_work(now + timedelta(seconds=1)) == [third.pk, second.pk, stage.channel.pk]


def test_what_drifted_is_listed_field_by_field_and_sent_again(stage: Stage) -> None:
    first, second, third = stage.products(3)
    stage.send()
    assert reconcile(channel_id=stage.channel.pk) == []
    stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] = "Changed by hand"
    stage.shop.items["MUG-1"]["hash"] = "another"
    del stage.shop.items["MUG-2"]
    found = {drift.key: drift.fields for drift in reconcile(channel_id=stage.channel.pk)}
    assert found["MUG-1"] == [
        {"field": "locales.en_US.title", "sent": "Blue mug", "seen": "Changed by hand", "kind": "edited"}
    ]
    assert [one["seen"] for one in found["MUG-2"]] == [None]
    assert found.keys() == {"MUG-1", "MUG-2"}
    assert [stage.listing(pk).is_stale for pk in (first, second, third)] == [True, True, False]
    assert stage.listing(first).drift == found["MUG-1"]
    stage.send()
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Blue mug"
    assert stage.shop.items.keys() == {"MUG-1", "MUG-2", "MUG-3"}
    assert reconcile(channel_id=stage.channel.pk) == []
    assert stage.listing(first).drift == []


def test_a_withdrawn_product_that_came_back_is_withdrawn_again(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    ghost = dict(stage.shop.items["MUG-1"])
    stage.put(product, status="draft")
    stage.send()
    stage.shop.items["MUG-1"] = ghost
    assert [drift.key for drift in reconcile(channel_id=stage.channel.pk)] == ["MUG-1"]
    stage.send()
    assert stage.shop.items == {}


def test_looking_without_marking_changes_nothing_to_send(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    stage.shop.items.clear()
    assert len(reconcile(channel_id=stage.channel.pk, mark=False)) == 1
    assert not stage.listing(product).is_stale
