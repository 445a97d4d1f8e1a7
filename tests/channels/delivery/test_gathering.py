"""A snapshot channel: its stale listings are gathered batch by batch, and the files are made once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels import profile, profiles
from channels.connectors._published import Manifest
from channels.connectors.base import Data, Item, Retry, Unknown
from channels.connectors.feed import Feed
from channels.delivery import snapshot
from channels.delivery.claim import Claim, claim_gathered
from channels.delivery.drain import Report, drain
from channels.delivery.sweep import channels_with_work
from channels.launches import scheduling
from channels.models import Attempt, Channel, Listing
from channels.waiting import why_waiting
from tests.channels.shop import Shop, sample_secret
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

State = Listing.State
BATCH = 3


class Killed(BaseException):
    pass


class FeedStage(Stage):
    """A channel of feed files, whose batches are of three. `published`: the SKUs given to each publishing."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch, self.folder = monkeypatch, root / "feeds/b2b"
        self.published: list[list[str]] = []
        self.meanwhile: list[Callable[[], Any]] = []
        self.world = build_world()
        settings = {"format": "jsonl", "layout": "together", "name": "products", "keep": 5}
        self.channel = make_channel(self.world, connector="feed", settings=settings, credentials={})
        work_off_jobs()
        real = Feed.publish

        def publish(connector: Feed, items: Iterable[Item]) -> Manifest:
            taken: list[str] = []
            self.published.append(taken)

            def told() -> Iterable[Item]:
                for item in items:
                    taken.append(item.key)
                    yield item

            manifest = real(connector, told())
            for act in self.meanwhile:
                act()
            return manifest

        monkeypatch.setattr(Feed, "publish", publish)

    @property
    def shown(self) -> dict[str, str]:
        """SKU → title, as a partner reads the file."""
        file = self.folder / "products.jsonl"
        lines = file.read_bytes().splitlines() if file.is_file() else []
        sheets = [orjson.loads(line) for line in lines]
        return {sheet["sku"]: sheet["locales"]["en_US"]["title"] for sheet in sheets}

    @property
    def states(self) -> list[tuple[str, bool]]:
        rows = Listing.objects.order_by("pk")
        return [(row.state, row.is_stale) for row in rows]

    def at(self, point: str, act: Callable[[], Any], *, hit: int = 1) -> None:
        """Runs `act` once, when delivery passes a point for the `hit`th time."""
        hits = iter(range(1, 1_000))
        self.monkeypatch.setattr(
            snapshot, "failpoint", lambda name: act() if name == point and next(hits) == hit else None
        )

    def die_at(self, point: str, *, hit: int = 1) -> None:
        """A drain that is killed there: its leases stay, and are over."""

        def die() -> None:
            raise Killed

        self.at(point, die, hit=hit)
        with pytest.raises(Killed):
            self.send()
        self.monkeypatch.setattr(snapshot, "failpoint", lambda name: None)
        Channel.objects.update(lease_until=timezone.now() - timedelta(seconds=1), lease_token="dead")


