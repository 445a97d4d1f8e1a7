"""A delivery batch costs the same number of queries whatever its size."""

from __future__ import annotations

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.channels.stage import Stage


def queries_of(stage: Stage, names: range) -> int:
    for number in names:
        stage.product(f"MUG-{number}")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        stage.send()
    return len(captured)


def test_twice_the_listings_cost_no_more_queries(stage: Stage) -> None:
    queries_of(stage, range(2))
    few = queries_of(stage, range(2, 12))
    many = queries_of(stage, range(12, 32))
    assert len(stage.shop.items) == 32
    assert many == few
    assert few <= 40


def test_nor_is_a_column_read_for_each_that_is_taken_down(stage: Stage) -> None:
    products = [stage.product(f"MUG-{number}") for number in range(4)]
    stage.send()
    for product in products:
        stage.put(product, enabled=False)
    with CaptureQueriesContext(connection) as captured:
        stage.send()
    assert stage.shop.items == {}
    one = re.compile(
        r'^SELECT [^()]*FROM "channels_listing" WHERE "channels_listing"."id" = \d+', re.IGNORECASE
    )
    assert [query["sql"] for query in captured if one.match(query["sql"])] == []


def test_marking_twice_the_products_costs_no_more_queries(stage: Stage) -> None:
    from catalog.models import Product
    from channels.fan_out import mark_chunk

    counts = []
    for names in (range(10), range(10, 30)):
        for number in names:
            stage.product(f"MUG-{number}")
        ids = list(Product.objects.values_list("pk", flat=True))
        mark_chunk(ids)
        with CaptureQueriesContext(connection) as captured:
            mark_chunk(ids)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 10
