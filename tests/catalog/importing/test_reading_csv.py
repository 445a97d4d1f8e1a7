import csv
from functools import partial

import pytest

from catalog.importing.readers import csv as reader
from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.recognise import recognise


@pytest.fixture
def read(tmp_path):
    """read(bytes) → (table, rows)"""

    def read(data, **choices):
        path = tmp_path / "file.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        table = recognise(path, "file.csv", Choices(**choices))
        return table, list(reader.rows(path, table))

    return read


def refused(read, data, **choices):
    with pytest.raises(FileRefused) as caught:
        read(data, **choices)
    return caught.value.code


def codes(table):
    return [note.code for note in table.notes]


NAMES = "sku,name\n1,Käse\n2,Grüße\n"


@pytest.mark.parametrize(
    ("encoding", "mark", "recognised"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("utf-32-le", b"\xff\xfe\0\0", "utf-32"),
    ],
)
def test_unicode_is_recognised_and_the_mark_is_no_part_of_the_first_name(read, encoding, mark, recognised):
    table, rows = read(mark + NAMES.encode(encoding))
    assert (table.encoding, table.headers, table.notes) == (recognised, ("sku", "name"), ())
    assert rows == [(2, ["1", "Käse"]), (3, ["2", "Grüße"])]


@pytest.mark.parametrize(
    ("data", "assumed", "name"),
    [
        ("sku,name\n1,Käse für 5 €\n".encode("cp1252"), "cp1252", "Käse für 5 €"),
        (b"sku,name\n1,K\xe4se\x81\n", "latin-1", "Käse\x81"),
        ("sku,name\n1,Käse\n".encode("utf-16-le"), "utf-16-le", "Käse"),
        ("sku,name\n1,Käse\n".encode("utf-16-be"), "utf-16-be", "Käse"),
    ],
)
def test_an_assumed_encoding_is_said(read, data, assumed, name):
    table, rows = read(data)
    assert (table.encoding, rows) == (assumed, [(2, ["1", name])])
    assert [(note.code, note.params) for note in table.notes] == [("encoding_assumed", {"encoding": assumed})]


def test_one_broken_character_does_not_turn_a_utf8_file_into_gibberish(read):
    table, rows = read(("sku,name\n" + "1,Käse\n" * 50).encode() + b"2,K\xe4se\n")
    assert table.encoding == "utf-8"
    assert rows[-1] == (52, ["2", "K\ufffdse"])
    assert [(note.code, note.params) for note in table.notes] == [("bytes_replaced", {"count": 1})]


def test_a_byte_far_behind_the_sample_decides_too(read):
    table, rows = read(("sku,name\n" + "1,plain text\n" * 40_000 + "2,Käse\n").encode("cp1252"))
    assert (table.encoding, rows[-1]) == ("cp1252", (40_002, ["2", "Käse"]))


def test_a_chosen_encoding_is_used_or_refused(read):
    assert read("sku,name\n1,ΑΒΓ\n".encode("iso8859-7"), encoding="iso8859-7")[1] == [(2, ["1", "ΑΒΓ"])]
    assert refused(read, b"sku,name\n1,K\xe4se\n", encoding="utf-8") == "encoding"
    assert refused(read, b"sku,name\n1,x\n", encoding="klingon") == "encoding"
    assert refused(read, b"sku,name\n1,x\n", encoding="base64") == "encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found(read, delimiter):
    table, rows = read("sku,name,price\n1,Chair,9\n2,Table,8\n".replace(",", delimiter))
    assert (table.delimiter, rows[1]) == (delimiter, (3, ["2", "Table", "8"]))


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("sku;price;weight\nA;1,5;2,5\nB;2,5;3,5\n", ";"),
        ('sku;text\nA;"red, blue, green, pink"\nB;"one, two, three, four"\n', ";"),
        ('sku,text\nA,"x; y; z"\nB,"x; y; z"\n', ","),
        ("sku\tdescription\nA\tone, two, three\nB\tfour, five, six\n", "\t"),
        ("Price list, valid from May\n\nsku;name;price\nA;x;1\nB;y;2\n", ";"),
        ('sku,html\nA,"<p style=""a;b;c"">x</p>"\nB,"<p style=""a;b;c"">y</p>"\n', ","),
        ("sku\nA\nB\n", ","),
    ],
)
def test_the_delimiter_is_the_one_that_makes_rows_alike(read, text, delimiter):
    assert read(text)[0].delimiter == delimiter


