"""`code[-locale][-context][-currency|-unit]`, and what is not one of ours."""

from __future__ import annotations

import pytest

from catalog.importing.targets import Target, UnknownTarget, check, choices, parse_header
from tests.world import World


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("sku", Target(field="sku")),
        ("code", Target(field="sku")),
        (" Parent ", Target(field="parent")),
        ("_rev", Target(field="_rev")),
        ("ean", Target(attribute="ean")),
        ("EAN", Target(attribute="ean")),
        ("name-en_US", Target(attribute="name", locale="en_US")),
        ("NAME-en_us", Target(attribute="name", locale="en_US")),
        ("description-de_DE-shop", Target(attribute="description", locale="de_DE", context="shop")),
        ("released-amazon", Target(attribute="released", context="amazon")),
        ("price-EUR", Target(attribute="price", part="EUR")),
        ("price-shop-eur", Target(attribute="price", context="shop", part="EUR")),
        ("weight", Target(attribute="weight")),
        ("weight-unit", Target(attribute="weight", part="unit")),
    ],
)
def test_a_header_names_its_target_by_code_in_any_case(world: World, header: str, target: Target) -> None:
    assert parse_header(header, world.structure) == target


@pytest.mark.parametrize(
    "header",
    [
        "_state",
        "id",
        "owner",
        "rev",
        "is_superuser",
        "name-xx_XX",
        "name-shop-en_US",
        "price-GBP",
        "weight-EUR",
        "ean-unit",
        "",
        "-",
    ],
)
def test_a_header_that_names_nothing_of_ours_has_no_target(world: World, header: str) -> None:
    assert parse_header(header, world.structure) is None


def test_every_choice_of_the_mapping_screen_is_read_back_as_itself(world: World) -> None:
    spelled = [header for _group, listed in choices(world.structure) for header, _label in listed]
    targets = [parse_header(header, world.structure) for header in spelled]
    assert None not in targets
    assert [str(target) for target in targets] == spelled
    assert [Target.from_json(target.as_json()) for target in targets if target] == targets


@pytest.mark.parametrize("data", ["rev", {"attribute": ""}, {"attribute": "name", "rank": "1"}, 7, ["sku"]])
def test_a_stored_target_of_another_shape_is_refused(data: object) -> None:
    with pytest.raises(UnknownTarget):
        Target.from_json(data)


def test_a_target_is_checked_against_the_structure_of_now(world: World) -> None:
    assert check(Target(attribute="name"), world.structure).startswith("Name is written by locale")
    assert (
        check(Target(attribute="ean", locale="en_US"), world.structure)
        == "Ean has one value for all locales."
    )
    assert check(Target(attribute="gone"), world.structure) == "There is no attribute 'gone' any more."
    assert check(Target(attribute="name", locale="en_US", context="shop"), world.structure) == ""
