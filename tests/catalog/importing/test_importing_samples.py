"""Whole files that nobody of this project wrote, from the folder of samples beside the repository where it is there."""

from __future__ import annotations

import csv
import io
import json

import pytest

from catalog.importing import runs
from catalog.importing.mapping import Column, from_json
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.importing.settings import ImportSettings
from catalog.importing.targets import Target
from catalog.models import User
from catalog.models.product import Product
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing import akeneo
from tests.catalog.importing.akeneo import SAMPLES
from tests.catalog.importing.files import Importer, product, row, states, tally, values
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


def test_shopifys_several_rows_a_product_are_told_apart(importer: Importer) -> None:
    text = (SAMPLES / "shopify" / "packt_furniture.csv").read_text(encoding="utf-8-sig")
    run = importer.start(text)
    stored = {column.column: column for column in from_json(run.mapping)}
    chosen = {
        "Handle": Target(field="sku"),
        "Title": Target(attribute="name", locale="en_US"),
        "Body (HTML)": Target(attribute="description", locale="en_US"),
        "Variant Price": Target(attribute="price", part="USD"),
    }
    columns = [Column(name, column.index, chosen.get(name)) for name, column in stored.items()]
    assert runs.set_mapping(run, columns, ImportSettings(), user=importer.world.admin) == []
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    handles = [line["Handle"] for line in csv.DictReader(io.StringIO(text))]
    assert tally(run) == (len(handles), len(set(handles)), 0, 0, len(handles) - len(set(handles)), 0)
    assert {code for _row, state, _action, code in states(run) if state == "rejected"} == {"duplicate_row"}
    importer.apply(run)
    assert Product.objects.count() == len(set(handles)) == 20
    lamp = values("floor-lamp")
    assert lamp == {
        "name|en_US": "Floor Lamp",
        "description|en_US": "<p>Black floor lamp</p>",
        "price": {"USD": "69.99"},
    }


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
