"""Packs of rules: about which products, in which country and from which day; adjusted, and never written over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction

from catalog.models import FamilyAttribute, Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from channels import completeness, profile, recount
from channels.models import Channel, Completeness, Listing, PackedRule, RulePack
from channels.rules import judging, standing, turning, using
from channels.rules.packs import PACKS
from tests.attributes import add
from tests.channels.stage import FULL, make_channel, work_off_jobs
from tests.world import World, build_world

MAKER = ("manufacturer_name", "manufacturer_country", "eu_responsible_person")


@pytest.fixture
def world(db: Any) -> World:
    profile.forget()
    completeness.forget()
    world = build_world()
    for code in MAKER:
        attribute = add(world, code, "text")
        FamilyAttribute.objects.create(family=world.families["shirts"], attribute=attribute, position=99)
    add(world, "fibre_composition", "text", family="shirts", localizable=True)
    make_channel(world)
    work_off_jobs()
    return world


def channel() -> Channel:
    return Channel.objects.get(code="b2b")


def ids(world: World) -> dict[str, int]:
    return {code: spec.id for code, spec in world.structure.attributes.items()}


def keep(world: World, pack: str, rules: dict[str, tuple[str, str | None, str | None]], **scope: Any) -> None:
    """`rules`: code → (level, attribute, condition); the others are off."""
    known = ids(world)
    chosen = []
    for rule in PACKS[pack].rules:
        level, attribute, condition = rules.get(rule.code, ("off", None, None))
        chosen.append(using.Chosen(rule.code, level, known.get(attribute or ""), known.get(condition or "")))
    using.save(
        channel(), PACKS[pack], is_on=True, families=[world.families[code].pk for code in scope.get("families", ())],
        categories=[world.categories[code].pk for code in scope.get("categories", ())], rules=chosen,
        structure=world.structure,
    )  # fmt: skip
    if not channel().destinations:
        using.send_to(channel(), ["DE", "FR"], world.structure)
    work_off_jobs()


def lacking(world: World, sku: str, locale: str = "en_US") -> list[str]:
    """As counted and stored; it has to be what is counted on the page."""
    product = Product.objects.get(sku=sku)
    structure = Structure.current()
    profiles = profile.current(structure)
    spec = profiles.by_id[channel().pk]
    found = completeness.missing(
        bundles.load([product.pk], structure=structure)[product.pk], spec, locale, structure
    )
    stored = Completeness.objects.filter(product=product, channel_id=spec.id, locale=locale).first()
    assert stored is None or stored.missing == len(found)
    return [each.code for each in found]


def mug(world: World, sku: str = "MUG-1", values: dict[str, Any] | None = None, **more: Any) -> int:
    made = world.create(sku, {**FULL, **(values or {})}, family="mugs", status="approved", **more).product
    assert made is not None
    return made


NAME = {"manufacturer_name": ("required", "manufacturer_name", None)}


def test_a_rule_is_asked_of_every_product_where_the_channel_sends_into_the_eu(world: World) -> None:
    product = mug(world)
    keep(world, "gpsr", NAME)
    assert lacking(world, "MUG-1") == ["manufacturer_name"]
    assert Listing.objects.get(product=product).is_stale
    using.send_to(channel(), ["US"], world.structure)
    work_off_jobs()
    assert lacking(world, "MUG-1") == []


def test_a_rule_about_a_category_is_asked_of_what_stands_in_it_or_below(world: World) -> None:
    mug(world, "CUP", categories=["cups"])
    mug(world, "OTHER", categories=["fashion"])
    keep(world, "gpsr", NAME, categories=["kitchen"])
    assert (lacking(world, "CUP"), lacking(world, "OTHER")) == (["manufacturer_name"], [])
    world.edit(Product.objects.get(sku="OTHER").pk, categories=["cups"])
    assert lacking(world, "OTHER") == ["manufacturer_name"]


def test_a_variant_is_asked_by_the_category_of_its_model(world: World) -> None:
    world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size", categories=["fashion"])
    world.create("SHIRT-M", {"size": "m"}, parent="SHIRT")
    keep(world, "gpsr", NAME, categories=["fashion"])
    assert lacking(world, "SHIRT-M") == ["manufacturer_name"]


def test_only_the_products_a_pack_is_about_are_counted_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cup, _other = mug(world, "CUP", categories=["cups"]), mug(world, "OTHER")
    using.send_to(channel(), ["DE"], world.structure)
    work_off_jobs()
    seen: list[int] = []
    original = recount.recount
    monkeypatch.setattr(recount, "recount", lambda ids, **more: (seen.extend(ids), original(ids, **more))[1])
    keep(world, "gpsr", NAME, categories=["kitchen"])
    assert seen == [cup]


def test_the_responsible_person_is_asked_only_of_a_maker_outside_the_eu(world: World) -> None:
    mug(world, "NEAR", {"manufacturer_country": "FR"})
    mug(world, "FAR", {"manufacturer_country": "cn"})
    mug(world, "UNKNOWN")
    keep(world, "gpsr", {"responsible_name": ("required", "eu_responsible_person", "manufacturer_country")})
    assert {sku: lacking(world, sku) for sku in ("NEAR", "FAR", "UNKNOWN")} == {
        "NEAR": [], "FAR": ["eu_responsible_person"], "UNKNOWN": [],
    }  # fmt: skip


def test_a_rule_in_the_buyers_language_is_asked_in_those_languages_alone(world: World) -> None:
    world.create("SHIRT", {"name|en_US": "Shirt"}, family="shirts")
    keep(world, "textile", {"composition": ("required", "fibre_composition", None)}, families=["shirts"])
    assert (lacking(world, "SHIRT", "de_DE"), lacking(world, "SHIRT", "en_US")) == (["fibre_composition"], [])


@time_machine.travel(datetime(2027, 2, 1, 12, tzinfo=UTC))
def test_a_rule_counts_from_its_day_on(world: World) -> None:
    mug(world)
    keep(world, "battery", {"removable": ("required", "manufacturer_name", None)}, families=["mugs"])
    structure = world.structure
    spec = profile.current(structure).by_id[channel().pk]
    product = bundles.load([Product.objects.get(sku="MUG-1").pk], structure=structure)
    told = judging.told(next(iter(product.values())), [spec], structure)
    assert (lacking(world, "MUG-1", "de_DE"), [one.state for one in told]) == ([], ["coming"])
    assert turning.turn(date(2027, 2, 17)) == 0
    assert turning.turn(date(2027, 2, 18)) == 1
    work_off_jobs()
    assert lacking(world, "MUG-1", "de_DE") == ["manufacturer_name"]
    assert turning.turn(date(2027, 2, 18)) == 0


def test_a_warning_is_told_and_holds_nothing_back(world: World) -> None:
    mug(world)
    keep(world, "gpsr", {"manufacturer_name": ("warning", "manufacturer_name", None)})
    structure = world.structure
    spec = profile.current(structure).by_id[channel().pk]
    bundle = next(iter(bundles.load([Product.objects.get(sku="MUG-1").pk], structure=structure).values()))
    told = judging.told(bundle, [spec], structure)
    assert lacking(world, "MUG-1") == []
    assert [(one.state, one.message) for one in told] == [("warning", "Manufacturer name is missing.")]


def test_what_a_manager_adjusted_stays_when_the_pack_is_newer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, "gpsr", {"manufacturer_name": ("warning", "manufacturer_country", None)})
    row = PackedRule.objects.get(code="manufacturer_name")
    rule = PACKS["gpsr"].by_code["manufacturer_name"]
    assert standing.standing(rule, row).kind == "adjusted"
    newer = replace(rule, counts_from=date(2028, 1, 1))
    pack = replace(PACKS["gpsr"], rules=(newer, *PACKS["gpsr"].rules[1:]))
    monkeypatch.setattr(using, "PACKS", {**PACKS, "gpsr": pack})
    with transaction.atomic():
        using.start(channel(), pack, world.structure)
    row.refresh_from_db()
    assert (row.level, row.attribute.code, row.counts_from) == (
        "warning",
        "manufacturer_country",
        date(2024, 12, 13),
    )
    assert standing.standing(newer, row).kind == "changed"
    using.keep(row.use, "manufacturer_name")
    row.refresh_from_db()
    assert (standing.standing(newer, row).kind, row.level) == ("adjusted", "warning")
    using.take_over(row.use, "manufacturer_name", world.structure)
    row.refresh_from_db()
    assert (row.level, row.counts_from, row.in_force, row.attribute.code) == (
        "required", date(2028, 1, 1), False, "manufacturer_country",
    )  # fmt: skip


def test_a_pack_is_taken_over_with_the_attributes_that_are_surely_meant(world: World) -> None:
    with transaction.atomic():
        use = using.start(channel(), PACKS["gpsr"], world.structure)
    found = dict(use.rules.exclude(attribute=None).values_list("code", "attribute__code"))
    assert found == {"manufacturer_name": "manufacturer_name", "responsible_name": "eu_responsible_person", "picture": "picture", "identification": "ean"}  # fmt: skip


def test_a_rule_without_an_attribute_or_a_switched_off_pack_asks_nothing(world: World) -> None:
    mug(world)
    keep(world, "gpsr", {"manufacturer_name": ("required", None, None)})
    assert lacking(world, "MUG-1") == []
    keep(world, "gpsr", NAME)
    assert lacking(world, "MUG-1") == ["manufacturer_name"]
    use = RulePack.objects.get()
    using.save(
        channel(), PACKS["gpsr"], is_on=False, families=[], categories=[], rules=[], structure=world.structure
    )
    work_off_jobs()
    assert lacking(world, "MUG-1") == []
    assert use.rules.count() == len(PACKS["gpsr"].rules)
