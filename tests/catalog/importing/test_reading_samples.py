"""Files nobody here made: read them where they lie beside the project, or say that they are not there."""

from pathlib import Path

import pytest

from catalog.importing.readers.child import read_in_child, recognise_in_child

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder ../shared/samples is not there")


def read(name):
    path = SAMPLES / name
    table = recognise_in_child(path, path.name)
    return table, [row for batch in read_in_child(path, table) for row in batch]


@pytest.mark.parametrize(
    ("name", "rows", "columns", "first"),
    [
        ("shopify/packt_furniture.csv", 21, 48, ("Handle", "Title")),
        ("unopim/1k_products.xlsx", 1000, 17, ("channel", "locale")),
        ("spree/products.csv", 211, 39, ("slug", "sku")),
        ("akeneo-icecat/products.csv", 1239, 111, ("sku", "categories")),
        ("bagisto/products.xlsx", 11, 39, ("sku", "parent_sku")),
        ("shopware/products.csv", 60, 46, ("id", "parent_id")),
    ],
)
def test_real_files_are_read_whole(name, rows, columns, first):
    table, found = read(name)
    assert (len(found), len(table.headers), table.headers[:2]) == (rows, columns, first)
    assert {len(cells) for _number, cells in found} == {columns}


def test_an_akeneo_export_is_told_by_its_semicolons():
    table, _rows = read("akeneo-icecat/products.csv")
    assert (table.delimiter, table.encoding, table.notes) == (";", "utf-8", ())


@pytest.mark.parametrize(
    ("name", "header_row", "headers"),
    [
        (
            "nasty-xlsx/readxl/deaths.xlsx",
            5,
            ("Name", "Profession", "Age", "Has kids", "Date of birth", "Date of death"),
        ),
        ("nasty-xlsx/readxl/skipping.xlsx", 3, ("var1", "var2")),
        ("nasty-xlsx/calamine/header-row.xlsx", 9, ("Columns", "Column A", "Column B", "Column C")),
        ("nasty-csv/frictionless/skip-rows-before-headers.csv", 2, ("id", "name")),
        ("nasty-csv/frictionless/defective-rows.csv", 1, ("id", "name", "age")),
        ("nasty-csv/openrefine/csv-with-bom.csv", 1, ("ColA", "ColB")),
    ],
)
def test_headers_of_nasty_files_are_found(name, header_row, headers):
    table = recognise_in_child(SAMPLES / name, name)
    assert (table.header_row, table.headers) == (header_row, headers)
