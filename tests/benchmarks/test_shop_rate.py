"""How much of a shop's allowance is used, alone and as jobs; printed, never asserted but for what must not happen."""

from __future__ import annotations

import time
from typing import Any

import pytest

from channels.connectors.base import PENDING
from channels.connectors.shopify import Shopify
from tests.channels.connectors.shopify_schema import needs_schema
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.connectors.shopify_stage import connected, item_of, sheet_of

pytestmark = [pytest.mark.bench, needs_schema]
PRODUCTS = 60


@pytest.fixture
def shop() -> Any:
    from pytest_httpserver import HTTPServer

    with HTTPServer(host="127.0.0.1") as server:
        yield ShopifyShop(server)


def items(prefix: str) -> list[Any]:
    return [item_of(sheet_of(f"{prefix}-{number}")) for number in range(PRODUCTS)]


def test_the_points_of_the_smallest_plan(shop: ShopifyShop) -> None:
    shop.most = shop.left = 200.0
    shop.restore = 100.0
    shop.at = began = time.monotonic()
    with connected(shop) as connector:
        listed = items("MUG")
        for start in range(0, len(listed), Shopify.batch_size):
            assert {one.outcome for one in connector.push(listed[start : start + Shopify.batch_size])} == {
                "live"
            }
    took = time.monotonic() - began
    used = shop.spent / (200.0 + shop.restore * took)
    print(
        f"\n{PRODUCTS} products one by one: {shop.requests / PRODUCTS:.1f} requests and {shop.spent / PRODUCTS:.0f} points each, "
    )
    print(
        f"{used:.0%} of the points allowed in {took:.1f} s were used, {len(shop.throttled)} requests were throttled"
    )
    assert len(shop.throttled) == len(set(shop.throttled))  # once each, before its cost was told


def test_the_same_as_a_job(shop: ShopifyShop) -> None:
    with connected(shop) as connector:
        listed = items("MUG")
        job = connector.start_bulk(listed)
        lines = dict(enumerate(listed))
        while (told := connector.collect(job.handle, lines)) is PENDING:
            pass
        assert {one.outcome for one in told} == {"live"}  # type: ignore[union-attr]
    print(
        f"\n{PRODUCTS} products as a job: {shop.requests / PRODUCTS:.1f} requests and {shop.spent / PRODUCTS:.0f} points each"
    )
