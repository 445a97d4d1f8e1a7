"""What stands around the data: names in several rows, merged cells, headings between the rows, number formats."""

import pytest

from catalog.importing.readers import csv as csv_reader
from catalog.importing.readers import xlsx as reader
from catalog.importing.readers.base import Choices
from catalog.importing.readers.recognise import recognise
from catalog.importing.readers.shown import shown_by
from tests.catalog.importing.workbooks import HEADER, handmade, workbook

ARTICLES = [[f"A-{n}", f"Chair {n}", n, "oak"] for n in range(1, 6)]


def read(path, **choices):
    table = recognise(path, path.name, Choices(**choices))
    return table, list(reader.rows(path, table))


def told(table):
    return {note.code: note.params for note in table.notes}


def test_names_merged_over_columns_go_before_the_names_below(tmp_path):
    rows = [
        ["Price list 2026", "", "", ""],
        ["SKU", "Size", "", "Name"],
        ["", "Width", "Height", ""],
        ["A", 1, 2, "x"],
        ["B", 3, 4, "y"],
    ]
    path = workbook(tmp_path / "f.xlsx", {"S": rows}, merges=["A1:D1", "A2:A3", "B2:C2", "D2:D3"])
    table, found = read(path)
    assert (table.headers, table.header_row) == (("SKU", "Size Width", "Size Height", "Name"), 3)
    assert found == [(4, ["A", "1", "2", "x"]), (5, ["B", "3", "4", "y"])]
    assert told(table) == {"rows_above": {"row": 2}, "stacked_header": {"first": 2, "last": 3}}


def test_a_group_row_without_tall_cells_belongs_to_the_names_too(tmp_path):
    rows = [["", "", "Size", ""], ["SKU", "Name", "Width", "Height"], ["A", "x", 1, 2]]
    table, _rows = read(workbook(tmp_path / "f.xlsx", {"S": rows}, merges=["C1:D1"]))
    assert (table.headers, table.header_row) == (("SKU", "Name", "Size Width", "Size Height"), 2)


def test_a_row_that_a_person_chose_is_taken_alone(tmp_path):
    rows = [["", "", "Size", ""], ["SKU", "Name", "Width", "Height"], ["A", "x", 1, 2]]
    table, _rows = read(workbook(tmp_path / "f.xlsx", {"S": rows}, merges=["C1:D1"]), header_row=2)
    assert table.headers == ("SKU", "Name", "Width", "Height")


def test_a_title_over_the_table_is_no_name(tmp_path):
    rows = [["Prices", "", ""], ["SKU", "Name", "Price"], ["A", "x", 1], ["B", "y", 2]]
    table, _rows = read(workbook(tmp_path / "f.xlsx", {"S": rows}, merges=["A1:C1"]))
    assert (table.headers, told(table)) == (("SKU", "Name", "Price"), {"rows_above": {"row": 2}})


def test_a_value_merged_over_rows_belongs_to_each_of_them(tmp_path):
    rows = [
        ["group", "sku", "name"],
        ["Chairs", "A1", "x"],
        ["", "A2", "y"],
        ["", "", ""],
        ["Tables", "B1", "z"],
    ]
    path = workbook(tmp_path / "f.xlsx", {"S": rows}, merges=["A2:A4"])
    assert read(path)[1] == [
        (2, ["Chairs", "A1", "x"]),
        (3, ["Chairs", "A2", "y"]),
        (5, ["Tables", "B1", "z"]),
    ]


def test_headings_merged_across_the_table_are_left_out_and_said(tmp_path):
    rows = [
        ["sku", "name", "n", "wood"],
        ["Chairs 2026", "", "", ""],
        *ARTICLES,
        ["Tables", "", "", ""],
        ["B-1", "Table", 9, "ash"],
    ]
    path = workbook(tmp_path / "f.xlsx", {"S": rows}, merges=["A2:D2", "A8:D8"])
    table, found = read(path)
    assert [cells[0] for _number, cells in found] == ["A-1", "A-2", "A-3", "A-4", "A-5", "B-1"]
    assert told(table) == {"section_rows": {"rows": ["2 (Chairs 2026)", "8 (Tables)"]}}
    assert [number for number, _cells in read(path, every_row=True)[1]] == list(range(2, 10))


