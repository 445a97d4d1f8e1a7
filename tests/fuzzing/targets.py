"""What is fuzzed: bytes in, nothing out, and an exception where the code does what it must not.

Of a reader: any other end than a table or FileRefused, rows out of order, a cell that is no text or does not cross the pipe.
Of cleaning: any other end than a value or ValueRefused, a value that does not survive JSON or its own cleaning.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest.mock import patch

import orjson

from catalog.attribute_types import ATTRIBUTE_TYPES, AttributeType, ValueRefused
from catalog.attribute_types.base import CellOptions
from catalog.importing.readers import xlsx
from catalog.importing.readers.base import FileRefused
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.importing.readers.recognise import recognise, rows_of
from catalog.structure.specs import AttributeSpec
from tests.catalog.attribute_types.specs import STRUCTURE, attribute
from tests.fuzzing import seeds

MOST_ROWS = 5_000
FOLDER = tempfile.TemporaryDirectory(
    prefix="pim-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None
)
STYLES = (
    CellOptions(),
    CellOptions(decimal=",", date_format="%d.%m.%Y", list_separator=";", currency="EUR", unit="kg"),
)


def read(path: Path, name: str) -> None:
    try:
        table = recognise(path, name)
        orjson.dumps(table.as_json())
        before = 0
        for count, (number, cells) in enumerate(rows_of(path, table)):
            assert number > before, "rows come in their order"
            assert len(cells) >= len(table.headers), "a cell for each name"
            orjson.dumps(
                cells
            )  # as the child sends them: text that is none (half a pair of surrogates) is refused here
            before = number
            if count == MOST_ROWS:
                break
    except FileRefused:
        pass


def _plain(name: str) -> Callable[[bytes], None]:
    path = Path(FOLDER.name, name)

    def run(data: bytes) -> None:
        path.write_bytes(data)
        read(path, name)

    return run


def _archive(kind: str, names: tuple[str, ...]) -> Callable[[bytes], None]:
    path = Path(FOLDER.name, f"parts.{kind}")

    @functools.cache
    def others() -> Mapping[str, bytes]:
        return seeds.others(kind)

    def run(data: bytes) -> None:
        seeds.packed(data, names, others(), path)
        with patch.object(
            xlsx, "MOST_HELD", 0
        ):  # calamine aborts where memory ends, which only a child may (see below)
            read(path, path.name)

    return run


def read_in_a_child(data: bytes) -> None:
    """As a worker does it: whatever becomes of the child, there is an answer."""
    path = Path(FOLDER.name, "child.xlsx")
    path.write_bytes(data)
    answer = ""
    try:
        table = recognise_in_child(path, path.name)
        for _batch in read_in_child(path, table):
            pass
    except FileRefused as refused:
        answer = refused.code
    assert answer != "unreadable"


def clean_cells(data: bytes) -> None:
    text = data.decode(errors="replace")
    for kind in ATTRIBUTE_TYPES.values():
        spec = _spec(kind)
        for options in STYLES:
            _clean(kind, spec, options, text)


def _clean(kind: AttributeType, spec: AttributeSpec, options: CellOptions, text: str) -> None:
    try:
        stored = kind.cleaner(spec, options, structure=STRUCTURE)(text)
    except ValueRefused:
        return
    assert orjson.loads(orjson.dumps(stored)) == stored, "a stored value is JSON"
    assert stored is None or kind.clean(stored, spec, structure=STRUCTURE) == stored, (
        "cleaning twice changes nothing"
    )


@functools.cache
def _spec(kind: AttributeType) -> AttributeSpec:
    return attribute(kind, **kind.sample_params)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "csv": _plain("f.csv"),
    "json": _plain("f.json"),
    "bmecat": _plain("f.xml"),
    "xls": _plain("f.xls"),
    "packed": read_in_a_child,
    "xlsx": _archive("xlsx", seeds.XLSX_PARTS),
    "ods": _archive("ods", seeds.ODS_PARTS),
    "cells": clean_cells,
}
