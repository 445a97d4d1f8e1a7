"""Everything that changes a sheet makes its listing stale, and nothing more is sent than what differs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from catalog import events
from catalog.models import Campaign, Category, Context, ImportRun, Job, Locale, Option, Product
from catalog.structure.announce import announce
from catalog.values.campaigns import write_campaign
from catalog.values.changes import Actor
from channels import profiles
from channels.delivery.sweep import channels_with_work
from channels.models import Channel, FieldMapping, Listing
from channels.waiting import why_waiting
from tests.channels.stage import FULL, Stage, work_off_jobs
from tests.world import SYSTEM

State = Listing.State


def announced(kind: str, row: Any, change: Callable[[], Any] | None = None) -> None:
    with transaction.atomic():
        row.save()
        announce(kind, [row.pk])
    work_off_jobs()


def title(stage: Stage, key: str = "MUG-1", locale: str = "en_US") -> Any:
    return stage.shop.items[key]["sheet"]["locales"][locale].get("title")


def field(stage: Stage, name: str, key: str = "MUG-1") -> Any:
    return stage.shop.items[key]["sheet"]["fields"].get(name)


@pytest.fixture
def live(stage: Stage) -> Stage:
    """A red mug in the category cups, live in the shop."""
    stage.product(values={"color": "red"}, categories=["cups"])
    stage.send()
    assert stage.shop.items.keys() == {"MUG-1"}
    return stage


def test_an_edit(live: Stage) -> None:
    live.edit(Product.objects.get().pk, name__en_US="Green mug")
    live.send()
    assert title(live) == "Green mug"


def test_a_parents_edit(stage: Stage) -> None:
    world = stage.world
    model = world.create(
        "SHIRT",
        {"name|en_US": "Shirt", "name|de_DE": "Hemd"},
        family="shirts",
        family_variant="shirts_size",
        status="approved",
    ).product
    world.create("SHIRT-S", {"size": "s"}, parent="SHIRT", status="approved")
    rev = Product.objects.get(sku="SHIRT-S").rev
    stage.send()
    assert title(stage, "SHIRT-S") == "Shirt"
    assert "SHIRT" not in stage.shop.items  # a model is no product of its own here
    world.edit(model, {"name|en_US": "Polo shirt"})
    stage.send()
    assert title(stage, "SHIRT-S") == "Polo shirt"
    assert Product.objects.get(sku="SHIRT-S").rev == rev


def test_an_options_new_label(live: Stage) -> None:
    other = live.product("MUG-2", values={"color": "navy"})
    live.send()
    option = Option.objects.get(code="red")
    option.labels = {"en_US": "Cherry"}
    announced("option", option)
    assert not live.listing(other).is_stale  # exactly the units it touches
    live.send()
    assert field(live, "colour") == {"code": "red", "label": "Cherry"}
    assert len(live.shop.posts) == 3


def test_the_label_of_an_option_outside_the_token_index(live: Stage) -> None:
    with transaction.atomic():
        live.world.attributes["color"].filterable = False
        live.world.attributes["color"].save()
        announce("attribute", [live.world.attributes["color"].pk])
    work_off_jobs()
    option = Option.objects.get(code="red")
    option.labels = {"en_US": "Cherry"}
    announced("option", option)
    live.send()
    assert field(live, "colour") == {"code": "red", "label": "Cherry"}


def test_the_label_of_an_option_that_only_a_campaign_names(live: Stage) -> None:
    now = timezone.now()
    campaign = Campaign.objects.create(
        code="sale", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1)
    )
    write_campaign(campaign, {Product.objects.get().pk: {"color": "white"}}, by=SYSTEM)
    live.send()
    assert field(live, "colour") == {"code": "white", "label": "White"}
    option = Option.objects.get(code="white")
    option.labels = {"en_US": "Snow"}
    announced("option", option)
    live.send()
    assert field(live, "colour") == {"code": "white", "label": "Snow"}


def test_a_changed_mapping(live: Stage) -> None:
    with transaction.atomic():
        FieldMapping.objects.filter(target="title").update(transforms=[{"name": "upper"}])
        profiles.changed(live.channel)
    work_off_jobs()
    live.send()
    assert title(live) == "BLUE MUG"


def test_a_changed_profile_marks_its_own_channel_only(live: Stage) -> None:
    from tests.channels.stage import make_channel

    other = make_channel(live.world, code="shop")
    work_off_jobs()
    before = live.listing(Product.objects.get().pk).desired_rev
    with transaction.atomic():
        profiles.changed(other)
    work_off_jobs()
    product = Product.objects.get().pk
    assert live.listing(product).desired_rev == before
    assert live.listing(product, other).desired_rev == 2
    other.refresh_from_db()
    assert other.profile_rev == 3


def test_a_categorys_label(live: Stage) -> None:
    kitchen = Category.objects.get(code="kitchen")
    kitchen.labels = {"en_US": "Tableware"}
    announced("category", kitchen)
    live.send()
    assert live.shop.items["MUG-1"]["sheet"]["categories"][0]["path"][0] == {
        "en_US": "Tableware",
        "de_DE": "Tableware",
    }


def test_another_fallback(live: Stage) -> None:
    live.channel.locales.set(Locale.objects.filter(code__in=["en_US", "de_AT"]))
    with transaction.atomic():
        Channel.objects.update(fallback_counts=True)
        profiles.changed(live.channel)
    work_off_jobs()
    live.send()
    assert title(live, locale="de_AT") == "Blaue Tasse"
    locale = Locale.objects.get(code="de_AT")
    locale.fallback = Locale.objects.get(code="en_US")
    announced("locale", locale)
    live.send()
    assert title(live, locale="de_AT") == "Blue mug"


def test_another_place_in_the_tree_of_contexts(live: Stage) -> None:
    live.edit(Product.objects.get().pk, name__en_US__consumer="Mug for everyone")
    live.send()
    assert title(live) == "Blue mug"
    context = Context.objects.get(code="b2b")
    context.parent = Context.objects.get(code="consumer")
    announced("context", context)
    live.send()
    assert title(live) == "Mug for everyone"


def test_a_campaign_begins_and_ends_with_nobody_editing(stage: Stage) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False) as clock:
        product = stage.product()
        stage.send()
        begin, end = timezone.now() + timedelta(hours=2), timezone.now() + timedelta(hours=5)
        campaign = Campaign.objects.create(code="xmas", starts_at=begin, ends_at=end)
        write_campaign(campaign, {product: {"name|en_US": "Christmas mug"}}, by=SYSTEM)
        stage.send()
        assert (title(stage), stage.listing(product).due_at) == ("Blue mug", begin)
        assert (len(stage.shop.posts), channels_with_work(timezone.now())) == (1, [])
        clock.shift(timedelta(hours=2))
        assert channels_with_work(timezone.now()) == [stage.channel.pk]
        stage.send()
        assert (title(stage), stage.listing(product).due_at) == ("Christmas mug", end)
        clock.shift(timedelta(hours=3))
        stage.send()
        assert (title(stage), stage.listing(product).due_at) == ("Blue mug", None)
        assert channels_with_work(timezone.now()) == []


def test_a_campaign_that_is_moved(stage: Stage) -> None:
    product = stage.product()
    now = timezone.now()
    campaign = Campaign.objects.create(
        code="xmas", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1)
    )
    write_campaign(campaign, {product: {"name|en_US": "Christmas mug"}}, by=SYSTEM)
    stage.send()
    assert title(stage) == "Christmas mug"
    campaign.ends_at = now - timedelta(minutes=1)
    announced("campaign", campaign)
    stage.send()
    assert title(stage) == "Blue mug"


def test_an_unknown_kind_of_structure_marks_everything(live: Stage) -> None:
    with transaction.atomic():
        announce("something_new", [1])
    work_off_jobs()
    assert live.listing(Product.objects.get().pk).is_stale


@pytest.mark.parametrize("kind", ["source", "role", "attribute_group", "user"])
def test_what_no_sheet_depends_on_marks_nothing(live: Stage, kind: str) -> None:
    with transaction.atomic():
        announce(kind, [1])
    work_off_jobs()
    assert not live.listing(Product.objects.get().pk).is_stale


def test_what_an_import_changed_waits_for_its_end(stage: Stage) -> None:
    job = Job.objects.create(
        kind="import.apply", state="running", run_at=timezone.now(), created_at=timezone.now()
    )
    run = ImportRun.objects.create(
        file="x", filename="x.csv", sha256="0" * 64, state="applying", created_at=timezone.now(), job=job
    )
    by = Actor(None, origin="import", ref=f"import:{run.pk}", trusted=True)
    product = stage.world.create("MUG-1", FULL, by=by, family="mugs", status="approved").product
    assert channels_with_work(timezone.now()) == []
    stage.send()
    assert stage.shop.requests == 0
    listing = stage.listing(product)
    assert (
        why_waiting(listing, stage.channel, timezone.now())
        == "Waits until the import that changed it has ended."
    )
    ImportRun.objects.update(state="applied")
    stage.send()
    assert stage.shop.items.keys() == {"MUG-1"}
    assert stage.listing(product).held_by == ""


def test_the_end_of_an_import_nudges_what_it_held(stage: Stage, nudges: list[int]) -> None:
    stage.product()
    nudges.clear()
    events.import_finished.send(sender=None, run_id=1)
    assert nudges == [stage.channel.pk]


def test_a_run_whose_job_died_for_good_holds_nothing(stage: Stage) -> None:
    job = Job.objects.create(
        kind="import.apply", state="failed", run_at=timezone.now(), created_at=timezone.now()
    )
    run = ImportRun.objects.create(
        file="x", filename="x.csv", sha256="0" * 64, state="applying", created_at=timezone.now(), job=job
    )
    by = Actor(None, origin="import", ref=f"import:{run.pk}", trusted=True)
    stage.world.create("MUG-1", FULL, by=by, family="mugs", status="approved")
    stage.send()
    assert stage.shop.items.keys() == {"MUG-1"}


def test_outside_its_hours_a_channel_waits_and_says_so(stage: Stage) -> None:
    schedule = {
        "mode": "windows",
        "windows": [{"days": [0], "start": "06:00", "end": "08:00"}],
        "time_zone": "UTC",
    }
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False) as clock:
        product = stage.product()
        Channel.objects.update(schedule=schedule)
        report = stage.send()
        assert report.closed == "Outside its sending hours: waits until 2026-11-30 06:00."
        stage.channel.refresh_from_db()
        assert why_waiting(stage.listing(product), stage.channel, timezone.now()) == report.closed
        assert (stage.shop.requests, channels_with_work(timezone.now())) == (0, [])
        clock.move_to(datetime(2026, 11, 30, 6, tzinfo=UTC))
        assert channels_with_work(timezone.now()) == [stage.channel.pk]
        stage.send()
        assert stage.listing(product).state == State.LIVE


def test_a_paused_channel_waits_and_loses_nothing(stage: Stage) -> None:
    profiles.pause(channel_id=stage.channel.pk, reason="stocktaking")
    product = stage.product()
    assert stage.send().closed == "The channel is paused: stocktaking"
    assert (stage.shop.requests, channels_with_work(timezone.now())) == (0, [])
    profiles.resume(channel_id=stage.channel.pk)
    stage.send()
    assert stage.listing(product).state == State.LIVE
