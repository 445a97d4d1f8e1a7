"""A plan says for which channels products would no longer be complete."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Role, User
from tests.catalog.importing.files import Importer, row
from tests.channels.stage import FULL, make_channel
from tests.world import World


@pytest.fixture
def importer(world: World, tmp_path: Path, settings) -> Importer:
    settings.MEDIA_ROOT = tmp_path / "media"
    make_channel(world)
    return Importer(world)


def test_a_row_that_empties_what_a_channel_requires_says_so(importer: Importer, client: Client) -> None:
    for sku in ("A", "B", "C"):
        importer.world.create(sku, FULL, family="mugs")
    importer.world.create("LACKING", {**FULL, "weight": None}, family="mugs")
    run = importer.plan(
        "sku,name-de_DE,weight,capacity\nA,,350 g,\nB,Tasse,400 g,5\nC,Tasse,,\nLACKING,Tasse,,\n",
        empty="clear",
    )
    told = {number: [note["message"] for note in row(run, number).notes if note["kind"] == "incomplete"] for number in (2, 3, 4, 5)}  # fmt: skip
    assert told == {
        2: ["Would no longer be complete for B2B shop · German (Germany): Name."],
        3: [],
        4: [
            "Would no longer be complete for B2B shop · English (US): Weight.",
            "Would no longer be complete for B2B shop · German (Germany): Weight.",
        ],
        5: [],
    }
    assert (run.counts["incomplete"], run.counts["incomplete_on"]) == (2, [["b2b", "B2B shop", 2]])
    client.force_login(importer.world.admin)
    page = reverse("admin:catalog_importrun_change", args=[run.pk])
    for channel, skus in (("b2b", ["A", "C"]), ("shop", [])):
        answer = client.get(page, {"show": "incomplete", "channel": channel})
        assert [entry["row"].sku for entry in answer.context["rows"]] == skus


def test_who_sees_no_channels_is_told_nothing_of_them(importer: Importer, client: Client) -> None:
    importer.world.create("A", FULL, family="mugs")
    run = importer.plan("sku,weight\nA,\n", empty="clear")
    person = User.objects.create_user("importer", is_staff=True)
    role = Role.objects.create(
        code="importers", labels={}, verbs=["import.run", "product.view", "product.edit"]
    )
    person.roles.add(role)
    run.created_by = person
    run.save()
    page = reverse("admin:catalog_importrun_change", args=[run.pk])
    file = reverse("admin:catalog_importrun_plan_csv", args=[run.pk])

    def told() -> tuple[bool, bool]:
        shown = client.get(page, {"show": "incomplete"}).content.decode()
        lines = b"".join(client.get(file).streaming_content).decode()
        return "B2B shop" in shown, "B2B shop" in lines

    client.force_login(person)
    assert told() == (False, False)
    role.verbs = [*role.verbs, "channel.view"]
    role.save()
    assert told() == (True, True)


def test_a_model_says_it_of_the_variants_that_inherit_from_it(importer: Importer, world: World) -> None:
    from catalog.models import Attribute, Family
    from channels.models import Channel, Requirement

    Requirement.objects.create(
        channel=Channel.objects.get(), family=Family.objects.get(code="shirts"), attribute=Attribute.objects.get(code="name")
    )  # fmt: skip
    from channels import profiles

    profiles.changed(Channel.objects.get())
    names = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
    world.create("M", names, family="shirts", family_variant="shirts_size")
    for size in ("s", "m"):
        world.create(f"M-{size}", {"size": size}, parent="M")
    run = importer.plan("sku,name-de_DE\nM,\n", empty="clear")
    assert [note["message"] for note in row(run, 2).notes if note["kind"] == "incomplete"] == [
        "Would no longer be complete for B2B shop · German (Germany): Name. 2 variants of it."
    ]
