"""A change of what a channel requires counts anew what it touches, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import Attribute, Family, Job, Locale, Product
from catalog.models.tokens import is_added, numbered
from catalog.structure.snapshot import Structure
from catalog.values.rederive import rederive
from channels import profiles, recount, requirements
from channels.models import Completeness, Listing, Requirement
from tests.attributes import add
from tests.catalog.conversions.acts import opened
from tests.channels.stage import FULL, make_channel, work_off_jobs
from tests.world import World, build_world


@pytest.fixture
def world(db: Any) -> World:
    world = build_world()
    make_channel(world)
    work_off_jobs()
    return world


def _require(attribute: str, family: str | None) -> list[int]:
    """As the channel's form saves one more line; the ids of the families it touches."""
    channel = requirements.Channel.objects.get()
    with transaction.atomic():
        before = requirements.lines_of(channel.pk)
        Requirement.objects.create(
            channel=channel,
            attribute=Attribute.objects.get(code=attribute),
            family=Family.objects.get(code=family) if family else None,
        )
        return requirements.changed(channel, before)


def _products(world: World) -> dict[str, int]:
    made = {
        "MUG-1": world.create("MUG-1", dict(FULL), family="mugs", status="approved").product,
        "MUG-2": world.create("MUG-2", {**FULL, "color": "red"}, family="mugs", status="approved").product,
        "SHIRT": world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size").product,
        "SHIRT-S": world.create("SHIRT-S", {"size": "s"}, parent="SHIRT").product,
        "LOOSE": world.create("LOOSE").product,
    }
    return {sku: pk for sku, pk in made.items() if pk is not None}


def _counted(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []
    original = recount.recount
    monkeypatch.setattr(recount, "recount", lambda ids, **more: (seen.extend(ids), original(ids, **more))[1])
    work_off_jobs()
    return seen


def test_only_the_products_of_the_family_are_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _products(world)
    work_off_jobs()
    stale = {row.product_id: row.desired_rev for row in Listing.objects.all()}
    assert _require("color", "mugs") == [Family.objects.get(code="mugs").pk]
    assert _counted(world, monkeypatch) == [made["MUG-1"], made["MUG-2"]]
    scores = dict(Completeness.objects.filter(locale="en_US").values_list("product_id", "missing"))
    assert scores == {made["MUG-1"]: 1, made["MUG-2"]: 0, made["SHIRT-S"]: 0}
    tokens = {row.sku: set(filter(is_added, row.tokens)) for row in Product.objects.all()}
    assert tokens["MUG-1"] == {numbered("inc:b2b|en_US"), numbered("inc:b2b|de_DE")}
    assert tokens["MUG-2"] == tokens["SHIRT-S"] == tokens["LOOSE"] == set()
    raised = {row.product_id for row in Listing.objects.all() if row.desired_rev > stale[row.product_id]}
    assert raised == {made["MUG-1"], made["MUG-2"]}


def test_a_line_for_all_families_touches_those_that_have_the_attribute_and_no_line_of_their_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _products(world)
    work_off_jobs()
    assert _require("name", None) == [Family.objects.get(code="shirts").pk]  # mugs have their own line
    assert _counted(world, monkeypatch) == [made["SHIRT"], made["SHIRT-S"]]
    assert Completeness.objects.get(product=made["SHIRT-S"], locale="de_DE").missing == 1


def test_a_line_for_an_attribute_the_family_lacks_touches_nothing(world: World) -> None:
    _products(world)
    work_off_jobs()
    assert _require("size", "mugs") == []
    assert not Job.objects.filter(kind="channels.recount").exists()


def test_a_filled_attribute_of_the_model_counts_for_its_variants(world: World) -> None:
    made = _products(world)
    work_off_jobs()
    _require("name", "shirts")
    work_off_jobs()
    assert Completeness.objects.get(product=made["SHIRT-S"], locale="en_US").missing == 0


def test_counting_writes_what_a_save_would_have_stored(world: World) -> None:
    made = _products(world)
    _require("color", "mugs")
    _require("ean", "shirts")
    work_off_jobs()
    counted = list(
        Completeness.objects.order_by("product", "locale").values_list(
            "product", "locale", "required", "missing"
        )
    )
    tokens = list(Product.objects.order_by("pk").values_list("tokens", flat=True))
    rederive(list(made.values()))
    assert counted == list(
        Completeness.objects.order_by("product", "locale").values_list(
            "product", "locale", "required", "missing"
        )
    )
    assert tokens == list(Product.objects.order_by("pk").values_list("tokens", flat=True))
    assert recount.recount(list(made.values())) == 0


def _stored() -> list[tuple[object, ...]]:
    rows = Completeness.objects.order_by("product", "channel", "locale")
    return list(rows.values_list("product", "locale", "required", "missing"))


def test_counting_reads_outdated_texts_and_conditions_as_a_save_does(world: World) -> None:
    requirements.Channel.objects.update(outdated=requirements.Channel.Outdated.MISSING)
    add(world, "rechargeable", "boolean")
    decides = {"depends_on": world.attributes["rechargeable"], "depends_values": ["true"]}
    add(world, "battery", "select", options=("li",), **decides)
    _require("battery", "mugs")
    pk = world.create("MUG-1", {**FULL, "rechargeable": "yes"}, family="mugs").product or 0
    world.edit(pk, {"name|en_US": "Bluer mug"})
    as_saved = _stored()
    assert as_saved == [(pk, "de_DE", 4, 2), (pk, "en_US", 4, 1)]
    Completeness.objects.update(missing=0)
    assert recount.recount([pk]) == 1
    assert _stored() == as_saved


def test_counting_reads_what_a_conversion_has_not_rewritten_yet(world: World) -> None:
    _require("capacity", "mugs")
    pk = world.create("MUG-1", {**FULL, "capacity": "300"}, family="mugs").product or 0
    opened("capacity", localizable=True, locales=("en_US", "de_DE"))
    assert recount.recount([pk]) == 0
    assert _stored() == [(pk, "de_DE", 4, 0), (pk, "en_US", 4, 0)]


def test_scores_of_a_locale_the_channel_left_go_and_those_of_a_new_one_come(world: World) -> None:
    made = _products(world)
    channel = requirements.Channel.objects.get()
    channel.locales.set(Locale.objects.filter(code__in=["en_US", "fr_FR"]))
    profiles.changed(channel)
    assert recount.recount(list(made.values())) == 3  # models and what has no family have no scores
    assert _stored() == [
        (made["MUG-1"], "en_US", 3, 0),
        (made["MUG-1"], "fr_FR", 3, 1),
        (made["MUG-2"], "en_US", 3, 0),
        (made["MUG-2"], "fr_FR", 3, 1),
        (made["SHIRT-S"], "en_US", 0, 0),
        (made["SHIRT-S"], "fr_FR", 0, 0),
    ]
    assert recount.recount(list(made.values())) == 0


def test_counting_asks_as_often_for_twice_as_many(world: World) -> None:
    ids = [world.create(f"M-{n}", dict(FULL), family="mugs").product or 0 for n in range(8)]
    Structure.current()

    def queries(chosen: list[int]) -> int:
        Completeness.objects.filter(product_id__in=chosen).update(missing=3)
        with CaptureQueriesContext(connection) as captured:
            assert recount.recount(chosen, channel=requirements.Channel.objects.get().pk) == len(chosen)
        return len(captured)

    queries(ids[:2])
    assert queries(ids[:8]) == queries(ids[:4])
