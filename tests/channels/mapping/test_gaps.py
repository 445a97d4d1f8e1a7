"""How many products a field is empty or wrong for: each product of the assortment built as it would be sent, and counted."""

from __future__ import annotations

from typing import Any

from django.test.utils import CaptureQueriesContext

from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels import profile
from channels.mapping import gaps
from channels.models import Channel
from tests.channels.stage import make_channel, work_off_jobs
from tests.world import World

FIELDS: list[dict[str, Any]] = [
    {"target": "title", "source": {"attribute": "name"}, "required": True, "limits": {"max_length": 8}},
    {"target": "ean", "source": {"attribute": "ean"}, "required": True},
]


def counted(channel: Channel) -> gaps.Gaps:
    gaps.ask(channel, by=None)
    work_off_jobs()
    channel.refresh_from_db()
    found = gaps.known(channel)
    assert found is not None
    return found


def test_products_of_the_assortment_are_counted_whatever_their_status(world: World) -> None:
    channel = make_channel(world, fields=FIELDS, assortment={"families": ["mugs"]})
    world.create("GOOD", {"name|en_US": "Mug", "ean": "4006381333931"}, family="mugs")
    world.create(
        "LONG", {"name|en_US": "A very long name", "ean": "4006381333924"}, family="mugs", status="approved"
    )
    world.create("BARE", {}, family="mugs")
    world.create("SHIRT", {}, family="shirts")
    world.create("OFF", {}, family="mugs", enabled=False)
    found = counted(channel)
    assert (found.products, found.is_current) == (3, True)
    assert found.fields == {
        "title": {"empty": 1, "broken": 1, "examples": ["LONG", "BARE"]},
        "ean": {"empty": 1, "broken": 0, "examples": ["BARE"]},
    }
    Channel.objects.update(profile_rev=99)
    channel.refresh_from_db()
    assert not gaps.known(channel).is_current  # type: ignore[union-attr]


def test_variants_of_a_model_count_each(world: World) -> None:
    channel = make_channel(
        world, connector="shopify", settings={}, credentials={}, required=(), fields=[FIELDS[1]]
    )
    world.create("SHIRT", {"name|en_US": "Shirt"}, family="shirts", family_variant="shirts_size")
    for size, ean in (("s", "4006381333931"), ("m", None), ("l", None)):
        world.create(f"SHIRT-{size.upper()}", {"size": size, **({"ean": ean} if ean else {})}, parent="SHIRT")
    found = counted(channel)
    assert found.products == 3
    assert found.fields["ean"] == {"empty": 2, "broken": 0, "examples": ["SHIRT-L", "SHIRT-M"]}


def test_a_run_of_a_profile_that_changed_says_nothing(world: World) -> None:
    channel = make_channel(world, fields=FIELDS)
    world.create("BARE", {}, family="mugs")
    stale = profile.current(Structure.current())
    Channel.objects.update(profile_rev=50)
    old = gaps.profile.current
    gaps.profile.current = lambda structure: stale  # type: ignore[assignment]
    try:
        gaps.ask(channel, by=None)
        work_off_jobs()
    finally:
        gaps.profile.current = old  # type: ignore[assignment]
    assert gaps.known(channel) is None


def test_counting_costs_the_same_queries_for_more_products(
    world: World, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection

    make_channel(world, fields=FIELDS)
    for number in range(4):
        world.create(f"MUG-{number}", {"name|en_US": "Mug"}, family="mugs")
    structure = Structure.current()
    spec = next(iter(profile.current(structure).by_id.values()))
    ids = list(Product.objects.values_list("pk", flat=True))
    spent = []
    for some in (ids[:2], ids):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gaps.count(some, spec, structure, gaps.Tally())
        spent.append(len(queries))
    assert spent[0] == spent[1]
