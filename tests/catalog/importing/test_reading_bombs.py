"""Files made to exhaust the machine that reads them: refused within limits, while this process hardly grows."""

import io
import random
import resource
import zipfile
from contextlib import contextmanager

import psutil
import pytest

from catalog.importing.readers.base import FileRefused
from catalog.importing.readers.child import read_in_child, recognise_in_child
from tests.catalog.importing.reading_children import children, processor_seconds
from tests.catalog.importing.workbooks import HEADER, handmade, old_workbook, open_document


@contextmanager
def refused(*codes, within=20):
    """The block raises FileRefused with one of `codes`, within so many seconds of processor time, at no more than 100 MB here."""
    before = psutil.Process().memory_info().rss
    peak_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    began = processor_seconds()
    with pytest.raises(FileRefused) as caught:
        yield
    took = processor_seconds() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert caught.value.code in codes
    assert took < within
    assert max(psutil.Process().memory_info().rss, peak if peak > peak_before else 0) - before < 100 << 20
    assert children() == []


def test_three_million_repeated_rows_are_refused_unread(tmp_path):
    path = handmade(
        tmp_path / "f.xlsx", [HEADER] + [b"<row><c><v>1</v></c><c><v>2</v></c></row>" * 10_000] * 300
    )
    assert path.stat().st_size < 500_000
    with refused("packed_too_tightly"):
        recognise_in_child(path, "f.xlsx")


@pytest.mark.slow
def test_three_million_rows_that_differ_are_refused(tmp_path):
    chance = random.Random(1)

    def pieces():
        yield HEADER
        for _ in range(300):
            yield b"".join(
                b"<row><c><v>%d</v></c><c><v>7</v></c></row>" % chance.randrange(10**6) for _ in range(10_000)
            )

    path = handmade(tmp_path / "f.xlsx", pieces())
    with refused("too_big"):
        recognise_in_child(path, "f.xlsx")


def test_a_shared_string_bomb_is_refused_unread(tmp_path):
    path = handmade(
        tmp_path / "f.xlsx", [HEADER], strings=[b"<si><t>" + b"A" * 1_000_000 + b"</t></si>"] * 900
    )
    assert path.stat().st_size < 1_000_000
    with refused("packed_too_tightly"):
        recognise_in_child(path, "f.xlsx")


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    path = handmade(
        tmp_path / "f.xlsx", [HEADER], strings=[b"<si><t>" + b"A" * 1_000_000 + b"</t></si>"] * 900
    )
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    data = path.read_bytes()
    assert data.count(size.to_bytes(4, "little")) >= 1
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with refused("damaged", "too_big", "packed_too_tightly"):
        recognise_in_child(path, "f.xlsx")


def test_two_cells_at_the_far_corners_of_a_sheet_are_refused(tmp_path):
    corners = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with refused("too_big"):
        recognise_in_child(handmade(tmp_path / "f.xlsx", [corners]), "f.xlsx")


