"""What the grid says of a model is what stands under it, taken together."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db.models import Sum

from catalog.models import Product
from channels.models import Channel, Completeness, Listing
from enrichment.workbench.grid.below import under


@pytest.fixture
def family(world: Any, channel: Channel) -> dict[str, Product]:
    """A model of two sub-models with three variants, one of them in the trash, and a model by itself with one."""
    world.create("BIG", {"name|en_US": "Big"}, family_variant="shirts_color_size")
    for color, sizes in (("red", "sm"), ("navy", "l")):
        world.create(f"BIG-{color}", {"color": color}, parent="BIG")
        for size in sizes:
            world.create(f"BIG-{color}-{size}", {"size": size}, parent=f"BIG-{color}")
    world.create("SMALL", {"name|en_US": "Small", "name|de_DE": "Klein"}, family_variant="shirts_size")
    world.create("SMALL-s", {"size": "s"}, parent="SMALL")
    world.create("MUG", {"name|en_US": "Mug"}, family="mugs")
    found = {row.sku: row for row in Product.objects.all()}
    world.edit(found["BIG-red-m"].pk, trashed=True)
    return {row.sku: row for row in Product.objects.all()}


BELOW = {"BIG": ["BIG-red-s", "BIG-navy-l"], "BIG-red": ["BIG-red-s"], "SMALL": ["SMALL-s"]}


def test_what_stands_under_models_and_sub_models_is_counted_for_each(
    family: dict[str, Product], channel: Channel, django_assert_num_queries: Any
) -> None:
    shown = [family[sku] for sku in ("SMALL", "BIG", "BIG-red", "BIG-red-s", "MUG")]
    with django_assert_num_queries(1):
        found = under(shown, on_channels=True)
    for sku, skus in BELOW.items():
        model, ids = family[sku].pk, [family[below].pk for below in skus]
        assert found.variants[model] == len(skus)
        scores = Completeness.objects.filter(product_id__in=ids, channel=channel).order_by()
        summed = scores.values_list("locale").annotate(Sum("required"), Sum("missing"))
        assert summed
        assert found.scores[model, channel.pk] == {place: (asked, lacks) for place, asked, lacks in summed}
        states = Listing.objects.filter(product_id__in=ids, channel=channel).values_list("state", flat=True)
        assert states
        assert found.states[model, channel.pk] == Counter(states)
    assert found.variants.keys() == {family[sku].pk for sku in BELOW}


def test_without_channels_the_variants_are_counted_alone(family: dict[str, Product]) -> None:
    found = under([family["BIG"]], on_channels=False)
    assert (dict(found.variants), found.scores, found.states) == ({family["BIG"].pk: 2}, {}, {})


def test_where_no_model_is_shown_nothing_is_asked(
    family: dict[str, Product], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert not under([family["MUG"], family["BIG-red-s"]], on_channels=True).variants
