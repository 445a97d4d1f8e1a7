"""Files nobody here made: read them where they lie beside the project, or say that they are not there."""

from pathlib import Path

import psutil
import pytest

from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.importing.readers.limits import MIB, USUAL, Limits
from tests.catalog.importing.reading_children import processor_seconds

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder ../shared/samples is not there")
NASTY = sorted(
    path.relative_to(SAMPLES).as_posix()
    for folder in ("nasty-csv", "nasty-xlsx")
    for path in (SAMPLES / folder).rglob("*")
    if path.suffix in {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".xlsb"}
)


def read(name, limits=USUAL):
    path = SAMPLES / name
    table = recognise_in_child(path, path.name, limits=limits)
    return table, [row for batch in read_in_child(path, table, limits=limits) for row in batch]


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


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_is_read_or_refused_with_a_reason(name):
    began = processor_seconds()
    before = psutil.Process().memory_info().rss
    outcome, rows = read_or_refuse(name)
    assert processor_seconds() - began < 20
    assert psutil.Process().memory_info().rss - before < 50 << 20
    if isinstance(outcome, FileRefused):
        assert outcome.code in {"empty", "no_header", "other_format", "password"}
        assert outcome.message
    else:
        assert outcome.headers
        assert all(len(cells) >= len(outcome.headers) for _number, cells in rows)
        assert all(isinstance(cell, str) for _number, cells in rows for cell in cells)


def read_or_refuse(name):
    """Within 300 MB of address space: a file that needs more would be refused as "too_big"."""
    try:
        return read(name, Limits(memory=300 * MIB))
    except FileRefused as refused:
        return refused, []


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


def test_a_1904_workbook_and_a_1900_one_tell_the_same_dates():
    found = []
    for name in ("date", "date_1904"):
        path = SAMPLES / f"nasty-xlsx/calamine/{name}.xlsx"
        with pytest.raises(FileRefused) as caught:
            recognise_in_child(path, name)
        assert caught.value.code == "no_header"
        table = recognise_in_child(path, name, Choices(header_row=1))
        found.append([row for batch in read_in_child(path, table) for row in batch])
    assert found[0] == found[1] == [(2, ["2021-01-02", "16"]), (3, ["255:10:10", "17"])]


def test_floating_point_noise_of_a_real_file_is_gone():
    _table, rows = read("nasty-xlsx/frictionless/adjust-floating-point-error.xlsx")
    assert rows[1][1][1:] == ["68.665", "274.66", "274.66"]
