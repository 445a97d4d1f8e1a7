"""Completeness as Akeneo counts it: required attributes by family, channel and locale, filled or not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from catalog import search
from catalog.models import Attribute, Currency, Family, Product
from catalog.structure.announce import announce
from catalog.values import bundle as bundles
from channels import completeness, lacking, profile, profiles
from channels.completeness import Score
from channels.models import Channel, Completeness, Requirement
from tests.channels.stage import FULL, make_channel, work_off_jobs
from tests.world import World


def stored(product: int) -> dict[str, tuple[int, int]]:
    rows = Completeness.objects.filter(product_id=product)
    return {row.locale: (row.required, row.missing) for row in rows}


def mug(world: World, values: dict[str, Any], sku: str = "MUG-1") -> int:
    return world.create(sku, values, family="mugs").product  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("left_out", "en_us", "de_de"),
    [
        ((), (3, 0), (3, 0)),
        (("name|de_DE",), (3, 0), (3, 1)),
        (("weight",), (3, 1), (3, 1)),
        (("name|en_US", "name|de_DE", "price", "weight"), (3, 3), (3, 3)),
    ],
)
def test_each_required_attribute_counts_once_for_each_locale(world, channel, left_out, en_us, de_de) -> None:
    product = mug(world, {key: value for key, value in FULL.items() if key not in left_out})
    assert stored(product) == {"en_US": en_us, "de_DE": de_de}


def test_the_ratio_is_rounded_down_and_nothing_required_is_complete() -> None:
    assert [Score(3, 1).ratio, Score(3, 2).ratio, Score(3, 0).ratio, Score(0, 0).ratio] == [66, 33, 100, 100]


def test_a_currency_that_is_no_longer_active_is_not_asked_for(world: World, channel: Channel) -> None:
    """No price can be entered in it any more: the product could never be complete."""
    product = mug(world, {**FULL, "price": {"EUR": "9.9"}})
    assert stored(product)["en_US"] == (3, 1)
    with transaction.atomic():
        dollar = Currency.objects.get(code="USD")
        dollar.is_active = False
        dollar.save()
        announce("currency", [dollar.pk])
    work_off_jobs()
    assert stored(product)["en_US"] == (3, 0)


def test_a_price_counts_once_it_has_every_currency_of_the_channel(world: World, channel: Channel) -> None:
    product = mug(world, {**FULL, "price": {"EUR": "9.9"}})
    assert stored(product)["en_US"] == (3, 1)
    with transaction.atomic():
        channel.currencies.set(Currency.objects.filter(code="EUR"))
        profiles.changed(channel)
    work_off_jobs()
    assert stored(product)["en_US"] == (3, 0)


def test_an_inherited_value_counts_and_an_explicitly_empty_one_does_not(world: World) -> None:
    make_channel(world, required=())
    shirts = Family.objects.get(code="shirts")
    with transaction.atomic():
        channel = Channel.objects.get()
        Requirement.objects.create(
            channel=channel, family=shirts, attribute=Attribute.objects.get(code="name")
        )
        profiles.changed(channel)
    world.create(
        "SHIRT", {"name|en_US": "Shirt", "name|de_DE": "Hemd"}, family="shirts", family_variant="shirts_size"
    )
    product = world.create("SHIRT-S", {"size": "s"}, parent="SHIRT").product
    assert stored(product) == {"en_US": (1, 0), "de_DE": (1, 0)}
    assert stored(Product.objects.get(sku="SHIRT").pk) == {}  # what is sold is counted, models are not
    world.edit(product, {"name|de_DE": None})
    assert stored(product) == {"en_US": (1, 0), "de_DE": (1, 1)}
    parent = Product.objects.get(sku="SHIRT").pk
    world.edit(parent, {"name|en_US": None})
    assert stored(product) == {"en_US": (1, 1), "de_DE": (1, 1)}


def test_a_value_of_the_audience_counts_for_its_channels_and_an_empty_one_of_the_channel_stops_it(
    world, channel
) -> None:
    product = mug(world, {"name|en_US|professional": "Mug", "price": FULL["price"], "weight": FULL["weight"]})
    assert stored(product)["en_US"] == (3, 0)
    world.edit(product, {"name|en_US|b2b": None})
    assert stored(product)["en_US"] == (3, 1)
    world.edit(product, {"name|en_US|consumer": "Another audience's"})
    assert stored(product)["en_US"] == (3, 1)


def test_a_fallback_counts_only_where_the_channel_says_so(world: World) -> None:
    channel = make_channel(world, locales=("de_DE", "de_AT"))
    work_off_jobs()
    product = mug(world, FULL)
    assert stored(product) == {"de_DE": (3, 0), "de_AT": (3, 1)}
    with transaction.atomic():
        Channel.objects.update(fallback_counts=True)
        profiles.changed(channel)
    work_off_jobs()
    assert stored(product) == {"de_DE": (3, 0), "de_AT": (3, 0)}


def test_a_campaign_makes_nothing_complete(world: World, channel: Channel) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from catalog.models import Campaign
    from catalog.values.campaigns import write_campaign
    from tests.world import SYSTEM

    product = mug(world, {key: value for key, value in FULL.items() if key != "weight"})
    now = timezone.now()
    campaign = Campaign.objects.create(code="sale", starts_at=now - timedelta(1), ends_at=now + timedelta(1))
    write_campaign(campaign, {product: {"weight": FULL["weight"]}}, by=SYSTEM)
    assert stored(product)["en_US"] == (3, 1)


def test_without_a_family_nothing_is_counted(world: World, channel: Channel) -> None:
    assert stored(world.create("LOOSE", {}).product) == {}


def test_a_familys_own_row_goes_before_the_one_for_all_families(world: World, channel: Channel) -> None:
    product = mug(world, FULL)
    ean = Attribute.objects.get(code="ean")
    with transaction.atomic():
        Requirement.objects.create(channel=channel, family=None, attribute=ean)
        profiles.changed(channel)
    work_off_jobs()
    assert stored(product)["en_US"] == (4, 1)
    with transaction.atomic():
        Requirement.objects.create(
            channel=channel, family=Family.objects.get(code="mugs"), attribute=ean, level="warning"
        )
        profiles.changed(channel)
    work_off_jobs()
    assert stored(product)["en_US"] == (3, 0)


def test_a_changed_requirement_is_counted_anew_with_its_tokens(world: World, channel: Channel) -> None:
    product = mug(world, {key: value for key, value in FULL.items() if key != "weight"})
    assert list(search.filter_tokens(Product.objects.all(), all=["inc:b2b|en_US"])) == [
        Product.objects.get(pk=product)
    ]
    with transaction.atomic():
        Requirement.objects.filter(attribute__code="weight").delete()
        profiles.changed(channel)
    work_off_jobs()
    assert stored(product) == {"en_US": (2, 0), "de_DE": (2, 0)}
    assert not search.filter_tokens(Product.objects.all(), all=["inc:b2b|en_US"]).exists()


def test_an_attribute_taken_out_of_the_family_is_no_longer_asked(world: World, channel: Channel) -> None:
    product = mug(world, {key: value for key, value in FULL.items() if key != "weight"})
    family = Family.objects.get(code="mugs")
    with transaction.atomic():
        family.family_attributes.filter(attribute__code="weight").delete()
        announce("family", [family.pk])
    work_off_jobs()
    assert stored(product)["en_US"] == (2, 0)


def test_only_numbers_that_changed_are_written(
    world: World, channel: Channel, django_assert_num_queries
) -> None:
    product = mug(world, FULL)
    before = set(Completeness.objects.values_list("pk", "missing"))
    world.edit(product, {"name|en_US": "Other words"})
    assert set(Completeness.objects.values_list("pk", "missing")) == before
    world.edit(product, {"name|en_US": None})
    after = dict(Completeness.objects.values_list("locale", "missing"))
    assert after == {"en_US": 1, "de_DE": 0}


def test_the_missing_list_agrees_with_the_numbers_for_every_combination(
    world: World, channel: Channel
) -> None:
    """The compiled bits against the plain reading, over documents with values, gaps and explicit empties."""
    from itertools import product as combinations

    from catalog.values.bundle import Level

    structure = world.structure
    spec = profile.current(structure).by_id[channel.pk]
    computer = completeness.of(profile.current(structure))
    loaded = bundles.load([mug(world, {})], structure=structure)
    bundle = next(iter(loaded.values()))
    choices = {
        "name|en_US": ("absent", None, "Mug"),
        "name|en_US|professional": ("absent", None, "Cup"),
        "name|en_US|b2b": ("absent", None, "Beaker"),
        "price": ("absent", {"EUR": "1"}, {"EUR": "1", "USD": "2"}),
        "price||b2b": ("absent", None, {"EUR": "1", "USD": "2"}),
    }
    seen = 0
    for values in combinations(*choices.values()):
        document = {key: value for key, value in zip(choices, values, strict=True) if value != "absent"}
        level = Level(bundle.product.pk, "MUG-1", "simple", document, {})
        one = bundles.Bundle(bundle.product, (level,), bundle.family, None, (), ())
        names = completeness.missing(one, spec, "en_US", structure)
        assert computer.slots(one)[completeness.Slot(channel.pk, "en_US")] == Score(
            3, len(names), lacking.number_of([each.code for each in names])
        ), document
        seen += 1
    assert seen == 243


def test_what_lacks_an_attribute_is_asked_for_by_one_parameter_however_many_sets_have_it(
    world, channel
) -> None:
    product = mug(world, {key: value for key, value in FULL.items() if key != "weight"})
    few = lacking.products(channel.pk, "en_US", "weight").query.sql_with_params()[1]
    with transaction.atomic():
        lacking.store([lacking.number_of(["weight", f"other_{n}"]) for n in range(20)])
    asked = lacking.products(channel.pk, "en_US", "weight")
    assert list(asked) == [product]
    assert len(asked.query.sql_with_params()[1]) <= len(few) + 1  # how many a set has: one or two
