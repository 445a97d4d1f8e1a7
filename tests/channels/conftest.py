"""A world with a webhook channel, and a shop that speaks real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from channels import completeness, profile
from channels.models import Channel
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import ShopifyStage
from tests.channels.shop import Shop
from tests.channels.stage import Stage, make_channel
from tests.world import World, build_world


@pytest.fixture(autouse=True)
def _forget_profiles() -> Iterator[None]:
    """Profiles made in a test are not seen by the next, whose rows have the same ids and revisions."""
    profile.forget()
    completeness.forget()
    yield
    profile.forget()
    completeness.forget()


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Channels that were nudged, instead of messages to a broker that no test needs."""
    from channels import tasks

    sent: list[int] = []
    monkeypatch.setattr(
        tasks.drain, "apply_async", lambda *, kwargs, **options: sent.append(kwargs["channel_id"])
    )
    return sent


@pytest.fixture
def world(db: Any) -> World:
    return build_world()


@pytest.fixture
def channel(world: World) -> Channel:
    """The B2B portal: two locales, two currencies, three attributes required of mugs."""
    return make_channel(world)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with HTTPServer(host="127.0.0.1") as server:
        yield Shop(server)


@pytest.fixture
def stage(transactional_db: Any, shop: Shop) -> Stage:
    """A committed world, its B2B channel pointing at the shop, and ways to make and send products."""
    return Stage(build_world(), shop)


@pytest.fixture
def shopify_shop() -> Iterator[ShopifyShop]:
    """A stand-in Shopify."""
    with HTTPServer(host="127.0.0.1") as server:
        yield ShopifyShop(server)


@pytest.fixture
def shopify_stage(transactional_db: Any, shopify_shop: ShopifyShop) -> ShopifyStage:
    """A world with a channel that points at the stand-in Shopify."""
    return ShopifyStage(shopify_shop)
