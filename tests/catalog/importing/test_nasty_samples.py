"""Every file of the hostile samples, by hand: what stands in it, or why nobody could import it.

Where a file's right answer lies beside it, the rows are equal to it; for the others somebody opened them and wrote down
the columns, the rows and the cells that are easily read wrong.
"""

import json
import re
from pathlib import Path

import psutil
import pytest

from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.importing.readers.limits import MIB, Limits
from tests.catalog.importing.reading_children import processor_seconds

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder ../shared/samples is not there")
FILES = sorted(
    path.relative_to(SAMPLES).as_posix()
    for folder in ("nasty-csv", "nasty-xlsx")
    for path in (SAMPLES / folder).rglob("*")
    if path.is_file()
)
ANSWERS = SAMPLES / "nasty-csv" / "json"
# The answer beside this one tells another telephone number than the file.
OTHER_ANSWER = {"location_coordinates"}

# By its columns: how many rows, and single cells by (row, column).
READ = {
    "nasty-csv/csvkit/bad.csv": ("column_a column_b column_c", 3, {(2, 3): "I'm too long!", (3, 1): "I'm too short!"}),
    "nasty-csv/csvkit/mac_newlines.csv": ("a b c", 2, {(3, 0): "Once upon\ra time", (3, 2): "6"}),
    "nasty-csv/csvkit/null_byte.csv": ("a b c", 1, {(2, 0): "", (2, 2): "3"}),
    "nasty-csv/csvkit/test_empty_columns.csv": ("a b c", 2, {(2, 0): "a", (3, 2): "c"}),
    "nasty-csv/csvkit/test_header_newline.csv": (["start end", "b", "c"], 1, {(2, 0): "d"}),
    "nasty-csv/csvkit/test_latin1.csv": ("a b c", 2, {(3, 2): "©"}),
    "nasty-csv/csvkit/test_locale.csv": ("a b c", 1, {(2, 0): "1,7", (2, 1): "200.000.000"}),
    "nasty-csv/csvkit/test_no_leading_zeroes.csv": ("a b c", 1, {(2, 0): "01", (2, 1): "00.11"}),
    "nasty-csv/csvkit/test_utf16_big.csv": ("a b c", 2, {(3, 2): "ʤ"}),
    "nasty-csv/csvkit/test_utf16_little.csv": ("a b c", 2, {(3, 2): "ʤ"}),
    "nasty-csv/csvkit/test_utf8_bom.csv": ("foo bar baz", 2, {(3, 2): "ʤ"}),
    "nasty-csv/csvs/location_coordinates.csv": (
        ["Contact Phone Number", "Location Coordinates", "Cities", "Counties"], 1,
        {(2, 0): "2095257564", (2, 1): "37\ufffd36'37.8\"N 121\ufffd2'17.9\"W", (2, 3): "Stanislaus"},
    ),
    "nasty-csv/frictionless/accent.csv": (17, 2, {(2, 6): "06090", (2, 16): "2018/03/31", (3, 16): "2018/3/31"}),
    "nasty-csv/frictionless/ascii-notvalid.csv": ("A B C", 1, {(2, 1): "ssµ", (2, 2): "ab€"}),
    "nasty-csv/frictionless/blank-headers.csv": ("id [B] age", 2, {(2, 1): "John", (3, 2): "26"}),
    "nasty-csv/frictionless/blank-rows-multiple.csv": ("id name age", 2, {(3, 1): "Julie"}),
    "nasty-csv/frictionless/bom.csv": ("id name", 2, {(3, 1): "中国人"}),
    "nasty-csv/frictionless/defective-rows.csv": ("id name age", 2, {(2, 2): "", (3, 3): "Potatoes"}),
    "nasty-csv/frictionless/doublequote.csv": (17, 5, {(2, 4): "2019", (2, 6): "EDUCACIÓN", (2, 8): "608"}),
    "nasty-csv/frictionless/duplicate-headers.csv": (["id", "name", "id (2)", "age", "id (3)"], 2, {(2, 4): "001101"}),
    "nasty-csv/frictionless/duplicate-rows.csv": ("id name age", 3, {(2, 0): "1101", (4, 0): "1101"}),
    "nasty-csv/frictionless/encoding-issue-274.csv": (17, 507, {(2, 1): "Asia New Zealand Foundation"}),
    "nasty-csv/frictionless/issue-1009-semicolon.csv": ("fieldNameA fieldNameB", 1, {(2, 0): "0123"}),
    "nasty-csv/frictionless/latin1.csv": ("id name", 2, {(3, 1): "©"}),
    "nasty-csv/frictionless/leading-zeros.csv": ("value", 3, {(2, 0): "01", (3, 0): "002", (4, 0): "00003"}),
    "nasty-csv/frictionless/skip-rows-before-headers.csv": ("id name", 2, {(3, 0): "1", (4, 1): "中国人"}),
    "nasty-csv/openrefine/csv-with-bom.csv": ("ColA ColB", 2, {(3, 1): "B2"}),
    "nasty-csv/openrefine/example-latin1.tsv": (11, 2, {(2, 0): "02042003", (2, 3): "Tizi Ouzou, Béjaïa, (Kaby ...", (3, 10): "2002-0752"}),
    "nasty-csv/openrefine/example-linebreaks-in-cells.csv": ("name description yearOfBirth", 2, {(3, 2): "1769"}),
    "nasty-csv/openrefine/example-utf16be-bom.tsv": (11, 2, {(2, 3): "Tizi Ouzou, Béjaïa, (Kaby ...", (3, 10): "2002-0752"}),
    "nasty-csv/openrefine/example-utf16le-bom.tsv": (11, 2, {(2, 3): "Tizi Ouzou, Béjaïa, (Kaby ...", (3, 10): "2002-0752"}),
    "nasty-xlsx/authors.csv": ("id name", 1, {(2, 1): "J. R. R. Tolkien"}),
    "nasty-xlsx/bad_dimensions.xlsx": ("PN Qty Price", 3, {(2, 1): "10000", (2, 2): "0.0367", (3, 1): "", (4, 2): "0.001"}),
    "nasty-xlsx/books-ISO-8859-1.csv": ("id name author_email", 1, {(2, 1): "Merci à toi"}),
    "nasty-xlsx/books-dos.csv": ("id name author_email", 1, {(2, 2): "test@example.com"}),
    "nasty-xlsx/books-empty-author-email.xlsx": ("id name author_email", 2, {(2, 2): "author@example.com", (3, 2): ""}),
    "nasty-xlsx/books-for-delete.csv": ("id name author_email", 1, {(2, 1): ""}),
    "nasty-xlsx/books-invalid-date.csv": ("id name published", 2, {(3, 2): "1996x-01-01"}),
    "nasty-xlsx/books-mac.csv": ("id name author_email", 1, {(2, 1): "Some book"}),
    "nasty-xlsx/books-mac.tsv": ("id name author_email", 1, {(2, 1): "Some book"}),
    "nasty-xlsx/books-unicode.csv": ("id name author_email", 1, {(2, 1): "Some bookš"}),
    "nasty-xlsx/books-unicode.tsv": ("id name author_email", 1, {(2, 1): "Some bookš"}),
    "nasty-xlsx/books.csv": ("id name author_email", 1, {(2, 1): "Some book"}),
    "nasty-xlsx/books.xls": ("id name author_email", 1, {(2, 0): "1", (2, 1): "Some book"}),
    "nasty-xlsx/books.xlsx": ("id name author_email price", 1, {(2, 0): "1", (2, 3): "4"}),
    "nasty-xlsx/calamine/empty_s_attribute.xlsx": ("Name Value", 4, {(2, 0): "John", (5, 1): "4"}),
    "nasty-xlsx/calamine/header-row.xlsx": (["Columns", "Column A", "Column B", "Column C"], 1, {(10, 0): "put data here", (10, 3): "3"}),
    "nasty-xlsx/calamine/inlineStr_cdata.xlsx": (["Hello CDATA", "World"], 1, {(2, 0): "12345", (2, 1): "NormalText"}),
    "nasty-xlsx/calamine/inventory-table.xlsx": ("Item Type Quantity", 4, {(3, 1): "Banana", (3, 2): "200"}),
    "nasty-xlsx/calamine/merge_cells.xlsx": (["Row Merge", "[B]", "Not Merged"], 1, {(2, 0): "Column Merge", (2, 1): "Chunk Merged"}),
    # Its names are merged over the rows 1 and 2.
    "nasty-xlsx/calamine/merged_range.xls": ("A1 B1 C1 [D] E1 F1 G1 H1", 2, {(3, 0): "A3", (4, 7): "H4"}),
    "nasty-xlsx/calamine/merged_range.xlsx": ("A1 B1 C1 [D] E1 F1 G1 H1", 2, {(3, 0): "A3", (4, 7): "H4"}),
    "nasty-xlsx/calamine/nonstandard-xml-ns-prefix.xlsx": ("a b", 2, {(2, 1): "3", (3, 0): "2"}),
    "nasty-xlsx/calamine/table-multiple.xlsx": ("Item Type Quantity", 4, {(5, 1): "Pear"}),
    "nasty-xlsx/calamine/temperature-fallible.xlsx": ("label value notes", 4, {(2, 1): "22.2222", (4, 1): "", (5, 1): "N/A"}),
    "nasty-xlsx/calamine/whitespace_trim.xlsx": (["trimmed value", "value with tabs", "[C]", "clean text"], 2, {(2, 1): "  line1\nline2  ", (3, 0): "日期 时间"}),
    "nasty-xlsx/child.csv": ("id parent name", 1, {(2, 1): "1234"}),
    "nasty-xlsx/dates.xls": ("birth_date", 1, {(2, 0): "2015-04-12"}),
    "nasty-xlsx/ebooks.csv": (["id", "name", "Email of the author"], 1, {(2, 2): "test@example.com"}),
    "nasty-xlsx/errors.xls": (
        ["div by 0", "name unknown", "not available (formula)", "not available (static)"], 1,
        {(2, 0): "#DIV/0!", (2, 1): "#NAME?", (2, 2): "#N/A", (2, 3): "#N/A"},
    ),
    "nasty-xlsx/founders.xlsx": ("first_name last_name gpa", 3, {(3, 1): "Washington", (4, 2): "50"}),
    "nasty-xlsx/frictionless/adjust-floating-point-error.xlsx": (4, 5, {(3, 1): "68.665", (3, 2): "274.66", (4, 3): "291.86", (5, 3): "968"}),
    "nasty-xlsx/frictionless/cast-int-to-string-issue-1251.xlsx": ("A B C D E", 2, {(2, 0): "001", (3, 0): "002", (3, 3): "1"}),
    "nasty-xlsx/frictionless/multiline-headers.xlsx": (
        [
            "Region", "Caloric contribution (%)",
            "Cumulative impact of changes on cost of food basket from previous quarter",
            "Cumulative impact of changes on cost of food basket from baseline (%)",
        ],
        1, {(6, 0): "A", (6, 3): "D"},
    ),
    "nasty-xlsx/frictionless/number-format-multicode.xlsx": ("col1", 3, {(2, 0): "4.51119775197299", (3, 0): "-9.03233986479077"}),
    "nasty-xlsx/frictionless/preserve-formatting-percentage.xlsx": ("col1 col2", 3, {(2, 1): "52%", (3, 1): "30%", (4, 1): "6%"}),
    "nasty-xlsx/frictionless/preserve-formatting.xlsx": (11, 1, {(2, 0): "", (2, 1): "1000.5577", (2, 6): "2040-05-20", (2, 8): "2040-05-20"}),
    "nasty-xlsx/frictionless/skip-rows.xlsx": ("A B", 2, {(3, 0): "8", (4, 1): "TOTAL"}),
    "nasty-xlsx/ragged.ods": ("a b c d", 1, {(2, 0): "1", (2, 1): "", (2, 2): "true", (2, 3): ""}),
    "nasty-xlsx/ragged.xlsx": ("a b", 1, {(2, 0): "1", (2, 1): ""}),
    "nasty-xlsx/readxl/big-texty-numbers-xlsx.xlsx": (["number", "number as text", "notes"], 6, {(3, 0): "2147483647", (4, 1): "2147483648", (7, 0): "-2147483649"}),
    "nasty-xlsx/readxl/blanks.xlsx": ("x y", 2, {(2, 1): "a", (3, 0): "1"}),
    # The currency of the mixed column stands in the number formats only.
    "nasty-xlsx/readxl/currency-formats-xlsx.xlsx": ("product cost_EUR cost_CHF cost_mixed", 2, {(2, 3): "0.5 EUR", (3, 3): "10000 CHF"}),
    "nasty-xlsx/readxl/deaths.xlsx": (
        ["Name", "Profession", "Age", "Has kids", "Date of birth", "Date of death"], 14,  # four of them are remarks below the table
        {(6, 0): "David Bowie", (6, 2): "69", (6, 3): "true", (6, 4): "1947-01-08", (15, 0): "George Michael"},
    ),
    "nasty-xlsx/readxl/empty-named-column.xlsx": ("x y z w", 3, {(4, 2): "NA", (2, 3): "2"}),
    "nasty-xlsx/readxl/geometry.xlsx": ("[A] B3 C3 D3", 3, {(4, 0): "", (6, 3): "D6"}),
    "nasty-xlsx/readxl/names-need-repair-xlsx.xlsx": (["a b", "a b (2)", "[C]", "c%&$"], 2, {(2, 2): "one", (3, 3): "2.2"}),
    "nasty-xlsx/readxl/new_line_errors.xlsx": (
        "column_name", 2,
        {(2, 0): "first line of text \r\nsecond line of text \r\ni don't know what type of line feed I've used \r\nlast line"},
    ),
    "nasty-xlsx/readxl/skipping.xlsx": ("var1 var2", 2, {(5, 0): "v2,1", (7, 1): "v4,2"}),
    "nasty-xlsx/readxl/texty-dates-xlsx.xlsx": ("a", 2, {(2, 0): "1985-03-11T13:00:00", (3, 0): "1985-03-11T13:23:32"}),
    "nasty-xlsx/readxl/type-me.xlsx": (["maybe boolean?", "description"], 10, {(5, 0): "2016-01-01", (6, 0): "true", (11, 0): "False"}),
    "nasty-xlsx/readxl/unnamed-duplicated-columns.xlsx": (["[A]", "var2", "[C]", "var2 (2)"], 2, {(3, 2): "2.1", (3, 3): "bb"}),
    "nasty-xlsx/readxl/utf8-sheet-names.xlsx": ("x", 1, {(2, 0): "1"}),
    "nasty-xlsx/readxl/vietnamese-utf8.xls": (["Mô tả"], 6, {(2, 0): "BÙN SÉT", (5, 0): "CÁT MỊN"}),
    "nasty-xlsx/readxl/whitespace-xlsx.xlsx": (["<-space, space->"], 5, {(2, 0): " <-space", (6, 0): "\t<-tab"}),
}  # fmt: skip

