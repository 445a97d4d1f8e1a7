"""An attribute's flags on its screen and in its file."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Attribute, FamilyAttribute
from catalog.structure.snapshot import Structure
from catalog.transfer.resources import AttributeResource
from tests.attributes import add
from tests.catalog.admin.test_structure_forms import form_of
from tests.world import World

FLAGS = ("read_only", "default", "locales", "help", "depends_on__code", "depends_values")


def save(boss: Client, attribute: Attribute, **changes: Any) -> Any:
    url = reverse("admin:catalog_attribute_change", args=[attribute.pk])
    return boss.post(url, {**form_of(boss, url), **changes})


def flags_of(code: str) -> dict[str, Any]:
    return Attribute.objects.filter(code=code).values(*FLAGS).get()


def test_flags_are_set_in_words_and_take_effect(world: World, boss: Client) -> None:
    response = save(
        boss, world.attributes["capacity"], read_only="on", default="0.25", help__en_US="In litres, to the brim.",
        depends_on=world.attributes["color"].pk, depends_values="red, navy",
    )  # fmt: skip
    assert response.status_code == 302, response.context["errors"]
    assert flags_of("capacity") == {
        "read_only": True,
        "default": "0.25",
        "locales": [],
        "help": {"en_US": "In litres, to the brim."},
        "depends_on__code": "color",
        "depends_values": ["red", "navy"],
    }
    spec = Structure.current().attributes["capacity"]
    assert (spec.read_only, spec.default, spec.help_text("de_DE")) == (
        True,
        "0.25",
        "In litres, to the brim.",
    )
    assert (spec.depends_on, spec.depends_values) == ("color", ("red", "navy"))


def test_locales_are_ticked(world: World, boss: Client) -> None:
    response = save(boss, world.attributes["name"], locales=["de_DE", "fr_FR"])
    assert response.status_code == 302, response.context["errors"]
    assert Structure.current().attributes["name"].locales == ("de_DE", "fr_FR")


def test_what_contradicts_is_told_beside_its_field_and_changes_nothing(world: World, boss: Client) -> None:
    before = flags_of("capacity")
    response = save(
        boss, world.attributes["capacity"], default="a lot", locales=["de_DE"],
        depends_on=world.attributes["name"].pk, depends_values="x",
    )  # fmt: skip
    assert response.status_code == 200
    assert set(response.context["adminform"].form.errors) == {
        "default",
        "locales",
        "depends_on",
        "depends_values",
    }
    assert flags_of("capacity") == before


def test_an_option_that_decides_is_not_removed(world: World, boss: Client) -> None:
    color = world.attributes["color"]
    add(world, "gloss", "text", depends_on=color, depends_values=["red"])
    form = form_of(boss, reverse("admin:catalog_attribute_change", args=[color.pk]))
    row = next(
        name.removesuffix("-code")
        for name, value in form.items()
        if name.endswith("-code") and value == "red"
    )
    response = save(boss, color, **{f"{row}-DELETE": "on"})
    assert "Gloss is asked for only with one of these options" in response.content.decode()
    assert color.options.filter(code="red").exists()


@pytest.mark.parametrize("reverse_rows", [False, True], ids=["in order", "the dependent first"])
def test_flags_come_and_go_as_a_file_without_loss(world: World, reverse_rows: bool) -> None:
    add(
        world,
        "lid",
        "boolean",
        default="true",
        read_only=True,
        help={"en_US": "With a lid?", "de_DE": "Mit Deckel?"},
    )
    add(world, "lid_color", "color", depends_on=world.attributes["lid"], depends_values=["true"])
    add(world, "note", "text", localizable=True, locales=["de_DE", "fr_FR"])
    codes = ["lid", "lid_color", "note"]
    before = {code: flags_of(code) for code in codes}
    dataset = AttributeResource().export(Attribute.objects.filter(code__in=codes).order_by("pk"))
    FamilyAttribute.objects.filter(attribute__code__in=codes).delete()
    for code in reversed(codes):
        Attribute.objects.get(code=code).delete()
    if reverse_rows:
        dataset.dict = list(reversed(dataset.dict))
    result = AttributeResource().import_data(dataset, raise_errors=True)
    assert result.totals["new"] == 3
    assert {code: flags_of(code) for code in codes} == before
    again = AttributeResource().import_data(
        AttributeResource().export(Attribute.objects.filter(code__in=codes)), raise_errors=True
    )
    assert again.totals["skip"] == 3


def test_a_file_is_held_to_the_same_checks(world: World) -> None:
    dataset = AttributeResource().export(Attribute.objects.filter(code="capacity"))
    rows = dataset.dict
    rows[0]["default"] = "a lot"
    dataset.dict = rows
    result = AttributeResource().import_data(dataset)
    assert list(result.invalid_rows[0].error_dict) == ["default"]
    assert flags_of("capacity")["default"] == ""


def test_no_field_is_bound_by_a_word_that_the_browser_reads_as_code(world: World, boss: Client) -> None:
    html = boss.get(
        reverse("admin:catalog_attribute_change", args=[world.attributes["name"].pk])
    ).content.decode()
    assert 'x-model.fill="code"' in html
    assert 'x-model.fill="default"' not in html
