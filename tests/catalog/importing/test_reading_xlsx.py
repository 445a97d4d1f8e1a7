import datetime
import zipfile

import pytest

from catalog.importing.readers import xlsx as reader
from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.recognise import recognise
from tests.catalog.importing.workbooks import HEADER, handmade, workbook


def read(path, **choices):
    table = recognise(path, path.name, Choices(**choices))
    return table, list(reader.rows(path, table))


def refused(path, **choices):
    with pytest.raises(FileRefused) as caught:
        recognise(path, path.name, Choices(**choices))
    return caught.value.code


def test_cells_read_as_a_manager_sees_them(tmp_path):
    day = datetime.datetime(2026, 11, 23, 10, 30)
    cells = [
        "00123",
        49.990000000000002,
        4006381333931,
        12,
        True,
        (day.date(), "dd.mm.yyyy"),
        (day, "dd.mm.yy hh:mm"),
    ]
    path = workbook(tmp_path / "f.xlsx", {"S": [list("abcdefg"), cells]})
    _table, rows = read(path)
    assert rows == [
        (2, ["00123", "49.99", "4006381333931", "12", "true", "2026-11-23", "2026-11-23T10:30:00"])
    ]


def test_a_number_format_with_words_makes_no_date_of_a_number(tmp_path):
    formats = ['0.00" руб."', '0 "Stk. my"', "#,##0 \\d", "[Red]0.00", '0" days"']
    path = workbook(tmp_path / "f.xlsx", {"S": [list("abcde"), [(5, code) for code in formats]]})
    assert read(path)[1] == [(2, ["5"] * 5)]


def test_zeros_that_stand_in_the_number_format_are_kept(tmp_path):
    rows = [
        ["sku", "ean", "price"],
        ["A", (12345, "00000000"), (5, "0.00")],
        ["B", (4006381333931, "0000000000000"), (7, "0")],
    ]
    assert read(workbook(tmp_path / "f.xlsx", {"S": rows}))[1] == [
        (2, ["A", "00012345", "5"]),
        (3, ["B", "4006381333931", "7"]),
    ]


def test_zeros_of_the_number_format_are_kept_throughout_a_long_sheet(tmp_path):
    rows = [["sku", "ean"]] + [[f"article number {n}", (n, "00000000")] for n in range(1, 30_001)]
    _table, found = read(workbook(tmp_path / "f.xlsx", {"S": rows}))
    assert found == [(n + 1, [f"article number {n}", f"{n:08}"]) for n in range(1, 30_001)]


def test_an_error_cell_is_not_read_as_empty(tmp_path):
    path = handmade(
        tmp_path / "f.xlsx",
        [
            HEADER,
            b'<row r="2"><c r="A2" t="inlineStr"><is><t>A</t></is></c>'
            b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>',
        ],
    )
    assert read(path)[1] == [(2, ["A", "#DIV/0!"])]


def test_a_formula_reads_as_its_result(tmp_path):
    path = handmade(
        tmp_path / "f.xlsx",
        [
            HEADER,
            b'<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>"x"</f><v>x</v></c></row>',
        ],
    )
    assert read(path)[1] == [(2, ["2", "x"])]


def test_rows_keep_the_number_they_have_in_the_sheet(tmp_path):
    rows = [[], ["", "Price list"], [], ["", "sku", "name"], ["", "A", "x"], [], ["", "B", "y"]]
    table, found = read(workbook(tmp_path / "f.xlsx", {"S": rows}))
    assert (table.header_row, table.headers) == (4, ("[A]", "sku", "name"))
    assert found == [(5, ["", "A", "x"]), (7, ["", "B", "y"])]


