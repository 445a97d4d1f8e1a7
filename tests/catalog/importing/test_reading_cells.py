import datetime

import pytest

from catalog.importing.readers.base import FileRefused, Note, Table, cell_text, fit
from catalog.importing.readers.messages import NOTES, REFUSALS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (" 007 ", " 007 "),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (5.0, "5"),
        (-0.0, "0"),
        (49.990000000000002, "49.99"),
        (0.1 + 0.2, "0.3"),
        (68.66499999999999, "68.665"),
        (4006381333931.0, "4006381333931"),
        (123456789012345.0, "123456789012345"),
        (1.234567890123457e19, "12345678901234570000"),
        (1e-7, "0.0000001"),
        (1.5e300, "15" + "0" * 299),
        (float("nan"), ""),
        (datetime.date(2026, 11, 23), "2026-11-23"),
        (datetime.datetime(2026, 11, 23, 10, 30), "2026-11-23T10:30:00"),
        (datetime.datetime(2026, 11, 23, 10, 29, 59, 999_600), "2026-11-23T10:30:00"),
        (datetime.time(10, 30), "10:30:00"),
        (datetime.timedelta(days=1, hours=1, minutes=5), "25:05:00"),
    ],
)
def test_a_cell_is_text_as_its_author_reads_it(value, text):
    assert cell_text(value) == text


def test_a_short_row_is_padded():
    assert fit(["a"], 3) == ["a", "", ""]


def test_a_long_row_keeps_what_is_filled_and_drops_what_is_not():
    assert fit(["a", "b", "", ""], 2) == ["a", "b"]
    assert fit(["a", "b", "", "lost?", " "], 2) == ["a", "b", "", "lost?"]


def test_a_blank_row_is_none():
    assert fit(["", " ", "\t"], 2) is None
    assert fit([], 2) is None


def test_the_surplus_of_a_row_is_its_filled_cells_beyond_the_headers():
    table = Table(format="csv", headers=("a", "b"), header_row=1)
    assert table.surplus(["1", "2"]) == []
    assert table.surplus(["1", "2", "", "x"]) == ["x"]


def test_a_table_survives_json():
    table = Table(
        format="csv",
        headers=("a", "b"),
        header_row=2,
        sheets=("S",),
        sample=((3, ["1", "2"]),),
        notes=(Note("nul_removed", {"count": 1}),),
    )
    assert Table.from_json(table.as_json()) == table


def test_a_table_with_an_unknown_key_is_refused():
    with pytest.raises(TypeError):
        Table.from_json({"format": "csv", "headers": [], "header_row": 1, "colour": "red"})


def test_a_refusal_says_what_is_wrong_and_what_to_do():
    refused = FileRefused("unclosed_quote", row=7)
    assert (
        str(refused) == "The quote opened in row 7 is never closed. Close it or delete it, and upload again."
    )
    assert refused.message == str(refused)


def test_every_code_raised_by_the_readers_has_a_sentence():
    import re
    from pathlib import Path

    import catalog.importing.readers as readers

    sources = [path.read_text() for path in Path(readers.__file__).parent.glob("*.py")]
    refused = {code for text in sources for code in re.findall(r'FileRefused\(\s*"(\w+)"', text)}
    noted = {code for text in sources for code in re.findall(r'Note\(\s*"(\w+)"', text)}
    assert refused | {"too_big", "too_slow", "unreadable"} == set(REFUSALS)
    assert noted == set(NOTES)
