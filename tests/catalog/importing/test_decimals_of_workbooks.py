"""A workbook holds numbers as numbers beside texts that its author wrote with a decimal comma: both are what they mean."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from catalog.attribute_types import CellOptions
from catalog.importing import runs
from catalog.importing.guessing import guess
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.importing.settings import ImportSettings
from catalog.importing.typed import in_mark_of_texts
from catalog.models.importing import ImportRun
from tests.catalog.importing.files import Importer, row, values
from tests.catalog.importing.workbooks import workbook

HEADERS = ["sku", "family", "capacity", "weight", "price-EUR"]
EUROS = '#,##0.00 "€"'
COMMA = CellOptions(decimal=",", typed=True)


def start(importer: Importer, path: Path, rows: list[list]) -> ImportRun:
    content = workbook(path, {"S": [HEADERS, *rows]}).read_bytes()
    return runs.start(io.BytesIO(content), path.name, user=importer.world.admin)


def planned(importer: Importer, run: ImportRun) -> ImportRun:
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    return run


def test_numbers_stand_beside_texts_with_a_comma(importer: Importer, tmp_path: Path) -> None:
    rows = [
        ["A", "mugs", "0,35", "1,25 kg", "11,90 €"],
        ["B", "mugs", 0.125, (2.5, '0.00 "kg"'), (1234.5, EUROS)],
    ]
    run = start(importer, tmp_path / "prices.xlsx", rows)
    assert run.settings == {"decimal": ","}
    importer.apply(planned(importer, run))
    assert values("A") == {
        "capacity": "0.35", "weight": {"amount": "1.25", "unit": "KILOGRAM"}, "price": {"EUR": "11.9"},
    }  # fmt: skip
    assert values("B") == {
        "capacity": "0.125", "weight": {"amount": "2.5", "unit": "KILOGRAM"}, "price": {"EUR": "1234.5"},
    }  # fmt: skip


def test_a_file_without_number_cells_is_read_as_strictly_as_before(importer: Importer) -> None:
    run = importer.plan("sku;family;capacity\nA;mugs;0,35\nB;mugs;12.5\n", decimal=",")
    assert row(run, 3).error_code == "wrong_mark"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12.5", "12,5"), ("-0.125", "-0,125"), ("1234.567", "1234,567"), ("12.5 EUR", "12,5 EUR"), ("12.5%", "12,5%"),
        # What no number cell looks like, or what may be thousands, is read as the texts are.
        ("1.234", "1.234"), ("1.234 kg", "1.234 kg"), ("12.50", "12.50"), ("1.250 g", "1.250 g"), ("12.5 pcs", "12.5 pcs"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_a_number_cell_is_told_from_a_text(text: str, meant: str) -> None:
    assert in_mark_of_texts(text, COMMA) == meant


def test_a_new_attribute_of_number_cells_is_a_number(importer: Importer) -> None:
    settings = ImportSettings(decimal=",").for_format("xlsx")
    assert guess("Wattage", ["4.5", "7,2", "11"], settings, importer.world.structure).type == "number"


def test_what_a_run_knows_of_its_format_is_not_kept_for_other_files() -> None:
    assert ImportSettings(decimal=",").for_format("xlsx").as_json() == {"decimal": ","}
