import json
from collections import Counter
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from python_calamine import CalamineWorkbook
from stdnum import ean

from pim.demo.catalogue import products, structure
from pim.demo.catalogue.content import read
from pim.demo.supplier import csv, good_rows, import_profile, planted_errors, supplier_rows, xlsx
from pim.demo.supplier import headers as h
from pim.demo.supplier.profile import COLORS, GROUPS

KNOWN = {row.sku: row for row in products()}


def test_the_file_has_120_rows_and_each_of_20_kinds_of_error_once():
    assert len(supplier_rows()) == 120
    assert len(good_rows()) == 100
    kinds = Counter(error.kind for error in planted_errors())
    assert len(kinds) == 20
    assert set(kinds.values()) == {1}
    assert Counter(error.severity for error in planted_errors()) == {"error": 17, "cleaned": 2, "warning": 1}


def test_each_planted_error_stands_where_the_list_says():
    rows = supplier_rows()
    found = {error.kind: rows[error.row - 2][error.column] for error in planted_errors()}
    assert found["mangled_barcode"] == "4,00638E+12"
    assert found["impossible_date"] == "31.02.2026"
    assert found["missing_sku"] is None
    assert found["missing_axis"] is None
    assert found["negative_price"] == -12.5
    assert found["unknown_currency"] == "29,00 CHF"
    assert len(found["title_too_long"]) > 200
    assert "\x07" in found["control_characters"]
    assert not ean.is_valid(found["gtin_check_digit"])
    assert [row[h.SKU] for row in rows].count(found["duplicate_sku"]) == 2
    assert [row[h.ARTICLE] for row in rows].count(found["duplicate_unique"]) == 2


def test_good_rows_are_good():
    labels = {triple[1] for triple in read("options")["color"].values()} | set(COLORS)
    categories = {row["labels"]["de_DE"] for row in structure()["categories"]}
    rows = good_rows()
    skus = [row[h.SKU] for row in rows]
    assert len(set(skus)) == 100
    articles = [row[h.ARTICLE] for row in rows if row[h.ARTICLE]]
    taken = {row.values.get("supplier_article") for row in KNOWN.values()}
    assert len(set(articles)) == len(articles)
    assert not set(articles) & taken
    for row in rows:
        assert row[h.GROUP] in GROUPS
        assert row[h.COLOR] is None or row[h.COLOR] in labels
        assert row[h.CATEGORY] is None or row[h.CATEGORY] in categories
        assert row[h.EAN] is None or ean.is_valid(row[h.EAN])
        assert row[h.MODEL] is None or row[h.MODEL] in KNOWN or row[h.MODEL] in skus[: skus.index(row[h.SKU])]


def test_at_least_twenty_new_variants_inherit_all_that_the_shop_asks_for():
    ready = [
        row for row in good_rows()
        if row[h.SKU] not in KNOWN and row[h.MODEL] in KNOWN and KNOWN[row[h.MODEL]].readiness in ("ready", "waiting")
    ]  # fmt: skip
    assert len(ready) == 26
    for row in ready:
        parent = KNOWN[row[h.MODEL]]
        assert parent.images
        assert row[h.EAN]
        assert {"price", "weight", "name|fr_FR", "description|de_DE"} <= set(parent.values)


def test_the_new_colours_are_new():
    colors = {triple[1]: code for code, triple in read("options")["color"].items()}
    for row in good_rows():
        if row[h.MODEL]:
            used = {other.values.get("color") for other in KNOWN.values() if other.parent == row[h.MODEL]}
            assert colors[row[h.COLOR]] not in used


def test_csv_and_xlsx_carry_the_same_rows_and_are_the_same_each_time():
    assert xlsx() == xlsx()
    sheet = CalamineWorkbook.from_filelike(BytesIO(xlsx())).get_sheet_by_index(0).to_python()
    assert tuple(sheet[0]) == h.HEADERS
    assert len(sheet) == 121
    lines = csv().decode("utf-8-sig").split("\r\n")
    assert lines[0].split(";") == list(h.HEADERS)
    assert lines[1].split(";")[:5] == [str(cell) for cell in sheet[1][:5]]


def test_the_profile_maps_every_column_to_something_that_exists():
    attributes = {row["code"]: row for row in structure()["attributes"]}
    mapping = import_profile()["mapping"]
    assert [entry["column"] for entry in mapping] == list(h.HEADERS)
    for entry in mapping:
        if isinstance(entry["to"], dict):
            assert bool(entry["to"].get("locale")) == attributes[entry["to"]["attribute"]]["localizable"]


def test_the_import_understands_the_profile():
    from catalog.importing import mapping, settings

    profile = import_profile("csv")
    assert [column.as_json() for column in mapping.from_json(profile["mapping"])] == profile["mapping"]
    assert settings.ImportSettings.from_json(profile["settings"]).as_json() == {"decimal": ","}
    assert import_profile("xlsx")["settings"] == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "content"), [("xlsx", xlsx), ("csv", csv)])
def test_the_plan_finds_exactly_the_planted_errors(kind, content, tmp_path):
    from catalog.models import ImportProfile, Source, User
    from pim.demo.loading.products import load_products
    from pim.demo.loading.structure import load_structure

    load_structure(structure())
    undrawn = [replace(row, images={}) for row in products()]
    load_products(undrawn, by=User.objects.create(username="a", is_superuser=True), tell=lambda _text: None)
    profile = import_profile(kind)
    ImportProfile.objects.create(
        code=profile["code"], source=Source.objects.get(code=profile["source"]), mapping=profile["mapping"],
        settings=profile["settings"],
    )  # fmt: skip
    path = tmp_path / f"list.{kind}"
    path.write_bytes(content())
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(
            "import_products",
            str(path),
            profile=profile["code"],
            plan=True,
            policy="skip-bad",
            json=True,
            stdout=out,
        )
    report = json.loads(out.getvalue().strip().splitlines()[-1])
    expected = {
        (error.row, error.column, error.code) for error in planted_errors() if error.severity == "error"
    }
    assert {(error["row"], error["column"], error["code"]) for error in report["errors"]} == expected
    # 49 new articles, and three rows that pass in spite of what is planted in them.
    assert (report["rows"], report["created"], report["updated"], report["rejected"]) == (120, 52, 51, 17)
    assert ended.value.code == 1
