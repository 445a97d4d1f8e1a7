"""Takedowns beyond the channel's cap are held, all of them, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.jobs import enqueue
from catalog.models import Job
from channels.connectors.webhook import Webhook
from channels.delivery import removals
from channels.delivery.claim import claim_stale
from channels.delivery.sweep import channels_with_work
from channels.models import Channel, Listing
from tests.channels.stage import Stage

HELD, ALLOWED = Listing.Removal.HELD, Listing.Removal.ALLOWED


@pytest.fixture
def ten(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> tuple[Stage, list[int]]:
    """Ten mugs on the shop, of which two may go in a day; batches of three."""
    monkeypatch.setattr(Webhook, "batch_size", 3)
    Channel.objects.update(removal_share=20, removal_least=0)
    ids = stage.products(10)
    stage.send()
    assert len(stage.shop.items) == 10
    return stage, ids


def take_away(stage: Stage, ids: list[int]) -> None:
    for pk in ids:
        stage.put(pk, status="draft")


def held() -> int:
    return Listing.objects.filter(removal=HELD).count()


def test_what_is_within_the_cap_goes(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    take_away(stage, ids[:2])
    stage.send()
    assert (len(stage.shop.items), held()) == (8, 0)


def test_beyond_it_none_goes_however_small_the_batches_and_everything_else_is_sent(
    ten: tuple[Stage, list[int]],
) -> None:
    stage, ids = ten
    take_away(stage, ids[:4])
    stage.edit(ids[9], name__en_US="Green mug")
    stage.send()
    assert len(stage.shop.items) == 10
    assert stage.shop.items["MUG-10"]["sheet"]["locales"]["en_US"]["title"] == "Green mug"
    assert held() == 4
    listing = stage.listing(ids[0])
    assert (listing.state, listing.is_stale, listing.sent_hash != "") == ("blocked", False, True)
    assert "more than 20 %" in listing.reason
    assert channels_with_work(timezone.now()) == []
    stage.send()
    assert len(stage.shop.items) == 10


def test_what_went_within_the_day_counts_and_an_older_one_does_not(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    take_away(stage, ids[:2])
    stage.send()
    take_away(stage, ids[2:3])
    stage.send()
    assert (len(stage.shop.items), held()) == (8, 1)
    Listing.objects.filter(state="withdrawn").update(state_since=timezone.now() - timedelta(hours=25))
    assert channels_with_work(timezone.now()) == [stage.channel.pk]
    stage.send()
    assert (len(stage.shop.items), held()) == (7, 0)


def test_drafts_that_a_dying_worker_had_claimed_are_looked_up_and_wait_for_nobody(
    ten: tuple[Stage, list[int]],
) -> None:
    """It may have sent them: the next one asks, finds that they are not there, and there is nothing to confirm."""
    stage, ids = ten
    drafts = [stage.product(f"NEW-{number}") for number in range(4)]
    take_away(stage, drafts)
    stage.send()
    rows = Listing.objects.filter(product__in=drafts)
    rows.update(unknown=True, desired_rev=F("desired_rev") + 1, next_try_at=timezone.now())
    before = len(stage.shop.posts)
    stage.send()
    assert (held(), len(stage.shop.posts), len(stage.shop.items)) == (0, before, 10)
    assert set(rows.values_list("state", "unknown", "removal")) == {("blocked", False, "")}
    take_away(stage, ids[:2])  # nor do they count among what went within the day
    stage.send()
    assert (len(stage.shop.items), held()) == (8, 0)


def test_the_cause_going_away_lets_them_stay(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    take_away(stage, ids[:4])
    stage.send()
    for pk in ids[:4]:
        stage.put(pk, status="approved")
    before = len(stage.shop.posts)
    stage.send()
    assert (held(), len(stage.shop.posts)) == (0, before)
    assert set(Listing.objects.values_list("state", flat=True)) == {"live"}


def test_a_person_confirms_what_was_held_when_they_looked(
    ten: tuple[Stage, list[int]], client: Client
) -> None:
    stage, ids = ten
    take_away(stage, ids[:4])
    stage.send()
    client.force_login(stage.world.admin)
    board = client.get(reverse("admin:channels_channel_board", args=[stage.channel.pk]))
    assert "4 takedowns are held" in board.text
    seen = timezone.now()
    take_away(stage, ids[4:7])
    stage.send()
    address = reverse("admin:channels_channel_take_down", args=[stage.channel.pk])
    client.post(address, {"until": seen.isoformat(), "from": "board"})
    stage.send()
    assert (len(stage.shop.items), held()) == (6, 3)
    assert Listing.objects.filter(state="withdrawn", removal=ALLOWED).count() == 4


def test_what_a_person_confirmed_does_not_count(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    take_away(stage, ids[:4])
    stage.send()
    now = timezone.now()
    removals.confirm(stage.channel.pk, until=now, now=now)
    stage.send()
    take_away(stage, ids[4:5])
    stage.send()
    assert (len(stage.shop.items), held()) == (5, 0)


def test_those_that_may_turn_out_to_be_takedowns_count_until_they_were_looked_at(
    ten: tuple[Stage, list[int]],
) -> None:
    stage, ids = ten
    take_away(stage, ids[:1])
    for pk in ids[1:]:
        stage.edit(pk, name__en_US="Other")
    stage.send()
    assert (held(), len(stage.shop.items)) == (1, 10)  # nine others were still to be seen
    assert channels_with_work(timezone.now()) == [stage.channel.pk]
    stage.send()
    assert (held(), len(stage.shop.items)) == (0, 9)


def test_while_listings_are_being_marked_only_what_never_waits_goes(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    enqueue("channels.fan_out", {"channel": stage.channel.pk}, queue="delivery")
    take_away(stage, ids[:1])
    stage.send()
    assert held() == 1
    Job.objects.all().delete()
    stage.send()
    assert (held(), len(stage.shop.items)) == (0, 9)
    Channel.objects.update(removal_least=10)
    enqueue("channels.fan_out", {"channel": stage.channel.pk}, queue="delivery")
    take_away(stage, ids[1:4])
    stage.send()
    assert (held(), len(stage.shop.items)) == (0, 6)


def test_sheets_that_lose_everything_made_of_attributes_are_takedowns(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    stage.channel.requirements.all().delete()
    stage.channel.fields.exclude(target="colour").delete()
    stage.channel.fields.create(target="condition", source={"fixed": "new"})
    for pk in ids:
        stage.edit(pk, color="red")
    stage.changed()
    stage.send()
    red = stage.shop.items["MUG-1"]["sheet"]["fields"]
    assert red["colour"]["code"] == "red"
    for pk in ids[:3]:
        stage.edit(pk, color="")
    stage.send()
    assert held() == 3
    stage.channel.fields.filter(target="colour").delete()
    stage.changed()
    stage.send()
    assert held() == 10
    assert stage.shop.items["MUG-1"]["sheet"]["fields"] == red


def test_a_worker_that_died_with_one_let_pass_leaves_it_counted(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    take_away(stage, ids[:2])
    _judged(stage)
    assert Listing.objects.filter(removal="going").count() == 2
    take_away(stage, ids[2:3])
    Listing.objects.exclude(lease_token="").update(lease_until=timezone.now() - timedelta(seconds=1))
    stage.send()
    assert (len(stage.shop.items), held()) == (8, 1)


def test_two_workers_do_not_share_the_last_place(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    take_away(stage, ids[:2])
    first = _judged(stage, limit=2)
    take_away(stage, ids[2:4])
    second = _judged(stage, limit=2)
    assert [one.decision.kind for one in first] == ["absent", "absent"]
    assert [one.decision.kind for one in second] == ["held", "held"]


def _judged(stage: Stage, limit: int = 10) -> list[Any]:
    from catalog.structure.snapshot import Structure
    from channels import profile
    from channels.delivery.prepare import prepare

    now, structure = timezone.now(), Structure.current()
    claim = claim_stale(channel_id=stage.channel.pk, limit=limit, seconds=60, now=now)
    spec = profile.current(structure).by_id[stage.channel.pk]
    return removals.judge(prepare(claim.listings, spec, structure, at=now), stage.channel.pk, now)


def test_a_confirmation_given_while_a_worker_has_the_listing_stands(
    ten: tuple[Stage, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, ids = ten
    take_away(stage, ids[:4])
    stage.send()
    judge = removals.judge

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr("channels.delivery.send.removals.judge", judge)
        judged = judge(*args)
        removals.confirm(stage.channel.pk, until=timezone.now(), now=timezone.now())
        return judged

    Listing.objects.filter(product_id__in=ids[:3]).update(desired_rev=99)  # more than may go unasked
    monkeypatch.setattr("channels.delivery.send.removals.judge", meanwhile)
    stage.send()
    stage.send()
    assert (len(stage.shop.items), held()) == (6, 0)


def test_an_old_sku_goes_at_once_though_others_wait(ten: tuple[Stage, list[int]]) -> None:
    """Confirmed later, it would take down what has the SKU by then."""
    stage, ids = ten
    take_away(stage, ids[:4])
    stage.put(ids[0], sku="MUG-OLD")
    stage.send()
    assert ("MUG-1" in stage.shop.items, held()) == (False, 3)


def test_a_change_of_categories_is_waited_for_before_any_goes(ten: tuple[Stage, list[int]]) -> None:
    stage, ids = ten
    enqueue("catalog.rederive", {"products": []}, queue="imports")
    take_away(stage, ids[:1])
    stage.send()
    assert (len(stage.shop.items), held()) == (10, 1)
    Job.objects.update(state=Job.State.DONE)
    stage.send()
    assert (len(stage.shop.items), held()) == (9, 0)
