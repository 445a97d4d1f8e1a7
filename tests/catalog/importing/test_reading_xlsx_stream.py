"""Large workbooks are streamed: whatever stands in a workbook reads the same in both ways."""

import datetime
from pathlib import Path

import pytest
import xlsxwriter

from catalog.importing.readers import xlsx
from catalog.importing.readers.base import NOTHING_CHOSEN, FileRefused
from tests.catalog.importing.workbooks import HEADER, handmade, workbook

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"


def both(path, monkeypatch):
    """[(headers, rows) or the code of the refusal] as it is held and as it is streamed."""
    found = []
    for most in (xlsx.MOST_HELD, 0):
        monkeypatch.setattr(xlsx, "MOST_HELD", most)
        try:
            table = xlsx.describe(path, path.name, NOTHING_CHOSEN)
            found.append((table.headers, table.header_row, list(xlsx.rows(path, table))))
        except FileRefused as refused:
            found.append(refused.code)
    return found


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_every_kind_of_cell_reads_the_same(tmp_path, monkeypatch, epoch_1904):
    path = tmp_path / "f.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": epoch_1904})
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["sku", "a", "b", "", "e"])
    as_date = book.add_format({"num_format": "dd.mm.yyyy"})
    as_moment = book.add_format({"num_format": 22})
    as_time = book.add_format({"num_format": "hh:mm:ss"})
    as_hours = book.add_format({"num_format": "[h]:mm"})
    as_code, as_price = (
        book.add_format({"num_format": code}) for code in ("0000000", '#,##0.00 "kg";[Red]-0')
    )
    for row, cells in enumerate(
        [
            [("A-1", None), (1234.5, None), (0.1 + 0.2, None), (True, None), (1e21, None)],
            [("007 ", None), (42, as_code), (12.5, as_price), (1.25, as_hours), (4006381333931, None)],
            [(" x\ny", None), (datetime.date(2026, 2, 28), as_date), (0.5, as_time), ("_x0041_", None)],
            [("ü & <b>", None), (datetime.datetime(2026, 2, 28, 23, 59, 59), as_moment)],
        ],
        1,
    ):
        for column, (value, form) in enumerate(cells):
            sheet.write(row, column, value, form)
    sheet.write_formula(5, 0, '="B"&"1"', None, "B1")
    sheet.write_formula(5, 1, "=1/0", None, "#DIV/0!")
    sheet.write_rich_string(5, 2, "two", book.add_format({"bold": True}), " runs ")
    sheet.merge_range("C7:C8", "tall")
    sheet.write(6, 0, "C1")
    sheet.write(7, 0, "C2")
    book.close()
    held, streamed = both(path, monkeypatch)
    assert streamed == held
    headers, header_row, rows = streamed
    assert (headers, header_row, len(rows)) == (("sku", "a", "b", "[D]", "e"), 1, 7)
    assert rows[1] == (3, ["007 ", "0000042", "12.5 kg", "30:00:00", "4006381333931"])
    assert rows[2] == (4, [" x\ny", "2026-02-28", "12:00:00", "_x0041_", ""])
    assert [cells[2] for _number, cells in rows[-2:]] == ["tall", "tall"]


def test_texts_in_the_cells_and_cells_without_a_place_read_the_same(tmp_path, monkeypatch):
    row = b'<row><c t="inlineStr"><is><r><t xml:space="preserve">A </t></r><r><t> 1 </t></r><rPh><t>ei</t></rPh></is></c>'
    after_a_gap = b"<row><c><v>1</v></c><c/><c><v>3</v></c></row>"
    path = handmade(tmp_path / "f.xlsx", [HEADER, row + b"<c><v>2</v></c></row>", after_a_gap])
    held, streamed = both(path, monkeypatch)
    assert streamed == held == (("sku", "name"), 1, [(2, ["A 1", "2"]), (3, ["1", "", "3"])])


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (b'<c r="A1048577" t="n"><v>1</v></c>', None),
        (b'<c r="ZZZ2"><v>1</v></c>', "too_big"),
        (b'<c r="A2" t="s"><v>x</v></c>', "damaged"),
        (b'<c r="A2" t="s"><v>99</v></c>', "damaged"),
        (b'<c r="A2"><v>1</c>', "damaged"),
    ],
)
def test_what_no_sheet_can_have_is_refused(tmp_path, monkeypatch, cell, code):
    monkeypatch.setattr(xlsx, "MOST_HELD", 0)
    path = handmade(tmp_path / "f.xlsx", [HEADER, b"<row>" + cell + b"</row>"])
    if code is None:
        assert xlsx.describe(path, path.name, NOTHING_CHOSEN).headers == ("sku", "name")
        return
    with pytest.raises(FileRefused) as caught:
        list(xlsx.rows(path, xlsx.describe(path, path.name, NOTHING_CHOSEN)))
    assert caught.value.code == code


def test_a_row_beyond_the_last_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_HELD", 0)
    path = handmade(tmp_path / "f.xlsx", [HEADER, b'<row r="1048577"><c><v>1</v></c></row>'])
    with pytest.raises(FileRefused) as caught:
        xlsx.describe(path, path.name, NOTHING_CHOSEN)
    assert caught.value.code == "too_big"


@pytest.mark.parametrize("place", [b"3", b"2", b"0"])
def test_a_row_that_stands_behind_a_later_one_is_refused(tmp_path, monkeypatch, place):
    """Rows are counted by their numbers: two of one number would be one row of a plan."""
    monkeypatch.setattr(xlsx, "MOST_HELD", 0)
    third, other = (b'<row r="' + number + b'"><c><v>1</v></c></row>' for number in (b"3", place))
    path = handmade(tmp_path / "f.xlsx", [HEADER, third, other])
    with pytest.raises(FileRefused) as caught:
        list(xlsx.rows(path, xlsx.describe(path, path.name, NOTHING_CHOSEN)))
    assert caught.value.code == "damaged"


def test_a_large_workbook_is_streamed(tmp_path, monkeypatch):
    path = workbook(tmp_path / "f.xlsx", {"S": [["sku", "name"], ["A", "x"]]})
    monkeypatch.setattr(xlsx, "MOST_HELD", 1_000)
    monkeypatch.setattr(xlsx, "CalamineWorkbook", None)
    table = xlsx.describe(path, "f.xlsx", NOTHING_CHOSEN)
    assert list(xlsx.rows(path, table)) == [(2, ["A", "x"])]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder ../shared/samples is not there")
def test_every_workbook_of_the_samples_reads_the_same(monkeypatch):
    paths = [path for path in SAMPLES.rglob("*.xlsx") if path.stat().st_size < 3_000_000]
    assert len(paths) > 30
    different = []
    for path in paths:
        with monkeypatch.context() as patched:
            held, streamed = both(path, patched)
        if held != streamed:
            different.append(path.name)
    assert different == []