def test_a_heading_alone_in_its_row_is_left_out_where_the_others_are_articles(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(
        "sku,name,n,wood\nChairs,,,\n"
        + "".join(f"A-{n},Chair,{n},oak\n" for n in range(5))
        + "Tables,,,\nB-1,Table,9,ash\n"
    )
    table = recognise(path, "f.csv")
    assert [number for number, _cells in csv_reader.rows(path, table)] == [3, 4, 5, 6, 7, 9]
    assert told(table) == {"section_rows": {"rows": ["2 (Chairs)", "8 (Tables)"]}}


@pytest.mark.parametrize(
    "text",
    [
        "sku,name,n,wood\nOAK,Chair,1,oak\nASH,,,\nELM,Chair,3,elm\n",  # codes without digits: it may be one
        "sku,name,n,wood\nA1,Chair,1,oak\nA2,,,\nA3,Chair,3,elm\n",  # a code like the others
        "sku,name\nA1,Chair\nChairs,\nA2,Chair\n",  # too narrow to tell
    ],
)
def test_a_row_that_may_be_a_product_is_never_left_out(tmp_path, text):
    path = tmp_path / "f.csv"
    path.write_text(text)
    assert len(list(csv_reader.rows(path, recognise(path, "f.csv")))) == 3


def test_names_repeated_on_every_page_are_left_out(tmp_path):
    names = ["sku", "name", "n", "wood"]
    table, found = read(workbook(tmp_path / "f.xlsx", {"S": [names, *ARTICLES[:2], names, *ARTICLES[2:]]}))
    assert [number for number, _cells in found] == [2, 3, 5, 6, 7]
    assert told(table) == {"repeated_headers": {"rows": [4]}}


def test_a_formula_whose_result_was_never_stored_is_not_read_as_empty(tmp_path):
    cells = b'<c r="A2"><f>1+1</f></c><c r="B2"><f>1+1</f><v></v></c>'
    text = b'<c r="A3" t="str"><f>""</f><v></v></c><c r="B3"><f>1+1</f><v>2</v></c>'
    path = handmade(
        tmp_path / "f.xlsx", [HEADER, b'<row r="2">' + cells + b"</row>", b'<row r="3">' + text + b"</row>"]
    )
    assert read(path)[1] == [(2, ["#CALC!", "#CALC!"]), (3, ["", "2"])]


def test_the_table_may_be_far_behind_in_a_workbook_of_many_sheets(tmp_path):
    sheets = {f"Note {n}": [["Nothing here"]] for n in range(127)}
    sheets["Products"] = [[f"h{n}" for n in range(450)], [str(n) for n in range(450)]]
    table, rows = read(workbook(tmp_path / "f.xlsx", sheets))
    assert (table.sheet, len(table.headers), rows[0][1][449]) == ("Products", 450, "449")


def test_the_rows_around_the_names_are_kept_to_point_at(tmp_path):
    rows = [["Price list"], [], ["sku", "name"], ["A", "x" * 100]]
    table, _rows = read(workbook(tmp_path / "f.xlsx", {"S": rows}))
    assert table.head == ((1, ["Price list", ""]), (3, ["sku", "name"]), (4, ["A", "x" * 60]))


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("00000000", "12345", "00012345"),
        ("0####", "12", "00012"),
        ("000-000", "12345", "012-345"),
        ("000-000", "1234567", "1234-567"),
        ('"ART-"00000', "42", "ART-00042"),
        ("00000;-00000", "7", "00007"),
        ("00000", "7.5", "7.5"),
        ("0.00%", "0.075", "7.5%"),
        ("0%", "1", "100%"),
        ("#,##0.00 [$CHF]", "10000", "10000 CHF"),
        ("[$€-407] #,##0.00", "9.9", "9.9 €"),
        ('_-* #,##0.00 "€"_-', "9.9", "9.9 €"),
        ('0.0" kg"', "5", "5 kg"),
    ],
)
def test_a_number_reads_as_its_format_shows_it(code, number, text):
    assert shown_by(code)(number) == text


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "0",
        "0.00",
        "#,##0",
        '0.00" руб."',
        '0 "Stk. my"',
        "dd.mm.yyyy",
        "[h]:mm:ss",
        "0.00E+00",
        "@",
        "# ?/?",
        "[Red]0.00",
    ],
)
def test_a_format_that_adds_nothing_changes_nothing(code):
    assert shown_by(code) is None
