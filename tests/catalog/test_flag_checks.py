"""Flags that contradict each other, their type or other attributes are refused beside their field."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.models import Attribute, AttributeGroup
from catalog.structure.flags import check_flags, conditions_naming
from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def refused(attribute: Attribute) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        check_flags(attribute)
    return error.value.message_dict


def attribute(kind: str = "text", **flags: Any) -> Attribute:
    return Attribute(code="extra", type=kind, group=AttributeGroup.objects.get(code="technical"), **flags)


@pytest.mark.parametrize(
    ("flags", "errors"),
    [
        (
            {"locales": ["de_DE"]},
            {
                "locales": [
                    "Only a localizable attribute differs by locale: make it localizable, or name no locales."
                ]
            },
        ),
        ({"localizable": True, "locales": ["de_DE", "xx"]}, {"locales": ["There is no locale 'xx'."]}),
        (
            {"localizable": True, "default": "x"},
            {
                "default": [
                    "A default has no language: leave it empty, or make the attribute not localizable."
                ]
            },
        ),
        (
            {"is_unique": True, "default": "x"},
            {
                "default": [
                    "No two products may have the same value of a unique attribute: leave the default empty."
                ]
            },
        ),
        (
            {"depends_values": ["true"]},
            {"depends_values": ["Choose the attribute that must have these values."]},
        ),
    ],
)
def test_flags_that_contradict_each_other_are_refused(world: World, flags: dict, errors: dict) -> None:
    assert refused(attribute(**flags)) == errors


@pytest.mark.parametrize(("kind", "default"), [("image", "ab" * 32), ("product_reference", "MUG")])
def test_a_default_names_nothing_that_may_go_and_hold_up_every_new_product(
    world: World, kind: str, default: str
) -> None:
    world.create("MUG", family="mugs")
    assert refused(attribute(kind, default=default)) == {
        "default": ["A default cannot be a file or a product, since those may go: leave it empty."]
    }


def test_a_default_is_a_value_of_its_type(world: World) -> None:
    assert refused(attribute("number", default="many"))["default"][0].startswith("'many'")
    world.attributes["color"].default = "purple"
    assert refused(world.attributes["color"]) == {
        "default": ["There is no option 'purple': choose one of the attribute's options, or add it to them."]
    }
    world.attributes["color"].default = "Navy blue"
    check_flags(world.attributes["color"])


def test_an_attribute_depends_on_one_of_few_values(world: World) -> None:
    assert refused(attribute(depends_on=world.attributes["name"], depends_values=["x"]))["depends_on"] == [
        "Name cannot decide this: choose a select or yes/no attribute that is not localizable."
    ]
    assert refused(attribute(depends_on=world.attributes["color"], depends_values=["red", "pink"])) == {
        "depends_values": ["Color has no value 'pink': choose from red, navy, white."]
    }
    assert refused(attribute(depends_on=world.attributes["dishwasher_safe"])) == {
        "depends_values": ["Name the values of Dishwasher safe for which this is asked."]
    }
    check_flags(attribute(depends_on=world.attributes["features"], depends_values=["handmade"]))


def test_attributes_do_not_depend_on_each_other_in_a_circle(world: World) -> None:
    color, size = world.attributes["color"], world.attributes["size"]
    size.depends_on, size.depends_values = color, ["red"]
    check_flags(size)
    size.save()
    color.depends_on, color.depends_values = size, ["m"]
    assert refused(color) == {"depends_on": ["Size itself depends on this attribute: choose another."]}
    color.depends_on, color.depends_values = color, ["red"]
    assert refused(color)["depends_on"] == ["An attribute cannot depend on itself: choose another."]


def test_what_others_depend_on_stays_able_to_decide(world: World) -> None:
    color, size = world.attributes["color"], world.attributes["size"]
    size.depends_on, size.depends_values = color, ["red"]
    size.save()
    assert conditions_naming(color, ["red", "navy"]) == ["Size"]
    assert conditions_naming(color, ["navy"]) == []
    said = "Size depends on this attribute: it must stay a select or yes/no, with one value for all locales."
    color.localizable = True
    assert refused(color) == {"localizable": [said]}
    color.localizable, color.type = False, "text"
    assert refused(color) == {"type": [said]}