def test_the_sheet_that_is_most_of_a_table_is_read_and_the_others_named(tmp_path):
    sheets = {
        "Read me": [["Please fill in the next sheet."], ["Contact", "ACME"]],
        "Products": [["sku", "name", "price", "color"], ["A", "x", 1, "red"]],
        "Colors": [["code", "label"]] + [[f"c{n}", f"Color {n}"] for n in range(50)],
    }
    table, rows = read(workbook(tmp_path / "f.xlsx", sheets))
    assert (table.sheet, table.sheets) == ("Products", ("Read me", "Products", "Colors"))
    assert rows == [(2, ["A", "x", "1", "red"])]
    assert [(note.code, note.params) for note in table.notes] == [
        ("other_sheets", {"sheet": "Products", "others": ["Read me", "Colors"]}),
    ]


def test_of_two_tables_alike_the_first_is_read(tmp_path):
    sheets = {"One": [["a", "b", "c"], [1, 2, 3]], "Two": [["a", "b", "c", "d"], [1, 2, 3, 4]]}
    assert read(workbook(tmp_path / "f.xlsx", sheets))[0].sheet == "One"


def test_a_hidden_sheet_is_read_only_when_chosen(tmp_path):
    sheets = {"Visible": [["a", "b"], [1, 2]], "Lists": [["x", "y", "z", "u"], [1, 2, 3, 4]]}
    path = workbook(tmp_path / "f.xlsx", sheets, hidden=["Lists"])
    assert read(path)[0].sheet == "Visible"
    assert read(path, sheet="Lists")[1] == [(2, ["1", "2", "3", "4"])]
    assert refused(path, sheet="Nowhere") == "no_such_sheet"


def test_the_content_decides_and_not_the_name(tmp_path):
    path = workbook(tmp_path / "prices.csv", {"S": [["sku", "name"], ["A", "x"]]})
    assert read(path)[0].format == "xlsx"
    (tmp_path / "prices.xlsx").write_text("sku;name\nA;x\n")
    assert recognise(tmp_path / "prices.xlsx", "prices.xlsx").format == "csv"


def test_an_empty_workbook_is_refused(tmp_path):
    assert refused(workbook(tmp_path / "f.xlsx", {"S": []})) == "empty"


def test_a_workbook_without_names_is_refused(tmp_path):
    assert refused(workbook(tmp_path / "f.xlsx", {"S": [[1, 2], [3, 4]]})) == "no_header"


def test_a_workbook_behind_a_password_is_refused_with_the_remedy(tmp_path):
    path = tmp_path / "f.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le")
    )
    with pytest.raises(FileRefused) as caught:
        recognise(path, "f.xlsx")
    assert caught.value.code == "password"
    assert "Remove the password in Excel" in caught.value.message


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"readme.txt": "hello"}, "not_a_workbook"),
        ({"word/document.xml": "<x/>", "[Content_Types].xml": "<Types/>"}, "not_a_workbook"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "other_format"),
        ({"[Content_Types].xml": "application/vnd.ms-excel.sheet.binary.macroEnabled.main"}, "other_format"),
        ({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<broken"}, "damaged"),
    ],
)
def test_other_archives_are_refused(tmp_path, parts, code):
    path = tmp_path / "f.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert refused(path) == code


def test_a_file_cut_off_is_refused(tmp_path):
    path = workbook(tmp_path / "f.xlsx", {"S": [["sku", "name"], ["A", "x"]]})
    path.write_bytes(path.read_bytes()[:-200])
    assert refused(path) == "damaged"


def test_damage_anywhere_in_a_workbook_is_a_refusal(tmp_path):
    whole = workbook(
        tmp_path / "f.xlsx", {"S": [["sku", "name"]] + [[f"A-{n}", f"x{n * n}"] for n in range(200)]}
    )
    data = whole.read_bytes()
    outcomes = set()
    for position in range(40, len(data), 97):
        hurt = tmp_path / "hurt.xlsx"
        hurt.write_bytes(data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :])
        try:
            outcomes.add(read(hurt)[0].format)
        except FileRefused as refusal:
            outcomes.add(refusal.code)
    assert {"xlsx", "damaged"} <= outcomes
    # Where the hurt byte falls differs by run: the writer stamps the time into the file.
    assert outcomes <= {
        *("xlsx", "damaged", "password", "not_a_workbook", "unpacks_too_big", "packed_too_tightly")
    }
