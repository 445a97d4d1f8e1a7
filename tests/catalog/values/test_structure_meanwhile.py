"""Who waits for a product's row works with the structure that stands once they have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from catalog.models import Attribute, Product
from catalog.models.tokens import numbered
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values.rederive import rederive
from tests.world import World


@contextmanager
def color_leaves_the_filters_while_rows_are_waited_for(world: World) -> Iterator[None]:
    met: list[str] = []

    def change_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'FROM "catalog_product"' in sql and not met:
            met.append(sql)
            with transaction.atomic():
                Attribute.objects.filter(code="color").update(filterable=False)
                announce("attribute", [world.attributes["color"].pk])
        return execute(sql, params, many, context)

    Structure.current()
    with connection.execute_wrapper(change_first):
        yield
    assert met


def test_a_write_derives_by_the_structure_it_finds_with_its_rows(world: World) -> None:
    pk = world.create("mug-1", {"color": "red"}, family="mugs").product
    assert numbered("color=red") in Product.objects.get(pk=pk).tokens
    with color_leaves_the_filters_while_rows_are_waited_for(world):
        world.edit(pk, {"capacity": "300"})
    assert numbered("color=red") not in Product.objects.get(pk=pk).tokens


def test_deriving_anew_uses_the_structure_it_finds_with_its_rows(world: World) -> None:
    pk = world.create("mug-1", {"color": "red"}, family="mugs").product
    assert pk is not None
    with color_leaves_the_filters_while_rows_are_waited_for(world):
        rederive([pk])
    assert numbered("color=red") not in Product.objects.get(pk=pk).tokens
