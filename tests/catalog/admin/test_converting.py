"""The screen that converts an attribute's values: asks, plans, starts, tells how it ended."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.jobs import cancel, run_due
from catalog.models import Attribute, Category, Conversion, Grant, Job, ProductValues, Role, User
from tests.world import World, build_world


@pytest.fixture
def world(db: Any) -> World:
    return build_world()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="boss"))
    return client


@pytest.fixture(autouse=True)
def _no_nudges(monkeypatch: pytest.MonkeyPatch) -> None:
    from catalog.jobs import queue

    monkeypatch.setattr(queue, "nudge", lambda queue: None)


def address(code: str, name: str = "catalog_attribute_convert") -> str:
    return reverse(f"admin:{name}", args=[Attribute.objects.get(code=code).pk])


def test_planned_looked_at_started_and_told(client: Client, world: World) -> None:
    mug = world.create("MUG", {"capacity": "300"}, family="mugs").product
    asked = {"type": "number", "localizable": "on", "locale": "en_US"}
    page = client.post(address("capacity"), asked, follow=True).content.decode()
    assert "1 product has 1 values of it." in page
    assert "No value is lost." in page
    assert ProductValues.objects.get(pk=mug).values == {"capacity": "300"}
    row = Conversion.objects.get()
    start = address("capacity", "catalog_attribute_start_conversion")
    assert (
        "everybody can go on working"
        in client.post(start, {"conversion": row.pk}, follow=True).content.decode()
    )
    assert "The values are being rewritten" in client.get(address("capacity")).content.decode()
    while run_due("interactive"):
        pass
    assert ProductValues.objects.get(pk=mug).values == {"capacity|en_US": "300"}
    assert "1 product was rewritten." in client.get(address("capacity")).content.decode()


def test_a_number_gets_a_unit(client: Client, world: World) -> None:
    mug = world.create("MUG", {"capacity": "300"}, family="mugs").product
    assert client.post(address("capacity"), {"type": "measurement"}).context_data["form"].errors["unit"] == [  # type: ignore[attr-defined]
        "Choose the unit the values are in."
    ]
    client.post(address("capacity"), {"type": "measurement", "unit": "volume:MILLILITER"})
    client.post(
        address("capacity", "catalog_attribute_start_conversion"), {"conversion": Conversion.objects.get().pk}
    )
    while run_due("interactive"):
        pass
    assert ProductValues.objects.get(pk=mug).values == {"capacity": {"amount": "300", "unit": "MILLILITER"}}


def test_a_conversion_whose_job_was_cancelled_goes_on(client: Client, world: World) -> None:
    """The attribute is switched already: without a job its values would be read through the conversion for ever."""
    mug = world.create("MUG", {"capacity": "300"}, family="mugs").product
    client.post(address("capacity"), {"type": "number", "localizable": "on", "locale": "en_US"})
    start, asked = (
        address("capacity", "catalog_attribute_start_conversion"),
        {"conversion": Conversion.objects.get().pk},
    )
    client.post(start, asked)
    jobs = Job.objects.filter(kind="catalog.convert")
    assert "Go on" not in client.get(address("capacity")).content.decode()
    client.post(start, asked)
    assert jobs.count() == 1
    assert cancel(jobs.get().pk)
    assert "Go on" in client.get(address("capacity")).content.decode()
    client.post(start, asked)
    assert jobs.count() == 2
    while run_due("interactive"):
        pass
    assert ProductValues.objects.get(pk=mug).values == {"capacity|en_US": "300"}
    assert Conversion.objects.get().state == "done"


def test_what_stands_against_it_is_said_and_nothing_is_planned(client: Client, world: World) -> None:
    response = client.post(address("size"), {"type": "multiselect"})
    assert response.status_code == 422
    assert "so every variant must have one value of it." in response.content.decode()
    assert not Conversion.objects.exists()


def test_the_attribute_s_form_leads_there(client: Client, world: World) -> None:
    attribute = Attribute.objects.get(code="capacity")
    page = client.get(reverse("admin:catalog_attribute_change", args=[attribute.pk])).content.decode()
    assert f'href="{address("capacity")}"' in page


def test_who_may_not_change_the_structure_converts_nothing(world: World) -> None:
    user = User.objects.create_user("vera", is_staff=True)
    user.roles.add(Role.objects.create(code="viewer", verbs=["structure.view"]))
    client = Client()
    client.force_login(user)
    assert client.get(address("capacity")).status_code == 403
    assert client.post(address("capacity"), {"type": "text"}).status_code == 403
    attribute = Attribute.objects.get(code="capacity")
    page = client.get(reverse("admin:catalog_attribute_change", args=[attribute.pk])).content.decode()
    assert "convert/" not in page
    assert not Conversion.objects.exists()


def test_a_plan_shows_values_only_of_products_the_person_may_see(world: World) -> None:
    for sku, category in (("CUP", "cups"), ("OTHER", "other")):
        world.create(sku, {"capacity": "300"}, family="mugs", categories=[category])
    user = User.objects.create_user("vera", is_staff=True)
    role = Role.objects.create(code="cups", verbs=["structure.edit", "product.view"])
    Grant.objects.create(role=role).categories.set(Category.objects.filter(code="cups"))
    user.roles.add(role)
    client = Client()
    client.force_login(user)
    client.post(address("capacity"), {"type": "number", "localizable": "on", "locale": "en_US"})
    samples = client.get(address("capacity")).context_data["samples"]  # type: ignore[attr-defined]
    assert [each["sku"] for each in samples["changed"]] == ["CUP"]
