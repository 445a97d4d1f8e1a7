from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from catalog import assets
from catalog.models import Asset, Grant, Role, User
from tests.catalog.decoding.harmless import picture
from tests.world import World, build_world


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    assert world.admin is not None
    client.force_login(world.admin)
    return client


@pytest.fixture
def signed_in(world: World) -> Callable[..., Client]:
    """A client of a person with these verbs, everywhere."""

    def make(*verbs: str) -> Client:
        role = Role.objects.create(code="_".join(verb.replace(".", "_") for verb in verbs), verbs=list(verbs))
        Grant.objects.create(role=role)
        user = User.objects.create_user(f"person{User.objects.count()}", is_staff=True)
        user.roles.add(role)
        client = Client()
        client.force_login(user)
        return client

    return make


def stored(color: str = "#102030", *, name: str = "mug.png", kind: str = "PNG", **columns: Any) -> Asset:
    """A small picture of this colour, taken in like any other."""
    asset = assets.store(picture(kind, (60, 40), color=color), name=name, user=None)
    for column, value in columns.items():
        setattr(asset, column, value)
    if columns:
        asset.save()
    return asset


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)
