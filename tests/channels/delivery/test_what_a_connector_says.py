"""What a connector may say beyond "taken": what it sends of a sheet, what it refuses unsent, what became of half a push."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.utils import timezone

from channels.connectors import CONNECTORS, _calls
from channels.connectors.base import Item, ItemError, ItemResult, PushItems, Retry, Seen
from channels.delivery.reconcile import reconcile
from channels.models import Channel, Listing
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

State = Listing.State
HELD: dict[str, Item] = {}
SENT: list[str] = []
FAILING: set[str] = set()
SAID: dict[str, Any] = {"outcome": "live"}


class Titles(PushItems):
    """A channel that takes titles only, one by one, shouts at loud ones, looks at them later and forgets in 30 days."""

    code = "titles"
    label = "Titles"
    forgets_after = 30

    @classmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        return {"prefix": forms.CharField(required=False)}

    @classmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"prefix": ""}, {}

    @classmethod
    def content(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
        return {"title": settings.get("prefix", "") + sheet["locales"]["en_US"].get("title", "")}

    @classmethod
    def refusals(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Sequence[ItemError]:
        loud = cls.content(sheet, settings)["title"].endswith("!")
        return [ItemError("Too loud.", "title", "en_US", "loud")] if loud else []

    def push(self, items: Sequence[Item]) -> Sequence[ItemResult]:
        return _calls.one_by_one(items, self._send, seconds=60)

    def _send(self, item: Item) -> ItemResult:
        if item.operation == "withdraw":
            HELD.pop(item.key, None)
            return ItemResult(item.key, "live")
        if item.key in FAILING:
            raise Retry("Slow down.", after=60, applied="no")
        SENT.append(item.key)
        HELD[item.key] = item
        return ItemResult(item.key, "accepted")

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        return {
            key: Seen(key, hash=HELD[key].hash, revision=HELD[key].revision, **SAID) if key in HELD else None
            for key in keys
        }


@pytest.fixture
def titles(transactional_db: Any) -> Iterator[Stage]:
    for kept in (HELD, SENT, FAILING):
        kept.clear()
    SAID.clear()
    with CONNECTORS.temporarily(titles=Titles):
        stage = Stage.__new__(Stage)
        stage.world = build_world()
        stage.channel = make_channel(stage.world, connector="titles", settings={}, credentials={})
        work_off_jobs()
        yield stage


def send(stage: Stage) -> None:
    stage.let_time_pass()
    stage.send()


def test_what_is_not_sent_of_a_sheet_does_not_send_it_again_and_settings_do(titles: Stage) -> None:
    product = titles.product()
    send(titles)
    titles.edit(product, name__de_DE="Andere Tasse", price={"EUR": "1", "USD": "2"})
    send(titles)
    assert SENT == ["MUG-1"]
    Channel.objects.update(settings={"prefix": "New: "})
    titles.changed()
    send(titles)
    assert SENT == ["MUG-1", "MUG-1"]


def test_what_the_connector_knows_to_be_refused_is_held_with_its_field(titles: Stage) -> None:
    product = titles.product(values={"name|en_US": "Mug!"})
    send(titles)
    listing = titles.listing(product)
    assert (SENT, listing.state, listing.reason) == ([], State.BLOCKED, "Too loud.")
    assert listing.errors == [
        {"field": "title", "locale": "en_US", "attribute": "name", "code": "loud", "message": "Too loud."}
    ]


def test_of_a_push_that_fails_half_way_the_first_half_counts_and_the_rest_was_not_tried(
    titles: Stage,
) -> None:
    first, second, third = titles.products(3)
    FAILING.add("MUG-2")
    before = timezone.now()
    titles.send()
    states = [(titles.listing(pk).state, titles.listing(pk).attempts) for pk in (first, second, third)]
    assert states == [(State.ACCEPTED, 0), (State.WAITING, 1), (State.WAITING, 0)]
    assert not any(titles.listing(pk).unknown for pk in (first, second, third))
    channel = Channel.objects.get()
    assert channel.failures == 1
    assert channel.blocked_until >= before + timedelta(seconds=60)
    FAILING.clear()
    send(titles)
    assert sorted(SENT) == ["MUG-1", "MUG-2", "MUG-3"]


def test_a_sku_that_passes_to_another_product_is_not_taken_for_sent_when_the_old_is_taken_down(
    titles: Stage,
) -> None:
    old = titles.product()
    send(titles)
    send(titles)
    titles.put(old, sku="CUP-1")
    titles.edit(old, name__en_US="Blue cup")
    new = titles.product()
    FAILING.add("MUG-1")
    send(titles)
    assert (titles.listing(new).state, titles.listing(new).is_stale, HELD) == (State.WAITING, True, {})
    FAILING.clear()
    for _turn in range(3):
        send(titles)
    assert {pk: HELD[sku].hash for pk, sku in ((old, "CUP-1"), (new, "MUG-1"))} == {
        pk: titles.listing(pk).sent_hash for pk in (old, new)
    }
    assert [titles.listing(pk).state for pk in (old, new)] == [State.LIVE] * 2


def test_what_a_channel_took_and_then_refuses_is_refused_at_the_field_and_live_once_it_shows_it(
    titles: Stage,
) -> None:
    product = titles.product()
    SAID.update(outcome="accepted")
    send(titles)
    send(titles)
    assert titles.listing(product).state == State.ACCEPTED
    SAID.update(outcome="rejected", errors=(ItemError("Not for us.", "title"),))
    send(titles)
    listing = titles.listing(product)
    assert (listing.state, listing.error_class, listing.errors[0]["attribute"]) == (
        State.REFUSED,
        "review",
        "name",
    )
    titles.edit(product, capacity="0.4")  # not sent: the same content, which it still refuses
    send(titles)
    send(titles)
    assert (titles.listing(product).state, SENT) == (State.REFUSED, ["MUG-1"])
    SAID.update(outcome="live", errors=())
    assert reconcile(channel_id=titles.channel.pk) == []
    send(titles)
    assert (titles.listing(product).state, titles.listing(product).errors) == (State.LIVE, [])


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"outcome": "rejected", "errors": (ItemError("Not for us.", "title"),)}, State.REFUSED),
        ({"outcome": "accepted"}, State.ACCEPTED),
    ],
)
def test_what_it_does_not_show_is_not_called_live_after_it_was_incomplete(
    titles: Stage, said: dict[str, Any], state: str
) -> None:
    product = titles.product()
    SAID.update(said)
    send(titles)
    send(titles)
    assert titles.listing(product).state == state
    for number in (1, 2):  # and again, while it is held
        titles.edit(product, weight=None, capacity=f"0.{number}")
        send(titles)
        assert titles.listing(product).state == State.INCOMPLETE
    titles.edit(product, weight={"amount": "350", "unit": "GRAM"})
    send(titles)
    assert titles.listing(product).state == State.ACCEPTED
    send(titles)
    assert (titles.listing(product).state, SENT) == (state, ["MUG-1"])


def test_what_it_showed_is_live_at_once_after_it_was_incomplete(
    titles: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = titles.product()
    send(titles)
    send(titles)
    monkeypatch.setattr(Titles, "read_back", None)  # nobody asks
    titles.edit(product, weight=None)
    send(titles)
    assert titles.listing(product).state == State.INCOMPLETE
    titles.edit(product, weight={"amount": "350", "unit": "GRAM"})
    send(titles)
    assert (titles.listing(product).state, SENT) == (State.LIVE, ["MUG-1"])


def test_what_a_channel_warns_of_stands_at_its_field_as_long_as_it_does(titles: Stage) -> None:
    product = titles.product()
    SAID.update(errors=(ItemError("Rather dull.", "title", "en_US", "dull"),))
    send(titles)
    send(titles)
    warning = {"field": "title", "locale": "en_US", "attribute": "name", "code": "dull", "message": "Rather dull."}  # fmt: skip
    assert (titles.listing(product).state, titles.listing(product).errors) == (State.LIVE, [warning])
    titles.edit(product, capacity="0.4")  # not sent
    send(titles)
    assert titles.listing(product).errors == [warning]
    SAID.update(errors=())
    reconcile(channel_id=titles.channel.pk)
    send(titles)
    assert (titles.listing(product).state, titles.listing(product).errors) == (State.LIVE, [])


def test_what_was_live_and_is_refused_later_is_found_by_comparing(titles: Stage) -> None:
    product = titles.product()
    send(titles)
    send(titles)
    assert titles.listing(product).state == State.LIVE
    SAID.update(outcome="rejected", errors=(ItemError("Not for us.", "title"),))
    reconcile(channel_id=titles.channel.pk)
    send(titles)
    assert (titles.listing(product).state, SENT) == (State.REFUSED, ["MUG-1"])


def test_a_channel_that_forgets_is_told_again_in_time_and_only_then(titles: Stage) -> None:
    product = titles.product()
    send(titles)
    send(titles)
    listing = titles.listing(product)
    assert listing.due_at > listing.sent_at + timedelta(days=29)
    long_ago = timezone.now() - timedelta(days=30)
    Listing.objects.update(sent_at=long_ago, due_at=long_ago + timedelta(days=30))
    send(titles)
    assert (SENT, titles.listing(product).due_at > timezone.now() + timedelta(days=29)) == (
        ["MUG-1", "MUG-1"],
        True,
    )
    send(titles)
    send(titles)
    assert SENT == ["MUG-1", "MUG-1"]


@pytest.mark.parametrize("arrives", [False, True])
def test_a_reminder_in_doubt_counts_only_where_the_channel_holds_it(
    titles: Stage, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    product = titles.product()
    send(titles)
    send(titles)
    long_ago = timezone.now() - timedelta(days=30)
    Listing.objects.update(sent_at=long_ago, due_at=long_ago + timedelta(days=30))
    take = Titles._send

    def fail(connector: Titles, item: Item) -> ItemResult:
        if arrives:
            take(connector, item)
        raise Retry("Later.", after=60)

    with monkeypatch.context() as patched:
        patched.setattr(Titles, "_send", fail)
        send(titles)
    assert titles.listing(product).unknown
    send(titles)
    assert (SENT, HELD["MUG-1"].revision) == (["MUG-1"] * 2, titles.listing(product).sent_rev)
    send(titles)
    listing = titles.listing(product)
    assert (listing.state, listing.is_stale, len(SENT)) == (State.LIVE, False, 2)
    assert listing.sent_at > long_ago + timedelta(days=29)


def test_an_edit_taken_back_while_in_doubt_is_no_reminder(
    titles: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = titles.product()
    send(titles)
    send(titles)
    ten_days_ago = timezone.now() - timedelta(days=10)
    Listing.objects.update(sent_at=ten_days_ago)
    titles.edit(product, name__en_US="Green mug")

    def fail(connector: Titles, item: Item) -> ItemResult:
        raise Retry("Later.", after=60)

    with monkeypatch.context() as patched:
        patched.setattr(Titles, "_send", fail)
        send(titles)
    titles.edit(product, name__en_US="Blue mug")
    send(titles)
    listing = titles.listing(product)
    assert (listing.state, listing.is_stale, SENT) == (State.LIVE, False, ["MUG-1"])
    assert (listing.sent_at, listing.due_at) == (ten_days_ago, ten_days_ago + timedelta(days=30))