REFUSED = {
    "nasty-csv/frictionless/empty.csv": "empty",
    "nasty-xlsx/book.ods": "no_rows",  # a row of dates in one sheet, a row of words in the other
    "nasty-xlsx/books-no-headers.csv": "no_rows",
    "nasty-xlsx/calamine/any_sheets.ods": "no_header",  # numbers and a sentence
    "nasty-xlsx/calamine/any_sheets.xlsb": "other_format",
    "nasty-xlsx/calamine/any_sheets.xlsx": "no_header",
    "nasty-xlsx/calamine/date.xls": "no_header",
    "nasty-xlsx/calamine/date.xlsx": "no_header",
    "nasty-xlsx/calamine/date_1904.xlsx": "no_header",
    "nasty-xlsx/calamine/date_iso.xlsx": "no_header",  # dates, and sentences below
    "nasty-xlsx/calamine/empty_sheet.xlsx": "empty",
    "nasty-xlsx/calamine/encoded_entities.xlsx": "no_rows",  # "&" and a line break
    "nasty-xlsx/calamine/errors.xlsx": "no_header",
    "nasty-xlsx/calamine/formula.issue.xlsx": "no_header",
    "nasty-xlsx/calamine/has_x000D_.xlsx": "no_rows",
    "nasty-xlsx/calamine/no-header.xlsx": "no_header",
    "nasty-xlsx/calamine/pass_protected.xlsx": "password",
    "nasty-xlsx/calamine/too_small.xls": "no_rows",  # one line of text
    "nasty-xlsx/frictionless/merged-cells.xlsx": "no_rows",  # one cell, merged over six
    "nasty-xlsx/readxl/missing-first-column.xlsx": "no_header",
    "nasty-xlsx/unknown_value_type.ods": "no_rows",
    "nasty-xlsx/xlsx_cell_values.xlsx": "no_rows",
}

