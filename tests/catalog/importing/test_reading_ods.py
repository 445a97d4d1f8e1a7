"""OpenDocument spreadsheets."""

import pytest

from catalog.importing.readers import ods as reader
from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.recognise import recognise
from tests.catalog.importing.workbooks import OPEN_DOCUMENT, open_document


def cell(text="", kind="string", *, repeat=1, also="", **values):
    """A table-cell; `values` are attributes of office, such as value="5"."""
    told = "".join(f' office:{name.replace("_", "-")}="{value}"' for name, value in values.items())
    many = f' table:number-columns-repeated="{repeat}"' if repeat > 1 else ""
    typed = f' office:value-type="{kind}"' if text or values else ""
    paragraph = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell{typed}{told}{many}{also}>{paragraph}</table:table-cell>"


def row(*cells, repeat=1):
    many = f' table:number-rows-repeated="{repeat}"' if repeat > 1 else ""
    made = [each if each.startswith("<") else cell(each) for each in cells]
    return f"<table:table-row{many}>{''.join(made)}</table:table-row>"


def sheet(name, *rows, style=""):
    styled = f' table:style-name="{style}"' if style else ""
    return f'<table:table table:name="{name}"{styled}>{"".join(rows)}</table:table>'


def read(path, **choices):
    table = recognise(path, path.name, Choices(**choices))
    return table, list(reader.rows(path, table))


def test_cells_read_as_a_manager_sees_them(tmp_path):
    cells = [
        cell("00123"),
        cell("49,99", "float", value="49.990000000000002"),
        cell("4,00638E+12", "float", value="4006381333931"),
        cell("WAHR", "boolean", boolean_value="true"),
        cell("12.03.23", "date", date_value="2023-03-12"),
        cell("14.03.23 13:43", "date", date_value="2023-03-14T13:43:00"),
        cell("16:45:00", "time", time_value="PT16H45M00S"),
        cell("25%", "percentage", value="0.25"),
    ]
    path = open_document(tmp_path / "f.ods", [sheet("S", row(*"abcdefgh"), row(*cells))])
    table, rows = read(path)
    assert (table.format, table.sheet) == ("ods", "S")
    assert rows == [
        (
            2,
            [
                "00123",
                "49.99",
                "4006381333931",
                "true",
                "2023-03-12",
                "2023-03-14T13:43:00",
                "16:45:00",
                "25%",
            ],
        )
    ]


def test_what_stands_only_in_the_shown_text_is_kept(tmp_path):
    cells = [
        cell("00012345", "float", value="12345"),
        cell("012-345", "float", value="12345"),
        cell("12.345", "float", value="12345"),
        cell("5 kg", "float", value="5"),
        cell("1.234,50 €", "float", value="1234.5"),
        cell("10,00 CHF", "currency", value="10", currency="CHF"),
        cell("0,00", "float", value="0"),
        cell("5 Stück", "float", value="5"),
    ]
    path = open_document(tmp_path / "f.ods", [sheet("S", row(*"abcdefgh"), row(*cells))])
    assert read(path)[1] == [(2, ["00012345", "012-345", "12345", "5 kg", "1234.5 €", "10 CHF", "0", "5"])]


def test_a_formula_without_a_result_and_an_error_are_not_empty(tmp_path):
    cells = [
        cell("x"),
        '<table:table-cell table:formula="of:=[.A1]"/>',
        cell("#N/A", "string", string_value="", also=' calcext:value-type="error"'),
        cell("Err:502", "float", value="0", also=' calcext:value-type="error"'),
    ]
    path = open_document(tmp_path / "f.ods", [sheet("S", row(*"abcd"), row(*cells))])
    assert read(path)[1] == [(2, ["x", "#CALC!", "#N/A", "Err:502"])]


def test_texts_keep_their_lines_and_blanks_and_lose_their_comments(tmp_path):
    text = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a remark</text:p></office:annotation>'
        '<text:p>two<text:s text:c="3"/><text:span>lines</text:span></text:p><text:p>of<text:line-break/>text</text:p></table:table-cell>'
    )
    path = open_document(tmp_path / "f.ods", [sheet("S", row("a", "b"), row("1", text))])
    assert read(path)[1] == [(2, ["1", "two   lines\nof\ntext"])]


def test_repeated_cells_and_rows_keep_their_places(tmp_path):
    blank = '<table:table-cell table:number-columns-repeated="{}"/>'
    rows = [
        row("sku", "one", "two", blank.format(16381)),
        row("A", cell("x", repeat=2), repeat=2),
        f'<table:table-row table:number-rows-repeated="3">{blank.format(16384)}</table:table-row>',
        row("B", blank.format(1), "y"),
        f'<table:table-row table:number-rows-repeated="1048569">{blank.format(16384)}</table:table-row>',
    ]
    assert read(open_document(tmp_path / "f.ods", [sheet("S", *rows)]))[1] == [
        (2, ["A", "x", "x"]), (3, ["A", "x", "x"]), (7, ["B", "", "y"]),
    ]  # fmt: skip


def test_merged_cells_and_hidden_sheets_are_understood(tmp_path):
    tall = ' table:number-rows-spanned="2" table:number-columns-spanned="1"'
    rows = [
        row("group", "sku", "name"),
        row(cell("Chairs", also=tall), "A1", "x"),
        row("<table:covered-table-cell/>", "A2", "y"),
        row(cell(), "A3", "z"),
    ]
    style = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    path = open_document(
        tmp_path / "f.ods",
        [sheet("S", *rows), sheet("Lists", row("a", "b"), row("1", "2"), style="ta2")],
        styles=style,
    )
    table, found = read(path)
    assert found == [(2, ["Chairs", "A1", "x"]), (3, ["Chairs", "A2", "y"]), (4, ["", "A3", "z"])]
    assert (table.sheets, table.hidden) == (("S",), ("Lists",))
    assert read(path, sheet="Lists")[1] == [(2, ["1", "2"])]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"parts": {"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"}}, "password"),
        ({"tables": [sheet("S")]}, "empty"),
        ({"tables": ["<table:table"]}, "damaged"),
        ({"doctype": '<!DOCTYPE x [<!ENTITY a "b">]>'}, "entities"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, options, code):
    path = open_document(
        tmp_path / "f.ods", **{"tables": [sheet("S", row("a", "b"), row("1", "2"))], **options}
    )
    with pytest.raises(FileRefused) as caught:
        read(path)
    assert caught.value.code == code


def test_a_text_document_is_no_spreadsheet(tmp_path):
    path = open_document(tmp_path / "f.odt", [])
    path.write_bytes(
        path.read_bytes().replace(OPEN_DOCUMENT.encode(), b"application/vnd.oasis.opendocument.text.......")[
            :
        ]
    )
    with pytest.raises(FileRefused):
        recognise(path, "f.odt")
