"""The contract, run over every registered connector and over a test connector of each shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.connectors import CONNECTORS
from channels.connectors.base import PublishSnapshot, PushInBulk, PushItems, SubmitAndPoll
from channels.models import Attempt, Channel, Listing
from pim.lib.registry import modules_of
from tests.channels import stage
from tests.channels.connectors.contract import FIELDS, SUBJECTS, Subject, subject
from tests.channels.connectors.feed_shop import FeedConnector
from tests.channels.connectors.jobs_shop import JobsConnector
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

State = Listing.State


class ContractStage(Stage):
    """As Stage, for any connector; `send_all` goes on until submissions are settled and what was accepted is confirmed."""

    def __init__(self, one: Subject) -> None:
        self.world, self.one = build_world(), one
        settings, credentials = one.sample()
        self.channel = make_channel(
            self.world, connector=one.connector.code, settings=settings, credentials=credentials,
            fields=[*stage.FIELDS, *FIELDS.get(one.connector.code, ())],
        )  # fmt: skip
        work_off_jobs()

    def send_all(self) -> None:
        for _ in range(3):
            self.send()
            Listing.objects.filter(state=State.ACCEPTED).update(next_try_at=timezone.now())

    def shows(self, key: str) -> Any:
        held = self.one.items.get(key)
        return held and held["sheet"]["locales"]["en_US"]["title"]


@pytest.fixture(params=sorted(SUBJECTS))
def one(request: pytest.FixtureRequest, transactional_db: Any) -> Iterator[ContractStage]:
    with subject(request.param) as found, CONNECTORS.temporarily(jobs=JobsConnector, snapshot=FeedConnector):
        yield ContractStage(found)


def test_every_registered_connector_is_in_the_contract_and_has_its_own_file() -> None:
    assert set(CONNECTORS) <= SUBJECTS.keys()
    assert CONNECTORS.codes() == modules_of("channels.connectors")
    shapes = {base for connector, _server, _per_item in SUBJECTS.values() for base in connector.__bases__}
    assert shapes == {PushItems, PushInBulk, SubmitAndPoll, PublishSnapshot}


def test_the_sample_fits_the_settings_form(one: ContractStage) -> None:
    settings, credentials = one.one.sample()
    form = one.one.connector.settings_form()
    assert settings.keys() | credentials.keys() == form.keys()
    assert credentials.keys() == set(one.one.connector.secret_fields)
    assert set(one.one.connector.guarded) <= settings.keys()
    for name, value in {**settings, **credentials}.items():
        form[name].clean(value)


def test_what_is_sent_is_shown_and_live(one: ContractStage) -> None:
    product = one.product()
    one.send_all()
    assert one.shows("MUG-1") == "Blue mug"
    listing = one.listing(product)
    assert (listing.state, listing.is_stale, listing.submission, listing.submitted, listing.lease_token) == (
        State.LIVE,
        False,
        "",
        None,
        "",
    )


def test_sending_twice_makes_one_item_and_an_unchanged_sheet_is_not_sent(one: ContractStage) -> None:
    product = one.product()
    one.send_all()
    sends = one.one.sends
    one.edit(product, capacity="0.4")
    one.send_all()
    assert (one.one.sends, len(one.one.items), one.one.server.created) == (sends, 1, 1)
    one.edit(product, name__en_US="Green mug")
    one.send_all()
    assert (one.shows("MUG-1"), len(one.one.items), one.one.server.created) == ("Green mug", 1, 1)


def test_what_should_not_be_there_is_taken_down(one: ContractStage) -> None:
    first, second = one.products(2)
    one.send_all()
    one.put(first, status="draft")
    one.send_all()
    assert (one.one.items.keys(), one.listing(first).state) == ({"MUG-2"}, State.WITHDRAWN)
    assert one.listing(second).state == State.LIVE


def test_a_401_pauses_the_channel(one: ContractStage) -> None:
    product = one.product()
    one.one.answer_next(401)
    one.send_all()
    channel = Channel.objects.get(pk=one.channel.pk)
    assert (channel.paused_at is not None, one.listing(product).attempts, one.one.requests) == (True, 0, 1)


def test_a_refused_item_touches_that_item_only(one: ContractStage) -> None:
    products = one.products(3)
    one.one.reject("MUG-2")
    one.send_all()
    expected = [State.LIVE, State.REFUSED, State.LIVE] if one.one.per_item else [State.REFUSED] * 3
    assert [one.listing(pk).state for pk in products] == expected
    refused = one.listing(products[1])
    assert (refused.error_class, refused.is_stale) == ("data", False)
    if one.one.per_item:
        [error] = refused.errors
        assert (error["field"], error["attribute"], error["message"]) == ("title", "name", "Too loud.")
    one.one.stop_rejecting()
    for product in products:
        one.edit(product, name__en_US="Quiet mug")
    one.send_all()
    assert {one.listing(pk).state for pk in products} == {State.LIVE}


@pytest.mark.parametrize("status", [429, 503])
def test_a_channel_that_asks_to_wait_is_left_alone_for_that_time(one: ContractStage, status: int) -> None:
    product = one.product()
    one.one.answer_next(status, retry_after="60")
    before = timezone.now()
    one.send_all()
    assert one.one.requests == 1
    channel = Channel.objects.get(pk=one.channel.pk)
    assert channel.blocked_until >= before + timedelta(seconds=60)
    one.let_time_pass()
    one.send_all()
    assert one.listing(product).state == State.LIVE


def test_an_unknown_outcome_is_read_back_before_anything_is_sent_again(one: ContractStage) -> None:
    product = one.product()
    one.one.answer_next(500, applied=True)
    one.send()
    assert one.listing(product).unknown
    one.let_time_pass()
    one.send_all()
    assert (one.one.sends, one.one.server.created, one.shows("MUG-1")) == (1, 1, "Blue mug")
    assert (one.listing(product).state, one.listing(product).unknown) == (State.LIVE, False)


def test_secrets_stand_in_no_record(one: ContractStage) -> None:
    _settings, credentials = one.one.sample()
    one.product()
    one.one.answer_next(500, text=" ".join(credentials.values()))
    one.send()
    written = (
        str(list(Attempt.objects.values()))
        + str(list(Listing.objects.values("reason", "errors")))
        + repr(Channel.objects.get().credentials)
    )
    assert all(secret not in written for secret in credentials.values())


# --- what only one shape can show


@pytest.fixture
def jobs(transactional_db: Any) -> Iterator[ContractStage]:
    with subject("jobs") as found, CONNECTORS.temporarily(jobs=JobsConnector):
        yield ContractStage(found)


@pytest.fixture
def feed(transactional_db: Any) -> Iterator[ContractStage]:
    with subject("snapshot") as found, CONNECTORS.temporarily(snapshot=FeedConnector):
        yield ContractStage(found)


def test_a_submission_is_polled_until_it_is_done_and_nothing_is_submitted_meanwhile(
    jobs: ContractStage,
) -> None:
    product = jobs.product()
    jobs.one.server.working = 2
    jobs.send()
    listing = jobs.listing(product)
    assert (listing.state, listing.submission, listing.submitted["revision"]) == (State.SENT, "job-1", 1)
    jobs.edit(product, name__en_US="Green mug")
    jobs.send()
    jobs.send()
    assert (jobs.one.sends, jobs.shows("MUG-1")) == (1, None)
    jobs.send()
    assert jobs.shows("MUG-1") == "Blue mug"
    assert (jobs.listing(product).sent_rev, jobs.one.sends) == (1, 2)
    jobs.send_all()
    assert (jobs.shows("MUG-1"), jobs.listing(product).sent_rev, jobs.listing(product).state) == (
        "Green mug",
        2,
        State.LIVE,
    )


def test_a_job_the_channel_forgot_is_read_back_and_sent_again(jobs: ContractStage) -> None:
    product = jobs.product()
    jobs.one.server.lost = 1
    jobs.send()
    jobs.send()
    assert (jobs.listing(product).unknown, jobs.listing(product).submission) == (True, "")
    jobs.let_time_pass()
    jobs.send_all()
    assert (jobs.listing(product).state, jobs.one.server.created, jobs.one.sends) == (State.LIVE, 1, 2)


def test_a_snapshot_holds_what_stands_beside_what_changed(feed: ContractStage) -> None:
    first, _second = feed.products(2)
    feed.send()
    feed.edit(first, name__en_US="Green mug")
    feed.send()
    assert (feed.shows("MUG-1"), feed.shows("MUG-2"), feed.one.sends) == ("Green mug", "Blue mug", 2)


def test_two_workers_do_not_publish_one_snapshot_at_once(feed: ContractStage) -> None:
    feed.product()
    Channel.objects.update(lease_until=timezone.now() + timedelta(minutes=1), lease_token="another")
    feed.send()
    assert feed.one.requests == 0
    Channel.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    feed.send()
    assert feed.shows("MUG-1") == "Blue mug"
    assert Channel.objects.get().lease_token == ""