def test_an_archive_within_the_workbook_is_refused(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("more.txt", "x")
    path = handmade(tmp_path / "f.xlsx", [HEADER], parts={"xl/media/image1.png": inner.getvalue()})
    with refused("nested_archive"):
        recognise_in_child(path, "f.xlsx")


def test_a_workbook_of_thousands_of_parts_is_refused(tmp_path):
    path = handmade(tmp_path / "f.xlsx", [HEADER], parts={f"xl/media/{n}.png": b"" for n in range(2_001)})
    with refused("too_many_parts"):
        recognise_in_child(path, "f.xlsx")


def test_one_endless_line_is_refused(tmp_path):
    path = tmp_path / "f.csv"
    with path.open("w") as file:
        file.write("sku,name\nA,x\n")
        for _ in range(300):
            file.write("y" * 1_000_000)
    with refused("cell_too_long", "too_big"):
        table = recognise_in_child(path, "f.csv")
        list(read_in_child(path, table))


LAUGHS = (
    "<!DOCTYPE x ["
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    + "]>"
)
ODS_ROW = '<table:table-row{}><table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell></table:table-row>'


def ods_sheet(*rows):
    return ['<table:table table:name="S">', *rows, "</table:table>"]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_entities_in_any_part_of_a_workbook_are_refused_within_two_seconds(tmp_path, part):
    path = handmade(tmp_path / "f.xlsx", [HEADER])
    replaced = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(replaced, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, LAUGHS + "<x>&a11;</x>")
    with refused("entities", within=2):
        recognise_in_child(replaced, "f.xlsx")


def test_entities_in_an_open_document_are_refused_within_two_seconds(tmp_path):
    path = open_document(tmp_path / "f.ods", ods_sheet(ODS_ROW.format("", "")), doctype=LAUGHS)
    with refused("entities", within=2):
        recognise_in_child(path, "f.ods")


@pytest.mark.parametrize(
    ("rows", "columns", "code"),
    [(1_000_000, 16_000, "repeats"), (1, 1_000_000_000, "too_wide"), (2_000_000_000, 1, "too_big")],
)
def test_cells_repeated_billions_of_times_are_refused_within_two_seconds(tmp_path, rows, columns, code):
    row = ODS_ROW.format(
        f' table:number-rows-repeated="{rows}"', f' table:number-columns-repeated="{columns}"'
    )
    path = open_document(tmp_path / "f.ods", ods_sheet(row))
    with refused(code, within=2):
        recognise_in_child(path, "f.ods")


def test_blank_rows_and_cells_repeated_to_the_end_of_a_sheet_cost_nothing(tmp_path):
    blank = '<table:table-row table:number-rows-repeated="{}"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    two = ODS_ROW.format("", ' table:number-columns-repeated="2"')
    path = open_document(tmp_path / "f.ods", ods_sheet(two, blank.format(1_048_570), two, blank.format(5)))
    began = processor_seconds()
    table = recognise_in_child(path, "f.ods")
    assert [row for batch in read_in_child(path, table) for row in batch] == [(1_048_572, ["x", "x"])]
    assert processor_seconds() - began < 4


def test_an_open_document_that_packs_a_gigabyte_is_refused_unread(tmp_path):
    path = open_document(tmp_path / "f.ods", [b"<!--", *([b" " * 1_000_000] * 500), b"-->"])
    assert path.stat().st_size < 1_000_000
    with refused("packed_too_tightly", within=2):
        recognise_in_child(path, "f.ods")


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "xl\\..\\..\\x", "C:\\x"])
def test_parts_named_out_of_their_folder_are_refused_and_nothing_is_written(tmp_path, name):
    path = handmade(tmp_path / "f.xlsx", [HEADER], parts={name: "x"})
    with refused("unsafe_part", within=2):
        recognise_in_child(path, "f.xlsx")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["xls", "xlsx", "ods"])
def test_a_password_is_said_within_two_seconds(tmp_path, kind):
    path = tmp_path / f"f.{kind}"
    if kind == "xls":
        old_workbook(path, {"S": [["sku", "name"], ["A", "x"]]}, protected=True)
    elif kind == "xlsx":
        path.write_bytes(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le")
        )
    else:
        open_document(path, [], parts={"META-INF/manifest.xml": "<manifest:encryption-data/>"})
    with refused("password", within=2):
        recognise_in_child(path, path.name)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"[" * 5_000_000, ("nested_too_deep",)),
        (b'[{"a":' * 1_000_000, ("nested_too_deep",)),
        (b'[{"a": "' + b"x" * 30_000_000, ("record_too_long",)),
        (b"[{" + b",".join(b'"k%d": 1' % n for n in range(20_000)) + b"}]", ("too_wide",)),
    ],
)
def test_json_that_nests_or_goes_on_for_ever_is_refused_within_two_seconds(tmp_path, data, codes):
    path = tmp_path / "f.json"
    path.write_bytes(data)
    with refused(*codes, within=2):
        recognise_in_child(path, "f.json")
