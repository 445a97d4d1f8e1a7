"""What comes between two steps of a delivery: changes of structure, time that passes, a lease that ran out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from catalog.models import Option
from catalog.structure.announce import announce
from catalog.values.changes import Actor, ProductChange
from catalog.values.gather import look_up
from catalog.values.write import write
from channels.connectors.base import Item
from channels.connectors.webhook import Webhook, message_id
from channels.delivery import drain
from channels.models import Listing
from tests.channels.stage import Stage


def test_a_structure_that_changes_just_before_the_claim_is_in_the_sheet_that_is_sent(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim may wait long for the database; what was marked meanwhile is settled by this very send."""
    stage.product(values={"color": "red"})
    claim = drain.claim_stale

    def rename_first(**given: Any) -> Any:
        monkeypatch.setattr(drain, "claim_stale", claim)
        with transaction.atomic():
            option = Option.objects.get(attribute__code="color", code="red")
            option.labels = {"en_US": "Cherry"}
            option.save()
            announce("option", [option.pk])
        stage.work_off_jobs()
        return claim(**given)

    monkeypatch.setattr(drain, "claim_stale", rename_first)
    stage.send()
    stage.send()
    assert stage.shop.items["MUG-1"]["sheet"]["fields"]["colour"]["label"] == "Cherry"


def test_the_same_revision_with_other_content_is_another_message() -> None:
    """A receiver that knows the message's id would answer for the content it had then."""
    first, later = (Item("MUG-1", "upsert", 3, digest, {}) for digest in ("before", "after"))
    assert message_id("b2b", [first]) == message_id("b2b", [first])
    assert message_id("b2b", [first]) != message_id("b2b", [later])


def test_what_a_worker_sent_after_it_lost_its_lease_is_put_right(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop that takes whatever comes last shows the older value then, while the newer one is noted as sent."""
    product = stage.product()
    push = Webhook.push

    def another_worker_is_quicker(self: Webhook, items: Sequence[Item]) -> Any:
        monkeypatch.setattr(Webhook, "push", push)
        Listing.objects.update(lease_until=timezone.now())
        stage.edit(product, name__en_US="Second")
        stage.send()
        assert title(stage) == "Second"
        return push(self, [replace(item, revision=99) for item in items])

    monkeypatch.setattr(Webhook, "push", another_worker_is_quicker)
    stage.send()
    assert title(stage) == "Blue mug"
    stage.shop.items["MUG-1"]["revision"] = 0  # this shop does not look at revisions
    stage.send()
    assert title(stage) == "Second"
    listing = stage.listing(product)
    assert (listing.is_stale, listing.unknown) == (False, False)
    assert listing.sent_hash == stage.shop.items["MUG-1"]["hash"]


def test_what_an_import_changes_while_a_sheet_is_on_its_way_is_still_held(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = stage.product()
    push = Webhook.push

    def import_meanwhile(self: Webhook, items: Sequence[Item]) -> Any:
        monkeypatch.setattr(Webhook, "push", push)
        results = push(self, items)
        by = Actor(None, origin="import", ref="import:12", trusted=True)
        write([ProductChange(product=product, values={"name|en_US": "Imported"})], by=by)
        return results

    monkeypatch.setattr(Webhook, "push", import_meanwhile)
    stage.send()
    listing = stage.listing(product)
    assert (listing.is_stale, listing.held_by) == (True, "import:12")


def test_a_change_does_not_wait_for_a_confirmation_that_takes_hours(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    Listing.objects.update(state="accepted", attempts=8, next_try_at=timezone.now() + timedelta(hours=2))
    stage.edit(product, name__en_US="Second")
    stage.send()
    assert title(stage) == "Second"


def test_a_change_that_comes_while_a_confirmation_is_asked_for_goes_out_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = stage.product()
    stage.send()
    Listing.objects.update(state="accepted", sent_hash="not what the shop shows", attempts=8)
    read_back = Webhook.read_back

    def edit_meanwhile(self: Webhook, keys: Sequence[str]) -> Any:
        monkeypatch.setattr(Webhook, "read_back", read_back)
        stage.edit(product, name__en_US="Second")
        return read_back(self, keys)

    monkeypatch.setattr(Webhook, "read_back", edit_meanwhile)
    stage.send()
    assert title(stage) == "Second"


def title(stage: Stage) -> str:
    return str(stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"])


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer at a time, and so no deadlock"
)
def test_a_claim_does_not_wait_for_a_product_that_is_being_saved(stage: Stage) -> None:
    """A row updated twice has its foreign keys checked at the commit: with a save that holds the product and waits for
    the listing, that would be a deadlock, and one of the two would fail."""
    product = stage.product()
    Listing.objects.update(lease_token="of a worker that died", lease_until=timezone.now())
    saving, claimed = Event(), Event()

    def save() -> None:
        try:
            with transaction.atomic():
                look_up([ProductChange(product=product)], lock=True, coming={})
                saving.set()
                assert claimed.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        done = other.submit(save)
        assert saving.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        try:
            claim = drain.claim_stale(channel_id=stage.channel.pk, limit=1, seconds=60, now=timezone.now())
        finally:
            claimed.set()
            done.result()
            connection.close()
    assert [row.product_id for row in claim.listings] == [product]
