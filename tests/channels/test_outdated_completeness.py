"""What an outdated translation counts is the channel's to say."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.values import bundle as bundles
from catalog.values.translations import confirm
from channels import completeness, profile
from channels.models import Channel, Completeness
from tests.channels.stage import FULL, make_channel, work_off_jobs
from tests.world import World


@pytest.fixture
def channel(world: World) -> Channel:
    return make_channel(world)


def german(product: int, world: World) -> tuple[int, list[str], list[str]]:
    """(missing as stored, missing by name, outdated by name), of the German sheet."""
    structure = world.structure
    spec = profile.current(structure).by_code("b2b")
    assert spec is not None
    bundle = bundles.load([product])[product]
    stored = Completeness.objects.get(product=product, locale="de_DE").missing
    missing = completeness.missing(bundle, spec, "de_DE", structure)
    old = completeness.outdated(bundle, spec, "de_DE", structure)
    return stored, [each.code for each in missing], [each.code for each in old]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [("counts", (0, [], [])), ("warns", (0, [], ["name"])), ("missing", (1, ["name"], ["name"]))],
)
def test_it_counts_as_the_profile_says(world: World, channel: Channel, counts: str, expected: Any) -> None:
    Channel.objects.update(outdated=counts)
    profile.forget()
    product = world.create("MUG", dict(FULL), family="mugs").product
    assert product is not None
    assert german(product, world) == (0, [], [])
    world.edit(product, {"name|en_US": "Green mug"})
    assert german(product, world) == expected
    world.edit(product, {"name|de_DE": "Grüne Tasse"})
    assert german(product, world) == (0, [], [])


def test_a_variant_misses_what_is_outdated_on_its_model_until_somebody_confirms_it(
    world: World, channel: Channel
) -> None:
    Channel.objects.update(outdated="missing")
    profile.forget()
    channel.requirements.all().delete()
    channel.requirements.create(attribute=world.attributes["name"], family=world.families["shirts"])
    model = world.create(
        "SHIRT", {"name|en_US": "Shirt", "name|de_DE": "Hemd"}, family_variant="shirts_size"
    ).product
    variant = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    assert model is not None
    assert variant is not None
    world.edit(model, {"name|en_US": "Blouse"})
    assert german(variant, world) == (1, ["name"], ["name"])
    assert world.admin is not None
    from catalog.models import OutdatedTranslation

    assert confirm(OutdatedTranslation.objects.all(), by=world.admin) == 1
    work_off_jobs()
    assert german(variant, world) == (0, [], [])