@pytest.fixture
def feed(transactional_db: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> FeedStage:
    settings.PIM_DATA = tmp_path
    monkeypatch.setattr(snapshot, "CLAIMED_AT_ONCE", BATCH)
    return FeedStage(tmp_path, monkeypatch)


def test_however_many_batches_there_are_the_files_are_made_once(feed: FeedStage) -> None:
    feed.products(7)
    report = feed.send()
    assert report.counts == {"gathered": 7, "ok": 7, "confirmed": 0}
    assert [len(taken) for taken in feed.published] == [7]
    assert feed.shown.keys() == {f"MUG-{number}" for number in range(1, 8)}
    assert feed.states == [(State.LIVE, False)] * 7
    rows = Listing.objects.values_list("submission", "submitted", "lease_token", "stale_since")
    assert set(rows) == {("", None, "", None)}
    assert feed.send().counts == {"confirmed": 0}
    assert len(feed.published) == 1


def test_twice_the_products_cost_twice_and_not_four_times(feed: FeedStage) -> None:
    queries, written = [], []
    for count in (BATCH, 2 * BATCH, 4 * BATCH):
        feed.published.clear()
        for number in range(count):
            feed.product(f"M-{count}-{number}")
        with CaptureQueriesContext(connection) as captured:
            feed.send()
        queries.append(len(captured))
        written.append([len(taken) for taken in feed.published])
        Listing.objects.all().delete()
    assert written == [[BATCH], [2 * BATCH], [4 * BATCH]]
    assert queries[2] - queries[1] == 2 * (queries[1] - queries[0])


def test_what_is_gathered_counts_as_sent_only_when_its_file_stands(feed: FeedStage) -> None:
    first, *_others = feed.products(4)
    seen: list[Any] = []
    feed.at("gathered", lambda: seen.append((feed.states, feed.shown)), hit=2)
    feed.send()
    assert seen == [([(State.WAITING, True)] * 4, {})]
    assert feed.listing(first).state == State.LIVE


@pytest.mark.parametrize("hit", [1, 2])
def test_killed_while_gathering_nothing_is_lost_and_nothing_made_twice(feed: FeedStage, hit: int) -> None:
    feed.products(5)
    feed.die_at("gathered", hit=hit)
    assert (feed.published, feed.shown) == ([], {})
    assert feed.states == [(State.WAITING, True)] * 5
    assert channels_with_work(timezone.now()) == [feed.channel.pk]
    feed.send()
    assert [sorted(taken) for taken in feed.published] == [[f"MUG-{number}" for number in range(1, 6)]]
    assert feed.states == [(State.LIVE, False)] * 5


@pytest.mark.parametrize("point", ["after_send", "published"])
def test_killed_after_publishing_the_same_files_stay_and_all_counts_as_sent(
    feed: FeedStage, point: str
) -> None:
    feed.products(5)
    feed.die_at(point)
    file = feed.folder / "products.jsonl"
    before = (file.stat().st_ino, orjson.loads((feed.folder / "manifest.json").read_bytes())["made_at"])
    assert len(feed.shown) == 5
    assert [stale for _state, stale in feed.states].count(True) == (5 if point == "after_send" else 2)
    feed.send()
    after = (file.stat().st_ino, orjson.loads((feed.folder / "manifest.json").read_bytes())["made_at"])
    assert (after, len(feed.shown), len(feed.published)) == (before, 5, 2)
    assert feed.states == [(State.LIVE, False)] * 5
    assert not (feed.folder / "previous").exists()


def test_what_a_worker_published_and_died_is_put_right_when_it_was_edited_back(feed: FeedStage) -> None:
    first, _second = feed.products(2)
    feed.send()
    feed.edit(first, name__en_US="Green mug")
    feed.die_at("after_send")
    assert feed.shown["MUG-1"] == "Green mug"
    feed.edit(first, name__en_US="Blue mug")
    feed.send()
    assert (feed.shown, feed.states) == (
        {"MUG-1": "Blue mug", "MUG-2": "Blue mug"},
        [(State.LIVE, False)] * 2,
    )


def test_so_it_is_where_the_worker_only_failed(feed: FeedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    product = feed.product()
    feed.send()
    feed.edit(product, name__en_US="Green mug")

    def fail() -> None:
        raise RuntimeError("The database went away.")

    feed.at("after_send", fail)
    with pytest.raises(RuntimeError):
        feed.send()
    monkeypatch.setattr(snapshot, "failpoint", lambda name: None)
    assert channels_with_work(timezone.now()) == [feed.channel.pk]
    feed.edit(product, name__en_US="Blue mug")
    feed.send()
    assert (feed.shown, feed.states) == ({"MUG-1": "Blue mug"}, [(State.LIVE, False)])
    assert Channel.objects.get().lease_token == ""


def test_a_new_product_that_a_worker_published_and_died_is_taken_away_when_it_is_disabled(
    feed: FeedStage,
) -> None:
    first, second = feed.products(2)
    feed.die_at("after_send")
    assert feed.shown.keys() == {"MUG-1", "MUG-2"}
    feed.put(first, enabled=False)
    feed.send()
    assert feed.shown.keys() == {"MUG-2"}
    assert [feed.listing(pk).state for pk in (first, second)] == [State.WITHDRAWN, State.LIVE]


def test_what_could_not_be_settled_while_it_was_edited_is_put_right_when_it_is_edited_back(
    feed: FeedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As SKIP LOCKED leaves a row out while somebody saves its product."""
    product = feed.product()
    feed.send()
    feed.edit(product, name__en_US="Green mug")

    def edited_meanwhile() -> None:
        feed.meanwhile.clear()
        monkeypatch.setattr(snapshot, "claim_gathered", leaving_it_out)

    def leaving_it_out(publisher: Any, **_more: Any) -> Claim:
        monkeypatch.setattr(snapshot, "claim_gathered", claim_gathered)
        feed.edit(product, name__en_US="Blue mug")
        return Claim("", timezone.now(), [])

    feed.meanwhile.append(edited_meanwhile)
    feed.send()
    assert feed.shown == {"MUG-1": "Green mug"}
    feed.send()
    assert (feed.shown, feed.states) == ({"MUG-1": "Blue mug"}, [(State.LIVE, False)])


def test_so_is_what_was_published_while_the_connection_was_saved_anew(feed: FeedStage) -> None:
    product = feed.product()
    feed.send()
    feed.edit(product, name__en_US="Green mug")

    def saved_anew() -> None:
        feed.meanwhile.clear()
        profiles.reconnected(channel_id=feed.channel.pk)
        feed.edit(product, name__en_US="Blue mug")

    feed.meanwhile.append(saved_anew)
    feed.send()
    assert (feed.shown, feed.states) == ({"MUG-1": "Blue mug"}, [(State.LIVE, False)])


def test_what_is_edited_after_it_was_gathered_goes_out_as_it_is_then(feed: FeedStage) -> None:
    first, *_others = feed.products(5)
    feed.at("gathered", lambda: feed.edit(first, name__en_US="Green mug"), hit=2)
    feed.send()
    assert (feed.shown["MUG-1"], len(feed.published)) == ("Green mug", 1)
    assert feed.states == [(State.LIVE, False)] * 5


def test_what_is_edited_while_the_files_are_made_goes_out_with_the_next(feed: FeedStage) -> None:
    first, *_others = feed.products(4)
    feed.meanwhile.append(lambda: (feed.meanwhile.clear(), feed.edit(first, name__en_US="Green mug")))
    feed.send()
    assert (feed.shown["MUG-1"], feed.shown["MUG-2"], len(feed.published)) == ("Green mug", "Blue mug", 2)
    assert feed.states == [(State.LIVE, False)] * 4


def test_what_is_taken_away_after_it_was_gathered_is_never_shown(feed: FeedStage) -> None:
    first, second, *_others = feed.products(5)
    feed.at("gathered", lambda: (feed.put(first, status="draft"), feed.edit(second, weight=None)), hit=2)
    feed.send()
    assert [sorted(taken) for taken in feed.published] == [["MUG-3", "MUG-4", "MUG-5"]]
    assert feed.shown.keys() == {"MUG-3", "MUG-4", "MUG-5"}
    assert feed.states == [(State.BLOCKED, False), (State.INCOMPLETE, False), *[(State.LIVE, False)] * 3]
    assert set(Listing.objects.values_list("submission", flat=True)) == {""}


def test_an_edit_taken_back_before_publishing_publishes_nothing(feed: FeedStage) -> None:
    product = feed.product()
    feed.send()
    feed.edit(product, name__en_US="Green mug")
    feed.at("gathered", lambda: feed.edit(product, name__en_US="Blue mug"))
    feed.send()
    assert (len(feed.published), feed.shown) == (1, {"MUG-1": "Blue mug"})
    assert feed.states == [(State.LIVE, False)]


def test_withdrawals_and_changes_of_several_batches_are_published_together(feed: FeedStage) -> None:
    first, second, third, fourth, _fifth = feed.products(5)
    feed.send()
    feed.put(first, status="draft")
    feed.put(second, enabled=False)
    feed.edit(third, name__en_US="Green mug")
    feed.put(fourth, sku="CUP-4")
    feed.send()
    assert feed.shown == {"MUG-3": "Green mug", "CUP-4": "Blue mug", "MUG-5": "Blue mug"}
    assert [feed.listing(pk).state for pk in (first, second)] == [State.WITHDRAWN] * 2
    assert feed.listing(fourth).sent_sheet["sku"] == "CUP-4"
    assert not any(stale for _state, stale in feed.states)


def test_a_renamed_product_is_missing_from_no_file(feed: FeedStage) -> None:
    product, _other = feed.products(2)
    feed.send()
    feed.put(product, sku="CUP-1")
    feed.send()
    assert [sorted(taken) for taken in feed.published] == [["MUG-1", "MUG-2"], ["CUP-1", "MUG-2"]]
    assert feed.listing(product).sent_sheet["sku"] == "CUP-1"
    assert feed.states == [(State.LIVE, False)] * 2


@pytest.mark.parametrize(
    ("chosen", "file"),
    [
        ({"format": "csv"}, "b2b/products.csv"),
        ({"layout": "by_locale"}, "b2b/products-de_DE.jsonl"),
        ({"name": "range"}, "b2b/range.jsonl"),
        ({"folder": "acme"}, "acme/b2b/products.jsonl"),
    ],
)
def test_other_settings_of_the_files_write_them_anew(
    feed: FeedStage, chosen: dict[str, str], file: str
) -> None:
    feed.products(2)
    feed.send()
    Channel.objects.update(settings={**feed.channel.settings, **chosen})
    feed.changed()
    feed.send()
    assert (feed.folder.parent / file).read_text().count("Blaue Tasse") == 2
    assert (len(feed.published), feed.states) == (2, [(State.LIVE, False)] * 2)


def test_gathering_goes_on_where_the_last_drain_had_to_stop(feed: FeedStage) -> None:
    feed.products(7)
    reports = [drain(channel_id=feed.channel.pk, seconds=0) for _turn in range(3)]
    assert [report.finished for report in reports] == [False] * 3
    assert feed.published == []
    feed.send()
    assert [len(taken) for taken in feed.published] == [7]


def test_where_work_never_ends_what_is_gathered_is_published_in_time(
    feed: FeedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "PATIENCE", timedelta(0))
    monkeypatch.setattr(snapshot, "PER_LISTING", timedelta(0))
    feed.products(7)
    feed.send()
    assert [len(taken) for taken in feed.published] == [3, 6, 7]


def test_the_time_to_publish_grows_with_the_channel(feed: FeedStage) -> None:
    feed.products(4)
    before = timezone.now()
    drain(channel_id=feed.channel.pk, seconds=0)
    due = set(Listing.objects.filter(submission=Listing.GATHERED).values_list("next_try_at", flat=True))
    assert len(due) == 1
    assert min(due) >= before + timedelta(seconds=60, milliseconds=8)


def test_a_paused_channel_publishes_nothing_and_then_what_is_true_by_then(feed: FeedStage) -> None:
    first, second, *_others = feed.products(5)
    pause = profiles.pause
    feed.at("gathered", lambda: pause(channel_id=feed.channel.pk, reason="paused by Ada"), hit=2)
    assert feed.send().closed == "The channel is paused: paused by Ada"
    assert (feed.published, channels_with_work(timezone.now() + timedelta(hours=1))) == ([], [])
    feed.put(first, status="draft")
    feed.edit(second, name__en_US="Green mug")
    Listing.objects.update(next_try_at=timezone.now() - timedelta(days=1))  # long after it was due
    feed.send()
    assert feed.published == []
    profiles.resume(channel_id=feed.channel.pk)
    feed.send()
    assert [sorted(taken) for taken in feed.published] == [["MUG-2", "MUG-3", "MUG-4", "MUG-5"]]
    assert feed.shown["MUG-2"] == "Green mug"
    assert not any(stale for _state, stale in feed.states)


def test_what_a_running_import_has_changed_since_is_shown_as_it_was_gathered(
    feed: FeedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from channels.delivery import claim

    product = feed.product()

    def held() -> None:
        feed.edit(product, name__en_US="Half imported")
        Listing.objects.update(held_by="import:1")

    monkeypatch.setattr(claim, "runs_being_applied", lambda now: ["import:1"])
    feed.at("gathered", held)
    feed.send()
    assert (feed.shown, feed.states) == ({"MUG-1": "Blue mug"}, [(State.LIVE, True)])
    monkeypatch.setattr(claim, "runs_being_applied", lambda now: [])
    feed.send()
    assert (feed.shown, feed.states) == ({"MUG-1": "Half imported"}, [(State.LIVE, False)])


def test_a_full_disk_is_told_once_and_what_is_gathered_waits_for_room(
    feed: FeedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.products(5)

    def full() -> None:
        raise Retry("No space left on device", after=300, applied="no")

    feed.meanwhile.append(full)
    before = timezone.now()
    feed.send()
    assert Channel.objects.get().blocked_until >= before + timedelta(seconds=300)
    assert Listing.objects.filter(submission=Listing.GATHERED).count() == 5
    assert Attempt.objects.filter(outcome="retry", message="No space left on device").count() == BATCH
    assert Listing.objects.filter(reason="No space left on device").count() == BATCH
    feed.meanwhile.clear()
    feed.send()
    assert len(feed.published) == 1
    feed.let_time_pass()
    feed.send()
    assert len(feed.published) == 2
    assert feed.states == [(State.LIVE, False)] * 5
    assert set(Listing.objects.values_list("reason", "error_class")) == {("", "")}


def test_what_may_have_been_published_is_looked_up_and_not_made_again(feed: FeedStage) -> None:
    feed.products(5)

    def cut_off() -> None:
        raise Unknown("Input/output error")

    feed.meanwhile.append(cut_off)
    feed.send()
    assert (len(feed.shown), feed.states) == (5, [(State.WAITING, True)] * 5)
    assert set(Listing.objects.values_list("unknown", "submission")) == {(True, "")}
    feed.meanwhile.clear()
    feed.let_time_pass()
    feed.send()
    assert len(feed.published) == 1
    assert feed.states == [(State.LIVE, False)] * 5


def test_content_the_channel_refuses_is_told_to_every_listing_of_the_snapshot(feed: FeedStage) -> None:
    products = feed.products(5)

    def refuse() -> None:
        raise Data("Too loud.")

    feed.meanwhile.append(refuse)
    feed.send()
    assert feed.states == [(State.REFUSED, False)] * 5
    assert {feed.listing(pk).errors[0]["message"] for pk in products} == {"Too loud."}


def test_a_worker_that_lost_its_lease_while_publishing_settles_nothing(feed: FeedStage) -> None:
    feed.products(5)
    feed.meanwhile.append(lambda: Channel.objects.update(lease_token="another"))
    feed.send()
    assert feed.states == [(State.WAITING, True)] * 5
    assert Channel.objects.values_list("lease_token", "failures").get() == ("another", 0)
    feed.meanwhile.clear()
    assert channels_with_work(timezone.now()) == []  # the other one is at it
    Channel.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert channels_with_work(timezone.now()) == [feed.channel.pk]
    feed.send()
    assert feed.states == [(State.LIVE, False)] * 5


def test_a_worker_that_lost_its_lease_while_gathering_gathers_nothing(feed: FeedStage) -> None:
    feed.products(5)
    feed.at("gathered", lambda: Channel.objects.update(lease_token="another"))
    feed.send()
    assert Listing.objects.filter(submission=Listing.GATHERED).count() == BATCH
    assert feed.published == []


def test_publishing_by_hand_does_not_wait_for_the_rest(feed: FeedStage) -> None:
    feed.products(7)
    drain(channel_id=feed.channel.pk, seconds=0)
    profiles.hurry(channel_id=feed.channel.pk)
    feed.send()
    assert [len(taken) for taken in feed.published] == [3, 7]


def test_what_was_gathered_goes_another_way_when_the_connector_changes(feed: FeedStage, shop: Shop) -> None:
    feed.products(2)
    drain(channel_id=feed.channel.pk, seconds=0)
    Channel.objects.update(connector="webhook", settings={"endpoint": shop.address, "timeout": 1})
    channel = Channel.objects.get()
    channel.credentials = {"secret": sample_secret()}
    channel.save()
    profiles.reconnected(channel_id=channel.pk)
    feed.send()
    assert (shop.items.keys(), feed.published) == ({"MUG-1", "MUG-2"}, [])


def test_a_product_renamed_after_it_was_gathered_is_shown_under_its_new_sku_only(feed: FeedStage) -> None:
    product = feed.product()
    feed.at("gathered", lambda: feed.put(product, sku="CUP-1"))
    feed.send()
    assert (feed.shown.keys(), len(feed.published)) == ({"CUP-1"}, 1)


def test_a_gathered_listing_says_what_it_waits_for(feed: FeedStage) -> None:
    product = feed.product()
    drain(channel_id=feed.channel.pk, seconds=0)
    told = why_waiting(feed.listing(product), feed.channel, timezone.now())
    assert told == "Gathered: it goes out with the next snapshot."


@pytest.mark.parametrize("format", ["csv", "xml", "jsonl"])
def test_every_format_holds_all_that_several_batches_gathered(feed: FeedStage, format: str) -> None:
    Channel.objects.update(settings={**feed.channel.settings, "format": format})
    feed.products(7)
    report: Report = feed.send()
    text = (feed.folder / f"products.{format}").read_text()
    assert (report.counts["ok"], text.count("Blaue Tasse")) == (7, 7)
    if format == "csv":
        rows = list(csv.reader(text.splitlines()))
        assert [row[0] for row in rows[1:]] == [f"MUG-{number}" for number in range(1, 8)]


def test_what_waits_for_a_launch_since_it_was_gathered_is_not_in_the_file(feed: FeedStage) -> None:
    first, _second = feed.products(2)
    made = scheduling.create(name="Later", at=timezone.now() + timedelta(days=9), time_zone="UTC", by=None)
    spec = profile.current(feed.world.structure).by_id[feed.channel.pk]
    feed.at("gathered", lambda: scheduling.add(made, spec, [first], by=None))
    feed.send()
    assert feed.shown.keys() == {"MUG-2"}
    assert feed.states == [(State.SCHEDULED, False), (State.LIVE, False)]
