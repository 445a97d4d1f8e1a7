"""The stand-in Shopify under a shorter name."""

from __future__ import annotations

import pytest

from tests.channels.connectors.shopify_shop import ShopifyShop


@pytest.fixture
def shopify(shopify_shop: ShopifyShop) -> ShopifyShop:
    return shopify_shop
