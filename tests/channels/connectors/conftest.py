"""A stand-in Shopify, and a world with a channel that points at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import ShopifyStage


@pytest.fixture
def shopify() -> Iterator[ShopifyShop]:
    with HTTPServer(host="127.0.0.1") as server:
        yield ShopifyShop(server)


@pytest.fixture
def shopify_stage(transactional_db: Any, shopify: ShopifyShop) -> ShopifyStage:
    return ShopifyStage(shopify)
