"""Whole files that nobody of this project wrote, from the folder of samples beside the repository where it is there."""

from __future__ import annotations

import csv
import io
import json

import pytest

from catalog.importing.mapping import from_json
from catalog.models import User
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing import akeneo
from tests.catalog.importing.akeneo import SAMPLES
from tests.catalog.importing.files import Importer, product, row, tally, values
from tests.world import World

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the folder of samples is not beside this repository"
)


@pytest.mark.slow
def test_akeneos_own_catalogue_comes_in_whole_and_goes_out_again(db: None, tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    akeneo.build()
    importer = Importer(World(admin=User.objects.create_superuser("boss")))
    before = catalogue_hash()
    models = importer.run((akeneo.FOLDER / "product_models.csv").read_text())
    products = importer.run((akeneo.FOLDER / "products.csv").read_text())
    assert tally(models) == (81, 81, 0, 0, 0, 0)
    assert tally(products) == (1239, 1239, 0, 0, 0, 0)
    left_out = {column.column for column in from_json(products.mapping) if column.to is None}
    assert left_out == {
        "groups", "image", "notice", "picture", "variation_image",
        *(f"{kind}-{what}" for kind in ("PACK", "SUBSTITUTION", "UPSELL", "X_SELL") for what in ("groups", "products")),
    }  # fmt: skip

    bag = product("1111111171")
    assert (bag.family.code, sorted(bag.categories.values_list("code", flat=True))) == (
        "accessories", ["master_accessories_bags", "print_accessories", "supplier_zaro"],
    )  # fmt: skip
    assert bag.own.values["weight"] == {"amount": "500", "unit": "GRAM"}
    jacket = product("Biker-jacket-polyester-xl")
    assert (jacket.kind, jacket.parent.sku, jacket.root.sku) == (
        "variant", "model-biker-jacket-polyester", "model-biker-jacket",
    )  # fmt: skip
    assert "color" not in jacket.own.values  # repeated in the file, inherited here

    again = importer.run((akeneo.FOLDER / "products.csv").read_text())
    assert tally(again) == (1239, 0, 0, 1239, 0, 0)
    assert importer.undo(products)["reversed"] == 1239
    assert importer.undo(models)["reversed"] == 81
    assert catalogue_hash() == before


def test_best_buys_products_turned_into_a_spreadsheet(importer: Importer) -> None:
    listed = json.loads((SAMPLES / "bestbuy" / "bestbuy_algolia_excerpt.json").read_text())[:1000]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["sku", "family", "name-en_US", "description-en_US", "price-USD", "brand"])
    for number, each in enumerate(listed, 1):
        writer.writerow(
            [f"BB-{number}", "mugs", each["name"], each["description"], each["price"], each["brand"]]
        )
    run = importer.run(table.getvalue())
    assert tally(run) == (1000, 1000, 0, 0, 0, 0)
    assert (
        values("BB-1")["name|en_US"]
        == "AT&T GoPhone - Samsung Galaxy Express 3 4G LTE with 8GB Memory Prepaid Cell Phone"
    )
    assert values("BB-1")["price"] == {"USD": "49.99"}
    assert row(run, 2).product == product("BB-1")
    assert tally(importer.run(table.getvalue())) == (1000, 0, 0, 1000, 0, 0)
