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
from tests.catalog.importing.workbooks import HEADER, handmade


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
    with refused("unpacks_too_big"):
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


def test_entities_that_multiply_are_refused(tmp_path):
    laughs = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    path = handmade(
        tmp_path / "f.xlsx", [HEADER], parts={"xl/styles.xml": laughs + "]><styleSheet>&a11;</styleSheet>"}
    )
    with refused("damaged", "too_big", "unreadable"):
        table = recognise_in_child(path, "f.xlsx")
        if list(read_in_child(path, table)) == []:
            raise FileRefused("damaged")  # read, and the entities were left alone


def test_one_endless_line_is_refused(tmp_path):
    path = tmp_path / "f.csv"
    with path.open("w") as file:
        file.write("sku,name\nA,x\n")
        for _ in range(300):
            file.write("y" * 1_000_000)
    with refused("cell_too_long", "too_big"):
        table = recognise_in_child(path, "f.csv")
        list(read_in_child(path, table))