# Letters of an alphabet that the bytes do not tell: read all the same, said, and right once a person chooses.
DOUBTFUL = {"nasty-csv/frictionless/table-infer-iso-8859-7.csv": ("iso8859-7", (2, 2), "Λεωνιδας")}


def read(name, **choices):
    """(table, {row: cells}) within 300 MB; a file that needs more would be refused as "too_big"."""
    path, limits = SAMPLES / name, Limits(memory=300 * MIB)
    table = recognise_in_child(path, path.name, Choices(**choices), limits=limits)
    return table, {
        number: cells for batch in read_in_child(path, table, limits=limits) for number, cells in batch
    }


@pytest.mark.parametrize("name", FILES)
def test_a_nasty_file_is_read_right_or_refused_with_the_reason(name):
    began, before = processor_seconds(), psutil.Process().memory_info().rss
    outcome = read_or_refusal(name)
    assert processor_seconds() - began < 20
    assert psutil.Process().memory_info().rss - before < 50 * MIB
    if isinstance(outcome, FileRefused):
        assert (name, outcome.code) == (name, REFUSED.get(name, "to be read"))
        assert outcome.message
    else:
        check_reading(name, *outcome)


def read_or_refusal(name):
    try:
        return read(name)
    except FileRefused as refused:
        return refused


