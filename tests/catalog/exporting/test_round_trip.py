"""What is exported is read again without loss: nothing changes, on the same catalogue; the same comes about, on an empty one."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from catalog.exporting.columns import Choice
from catalog.exporting.products import Exported, export
from catalog.importing import runs
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.models import Category, Grant, Product, ProductValues, Role, User
from catalog.models.importing import ImportRun
from catalog.structure.product_names import NAMES
from catalog.values.changes import EMPTY
from tests.catalog.importing.files import Importer, states, values
from tests.catalog.links import add_associations
from tests.catalog.records import add_brands

NASTY = [
    "=HYPERLINK(\"http://x\")", "'=1+1", "''-x", "-5 °C", "+49 89 1234", "-5", "-0.50", "0012", "@home", "1e5", "'quoted'",
    "a;b,c|d", 'say "hi"', "two\nlines", "tab\tinside", "ÄÖÜß €", "true", "2024-01-31", "#REF!", "＝full width",
]  # fmt: skip


def exported(path: Path, choice: Choice | None = None) -> Exported:
    products = Product.objects.filter(trashed_at=None)
    choice = choice or Choice(format=path.suffix[1:])
    return export(products, choice, path, rights=None)


def planned(importer: Importer, path: Path, **settings: Any) -> ImportRun:
    with path.open("rb") as content:
        run = runs.start(content, path.name, user=importer.world.admin, guess=False)
    if settings:
        run.settings = {**run.settings, **settings}
        run.save()
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    return run


def unchanged(run: ImportRun) -> bool:
    wrong = [state for state in states(run) if state[1] != "unchanged"]
    assert wrong == [], list(run.rows.exclude(state="unchanged").values_list("changes", "errors"))
    return bool(run.counts["rows"])


@pytest.fixture
def stocked(importer: Importer) -> Importer:
    """Models, sub-models and variants; locales, contexts, explicit empties, several currencies, categories in order."""
    world = importer.world
    world.create(
        "SHIRT",
        {"name|en_US": "Shirt", "name|de_DE": "Hemd"},
        family_variant="shirts_color_size",
        categories=["fashion"],
    )
    world.create("SHIRT-red", {"color": "red", "name|en_US|amazon": "Shirt, red"}, parent="SHIRT")
    world.create(
        "SHIRT-red-m", {"size": "m", "ean": "4006381333931", "name|de_DE": EMPTY}, parent="SHIRT-red"
    )
    world.create(
        "MUG", {
            "name|en_US": "Mug", "name|de_DE": "Becher", "name|fr_CA|professional": "Tasse", "description|en_US": "<p>A <strong>mug</strong></p>",
            "color": EMPTY, "weight": {"amount": "350", "unit": "GRAM"}, "capacity": "-0.5", "dishwasher_safe": False,
            "features": ["handmade", "stackable"], "released": "2024-02-29", "released||amazon": "2024-03-01",
            "price": {"EUR": "9.9", "USD": "12"}, "price||shop": {"EUR": "8"},
        }, family="mugs", categories=["other", "cups"], status="approved", enabled=False,
    )  # fmt: skip
    world.create("PLAIN")
    return importer


@pytest.mark.parametrize("name", ["all.csv", "all.xlsx"])
@pytest.mark.parametrize("empty", ["keep", "clear"])
def test_importing_what_was_exported_changes_nothing(
    stocked: Importer, tmp_path: Path, name: str, empty: str
) -> None:
    made = exported(tmp_path / name)
    assert made.products == 5
    run = planned(stocked, tmp_path / name, empty=empty)
    assert unchanged(run)
    assert (run.counts["rows"], run.counts["cells_changed"]) == (5, 0)


def test_the_headers_are_those_the_importer_reads_by_name(stocked: Importer, tmp_path: Path) -> None:
    exported(tmp_path / "all.csv")
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["sku"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["SHIRT", "SHIRT-red", "SHIRT-red-m", "MUG", "PLAIN"]
    assert list(rows["MUG"]) == [
        "sku", "family", "family_variant", "parent", "categories", "status", "enabled", "_rev", "price-EUR", "price-USD",
        "price-shop-EUR", "price-shop-USD", "name-en_US", "name-de_DE", "name-en_US-amazon", "name-fr_CA-professional",
        "description-en_US", "color", "size", "features", "ean", "weight", "weight-unit", "capacity", "dishwasher_safe",
        "released", "released-amazon",
    ]  # fmt: skip
    mug = {header: cell for header, cell in rows["MUG"].items() if cell}
    assert mug == {
        "sku": "MUG", "family": "mugs", "categories": "other,cups", "status": "approved", "enabled": "0", "_rev": "1",
        "price-EUR": "9.9", "price-USD": "12", "price-shop-EUR": "8", "name-en_US": "Mug", "name-de_DE": "Becher",
        "name-fr_CA-professional": "Tasse", "description-en_US": "<p>A <strong>mug</strong></p>", "features": "stackable,handmade",
        "weight": "350", "weight-unit": "GRAM", "capacity": "-0.5", "dishwasher_safe": "false", "released": "2024-02-29",
        "released-amazon": "2024-03-01",
    }  # fmt: skip
    assert rows["SHIRT-red-m"]["parent"] == "SHIRT-red"
    assert rows["SHIRT"]["family_variant"] == "shirts_color_size"
    assert rows["SHIRT-red"]["family_variant"] == ""


@pytest.mark.parametrize("name", ["all.csv", "all.xlsx"])
def test_an_empty_catalogue_becomes_the_same_but_for_what_is_explicitly_empty(
    stocked: Importer, tmp_path: Path, name: str
) -> None:
    def catalogue() -> dict[str, Any]:
        rows = ProductValues.objects.select_related("product__parent", "product__family_variant")
        return {
            row.product.sku: (
                row.product.kind, row.product.parent and row.product.parent.sku, row.product.status, row.product.enabled,
                {key: stored for key, stored in row.values.items() if stored is not None},
            )
            for row in rows
        }  # fmt: skip

    before = catalogue()
    exported(tmp_path / name)
    Product.objects.order_by("-pk").update(parent=None, root=None)
    Product.objects.all().delete()
    run = planned(stocked, tmp_path / name)
    stocked.apply(run)
    assert run.counts["created"] == 5
    assert catalogue() == before


@pytest.mark.parametrize("name", ["all.csv", "all.xlsx"])
def test_a_whole_catalogue_whose_products_name_each_other_comes_back_into_an_empty_one(
    stocked: Importer, tmp_path: Path, name: str
) -> None:
    world = stocked.world
    add_associations(world)
    ids = dict(Product.objects.values_list("sku", "pk"))
    world.create("A", family="mugs")
    world.create('B,1;"2"|', {"CROSSSELL": "A"}, family="mugs")
    world.create(
        "SET",
        {
            "CONTENTS": [
                {"sku": "SHIRT-red-m", "quantity": 4},
                {"sku": 'B,1;"2"|', "quantity": 2},
                {"sku": "A", "quantity": 1},
            ]
        },
        family="mugs",
    )  # fmt: skip
    world.edit(ids["SHIRT"], {"CROSSSELL": "SET,MUG", "PARTS": "SHIRT-red-m"})
    world.edit(ids["SHIRT-red-m"], {"CROSSSELL": "A"})
    world.edit(ids["MUG"], {"CROSSSELL": "PLAIN,SHIRT", "successor": "SET", "PARTS": "SET,A"})
    world.edit(ids["PLAIN"], {"PARTS": "MUG"})

    def catalogue() -> dict[str, Any]:
        called = dict(Product.objects.values_list("pk", "sku"))
        linking = ("CROSSSELL", "PARTS", "CONTENTS", "successor")

        def readable(key: str, stored: Any) -> Any:
            if key not in linking:
                return stored
            return [(called[entry["product"]], entry.get("quantity")) for entry in stored]

        rows = ProductValues.objects.select_related("product__parent", "product__family_variant")
        return {
            row.product.sku: (
                row.product.kind, row.product.parent and row.product.parent.sku, row.product.status, row.product.enabled,
                {key: readable(key, stored) for key, stored in row.values.items() if stored is not None},
            )
            for row in rows
        }  # fmt: skip

    before = catalogue()
    assert before["MUG"][4]["PARTS"] == [("SET", None), ("A", None)]
    exported(tmp_path / name)
    Product.objects.order_by("-pk").update(parent=None, root=None)
    Product.objects.all().delete()
    run = planned(stocked, tmp_path / name)
    stocked.apply(run)
    assert (run.counts["rows"], run.counts["created"], run.counts["warnings"]) == (8, 8, 0)
    assert catalogue() == before
    (tmp_path / "again").mkdir()
    exported(tmp_path / "again" / name)
    assert unchanged(planned(stocked, tmp_path / "again" / name))
    assert unchanged(planned(stocked, tmp_path / name, empty="clear"))


@pytest.mark.parametrize("name", ["all.csv", "all.xlsx"])
def test_texts_that_look_like_formulas_numbers_and_separators_come_back_as_they_were(
    importer: Importer, tmp_path: Path, name: str
) -> None:
    for number, text in enumerate(NASTY):
        importer.world.create(f"N{number}", {"name|en_US": text}, family="mugs")
    before = [values(f"N{number}") for number in range(len(NASTY))]
    assert [each["name|en_US"] for each in before][5:8] == ["-5", "-0.50", "0012"]
    exported(tmp_path / name)
    assert unchanged(planned(importer, tmp_path / name))


def test_records_and_other_products_come_back_unchanged(importer: Importer, tmp_path: Path) -> None:
    world = importer.world
    add_brands(world)
    add_associations(world)
    for sku in ("A", "B"):
        world.create(sku, family="mugs")
    world.create(
        "SET", {
            "brand": "holt", "makers": "fell,tarn", "CROSSSELL": "B,A", "successor": "A",
            "CONTENTS": [{"sku": "B", "quantity": 4}, {"sku": "A", "quantity": 1}],
        }, family="mugs",
    )  # fmt: skip
    for name in ("all.csv", "all.xlsx"):
        exported(tmp_path / name)
        assert unchanged(planned(importer, tmp_path / name))
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["sku"] == "SET")
    assert {header: cell for header, cell in row.items() if cell and header[:1].isupper()} == {
        "CROSSSELL-products": "B,A", "CONTENTS-products": "B,A", "CONTENTS-quantities": "4|1",
    }  # fmt: skip
    assert (row["brand"], row["makers"], row["successor"]) == ("Holt", "fell,tarn", "A")


def test_a_product_the_exporter_may_not_see_is_named_by_its_id_and_stays(
    stocked: Importer, tmp_path: Path
) -> None:
    world, path = stocked.world, tmp_path / "hers.csv"
    add_associations(world)
    secret = world.create("SECRET", family="mugs", categories=["fashion"]).product
    assert secret is not None
    mug = Product.objects.get(sku="MUG").pk
    world.edit(
        mug, {"PARTS": "PLAIN, SECRET", "CONTENTS": [{"sku": "SECRET", "quantity": 3}], "successor": "SECRET"}
    )
    before = ProductValues.objects.get(pk=mug).values
    anna = User.objects.create_user("anna", password="x")
    role = Role.objects.create(code="anna", labels={}, verbs=["product.view", "product.edit", "import.run"])
    anna.roles.add(role)
    grant = Grant.objects.create(role=role, unlocalized=True, master=True)
    grant.categories.set(Category.objects.filter(code__in=["cups", "other"]))
    with NAMES.read_by(anna):
        exported(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = {row["sku"]: row for row in csv.DictReader(file)}["MUG"]
        plain = Product.objects.get(sku="PLAIN").pk
        assert cells["PARTS-products"] == f"[{plain}],[{secret}]"
        assert (cells["CONTENTS-products"], cells["CONTENTS-quantities"]) == (f"[{secret}]", "3")
        assert cells["successor"] == f"[{secret}]"
        assert unchanged(planned(stocked, path))
    assert ProductValues.objects.get(pk=mug).values == before
    rejected = planned(stocked, path)  # by one who sees them all, and would write SKUs
    assert [error["code"] for error in rejected.rows.get(sku="MUG").errors] == ["unknown_product"] * 3
