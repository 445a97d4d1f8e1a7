"""What waits for its launch is on no channel before, and goes out by itself at its moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from catalog.models import Product
from catalog.retention import thin
from channels import dry_run, matching, profile, profiles
from channels.connectors._candidates import NEW
from channels.delivery.prepare import prepare
from channels.delivery.sweep import channels_with_work
from channels.launches import counting, scheduling
from channels.launches.look import look
from channels.models import Channel, Launch, LaunchEntry, LaunchStep, Listing
from tests.channels import shop as acts
from tests.channels.connectors.shopify_stage import ShopifyStage
from tests.channels.stage import FULL, Stage

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = datetime(2026, 12, 1, 8, tzinfo=UTC)
State = Listing.State
NAMES = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def spec_of(channel: Channel) -> profile.ChannelSpec:
    from catalog.structure.snapshot import Structure

    return profile.current(Structure.current()).by_id[channel.pk]


def launch(stage: Any, *products: int, at: datetime = DAY, name: str = "Winter") -> Launch:
    made = scheduling.create(name=name, at=at, time_zone="Europe/Berlin", by=None)
    scheduling.add(made, spec_of(stage.channel), products, by=None)
    return made


def numbers(made: Launch) -> dict[str, int]:
    told = counting.numbers(LaunchEntry.objects.all())[made.pk]
    return {name: count for name in counting.NAMES.values() if (count := getattr(told, name))}


def test_it_is_kept_back_and_goes_out_by_itself(stage: Stage, clock: Any) -> None:
    product = stage.product(status="draft")
    made = launch(stage, product)
    stage.put(product, status="approved")
    stage.send()
    assert stage.shop.items == {}
    row = stage.listing(product)
    assert (row.state, row.due_at, row.is_stale) == (State.SCHEDULED, DAY, False)
    assert row.reason == "Goes out by itself on Dec. 1, 2026, 9 a.m. (Europe/Berlin): Winter."
    assert numbers(made) == {"ready": 1}

    clock.move_to(DAY - timedelta(seconds=1))
    assert channels_with_work(timezone.now()) == []
    clock.move_to(DAY)
    assert channels_with_work(timezone.now()) == [stage.channel.pk]
    stage.send()
    assert (list(stage.shop.items), stage.listing(product).due_at) == (["MUG-1"], None)
    assert numbers(made) == {"out": 1}


def test_what_is_blocked_says_so_before_and_goes_out_late_once_it_is_mended(stage: Stage, clock: Any) -> None:
    product = stage.product(values={"weight": None})
    made = launch(stage, product)
    stage.send()
    assert stage.listing(product).state == State.INCOMPLETE
    assert numbers(made) == {"blocked": 1}
    clock.move_to(DAY)
    stage.send()
    assert stage.shop.items == {}
    stage.edit(product, weight=FULL["weight"])
    stage.send()
    assert list(stage.shop.items) == ["MUG-1"]


def test_it_is_judged_by_what_it_will_be_on_its_day(stage: Stage, clock: Any) -> None:
    """A campaign that is over by then, with a title the channel refuses, is in nobody's way."""
    from catalog.models import Campaign
    from catalog.values.campaigns import write_campaign
    from tests.world import SYSTEM

    product = stage.product(status="draft")
    over = Campaign.objects.create(code="now", starts_at=NOW, ends_at=DAY - timedelta(days=1))
    write_campaign(over, {product: {"name|en_US": "x" * 80}}, by=SYSTEM)
    launch(stage, product)
    stage.put(product, status="approved")
    stage.send()
    assert stage.listing(product).state == State.SCHEDULED


