"""JSON and JSON lines."""

import json

import pytest

from catalog.importing.readers import json as reader
from catalog.importing.readers import jsonstream
from catalog.importing.readers.base import Choices, FileRefused
from catalog.importing.readers.recognise import recognise


@pytest.fixture
def read(tmp_path):
    """read(text) → (table, rows)"""

    def read(text, **choices):
        path = tmp_path / "f.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        table = recognise(path, path.name, Choices(**choices))
        return table, list(reader.rows(path, table))

    return read


def test_a_list_of_objects_is_a_table_of_all_their_keys(read):
    table, rows = read('[{"sku": "A", "name": "x"}, {"sku": "B", "ean": "0012"},\n {"name": "z"}]')
    assert (table.format, table.headers, table.row_estimate) == ("json", ("sku", "name", "ean"), 3)
    assert rows == [(1, ["A", "x", ""]), (2, ["B", "", "0012"]), (3, ["", "z", ""])]


def test_objects_a_line_are_read_the_same_way(read):
    table, rows = read('{"sku": "A"}\n\n{"sku": "B", "name": "x"}\n')
    assert (table.format, table.headers) == ("jsonl", ("sku", "name"))
    assert rows == [(1, ["A", ""]), (2, ["B", "x"])]


def test_values_come_as_they_are_written(read):
    text = '[{"a": 1.10, "b": 12345678901234567890, "c": 1.5e3, "d": true, "e": null, "f": -0.5, "g": "1.23E+12"}]'
    assert read(text)[1] == [(1, ["1.10", "12345678901234567890", "1500", "true", "", "-0.5", "1.23E+12"])]


def test_what_is_nested_is_named_by_its_path(read):
    text = '[{"sku": "A", "size": {"w": 1, "unit": {"code": "CM"}}, "colours": ["red", "blue"], "more": ["a,b"], "media": [{"url": "x", "n": 1.0}], "none": []}]'
    table, rows = read(text)
    assert dict(zip(table.headers, rows[0][1], strict=True)) == {
        "sku": "A", "size.w": "1", "size.unit.code": "CM", "colours": "red,blue", "more": '["a,b"]',
        "media": '[{"url": "x", "n": 1.0}]', "none": "",
    }  # fmt: skip
    assert [(note.code, note.params) for note in table.notes] == [
        ("lists_within", {"columns": ["more", "media"]})
    ]


def test_lists_within_an_object_are_offered_like_sheets(read):
    text = '{"total": 2, "products": [{"sku": "A", "name": "x", "price": 1}, {"sku": "B"}], "meta": {"colours": [{"code": "red"}]}}'
    table, rows = read(text)
    assert (table.sheets, table.sheet, rows) == (
        ("products", "meta.colours"),
        "products",
        [(1, ["A", "x", "1"]), (2, ["B", "", ""])],
    )
    assert read(text, sheet="meta.colours")[1] == [(1, ["red"])]


def test_objects_by_their_codes_are_rows_with_a_key(read):
    table, rows = read('{"A-1": {"name": "x"}, "A-2": {"name": "y"}}')
    assert (table.headers, rows) == (("key", "name"), [(1, ["A-1", "x"]), (2, ["A-2", "y"])])


def test_one_object_is_one_row(read):
    assert read('{"sku": "A", "tags": ["a", "b"]}')[1] == [(1, ["A", "a,b"])]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_understood(read, encoding):
    assert read('[{"name": "Käse"}]'.encode(encoding))[1] == [(1, ["Käse"])]


def test_values_longer_than_a_piece_of_the_file_are_put_together(read, monkeypatch):
    monkeypatch.setattr(jsonstream, "CHUNK", 7)
    records = [{"sku": f"A-{n}", "text": "long " * n, "n": n} for n in range(40)]
    expected = [(n + 1, [f"A-{n}", "long " * n, str(n)]) for n in range(40)]
    assert read(json.dumps(records))[1] == expected
    assert read("\n".join(map(json.dumps, records)))[1] == expected


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ('[{"sku": "A"},\n {"sku": "B",,}]', "broken_json", {"line": 2}),
        ('[{"sku": "A"},\n\n {"sku": "B"}', "broken_json", {"line": 3}),
        ('{"sku": "A"}\n{"sku": }\n', "broken_json", {"line": 2}),
        ('[["sku"], ["A"]]', "no_records", {}),
        ('{"products": []}', "no_records", {}),
        ("[]", "no_records", {}),
        ("[" * 100_000, "nested_too_deep", {}),
        ('[{"a":' * 50_000, "nested_too_deep", {}),
    ],
)  # fmt: skip
def test_what_is_no_list_of_products_is_refused_with_its_place(read, text, code, params):
    with pytest.raises(FileRefused) as caught:
        read(text)
    assert (caught.value.code, caught.value.params) == (code, params)


def test_one_endless_object_is_refused(read, monkeypatch):
    monkeypatch.setattr(jsonstream, "MAX_VALUE", 100_000)
    with pytest.raises(FileRefused) as caught:
        read('[{"a": "' + "x" * 1_000_000)
    assert caught.value.code == "record_too_long"


def test_half_an_emoji_is_an_unreadable_character_and_no_broken_file(read):
    table, rows = read(rb'[{"sku": "A", "name": "Mug \ud83d", "\udc00": "\ud83d\ude00", "n": 1.50}]')
    assert table.headers == ("sku", "name", "\ufffd", "n")
    assert rows == [(1, ["A", "Mug \ufffd", "😀", "1.50"])]


@pytest.mark.parametrize("leaf", ['"x"', r'"\ud800"'])
def test_what_is_nested_by_the_hundred_is_refused_with_the_reason(read, leaf):
    codes = set()
    for depth in range(300, 1_500, 100):  # the stack ends somewhere in decoding, mending or flattening
        try:
            read('[{"sku": "A", "deep": ' + '{"a": ' * depth + leaf + "}" * depth + "}]")
        except FileRefused as refused:
            codes.add(refused.code)
    assert codes == {"nested_too_deep"}


def test_a_number_beyond_all_numbers_stays_as_it_is_written(read):
    _table, rows = read('[{"sku": "A", "n": 1e99999999999999999999, "m": 1.5e3}]')
    assert rows == [(1, ["A", "1e99999999999999999999", "1500"])]
