"""What an attribute's flags do at the door, when resolving and on the product's readiness."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Attribute, Option, ProductValues
from catalog.values import bundle as bundles
from catalog.values import conditions
from catalog.values.changes import Actor, ProductChange
from catalog.values.resolve import resolve
from catalog.values.sources import whole
from catalog.values.write import plan
from tests.attributes import add, changed
from tests.world import SYSTEM, World


def values_of(product: int | None) -> dict[str, Any]:
    return ProductValues.objects.get(pk=product).values


def bundle_of(world: World, product: int | None) -> bundles.Bundle:
    return bundles.load([product or 0], structure=world.structure)[product or 0]


# --- locale-specific


def test_an_attribute_that_exists_in_one_locale_is_refused_elsewhere(world: World) -> None:
    add(world, "sorting_note", "text", localizable=True, locales=["fr_FR"])
    mug = world.create("M-1", {"sorting_note|fr_FR": "Bac jaune"}, family="mugs").product
    outcome = world.edit(mug or 0, {"sorting_note|de_DE": "Gelbe Tonne"})
    assert [(error.key, error.code, error.message) for error in outcome.errors] == [
        (
            "sorting_note|de_DE",
            "not_in_locale",
            "Sorting note exists in fr_FR only: leave 'de_DE' out.",
        )
    ]
    assert values_of(mug) == {"sorting_note|fr_FR": "Bac jaune"}


def test_a_fallback_brings_no_value_to_where_the_attribute_does_not_exist(world: World) -> None:
    add(world, "sorting_note", "text", localizable=True, locales=["fr_FR"])
    mug = world.create("M-1", {"sorting_note|fr_FR": "Bac jaune"}, family="mugs").product
    spec, bundle = world.structure.attributes["sorting_note"], bundle_of(world, mug)
    found = {
        locale: resolve(bundle, spec, world.structure, locale=locale).value
        for locale in ("fr_FR", "fr_CA", "en_US")
    }
    assert found == {"fr_FR": "Bac jaune", "fr_CA": None, "en_US": None}


# --- read-only


def test_people_do_not_write_a_read_only_attribute_but_imports_and_rules_do(world: World) -> None:
    add(world, "stock_class", "text", read_only=True)
    mug = world.create("M-1", family="mugs").product
    for origin in ("form", "grid", "bulk"):
        outcome = world.edit(mug or 0, {"stock_class": "A"}, by=Actor(world.admin, origin=origin))
        assert [(error.key, error.code, error.message) for error in outcome.errors] == [
            ("stock_class", "read_only", "Stock class is written by imports and rules only, not by hand.")
        ]
    assert values_of(mug) == {}
    for origin in ("import", "rule", "api"):
        assert world.edit(mug or 0, {"stock_class": origin}, by=Actor(world.admin, origin=origin)).ok
    assert values_of(mug) == {"stock_class": "api"}


# --- default


def test_a_new_product_gets_the_default_which_says_that_it_is_one(world: World) -> None:
    add(world, "warranty", "number", default="2")
    add(world, "grade", "select", options=("a", "b"))
    Attribute.objects.filter(code="grade").update(default="B")
    changed("attribute", world.attributes["grade"].pk)
    mug = world.create("M-1", family="mugs").product
    assert values_of(mug) == {"warranty": "2", "grade": "b"}
    own = ProductValues.objects.get(pk=mug)
    assert whole(own.sources, own.values) == {"warranty": "default", "grade": "default"}


def test_a_default_never_overwrites_and_comes_only_once(world: World) -> None:
    add(world, "warranty", "number", default="2")
    given = world.create("M-1", {"warranty": "5"}, family="mugs").product
    empty = world.create("M-2", {"warranty": ""}, family="mugs").product
    shirt = world.create("S-1", family="shirts").product
    assert [values_of(pk) for pk in (given, empty, shirt)] == [{"warranty": "5"}, {}, {}]
    world.edit(empty or 0, {"capacity": "1"})
    assert values_of(empty) == {"capacity": "1"}


def test_a_default_stands_at_the_level_of_its_attribute_and_is_never_an_axis(world: World) -> None:
    add(world, "origin", "text", family="shirts", default="PT")
    Attribute.objects.filter(code="size").update(default="m")
    changed("attribute", world.attributes["size"].pk)
    model = world.create("S", family_variant="shirts_size").product
    variant = world.create("S-L", {"size": "l"}, parent="S").product
    assert (values_of(model), values_of(variant)) == ({"origin": "PT"}, {"size": "l"})


def test_a_plan_shows_the_default_that_the_write_will_give(world: World) -> None:
    add(world, "warranty", "number", default="2")
    [outcome] = plan([ProductChange(fields={"sku": "M-1", "family": "mugs"})], by=SYSTEM)
    assert outcome.changed["warranty"][1] == "2"


def test_a_default_that_no_longer_fits_is_left_out(world: World) -> None:
    grade = add(world, "grade", "select", options=("a",))
    Attribute.objects.filter(pk=grade.pk).update(default="a")
    Option.objects.filter(attribute=grade).delete()
    changed("attribute", grade.pk)
    assert values_of(world.create("M-1", family="mugs").product) == {}


# --- depends on another value


@pytest.fixture
def battery(world: World) -> World:
    add(world, "rechargeable", "boolean")
    rechargeable = world.attributes["rechargeable"]
    add(world, "battery", "select", options=("li", "nimh"), depends_on=rechargeable, depends_values=["true"])
    add(
        world,
        "cell_count",
        "number",
        depends_on=world.attributes["battery"],
        depends_values=["li"],
        default="4",
    )
    return world


def test_a_condition_is_asked_of_the_value_and_of_what_that_depends_on(battery: World) -> None:
    mug = battery.create("M-1", {"rechargeable": "no", "battery": "li"}, family="mugs").product

    def asked() -> dict[str, bool]:
        structure, bundle = battery.structure, bundle_of(battery, mug)
        return {
            code: conditions.applies(bundle, structure.attributes[code], structure)
            for code in ("rechargeable", "battery", "cell_count")
        }

    assert asked() == {"rechargeable": True, "battery": False, "cell_count": False}
    battery.edit(mug or 0, {"rechargeable": "yes"})
    assert asked() == {"rechargeable": True, "battery": True, "cell_count": True}
    battery.edit(mug or 0, {"battery": "nimh"})
    assert asked() == {"rechargeable": True, "battery": True, "cell_count": False}
    words = conditions.in_words(battery.structure.attributes["battery"], battery.structure)
    assert words == "Asked only where Rechargeable is Yes."


def test_a_conditional_default_is_given_where_its_condition_is_met(battery: World) -> None:
    met = battery.create("M-1", {"rechargeable": "yes", "battery": "li"}, family="mugs").product
    unmet = battery.create("M-2", {"battery": "nimh"}, family="mugs").product
    assert values_of(met)["cell_count"] == "4"
    assert values_of(unmet) == {"battery": "nimh"}


def test_defaults_that_depend_on_one_another_come_in_that_order(battery: World) -> None:
    Attribute.objects.filter(code="rechargeable").update(default="yes", position=3)
    Attribute.objects.filter(code="battery").update(default="li", position=2)
    Attribute.objects.filter(code="cell_count").update(position=1)
    changed("attribute", battery.attributes["battery"].pk)
    mug = battery.create("M-1", family="mugs").product
    assert values_of(mug) == {"rechargeable": True, "battery": "li", "cell_count": "4"}
    # A battery is not asked for here, so the one that is kept does not ask for its cells.
    kept = battery.create("M-2", {"rechargeable": "no", "battery": "li"}, family="mugs").product
    assert values_of(kept) == {"rechargeable": False, "battery": "li"}
