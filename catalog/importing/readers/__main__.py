"""The child process: one request as a JSON line on stdin, JSON lines out on stdout.

    {"table": …}                       the answer to "recognise"
    {"rows": [[number, [cell …]] …]}   batches, the answer to "read"; of each row's cells those of the request's "cells"
    {"marked": [[number, cell, mark, "[cell …]"] …]}   the same where the request has a "mark": {"key", "cell"}
    {"end": count}                     all was read
    {"refused": code, "params": {…}}   FileRefused

No Django here: starting costs some tens of milliseconds. It knows nothing but the path: no settings, no secrets.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from catalog.importing.readers.base import FileRefused, Table, choices_from
from catalog.importing.readers.recognise import recognise, rows_of
from pim.lib.confinement import confine

BATCH_ROWS = 500
BATCH_CHARS = 1_000_000
MOST_SET_ASIDE = 2 << 30  # bytes of a large workbook's texts, in a file without a name (readers.xlsxstream)


def main() -> None:
    request = orjson.loads(sys.stdin.buffer.read())
    confine(memory=request["memory"], cpu=request["cpu"], file_size=MOST_SET_ASIDE)
    try:
        _answer(request)
    except FileRefused as refused:
        _send({"refused": refused.code, "params": refused.params})
    except MemoryError:
        _send({"refused": "too_big", "params": {}})
    except BrokenPipeError:  # nobody is listening any more
        os._exit(0)


def _answer(request: Mapping[str, Any]) -> None:
    path = Path(request["path"])
    if request["do"] == "recognise":
        _send({"table": recognise(path, request["filename"], choices_from(request["choices"])).as_json()})
    else:
        table, mark, wanted = Table.from_json(request["table"]), request.get("mark"), request.get("cells")
        name, made = "rows", _chooser(wanted) if wanted else None
        if mark:
            name, made = "marked", _marker(**mark)
        _send({"end": _stream(path, table, request["after"], name, made)})


def _chooser(wanted: Sequence[int]) -> Callable[[int, list[str]], Any]:
    return lambda number, cells: (number, [cells[place] for place in wanted])


def _marker(key: str, cell: int) -> Callable[[int, list[str]], Any]:
    """A row, with its cells left packed, and a mark by which the very same row is known again under the same key."""
    begun = blake2b(key=bytes.fromhex(key), digest_size=8)

    def mark(number: int, cells: list[str]) -> Any:
        packed = orjson.dumps(cells)
        hashed = begun.copy()
        hashed.update(packed)
        return number, cells[cell], int.from_bytes(hashed.digest(), "big", signed=True), packed.decode()

    return mark


def _stream(
    path: Path, table: Table, after: int, name: str, made: Callable[[int, list[str]], Any] | None
) -> int:
    batch: list[Any] = []
    count = chars = 0
    try:
        for row in rows_of(path, table):
            if row[0] <= after:
                continue
            batch.append(made(*row) if made else row)
            chars += sum(map(len, row[1]))
            if len(batch) >= BATCH_ROWS or chars >= BATCH_CHARS:
                _send({name: batch})
                count += len(batch)
                batch, chars = [], 0
    except FileNotFoundError:
        raise FileRefused("missing") from None
    if batch:
        _send({name: batch})
    return count + len(batch)


def _send(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
