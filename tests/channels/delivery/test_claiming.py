"""Leases and tokens: who holds a listing may settle it, nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from channels.delivery.claim import claim_stale
from channels.delivery.settle import Settlement, settle
from channels.models import Listing
from tests.channels.stage import Stage

State = Listing.State


def claim(stage: Stage, *, limit: int = 10, seconds: float = 60):
    return claim_stale(channel_id=stage.channel.pk, limit=limit, seconds=seconds, now=timezone.now())


def test_two_claims_share_no_listing(stage: Stage) -> None:
    stage.products(5)
    first, second, third = claim(stage, limit=3), claim(stage, limit=3), claim(stage, limit=3)
    assert [len(one.listings) for one in (first, second, third)] == [3, 2, 0]
    assert not {row.pk for row in first.listings} & {row.pk for row in second.listings}


def test_a_stale_token_completes_nothing_and_makes_the_newest_value_go_out_last(stage: Stage) -> None:
    product = stage.product()
    lost = claim(stage, seconds=-1)  # its holder sleeps, the lease runs out
    taken_over = claim(stage)
    assert [row.pk for row in taken_over.listings] == [row.pk for row in lost.listings]
    values = {"state": State.LIVE, "sent_hash": "old"}
    assert (
        settle(
            [Settlement(lost.listings[0], values, handled=True, sent=True)],
            token=lost.token,
            now=timezone.now(),
        )
        == 0
    )
    listing = stage.listing(product)
    assert (listing.state, listing.sent_hash, listing.sent_rev, listing.desired_rev) == (
        State.WAITING,
        "",
        0,
        2,
    )
    assert listing.lease_token == taken_over.token
    done = Settlement(
        taken_over.listings[0], {"state": State.LIVE, "sent_hash": "new"}, handled=True, sent=True
    )
    assert settle([done], token=taken_over.token, now=timezone.now()) == 1
    listing = stage.listing(product)
    assert (listing.sent_hash, listing.sent_rev, listing.is_stale) == ("new", 1, True)


def test_whoever_takes_over_an_expired_lease_reads_back_first(stage: Stage) -> None:
    product = stage.product()
    claim(stage, seconds=-1)
    stage.send()
    assert stage.shop.reads == [["MUG-1"]]
    assert (stage.listing(product).state, stage.listing(product).unknown) == (State.LIVE, False)


def test_an_edit_while_the_sheet_is_on_its_way_goes_out_next(stage: Stage) -> None:
    product = stage.product()
    held = claim(stage)
    stage.edit(product, name__en_US="Green mug")
    settle(
        [Settlement(held.listings[0], {"state": State.LIVE}, handled=True)],
        token=held.token,
        now=timezone.now(),
    )
    listing = stage.listing(product)
    assert (listing.sent_rev, listing.desired_rev) == (1, 2)
    assert listing.stale_since is not None
    stage.send()
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Green mug"


def test_a_save_that_is_rolled_back_leaves_no_mark(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    with transaction.atomic():
        stage.edit(product, name__en_US="Never")
        transaction.set_rollback(True)
    assert not stage.listing(product).is_stale


def test_no_channel_is_called_inside_a_transaction(stage: Stage) -> None:
    stage.product()
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction.atomic():
        stage.send()
    assert stage.shop.requests == 0


def test_what_is_not_due_is_not_claimed(stage: Stage) -> None:
    product = stage.product()
    Listing.objects.filter(product_id=product).update(next_try_at=timezone.now() + timedelta(minutes=1))
    assert claim(stage).listings == []


def test_a_drained_channel_holds_no_lease_and_nothing_unknown(stage: Stage) -> None:
    stage.products(7)
    stage.send()
    assert not Listing.objects.exclude(
        lease_token="", lease_until=None, unknown=False, stale_since=None
    ).exists()
