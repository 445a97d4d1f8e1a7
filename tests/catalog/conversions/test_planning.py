"""A plan counts and shows what each value becomes, what cannot, and what stands against it; it changes nothing."""

from __future__ import annotations

from catalog.conversions.asking import reasons_against
from catalog.models import Attribute, Family
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.conversions.acts import planned, retype, wanted
from tests.world import World


def test_localizable_off_tells_whose_text_stays(world: World) -> None:
    first = world.create("A", {"name|en_US": "Mug", "name|de_DE": "Tasse"}, family="mugs").product
    world.create("B", {"name|de_DE": "Becher"}, family="mugs")
    before = catalogue_hash()
    plan = planned("name", localizable=False, locales=("en_US", "de_DE")).plan
    assert (plan["products"], plan["values"], plan["changed"], plan["outvoted"]) == (2, 3, 2, 1)
    assert plan["samples"]["outvoted"] == [
        {"product": first, "key": "name|de_DE", "before": "Tasse", "after": "", "becomes": ""}
    ]
    assert [(each["key"], each["becomes"], each["after"]) for each in plan["samples"]["changed"]] == [
        ("name|en_US", "name", "Mug"),
        ("name|de_DE", "name", "Becher"),
    ]
    assert catalogue_hash() == before


def test_what_is_no_number_is_listed_with_its_reason(world: World) -> None:
    retype("capacity", "text")
    good = world.create("A", {"capacity": "300"}, family="mugs").product
    bad = world.create("B", {"capacity": "a lot"}, family="mugs").product
    plan = planned("capacity", type="number").plan
    assert good
    assert (plan["values"], plan["changed"], plan["failed"]) == (2, 0, 1)
    assert [(each["product"], each["before"]) for each in plan["samples"]["failed"]] == [(bad, "a lot")]
    assert len(plan["reasons"]) == 1


def test_options_are_made_of_the_texts_there_are(world: World) -> None:
    retype("capacity", "text")
    for number, text in enumerate(["Large", "large", "Extra large", "extra_large"]):
        world.create(f"M{number}", {"capacity": text}, family="mugs")
    plan = planned("capacity", type="select").plan
    # A code that is another text's spelling is not given away.
    assert plan["options"] == {"extra_large_2": "Extra large", "extra_large": "extra_large", "large": "Large"}


def against(code: str, **changed: object) -> list[str]:
    return reasons_against(Attribute.objects.get(code=code), wanted(code, **changed))  # type: ignore[arg-type]


def test_what_stands_against_a_change_is_said(world: World) -> None:
    assert against("name") == ["Nothing would change: choose what is to become different."]
    assert against("size", localizable=True, locales=("en_US",)) == [
        "It tells the variants of [shirts_color_size] apart, so every variant must have one value of it.",
        "It tells the variants of [shirts_size] apart, so every variant must have one value of it.",
    ]
    assert against("ean", localizable=True, locales=("en_US",)) == [
        "A unique attribute has one value per product: it can be neither localizable nor scopable."
    ]
    assert against("picture", type="number") == ["There is no way from Image to Number."]
    assert against("name", localizable=False) == [
        "Say which locales: those that get the value, or whose value stays."
    ]
    Family.objects.filter(code="mugs").update(label_attribute=Attribute.objects.get(code="color"))
    assert against("color", type="multiselect")[-1] == (
        "It names the products of Mugs: choose another label attribute there first."
    )
