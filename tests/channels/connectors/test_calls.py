"""Several requests under way together: who goes alone, how many at once, and what one that fails means for the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from channels.connectors import CONNECTORS, _calls
from channels.connectors.base import Config, Data, DeliveryError, Item, ItemResult, Retry, Unknown
from channels.models import Attempt, Channel
from tests.channels.delivery.test_what_a_connector_says import Titles
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

TOGETHER = 3


def items(count: int) -> list[Item]:
    return [Item(f"MUG-{number}", "upsert", 1) for number in range(count)]


def test_the_first_goes_alone_and_the_others_together_in_the_callers_language() -> None:
    begun: list[str] = []
    meeting = threading.Barrier(TOGETHER, timeout=20)

    def send(item: Item) -> ItemResult:
        begun.append(item.key)
        if item.key == "MUG-0":
            assert begun == ["MUG-0"]
        else:
            meeting.wait()  # for who are under way with it: broken where there are fewer
        return ItemResult(item.key, "live", external_id=translation.get_language() or "")

    with translation.override("de"):
        results = _calls.one_by_one(items(1 + 2 * TOGETHER), send, seconds=60, at_once=TOGETHER)
    assert [result.key for result in results] == [f"MUG-{number}" for number in range(1 + 2 * TOGETHER)]
    assert {result.external_id for result in results} == {"de"}


def test_once_one_failed_none_is_begun_and_who_was_under_way_counts() -> None:
    begun: list[str] = []
    failed = threading.Event()

    def send(item: Item) -> ItemResult:
        begun.append(item.key)
        if item.key == "MUG-1":
            try:
                raise Retry("Slow down.", after=60, applied="no")
            finally:
                failed.set()
        if item.key != "MUG-0":
            assert failed.wait(20)
            time.sleep(0.05)  # so that the other gets on: this one alone would be through in no time
        return ItemResult(item.key, "live")

    with pytest.raises(Retry) as caught:
        _calls.one_by_one(items(50), send, seconds=60, at_once=2)
    assert caught.value.befell.keys() == {"MUG-1"}
    outcomes = {result.key: result.outcome for result in caught.value.results}
    assert {key for key, outcome in outcomes.items() if outcome == "live"} == set(begun) - {"MUG-1"}
    assert len(begun) < 50
    assert len(outcomes) == 49


@pytest.mark.parametrize("error", [Config("No."), Retry("Later."), Unknown("?")])
def test_a_channel_that_does_not_take_the_first_is_asked_no_second_time(error: DeliveryError) -> None:
    begun: list[str] = []

    def send(item: Item) -> ItemResult:
        begun.append(item.key)
        raise error

    with pytest.raises(type(error)):
        _calls.one_by_one(items(9), send, seconds=60, at_once=8)
    assert begun == ["MUG-0"]


def test_what_nobody_expected_ends_the_batch() -> None:
    def send(item: Item) -> ItemResult:
        if item.key == "MUG-3":
            raise ZeroDivisionError
        return ItemResult(item.key, "live")

    with pytest.raises(ZeroDivisionError):
        _calls.one_by_one(items(30), send, seconds=60, at_once=4)


def test_what_is_refused_by_itself_stops_no_other() -> None:
    def send(item: Item) -> ItemResult:
        if item.key == "MUG-2":
            raise Data("Too loud.")
        return ItemResult(item.key, "live")

    results = _calls.one_by_one(items(9), send, seconds=60, at_once=4)
    assert [result.key for result in results if result.outcome == "rejected"] == ["MUG-2"]


# --- and in delivery


class Together(Titles):
    """The second and third are under way together, and each fails in its own way."""

    code = "together"
    failing: dict[str, DeliveryError] = {}

    def push(self, items: Sequence[Item]) -> Sequence[ItemResult]:
        meeting = threading.Barrier(2, timeout=20)

        def send(item: Item) -> ItemResult:
            if item.key in self.failing:
                meeting.wait()
                raise self.failing[item.key]
            return ItemResult(item.key, "live")

        return _calls.one_by_one(items, send, seconds=60, at_once=2)


@pytest.fixture
def together(transactional_db: Any) -> Iterator[Stage]:
    with CONNECTORS.temporarily(together=Together):
        stage = Stage.__new__(Stage)
        stage.world = build_world()
        stage.channel = make_channel(stage.world, connector="together", settings={}, credentials={})
        work_off_jobs()
        yield stage


def test_each_is_settled_by_what_befell_it_and_the_channel_waits_for_the_longest(together: Stage) -> None:
    first, second, third, fourth = together.products(4)
    Together.failing = {"MUG-2": Unknown("No answer."), "MUG-3": Retry("Slow down.", after=600, applied="no")}
    before = timezone.now()
    together.send()
    listings = [together.listing(pk) for pk in (first, second, third, fourth)]
    assert [(row.is_stale, row.unknown, row.error_class, row.attempts) for row in listings] == [
        (False, False, "", 0),
        (True, True, "unknown", 1),
        (True, False, "retry", 1),
        (True, False, "", 0),
    ]
    channel = Channel.objects.get()
    assert (channel.failures, channel.paused_at) == (1, None)
    assert channel.blocked_until >= before + timedelta(seconds=600)
    tried = Attempt.objects.order_by("listing__product__sku").values_list("listing__product__sku", "outcome")
    assert list(tried) == [("MUG-1", "ok"), ("MUG-2", "unknown"), ("MUG-3", "retry")]


def test_settings_that_are_wrong_pause_and_what_may_have_arrived_beside_is_still_in_doubt(
    together: Stage,
) -> None:
    _first, second, third = together.products(3)
    Together.failing = {"MUG-2": Unknown("No answer."), "MUG-3": Config("You may not.")}
    together.send()
    assert Channel.objects.get().paused_reason == "You may not."
    assert [(together.listing(pk).unknown, together.listing(pk).error_class) for pk in (second, third)] == [
        (True, "unknown"),
        (False, "config"),
    ]