def check_reading(name, table, rows):
    assert name not in REFUSED
    answer = ANSWERS / (Path(name).stem + ".json")
    if Path(name).parent.name in ("csvs", "json") and answer.exists() and name not in READ:
        expected = json.loads(answer.read_text())
        assert comparable(
            [dict(zip(table.headers, cells, strict=True)) for cells in rows.values()]
        ) == comparable(expected if isinstance(expected, list) else [expected])
        return
    if name in DOUBTFUL:
        return
    headers, count, cells = READ[name]
    if isinstance(headers, int):
        assert len(table.headers) == headers
    else:
        assert list(table.headers) == (headers.split() if isinstance(headers, str) else headers)
    assert len(rows) == count
    assert {place: rows[place[0]][place[1]] for place in cells} == cells


def comparable(records):
    """The answers were made from files whose line ends have changed since."""
    return [{name: re.sub(r"\r\n?", "\n", text) for name, text in record.items()} for record in records]


@pytest.mark.parametrize(("name", "encoding", "place", "text"), [(n, *d) for n, d in DOUBTFUL.items()])
def test_an_alphabet_that_the_bytes_do_not_tell_is_said(name, encoding, place, text):
    table, _rows = read(name)
    assert [note.code for note in table.notes] == ["encoding_doubtful"]
    assert read(name, encoding=encoding)[1][place[0]][place[1]] == text


@pytest.mark.parametrize("name", ["date.xls", "date.xlsx", "date_1904.xlsx"])
def test_a_duration_is_one_in_every_kind_of_workbook(name):
    _table, rows = read(f"nasty-xlsx/calamine/{name}", header_row=1)
    assert rows == {2: ["2021-01-02", "16"], 3: ["255:10:10", "17"]}


def test_a_chosen_sheet_is_read_with_names_of_its_own():
    table, rows = read("nasty-xlsx/readxl/skipping.xlsx", sheet="two_occupied_rows")
    assert (table.header_row, table.noted("rows_above"), list(rows)) == (3, True, [5, 7])


def test_names_that_come_once_more_are_no_row():
    table, rows = read("nasty-xlsx/calamine/table-multiple.xlsx", sheet="Sheet3")
    assert table.noted("repeated_headers")
    assert list(rows) == [2, 3, 4, 5, 8, 9, 10, 11]
