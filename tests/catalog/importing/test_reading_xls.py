"""Workbooks of Excel 97-2003."""

import pytest

from catalog.importing.readers import xls as reader
from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.recognise import recognise
from tests.catalog.importing.workbooks import old_workbook


def read(path, **choices):
    table = recognise(path, path.name, Choices(**choices))
    return table, list(reader.rows(path, table))


def test_cells_read_as_a_manager_sees_them(tmp_path):
    cells = [
        "00123",
        49.990000000000002,
        4006381333931,
        True,
        (45000, "dd.mm.yyyy"),
        (45000.4375, "dd.mm.yy hh:mm"),
        (0.4375, "hh:mm"),
        b"\x2a",
    ]
    table, rows = read(old_workbook(tmp_path / "f.xls", {"S": [list("abcdefgh"), cells]}))
    assert table.format == "xls"
    assert rows == [
        (
            2,
            [
                "00123",
                "49.99",
                "4006381333931",
                "true",
                "2023-03-15",
                "2023-03-15T10:30:00",
                "10:30:00",
                "#N/A",
            ],
        )
    ]


def test_number_formats_make_codes_and_currencies_and_no_dates(tmp_path):
    """python-calamine types the first of them as a date; the others are why a price list is read at all."""
    formats = {
        '0.00" руб."': "12345",
        "00000000000": "00000012345",
        "000-000": "012-345",
        '#,##0.00\\ "€"': "12345 €",
        '0" d"': "12345",
        "0%": "1234500%",
    }
    rows = [list("abcdef"), [(12345, code) for code in formats]]
    assert read(old_workbook(tmp_path / "f.xls", {"S": rows}))[1] == [(2, list(formats.values()))]


def test_hidden_sheets_are_named_and_merged_names_belong_to_all_their_columns(tmp_path):
    rows = [["sku", "size", ""], ["", "width", "height"], ["A1", 10, 20], ["A2", 11, 21]]
    path = old_workbook(
        tmp_path / "f.xls",
        {"S": rows, "Lists": [["a", "b"], [1, 2]]},
        hidden=["Lists"],
        merges=[(0, 1, 0, 0), (0, 0, 1, 2)],
    )
    table, found = read(path)
    assert (table.headers, table.header_row, table.hidden) == (
        ("sku", "size width", "size height"),
        2,
        ("Lists",),
    )
    assert found == [(3, ["A1", "10", "20"]), (4, ["A2", "11", "21"])]
    assert {note.code for note in table.notes} == {"stacked_header", "hidden_sheets"}
    assert read(path, sheet="Lists")[1] == [(2, ["1", "2"])]


def test_a_password_is_told_from_damage(tmp_path):
    sheets = {"S": [["sku", "name"], ["A", "x"]]}
    for path, code in (
        (old_workbook(tmp_path / "p.xls", sheets, protected=True), "password"),
        (tmp_path / "d.xls", "damaged"),
    ):
        if code == "damaged":
            path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
        with pytest.raises(FileRefused) as caught:
            recognise(path, path.name)
        assert caught.value.code == code


def test_damage_anywhere_is_a_refusal_or_does_not_matter(tmp_path):
    data = old_workbook(
        tmp_path / "f.xls", {"S": [["sku", "name"]] + [[f"A-{n}", n] for n in range(30)]}
    ).read_bytes()
    hurt = tmp_path / "hurt.xls"
    outcomes = set()
    for position in range(0, len(data), 13):
        hurt.write_bytes(data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :])
        try:
            outcomes.add(read(hurt)[0].format)
        except FileRefused as refused:
            outcomes.add(refused.code)
    assert (
        {"xls", "damaged"}
        <= outcomes
        <= {"xls", "csv", "damaged", "binary", "no_header", "no_rows", "empty", "password", "not_a_workbook"}
    )
