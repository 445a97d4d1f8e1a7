"""Products in columns: found out by the names down the first column, or said by a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.importing.readers.base import Choices, FileRefused, Table
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.models.importing import ImportRun
from tests.catalog.importing.files import Importer, tally, values
from tests.catalog.importing.workbooks import workbook

SHEET = [
    ["Price list 2026", "", ""],
    ["Art.-Nr.", "A-1", "A-2"],
    ["Bezeichnung", "Tasse", "Tasse"],
    ["Farbe", "", "rot"],
    ["Preis", 9.5, 12],
]
CSV = "SKU,A,B\nName,Cup,Cup\nDescription,,x\n\nPrice,1,2\n"


def read(path: Path, **choices: Any) -> tuple[Table, list[Any]]:
    table = recognise_in_child(path, path.name, Choices(**choices))
    return table, [row for batch in read_in_child(path, table) for row in batch]


def test_a_sheet_with_the_names_down_its_first_column_is_turned(tmp_path: Path) -> None:
    table, rows = read(workbook(tmp_path / "f.xlsx", {"S": SHEET}))
    assert table.headers[-4:] == ("Art.-Nr.", "Bezeichnung", "Farbe", "Preis")
    assert table.noted("in_columns")
    assert [(number, cells[-4:]) for number, cells in rows] == [
        (2, ["A-1", "Tasse", "", "9.5"]),
        (3, ["A-2", "Tasse", "rot", "12"]),
    ]


def test_a_text_file_too_and_a_person_may_say_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(CSV)
    table, rows = read(path)
    assert (table.headers, table.header_row, table.row_estimate) == (
        ("SKU", "Name", "Description", "Price"),
        1,
        2,
    )
    assert rows == [(2, ["A", "Cup", "", "1"]), (3, ["B", "Cup", "x", "2"])]
    assert read(path, in_columns=False)[0].headers == ("SKU", "A", "B")
    path.write_text("code,left,right\nanything,1,2\nelse,3,4\n")
    assert read(path)[0].headers == ("code", "left", "right")
    assert read(path, in_columns=True)[1] == [(2, ["left", "1", "3"]), (3, ["right", "2", "4"])]


@pytest.mark.parametrize(
    "text",
    [
        "sku,name,price\nA,Cup,1\nB,Pot,2\n",
        "name,sku,price\nSize,1,2\nColour,3,4\nWeight,5,6\n",
    ],
)
def test_a_table_of_rows_stays_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text(text)
    assert not read(path)[0].in_columns


def test_what_is_too_large_to_turn_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n" + "1,2\n" * 16_500)
    with pytest.raises(FileRefused) as caught:
        recognise_in_child(path, "f.csv", Choices(in_columns=True))
    assert caught.value.code == "too_big_to_turn"


def test_its_products_are_imported_and_the_page_says_how_it_was_read(
    importer: Importer, client: Client
) -> None:
    text = "sku,A,B\nfamily,mugs,mugs\nname,Cup,Pot\ncapacity,1,much\nweight,,350 g\n"
    run = importer.start(text)
    client.force_login(importer.world.admin)
    page = client.get(reverse("admin:catalog_importrun_columns", args=[run.pk])).content.decode()
    assert "Its products stand in columns" in page
    assert 'name="in_columns" id="id_in_columns" checked' in page
    run = importer.run(text)
    assert tally(run) == (2, 1, 0, 0, 1, 0)
    assert values("A")["capacity"] == "1"
    assert run.rows.get(state="rejected").number == 3


def test_a_person_turns_it_back_on_the_page(importer: Importer, client: Client) -> None:
    run = importer.start("sku,A,B\nname,Cup,Pot\nprice,1,2\nweight,,3\n")
    assert run.table["in_columns"]
    client.force_login(importer.world.admin)
    client.post(reverse("admin:catalog_importrun_columns", args=[run.pk]), {"do": "read", "header_row": "1"})
    run = ImportRun.objects.get(pk=run.pk)
    assert (run.table["in_columns"], run.settings["in_columns"]) == (False, False)
    assert list(run.table["headers"]) == ["sku", "A", "B"]