def test_what_is_there_already_stays_there_and_is_kept_up(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    launch(stage, product)
    stage.edit(product, name__en_US="Better mug")
    stage.send()
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Better mug"
    told = look([product], [spec_of(stage.channel)], stage.world.structure, at=DAY)
    assert told[stage.channel.pk][product].kind == "there"


def test_a_model_stands_for_its_variants_those_of_later_too(stage: Stage, clock: Any) -> None:
    world = stage.world
    model = world.create("SHIRT", dict(NAMES), family_variant="shirts_size", status="approved").product
    for size in "sm":
        world.create(f"SHIRT-{size}", {"size": size}, parent="SHIRT", status="approved")
        if size == "s":
            assert model is not None
            launch(stage, model)
    stage.send()
    states = Listing.objects.filter(channel=stage.channel).values_list("product__sku", "state", "due_at")
    assert list(states) == [("SHIRT-s", State.SCHEDULED, DAY), ("SHIRT-m", State.SCHEDULED, DAY)]
    clock.move_to(DAY)
    stage.send()
    assert sorted(stage.shop.items) == ["SHIRT-m", "SHIRT-s"]


def test_a_model_that_is_sent_whole_waits_for_a_variant_that_was_chosen(shopify_stage: ShopifyStage) -> None:
    stage = shopify_stage
    model = stage.shirt()
    variant = Product.objects.get(sku="SHIRT-M").pk
    told = look([variant], [spec_of(stage.channel)], stage.world.structure, at=DAY)
    assert told[stage.channel.pk][variant].units == 1
    made = launch(stage, variant)
    rows = list(Listing.objects.filter(channel=stage.channel))
    [one] = prepare(rows, spec_of(stage.channel), stage.world.structure, at=NOW)
    assert (one.listing.product_id, one.decision.state, one.due_at) == (model, State.SCHEDULED, DAY)
    Listing.objects.update(state=State.SCHEDULED, sent_rev=F("desired_rev"))
    assert numbers(made) == {"ready": 1}


def shirt(stage: Stage) -> tuple[int, int]:
    """A model and its variant."""
    model = stage.world.create("SHIRT", dict(NAMES), family_variant="shirts_size", status="approved").product
    variant = stage.world.create("SHIRT-s", {"size": "s"}, parent="SHIRT", status="approved").product
    assert model is not None
    assert variant is not None
    return model, variant


@pytest.mark.parametrize("model_first", [True, False])
def test_a_variant_goes_out_at_its_own_launch_unless_its_model_was_scheduled_after(
    stage: Stage, clock: Any, model_first: bool
) -> None:
    model, variant = shirt(stage)
    later, own = DAY + timedelta(days=30), DAY
    for product, at in [(model, later), (variant, own)][:: 1 if model_first else -1]:
        launch(stage, product, at=at)
    stage.send()
    assert (stage.shop.items, stage.listing(variant).due_at) == ({}, own if model_first else later)
    clock.move_to(own)
    stage.send()
    assert list(stage.shop.items) == (["SHIRT-s"] if model_first else [])
    clock.move_to(later)
    stage.send()
    assert list(stage.shop.items) == ["SHIRT-s"]


def test_a_launch_of_its_own_that_is_over_frees_it_from_its_model_s_of_before_alone(
    stage: Stage, clock: Any
) -> None:
    model, variant = shirt(stage)
    stage.put(variant, status="draft")
    launch(stage, model, at=DAY + timedelta(days=30))
    launch(stage, variant, at=DAY)
    clock.move_to(DAY)
    latest = launch(stage, model, at=DAY + timedelta(days=60))
    stage.put(variant, status="approved")
    stage.send()
    assert (stage.shop.items, stage.listing(variant).due_at) == ({}, latest.at)


@pytest.mark.parametrize("found", [NEW, "theirs-7"])
def test_what_was_only_matched_waits_as_well(stage: Stage, clock: Any, found: str) -> None:
    product = stage.product(status="draft")
    launch(stage, product)
    assert matching.choose(stage.listing(product).pk, found)
    stage.put(product, status="approved")
    stage.send()
    assert (stage.shop.items, stage.listing(product).state) == ({}, State.SCHEDULED)
    clock.move_to(DAY)
    stage.send()
    assert list(stage.shop.items) == ["MUG-1"]


@pytest.mark.parametrize("change", ["renamed", "taken down and up"])
def test_what_was_there_comes_back_before_the_launch_of_its_model(
    stage: Stage, clock: Any, change: str
) -> None:
    model, variant = shirt(stage)
    stage.send()
    stage.world.create("SHIRT-m", {"size": "m"}, parent="SHIRT", status="approved")
    launch(stage, model)
    clock.shift(60)
    if change == "renamed":
        stage.put(variant, sku="SHIRT-small")
    else:
        stage.put(variant, enabled=False)
        stage.send()
        assert stage.shop.items == {}
        stage.put(variant, enabled=True)
    stage.send()
    stage.send()
    assert list(stage.shop.items) == ["SHIRT-small" if change == "renamed" else "SHIRT-s"]


def test_what_was_taken_down_before_its_launch_was_made_waits_for_it(stage: Stage, clock: Any) -> None:
    product = stage.product()
    stage.send()
    stage.put(product, enabled=False)
    stage.send()
    clock.shift(60)
    launch(stage, product)
    stage.put(product, enabled=True)
    stage.send()
    assert (stage.shop.items, stage.listing(product).state) == ({}, State.SCHEDULED)


@pytest.mark.parametrize("arrived", [True, False])
def test_what_may_have_arrived_is_looked_up_before_it_is_kept_off(stage: Stage, arrived: bool) -> None:
    product = stage.product()
    lost = acts.applies_and_answers(500) if arrived else acts.answers(500)
    stage.shop.next.append(lost)
    stage.send()
    assert stage.listing(product).unknown
    launch(stage, product)
    stage.edit(product, name__en_US="Better mug")
    stage.let_time_pass()
    stage.send()
    row = stage.listing(product)
    assert (row.unknown, stage.shop.reads) == (False, [["MUG-1"]])
    if arrived:
        assert row.state == State.LIVE
        assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Better mug"
    else:
        assert (stage.shop.items, row.state, row.due_at) == ({}, State.SCHEDULED, DAY)


def test_another_connector_is_no_place_where_it_was(stage: Stage) -> None:
    model, variant = shirt(stage)
    stage.send()
    launch(stage, model)
    stage.shop.items.clear()
    profiles.moved(channel_id=stage.channel.pk)
    stage.send()
    assert (stage.shop.items, stage.listing(variant).state) == ({}, State.SCHEDULED)


def test_moved_earlier_it_goes_earlier_and_moved_later_it_waits(stage: Stage, clock: Any) -> None:
    product = stage.product(status="draft")
    made = launch(stage, product)
    stage.put(product, status="approved")
    stage.send()
    scheduling.move(made.pk, at=DAY + timedelta(days=1), time_zone="UTC", by=None)
    clock.move_to(DAY)
    stage.send()
    assert (stage.shop.items, stage.listing(product).due_at) == ({}, DAY + timedelta(days=1))
    scheduling.move(made.pk, at=DAY + timedelta(hours=1), time_zone="UTC", by=None)
    stage.send()
    clock.move_to(DAY + timedelta(hours=1))
    stage.send()
    assert list(stage.shop.items) == ["MUG-1"]
    with pytest.raises(scheduling.Over):
        scheduling.move(made.pk, at=DAY + timedelta(days=9), time_zone="UTC", by=None)
    kinds = list(made.steps.values_list("kind", "before", "after"))
    assert kinds == [
        ("scheduled", None, DAY),
        ("moved", DAY, DAY + timedelta(days=1)),
        ("moved", DAY + timedelta(days=1), DAY + timedelta(hours=1)),
    ]


def test_cancelled_its_products_stay_off_until_somebody_lets_them_go(stage: Stage, clock: Any) -> None:
    assert stage.world.admin is not None
    product = stage.product(status="draft")
    made = launch(stage, product)
    stage.put(product, status="approved")
    scheduling.keep_back(made.pk, by=stage.world.admin.pk)
    clock.move_to(DAY + timedelta(days=90))
    stage.send()
    row = stage.listing(product)
    assert (stage.shop.items, row.state, row.due_at) == ({}, State.SCHEDULED, None)
    assert row.reason == "Kept back: its launch 'Winter' has no date."
    scheduling.let_go(made.pk, by=stage.world.admin.pk)
    stage.send()
    assert list(stage.shop.items) == ["MUG-1"]
    assert list(made.steps.values_list("kind", "by__username")) == [
        ("scheduled", None), ("kept_back", "boss"), ("let_go", "boss"),
    ]  # fmt: skip


def test_a_product_waits_for_one_launch_on_a_channel(stage: Stage) -> None:
    product, other = stage.product(status="draft"), stage.product("MUG-2", status="draft")
    first = launch(stage, product, other)
    second = launch(stage, product, at=DAY + timedelta(days=5), name="Spring")
    stage.put(product, status="approved")
    stage.send()
    assert stage.listing(product).due_at == DAY + timedelta(days=5)
    assert list(first.entries.values_list("product_id", flat=True)) == [other]
    assert list(second.entries.values_list("product_id", flat=True)) == [product]
    taken = first.steps.get(kind=LaunchStep.Kind.TAKEN)
    assert taken.count == 1


def test_a_dry_run_says_that_it_is_held_until_then(stage: Stage) -> None:
    product = stage.product(status="draft")
    launch(stage, product)
    stage.put(product, status="approved")
    row = Product.objects.get(pk=product)
    planned = dry_run.of_product(row, spec_of(stage.channel), stage.world.structure)
    assert planned is not None
    assert (planned.kind, planned.reason.startswith("Goes out by itself on Dec. 1")) == ("held", True)


def test_looking_says_what_is_in_the_way_and_where_it_is_mended(stage: Stage) -> None:
    stage.send()
    ready = stage.product("MUG-1")
    Listing.objects.all().delete()  # as if nothing had been looked at yet
    draft = stage.product("MUG-2", status="draft")
    wrong = stage.product("MUG-3", values={"name|de_DE": None}, status="draft")
    told = look([ready, draft, wrong], [spec_of(stage.channel)], stage.world.structure, at=DAY)[
        stage.channel.pk
    ]
    assert [told[pk].kind for pk in (ready, draft, wrong)] == ["ready", "unapproved", "blocked"]
    assert told[draft].unapproved == [draft]
    assert [(one.message, one.product, one.attribute, one.locale) for one in told[wrong].obstacles] == [
        ("Not approved yet.", wrong, "", ""),
        ("Name is missing for de_DE.", wrong, "name", "de_DE"),
    ]


def test_many_are_marked_by_a_job(stage: Stage, monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    monkeypatch.setattr(scheduling, "AT_ONCE", 1)
    monkeypatch.setattr(scheduling, "PAGE", 1)
    products = [stage.product(f"MUG-{number}", status="draft") for number in (1, 2)]
    made = launch(stage, *products)
    for product in products:
        stage.put(product, status="approved")
    stage.send()
    scheduling.let_go(made.pk, by=None)
    stage.send()
    assert stage.shop.items == {}
    stage.work_off_jobs()
    stage.send()
    assert sorted(stage.shop.items) == ["MUG-1", "MUG-2"]


def test_launches_long_over_go_with_their_entries(stage: Stage, clock: Any) -> None:
    old = launch(stage, stage.product())
    coming = launch(stage, stage.product("MUG-2"), at=DAY + timedelta(days=800))
    undated = launch(stage, stage.product("MUG-3"))
    Launch.objects.filter(pk=undated.pk).update(at=None)
    clock.move_to(DAY + timedelta(days=731))
    thin()
    assert set(Launch.objects.all()) == {coming, undated}
    assert not LaunchEntry.objects.filter(launch_id=old.pk).exists()
