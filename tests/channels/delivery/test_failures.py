"""What a channel can do to us, over real HTTP, and what must hold after it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from channels import profiles
from channels.delivery import circuit
from channels.models import Attempt, Listing
from tests.channels import shop as acts
from tests.channels.stage import Stage

State = Listing.State


def test_a_rejected_item_touches_that_item_only_and_lands_on_its_attribute(stage: Stage) -> None:
    first, second, third = stage.products(3)
    stage.shop.next.append(
        acts.rejects("MUG-2", field="locales.de_DE.title", code="taken", message="This title is taken.")
    )
    stage.send()
    assert [stage.listing(pk).state for pk in (first, second, third)] == [
        State.LIVE,
        State.REFUSED,
        State.LIVE,
    ]
    refused = stage.listing(second)
    assert (refused.error_class, refused.reason, refused.is_stale) == ("data", "This title is taken.", False)
    assert refused.errors == [
        {
            "field": "title",
            "locale": "de_DE",
            "attribute": "name",
            "code": "taken",
            "message": "This title is taken.",
        }
    ]
    kept = dict(Attempt.objects.filter(operation="upsert").values_list("listing__product__sku", "request"))
    assert kept["MUG-2"]["locales"]["de_DE"]["title"] == "Blaue Tasse"
    assert kept["MUG-1"] is None  # what was taken stands at the listing
    stage.send()
    assert len(stage.shop.posts) == 1  # it waits for an edit
    stage.edit(second, name__de_DE="Andere Tasse")
    stage.send()
    assert (stage.listing(second).state, stage.listing(second).errors) == (State.LIVE, [])
    assert [item["key"] for item in stage.shop.posts[1]["items"]] == ["MUG-2"]


def test_a_batch_refused_as_a_whole_is_halved_until_the_poisonous_item_stands_alone(stage: Stage) -> None:
    products = stage.products(8)
    stage.shop.next.append(acts.refuses_all_with("MUG-6"))
    stage.send()
    assert sorted(stage.shop.items) == [f"MUG-{number}" for number in (1, 2, 3, 4, 5, 7, 8)]
    states = [stage.listing(pk).state for pk in products]
    assert states == [State.LIVE] * 5 + [State.REFUSED] + [State.LIVE] * 2
    assert len(stage.shop.posts) == 7  # 8, 4, 4, 2, 1, 1, 2


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_wrong_credentials_pause_the_channel_and_burn_no_attempt(stage: Stage, status: int) -> None:
    product = stage.product()
    stage.shop.next.append(acts.answers(status, "who are you?"))
    report = stage.send()
    stage.channel.refresh_from_db()
    assert stage.channel.paused_at is not None
    assert stage.channel.paused_reason == f"The channel answered {status}: who are you?"
    assert report.closed == f"The channel is paused: The channel answered {status}: who are you?"
    listing = stage.listing(product)
    assert (listing.attempts, listing.error_class, listing.is_stale, listing.lease_token) == (
        0,
        "config",
        True,
        "",
    )
    stage.send()
    assert stage.shop.requests == 1
    assert profiles.resume(channel_id=stage.channel.pk)
    stage.send()
    assert stage.listing(product).state == State.LIVE


def test_a_redirect_is_not_followed_and_pauses_the_channel(stage: Stage) -> None:
    stage.product()
    stage.shop.next.append(acts.answers(302, location="http://127.0.0.1:1/elsewhere"))
    stage.send()
    stage.channel.refresh_from_db()
    assert stage.channel.paused_reason == "The address redirects: enter the final address."


def test_after_retry_after_no_request_goes_out_early(stage: Stage) -> None:
    product = stage.product()
    stage.shop.next.append(acts.answers(429, retry_after="30"))
    before = timezone.now()
    stage.send()
    stage.channel.refresh_from_db()
    assert stage.channel.blocked_until >= before + timedelta(seconds=30)
    listing = stage.listing(product)
    assert (listing.error_class, listing.attempts, listing.unknown) == ("retry", 1, True)
    assert listing.next_try_at >= before + timedelta(seconds=30)
    stage.product("MUG-2")  # nothing else may go out either
    stage.send()
    assert stage.shop.requests == 1
    stage.let_time_pass()
    stage.send()
    assert sorted(stage.shop.items) == ["MUG-1", "MUG-2"]
    assert stage.shop.reads == [["MUG-1"]]  # a 429 may have been applied: looked up before it is sent again


def test_a_failing_channel_is_tried_later_with_growing_pauses(stage: Stage) -> None:
    product = stage.product()
    for attempt in (1, 2, 3):
        stage.shop.next.append(acts.answers(500))
        stage.shop.next_reads.append(acts.json({}, status=503))
        before = timezone.now()
        stage.send()
        listing = stage.listing(product)
        assert (listing.attempts, listing.error_class, listing.is_stale) == (attempt, "retry", True)
        longest = timedelta(seconds=5 * 2**attempt)
        assert before + timedelta(seconds=1) <= listing.next_try_at <= timezone.now() + longest
        stage.send()
        stage.let_time_pass()
    assert stage.shop.requests == 3
    stage.shop.next.clear()
    stage.shop.next_reads.clear()
    stage.send()
    listing = stage.listing(product)
    assert (listing.state, listing.attempts, listing.error_class, listing.reason) == (State.LIVE, 0, "", "")
    stage.channel.refresh_from_db()
    assert stage.channel.failures == 0


def test_a_channel_that_cannot_be_reached_was_sent_nothing(stage: Stage) -> None:
    product = stage.product()
    stage.channel.settings = {"endpoint": "http://127.0.0.1:1/hook", "timeout": 1}
    stage.channel.save()
    stage.send()
    listing = stage.listing(product)
    assert (listing.error_class, listing.unknown, listing.attempts) == ("retry", False, 1)


def test_applied_and_timed_out_makes_no_duplicate_and_is_adopted_without_a_second_send(stage: Stage) -> None:
    product = stage.product()
    stage.shop.next.append(acts.applies_and_sleeps(1.5))
    stage.send()
    listing = stage.listing(product)
    assert (listing.unknown, listing.error_class, listing.state) == (True, "unknown", State.WAITING)
    stage.let_time_pass()
    stage.send()
    listing = stage.listing(product)
    assert (listing.state, listing.external_id, listing.unknown) == (State.LIVE, "shop-1", False)
    assert (len(stage.shop.posts), stage.shop.created) == (1, 1)
    assert [attempt.outcome for attempt in listing.attempts_made.order_by("pk")] == ["unknown", "ok"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_error_that_was_applied_all_the_same_makes_no_duplicate(stage: Stage, status: int) -> None:
    product = stage.product()
    stage.shop.next.append(acts.applies_and_answers(status))
    stage.send()
    stage.let_time_pass()
    stage.send()
    assert (stage.shop.created, len(stage.shop.posts)) == (1, 1)
    assert stage.listing(product).state == State.LIVE


def test_a_key_with_commas_is_read_back_as_one(stage: Stage) -> None:
    product = stage.product("MUG,1&2 ü")
    stage.product("MUG")
    stage.shop.next.append(acts.forgets("MUG,1&2 ü"))
    stage.send()
    assert stage.listing(product).unknown
    stage.let_time_pass()
    stage.send()
    assert stage.shop.reads == [["MUG,1&2 ü"]]
    assert (stage.shop.created, stage.listing(product).state) == (2, State.LIVE)


def test_an_item_missing_in_the_answer_is_read_back_before_anything_else(stage: Stage) -> None:
    first, second = stage.products(2)
    stage.shop.next.append(acts.forgets("MUG-2"))
    stage.send()
    assert (stage.listing(first).state, stage.listing(second).unknown) == (State.LIVE, True)
    stage.let_time_pass()
    stage.send()
    assert stage.shop.reads == [["MUG-2"]]
    assert (len(stage.shop.posts), stage.shop.created) == (1, 2)
    assert (stage.listing(second).state, stage.listing(second).external_id) == (State.LIVE, "shop-2")


def test_an_answer_that_contradicts_itself_is_read_back(stage: Stage) -> None:
    product = stage.product()
    stage.shop.next.append(acts.contradicts("MUG-1"))
    stage.send()
    assert stage.listing(product).unknown
    stage.let_time_pass()
    stage.send()
    assert (stage.listing(product).state, len(stage.shop.posts)) == (State.LIVE, 1)


def test_an_edit_after_a_lost_answer_is_sent_though_the_shop_holds_the_older_sheet(stage: Stage) -> None:
    product = stage.product()
    stage.shop.next.append(acts.applies_and_answers(500))
    stage.send()
    stage.edit(product, name__en_US="Green mug")
    stage.let_time_pass()
    stage.send()
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Green mug"
    assert stage.shop.created == 1


@pytest.mark.parametrize("body", ["not json", "[]", '{"results": 3}'])
def test_an_answer_nobody_can_read_is_an_unknown_outcome(stage: Stage, body: str) -> None:
    product = stage.product()
    stage.shop.next.append(acts.answers(200, body))
    stage.send()
    assert (stage.listing(product).unknown, stage.listing(product).error_class) == (True, "unknown")


def test_after_ten_failures_the_channel_gets_one_request_in_five_minutes(stage: Stage) -> None:
    stage.products(12)
    stage.channel.settings = {**stage.channel.settings}
    for _ in range(30):
        stage.shop.next.append(acts.answers(500))
        stage.shop.next_reads.append(acts.json({}, status=500))
    while stage.shop.requests < circuit.FAILURES:
        Listing.objects.update(next_try_at=timezone.now())
        stage.send()
    stage.channel.refresh_from_db()
    assert stage.channel.failures == 10
    assert stage.channel.blocked_until > timezone.now() + timedelta(minutes=4)
    for _ in range(5):
        Listing.objects.update(next_try_at=timezone.now())
        stage.send()
    assert stage.shop.requests == 10
    stage.let_time_pass()
    stage.send()
    stage.send()
    assert stage.shop.requests == 11
    stage.shop.next.clear()
    stage.shop.next_reads.clear()
    stage.let_time_pass()
    stage.send()
    stage.channel.refresh_from_db()
    assert (stage.channel.failures, stage.channel.blocked_until, len(stage.shop.items)) == (0, None, 12)


def test_a_channel_that_is_down_does_not_touch_another(stage: Stage) -> None:
    from tests.channels.stage import make_channel

    other = make_channel(
        stage.world, code="shop", settings={"endpoint": "http://127.0.0.1:1/hook", "timeout": 1}
    )
    stage.work_off_jobs()
    product = stage.product()
    stage.send(other)
    stage.send()
    assert (stage.listing(product).state, stage.listing(product, other).error_class) == (State.LIVE, "retry")


def test_a_later_revision_at_the_shop_is_outrun(stage: Stage) -> None:
    """As after restoring a backup: the shop would ignore everything we send with our old numbers."""
    product = stage.product()
    stage.send()
    stage.shop.items["MUG-1"].update(revision=40, hash="of another life")
    stage.edit(product, name__en_US="Green mug")
    for _ in range(4):
        stage.let_time_pass()
        stage.send()
    assert stage.shop.items["MUG-1"]["revision"] == 41
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Green mug"
    assert (stage.listing(product).state, stage.shop.created) == (State.LIVE, 1)


def test_no_secret_stands_in_an_attempt(stage: Stage) -> None:
    secret = acts.sample_secret()
    stage.product()
    stage.shop.next.append(acts.answers(500, f"signature: abc, you sent {secret}"))
    stage.send()
    written = str(list(Attempt.objects.values("message", "answer")))
    assert secret not in written
    assert secret.removeprefix("whsec_") not in written
    assert "The channel answered 500" in written


def test_the_message_id_is_the_same_over_retries_of_the_same_revisions(stage: Stage) -> None:
    product = stage.product()
    stage.shop.next.append(acts.answers(500))
    stage.send()
    stage.let_time_pass()
    stage.send()
    stage.edit(product, name__en_US="Green mug")
    stage.send()
    first, second, third = (headers["webhook-id"] for headers in stage.shop.headers)
    assert first == second
    assert third != second


def test_a_slow_shop_is_given_up_in_bounded_time(stage: Stage) -> None:
    stage.product()
    stage.shop.next.append(acts.applies_and_sleeps(6))
    began = time.monotonic()
    stage.send()
    assert time.monotonic() - began < 5
