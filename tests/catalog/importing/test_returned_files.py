"""Rejected rows go out as a file, are mended in a spreadsheet and come back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from catalog.importing import report, runs
from catalog.importing.mending import returned
from catalog.importing.mending.fixes import FixRefused
from catalog.importing.readers.base import FileRefused
from catalog.models import User
from catalog.models.importing import ImportRun
from tests.catalog.importing.files import Importer, row, tally, values
from tests.catalog.importing.workbooks import workbook

TEXT = "sku,family,capacity,name-en_US\nA,mugs,much,=Mug\nB,mugs,2,B\n,mugs,3,C\nD,mugs,,-1 degree\nE,mugs,lots,E\n"


def boss() -> User:
    return User.objects.get(username="boss")


def given_out(run: ImportRun) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(report.rejected_csv(run)).removeprefix("\ufeff"))))


def bring_back(run: ImportRun, table: list[list[str]], name: str = "mended.csv") -> returned.Returned:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return returned.take_back(run, io.BytesIO(text.getvalue().encode()), name, user=boss())


def mended(run: ImportRun) -> dict[int, object]:
    return {entry.number: entry.mended for entry in run.rows.filter(mended__isnull=False)}


def test_the_file_comes_back_mended_and_only_its_rows_are_looked_at_again(importer: Importer) -> None:
    run = importer.run(TEXT)
    table = given_out(run)
    assert [line[4] for line in table] == ["Row", "2", "4", "6"]
    table[1][2], table[2][0] = "250", "C"
    result = bring_back(run, table)
    assert (result.changed, result.same, result.others) == (2, 1, [])
    assert mended(run) == {2: {"2": "250"}, 4: {"0": "C"}}
    runs.check_again(run, user=boss())
    run.refresh_from_db()
    importer.apply(run)
    assert tally(run) == (5, 4, 0, 0, 1, 0)
    assert values("A") == {"capacity": "250", "name|en_US": "=Mug"}


def test_the_workbook_comes_back_too(importer: Importer) -> None:
    run = importer.plan(TEXT)
    content = io.BytesIO(report.rejected_xlsx(run))
    assert returned.take_back(run, content, "bad.xlsx", user=boss()).same == 3


def test_columns_may_be_moved_or_missing_and_only_what_is_there_counts(importer: Importer) -> None:
    run = importer.plan(TEXT)
    assert bring_back(run, [["Row", "capacity"], ["2", "7"]]).changed == 1
    assert mended(run) == {2: {"2": "7"}}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ([["sku", "family", "capacity"], ["A", "mugs", "1"]], "no column 'Row'"),
        (
            [["colour", "shape", "Row"], ["red", "round", "2"]],
            "not the columns of this import: colour, shape",
        ),
        ([["sku", "capacity", "Row"], ["A", "1", "two"]], "has no row number"),
        ([["sku", "capacity", "Row"], ["A", "1", "2"], ["A", "2", "2"]], "Row 2 stands in the file twice"),
        ([["sku", "capacity", "Row"], ["Z", "1", "2"]], "Other products stand in rows 2"),
        (
            [["sku", "capacity", "Row"], ["B", "1", "3"]],
            "None of the file's rows is a bad row of this import: 3",
        ),
    ],
)
def test_a_wrong_file_is_refused_and_changes_nothing(
    importer: Importer, table: list[list[str]], says: str
) -> None:
    run = importer.plan(TEXT)
    with pytest.raises(FixRefused, match=says):
        bring_back(run, table)
    assert mended(run) == {}


def test_rows_that_are_not_bad_are_named_and_left_alone(importer: Importer) -> None:
    run = importer.plan(TEXT)
    result = bring_back(run, [["sku", "capacity", "Row"], ["A", "1", "2"], ["B", "99", "3"]])
    assert (result.changed, result.others) == (1, [3])
    assert result.sentence().endswith("left alone: 3.")
    assert row(run, 3).mended is None


def test_a_file_that_cannot_be_read_is_refused(importer: Importer) -> None:
    run = importer.plan(TEXT)
    with pytest.raises(FileRefused):
        returned.take_back(run, io.BytesIO(b""), "empty.csv", user=boss())


def test_numbers_that_a_spreadsheet_program_wrote_are_read_beside_a_files_decimal_comma(
    importer: Importer, tmp_path: Path
) -> None:
    run = importer.plan("sku;family;capacity;price-EUR\nA;mugs;much;9,90\nB;mugs;1,5;4.50\n", decimal=",")
    rows = [["sku", "capacity", "price-EUR", "Row"], ["A", 2.5, 9.95, "2"], ["B", 1.5, "4.50", "3"]]
    content = workbook(tmp_path / "mended.xlsx", {"S": rows}).read_bytes()
    returned.take_back(run, io.BytesIO(content), "mended.xlsx", user=boss())
    assert mended(run) == {
        2: {"2": "2,5", "3": "9,95"}
    }  # what was not touched in row 3 stays as wrong as it was
