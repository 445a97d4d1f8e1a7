"""What each action of a rule makes of a product, and what it leaves alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Category, Product, ProductCategory
from enrichment.rules import preview
from enrichment.rules.actions import Action
from enrichment.rules.calculating import Amount, Calculation, Miscalculated, Term, term
from enrichment.rules.current import spec_of
from tests.enrichment.conftest import values_of
from tests.enrichment.rules.conftest import FEED, MakeRule, run
from tests.world import World

GERMAN = {"locales": ("de_DE",)}
MUG = {
    "name|en_US": "Blue mug",
    "color": "navy",
    "capacity": "350",
    "weight": {"amount": "350", "unit": "GRAM"},
    "price": {"EUR": "9.9", "USD": "12"},
}


@pytest.fixture
def mug(world: World) -> int:
    return world.create("MUG-1", dict(MUG), family="mugs", categories=["cups"], by=FEED).product or 0


@pytest.mark.parametrize(
    ("action", "key", "expected"),
    [
        (Action("set", "dishwasher_safe", value=True), "dishwasher_safe", True),
        (Action("set", "color", value="red", only_empty=True), "color", "navy"),
        (Action("copy", "name", **GERMAN, origin="name", from_locale="en_US"), "name|de_DE", "Blue mug"),
        (Action("copy", "name", **GERMAN, origin="color"), "name|de_DE", "Navy blue"),
        (
            Action("template", "name", **GERMAN, template="{name}, {color} ({weight})", from_locale="en_US"),
            "name|de_DE",
            "Blue mug, Navy blue (350 g)",
        ),
        (
            Action("template", "name", **GERMAN, template="{name} {color}", from_locale="en_US", length=10),
            "name|de_DE",
            "Blue mug",
        ),
        (
            Action("template", "description", **GERMAN, template="{sku} & {family}"),
            "description|de_DE",
            "<p>MUG-1 &amp; Mugs</p>",
        ),
        (Action("template", "name", **GERMAN, template="{features}"), "name|de_DE", None),
        (Action("calculate", "capacity", expression="({capacity} + 50) / 2"), "capacity", "200"),
        (Action("calculate", "capacity", expression="{weight} * 1000"), "capacity", "350"),
        (
            Action("calculate", "weight", expression="{weight} + 0.15"),
            "weight",
            {"amount": "0.5", "unit": "KILOGRAM"},
        ),
        (
            Action("calculate", "price", expression="round({price.EUR} * 1.19, 2)", currency="USD"),
            "price",
            {"EUR": "9.9", "USD": "11.78"},
        ),
        (Action("calculate", "capacity", expression="{capacity} / ({weight} - {weight})"), "capacity", "350"),
        (Action("map", "color", origin="color", table=(("Navy Blue", "white"),)), "color", "white"),
        (Action("map", "color", origin="color", table=(("red", "white"),)), "color", "navy"),
        (Action("map", "color", origin="color", table=(("x", "white"),), otherwise="Red"), "color", "red"),
    ],
)
def test_an_action_writes_its_value(
    world: World, mug: int, make_rule: MakeRule, action: Action, key: str, expected: Any
) -> None:
    run(make_rule(action), world)
    assert values_of(mug).get(key) == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action("classify", categories=("other",)), ["cups", "other"]),
        (Action("classify", mode="take", categories=("cups", "other")), []),
        (Action("classify", mode="set", categories=("other",)), ["other"]),
    ],
)
def test_products_are_put_into_categories(
    world: World, mug: int, make_rule: MakeRule, action: Action, expected: list[str]
) -> None:
    run(make_rule(action), world)
    rows = ProductCategory.objects.filter(product=mug).order_by("position", "pk")
    assert list(rows.values_list("category__code", flat=True)) == expected


def test_an_action_reads_what_those_above_it_have_written(
    world: World, mug: int, make_rule: MakeRule
) -> None:
    rule = make_rule(
        Action("set", "color", value="red"),
        Action("template", "name", locales=("de_DE",), template="Tasse {color}"),
        on_change=True,
    )
    run(rule, world)
    assert (values_of(mug)["color"], values_of(mug)["name|de_DE"]) == ("red", "Tasse Red")


def test_a_text_for_several_languages_is_read_in_each(world: World, mug: int, make_rule: MakeRule) -> None:
    world.edit(mug, {"name|de_DE": "Tasse"})
    run(make_rule(Action("template", "description", ("en_US", "de_DE"), template="{name}!")), world)
    assert [values_of(mug)[f"description|{code}"] for code in ("en_US", "de_DE")] == [
        "<p>Blue mug!</p>",
        "<p>Tasse!</p>",
    ]


def test_what_the_attribute_would_not_take_is_counted_and_the_rest_is_written(
    world: World, mug: int, make_rule: MakeRule
) -> None:
    rule = make_rule(
        Action("copy", "capacity", origin="name", from_locale="en_US"), Action("set", "color", value="red")
    )
    done = run(rule, world)
    assert (values_of(mug)["capacity"], values_of(mug)["color"]) == ("350", "red")
    assert (done.changed, done.refused) == (1, 1)
    # Who may read of a run may not see the name.
    assert done.reasons == {"Capacity does not take what came out: the preview says why.": 1}
    looked = preview.look(spec_of(rule, world.structure), world.admin, world.structure)
    assert next(iter(looked.reasons)).startswith("Capacity: 'Blue mug' is not a number")


def test_a_run_keeps_no_word_that_is_not_in_the_table(world: World, mug: int, make_rule: MakeRule) -> None:
    action = Action("map", "color", origin="name", from_locale="en_US", table=(("x", "red"),))
    done = run(make_rule(action), world)
    assert done.reasons == {"What it reads is not in the table: the preview says which words.": 1}


def test_what_is_missing_leaves_the_value_alone_and_is_said(world: World, make_rule: MakeRule) -> None:
    empty = world.create("MUG-2", {}, family="mugs").product or 0
    done = run(make_rule(Action("calculate", "capacity", expression="{weight} * 2")), world)
    assert "capacity" not in values_of(empty)
    assert done.reasons == {"Nothing to calculate with: Weight is empty.": 1}


def test_a_value_shared_by_variants_is_written_once_at_the_model(world: World, make_rule: MakeRule) -> None:
    model = world.create("S", {"name|en_US": "Shirt"}, family_variant="shirts_size").product or 0
    small = world.create("S-s", {"size": "s"}, parent="S", by=FEED).product or 0
    rule = make_rule(
        Action("template", "name", locales=("de_DE",), template="Hemd {name}", from_locale="en_US"),
        Action("set", "size", value="m"),
        when="-if~family~in~shirts",
    )
    run(rule, world)
    assert values_of(model) == {"name|en_US": "Shirt", "name|de_DE": "Hemd Shirt"}
    assert values_of(small) == {"size": "m"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{weight} +", "This cannot be read"),
        ("__import__('os').system('x')", "Only numbers"),
        ("().__class__", "Only numbers"),
        ("2 ** 1000000000", "Only numbers"),
        ("1,5", "Write decimals with a point"),
        ("weight * 2", "'weight' is not known"),
        ("_1 + {weight}", "'_1' is not known"),
        ("(" * 300, "This cannot be read"),
        ("{color} * 2", "Color is no number"),
        ("{gone} * 2", "There is no attribute 'gone'"),
        ("{price} * 2", "Price has a price in each currency"),
        ("{weight} + {price.EUR}", "EUR and Weight (kg) do not fit"),
        ("{price.EUR} + {price.USD}", "USD and EUR do not fit"),
        ("{price.EUR}", "EUR and Weight (kg) do not fit"),
        ("round({weight}, 99)", "Round to 0 to 12"),
    ],
)
def test_a_calculation_that_says_nothing_is_refused(world: World, text: str, message: str) -> None:
    structure = world.structure
    with pytest.raises(Miscalculated) as refused:
        Calculation(text).check(structure, Term("weight", structure.attributes["weight"]))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("-{weight} * 2 + 10", "3"),
        ("min({weight}, 3) + max(1, 2, 0.5)", "5"),
        ("ceil({weight} / 3)", "2"),
        ("{weight} / {weight} * 7", "7"),
        ("1 / 3", "0.333333333333"),
    ],
)
def test_calculations_are_exact_decimals(world: World, text: str, result: str) -> None:
    structure = world.structure
    weight = term("weight", structure)
    amounts = {"weight": Amount(Decimal("3.5"), weight.unit)}
    assert Calculation(text).result(amounts, weight, structure) == Decimal(result)


def test_what_a_deleted_category_or_attribute_leaves_behind_is_a_fault_and_no_smaller_rule(
    world: World, mug: int, make_rule: MakeRule
) -> None:
    rule = make_rule(Action("classify", categories=("other",)), Action("set", "color", value="red"))
    Category.objects.filter(code="other").delete()
    from django.db import transaction

    from catalog.structure.announce import announce

    with transaction.atomic():
        announce("category", [])
    run(rule, world)
    rule.refresh_from_db()
    assert rule.problem == "Action 1: There is no category 'other' any more."
    assert values_of(mug)["color"] == "navy"
    assert Product.objects.get(pk=mug).rev == 1
