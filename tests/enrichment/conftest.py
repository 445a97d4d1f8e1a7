"""A world with one channel, people of different rights, and a browser without script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.access import VERBS
from catalog.models import AttributeGroup, Category, Grant, Locale, Product, ProductValues, Role, User
from channels import completeness, profile
from channels.models import Channel
from tests.channels.stage import FULL, make_channel
from tests.enrichment.forms import controls
from tests.world import World, build_world


@pytest.fixture(autouse=True)
def _forget_profiles() -> Iterator[None]:
    profile.forget()
    completeness.forget()
    yield
    profile.forget()
    completeness.forget()


@pytest.fixture(autouse=True)
def _no_nudges(monkeypatch: pytest.MonkeyPatch) -> None:
    from catalog.jobs import queue

    monkeypatch.setattr(queue, "nudge", lambda queue: None)


@pytest.fixture
def world(db: Any) -> World:
    return build_world()


@pytest.fixture
def channel(world: World) -> Channel:
    return make_channel(world)


@pytest.fixture
def person(world: World) -> Callable[..., User]:
    """person("anna", ["product.edit"], groups=["marketing"], locales=["de_DE"], categories=["kitchen"])"""

    def make(name: str, verbs: list[str], **limits: list[str]) -> User:
        assert set(verbs) <= set(VERBS)
        user = User.objects.create_user(name, password="x", is_staff=True, first_name=name.title())
        role = Role.objects.create(code=name, labels={}, verbs=verbs)
        user.roles.add(role)
        if limits:
            grant = Grant.objects.create(role=role, unlocalized=False)
            grant.groups.set(AttributeGroup.objects.filter(code__in=limits.get("groups", [])))
            grant.locales.set(Locale.objects.filter(code__in=limits.get("locales", [])))
            grant.categories.set(Category.objects.filter(code__in=limits.get("categories", [])))
        return user

    return make


class Desk:
    """One person at the admin."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)

    def page(self, product: int, **query: str) -> Any:
        return self.client.get(reverse("admin:catalog_product_change", args=[product]), query)

    def form(self, product: int, **query: str) -> dict[str, list[str]]:
        response = self.page(product, **query)
        assert response.status_code == 200
        return controls(response.content.decode())

    def save(self, product: int, form: dict[str, Any], **query: str) -> Any:
        address = reverse("admin:catalog_product_change", args=[product])
        return self.client.post(address, form, query_params=query)

    def grid(self, **query: Any) -> Any:
        return self.client.get(reverse("admin:catalog_product_changelist"), query)

    def skus(self, **query: Any) -> list[str]:
        return [row.product.sku for row in self.grid(**query).context_data["rows"]]

    def post(self, name: str, *args: Any, **data: Any) -> Any:
        return self.client.post(reverse(f"admin:{name}", args=args), data)


@pytest.fixture
def desk(world: World) -> Desk:
    assert world.admin is not None
    return Desk(world.admin)


@pytest.fixture
def mug(world: World, channel: Channel) -> int:
    """Complete for the channel, a draft."""
    outcome = world.create("MUG-1", dict(FULL), family="mugs", categories=["cups"])
    assert outcome.product is not None
    return outcome.product


def values_of(product: int) -> dict[str, Any]:
    return ProductValues.objects.get(pk=product).values


def status_of(product: int) -> str:
    return Product.objects.get(pk=product).status
