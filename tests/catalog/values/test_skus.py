"""SKUs with letters outside ASCII, whose capitals databases and Python do not agree on."""

from __future__ import annotations

import pytest

from catalog.models import Product
from catalog.values.changes import ProductChange
from catalog.values.products import find
from tests.catalog.importing.files import Importer, tally
from tests.world import World

SKUS = ["tür-1", "größe-2", "mug-3"]


@pytest.mark.parametrize("sku", SKUS)
def test_a_product_is_found_by_its_sku_as_written(world: World, sku: str) -> None:
    pk = world.create(sku, {}).product
    assert find([sku]) == {sku.upper(): pk}


@pytest.mark.parametrize("sku", SKUS)
def test_a_taken_sku_is_refused_and_not_left_to_the_database(world: World, sku: str) -> None:
    world.create(sku, {})
    outcome = world.put(ProductChange(fields={"sku": sku}))
    assert [error.code for error in outcome.errors] == ["sku_taken"]
    assert Product.objects.count() == 1


def test_the_same_file_again_finds_the_products_it_made(world: World) -> None:
    text = "sku,family,name-en_US\n" + "".join(f"{sku},mugs,Thing {sku}\n" for sku in SKUS)
    importer = Importer(world)
    assert tally(importer.run(text)) == (3, 3, 0, 0, 0, 0)
    assert tally(importer.run(text)) == (3, 0, 0, 3, 0, 0)