def test_the_line_for_excel_names_the_delimiter_and_is_not_counted(read):
    table, rows = read("sep=|\r\na,b|c\r\n1,5|2\r\n")
    assert (table.delimiter, table.header_row, table.headers) == ("|", 1, ("a,b", "c"))
    assert rows == [(2, ["1,5", "2"])]


def test_a_delimiter_of_two_characters_is_refused(read):
    assert refused(read, "a,b\n1,2\n", delimiter=",,") == "delimiter"


def test_single_quotes_are_understood_where_no_double_ones_are(read):
    table, rows = read("'sku','name'\n'A','red, blue'\n'B','x'\n")
    assert (table.quotechar, rows[0]) == ("'", (2, ["A", "red, blue"]))


def test_line_breaks_in_quotes_stay_in_the_cell_and_do_not_move_row_numbers(read):
    _table, rows = read('sku,text\nA,"one\r\ntwo\n\nthree"\nB,"say ""hi"""\n')
    assert rows == [(2, ["A", "one\r\ntwo\n\nthree"]), (3, ["B", 'say "hi"'])]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_understood(read, ending):
    assert read(ending.join(["a,b", "1,2", "3,4"]))[1] == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_blank_rows_are_left_out_but_counted(read):
    assert read("a,b\n\n1,2\n , \n3,4\n")[1] == [(3, ["1", "2"]), (5, ["3", "4"])]


def test_ragged_rows_are_padded_or_keep_their_surplus(read):
    table, rows = read("a,b,c\n1\n1,2,3,,\n1,2,3,extra\n4,5,6\n7,8,9\n")
    assert rows[:3] == [(2, ["1", "", ""]), (3, ["1", "2", "3"]), (4, ["1", "2", "3", "extra"])]
    assert [table.surplus(cells) for _number, cells in rows] == [[], [], ["extra"], [], []]


def test_leading_zeros_and_blanks_stay(read):
    assert read("ean,name\n00123, x \n")[1] == [(2, ["00123", " x "])]


def test_a_stray_nul_is_removed_and_said(read):
    table, rows = read(b"a,b\n1\0,2\n")
    assert rows == [(2, ["1", "2"])]
    assert [(note.code, note.params) for note in table.notes] == [("nul_removed", {"count": 1})]


def test_a_quote_that_is_never_closed_is_refused_with_its_row(read):
    with pytest.raises(FileRefused) as caught:
        read('sku,name\nA,x\nB,"5 inch\nC,y\n')
    assert (caught.value.code, caught.value.params) == ("unclosed_quote", {"row": 3})


def test_an_inch_mark_within_a_cell_is_no_quote(read):
    assert read('sku,name\nA,5" pipe\nB,6" pipe\n')[1] == [(2, ["A", '5" pipe']), (3, ["B", '6" pipe'])]


def test_a_cell_beyond_all_reason_is_refused_with_its_row(read, monkeypatch, request):
    monkeypatch.setattr(reader, "MAX_CELL_CHARS", 1000)
    request.addfinalizer(partial(csv.field_size_limit, csv.field_size_limit()))
    data = "sku,name\n" + "A,x\n" * 100_000 + "B," + "y" * 1001 + "\n"
    with pytest.raises(FileRefused) as caught:
        read(data)
    assert (caught.value.code, caught.value.params["row"]) == ("cell_too_long", 100_002)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"1,2\n3,4\n", "no_header"),
        (bytes(range(32)) * 50, "binary"),
        (b"%PDF-1.7 ...", "other_format"),
        (b"\x89PNG\r\n\x1a\n", "other_format"),
        (b"<!DOCTYPE html><table><tr><td>sku</td></tr></table>", "other_format"),
        (b'<?xml version="1.0"?><Workbook/>', "other_format"),
        (b"sku,name\n\n", "no_rows"),
    ],
)
def test_what_is_no_table_is_refused(read, data, code):
    assert refused(read, data) == code


def test_the_table_describes_what_was_found(read):
    table, _rows = read("Prices\n\nsku;name\n" + "A;x\n" * 100)
    assert (table.format, table.header_row, table.row_estimate, codes(table)) == (
        "csv",
        3,
        100,
        ["rows_above"],
    )
    assert len(table.sample) == 20
    assert table.sample[0] == (4, ["A", "x"])


def test_the_row_estimate_of_a_long_file_is_near(read):
    table, rows = read("sku,text\n" + 'A,"two\nlines of text to be longer"\n' * 30_000)
    assert len(rows) == 30_000
    assert abs(table.row_estimate - 30_000) < 300
