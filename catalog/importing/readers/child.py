"""The door to reading: a file is parsed in a child process with limits, its rows come back in batches.

A hostile or broken file can cost the child its life, never this process: it grows by one batch at most. The child is a
fresh interpreter started through `subprocess`, because Celery's prefork workers are daemonic and may not start
`multiprocessing` children.
"""

from __future__ import annotations

import fcntl
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from catalog.importing.readers.base import NOTHING_CHOSEN, Choices, FileRefused, Row, Table
from catalog.importing.readers.limits import USUAL, Limits

logger = logging.getLogger(__name__)

MODULE = __package__
ROOT = Path(__file__).resolve().parents[3]
MAX_MESSAGE = 256 * 1024 * 1024
PIPE_SIZE = 1 << 20
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")


def recognise_in_child(
    path: Path, filename: str, choices: Choices = NOTHING_CHOSEN, *, limits: Limits = USUAL
) -> Table:
    """How this file is to be read. Raises FileRefused."""
    request = {"do": "recognise", "filename": filename, "choices": asdict(choices)}
    with closing(_answers(path, request, limits)) as answers:
        for message in answers:
            if "table" in message:
                return Table.from_json(message["table"])
    raise FileRefused("unreadable")


def read_in_child(
    path: Path, table: Table, *, after: int = 0, cells: Sequence[int] = (), limits: Limits = USUAL
) -> Generator[list[Row]]:
    """Batches of at most 500 rows, in order, blank rows left out; `after` is the last row number already dealt with;
    `cells`: the indexes of those cells that are wanted, all where none is named.

    Every row has a cell for each header; more of them only where filled cells stand beyond the last header
    (`Table.surplus`). Raises FileRefused, possibly after batches were delivered. Closing the iterator ends the child.
    """
    request = {"do": "read", "table": table.as_json(), "after": after, "cells": list(cells)}
    with closing(_answers(path, request, limits)) as answers:
        for message in answers:
            if "rows" in message:
                yield [(number, cells) for number, cells in message["rows"]]


class MarkedRow(NamedTuple):
    """A row whose cells are unpacked only where they are needed. `mark`: equal for equal cells under the same key."""

    number: int
    sku: str
    mark: int
    packed: str

    @property
    def cells(self) -> list[str]:
        unpacked: list[str] = orjson.loads(self.packed)
        return unpacked


def read_marked_in_child(
    path: Path, table: Table, *, key: bytes, sku: int, limits: Limits = USUAL
) -> Generator[list[MarkedRow]]:
    """As read_in_child. `key`: at most 64 bytes; `sku`: the index of the cell that is wanted of every row."""
    request = {
        "do": "read", "table": table.as_json(), "after": 0, "mark": {"key": key.hex(), "cell": sku},
    }  # fmt: skip
    with closing(_answers(path, request, limits)) as answers:
        for message in answers:
            if "marked" in message:
                yield [MarkedRow(*row) for row in message["marked"]]


def _answers(path: Path, request: Mapping[str, Any], limits: Limits) -> Generator[dict[str, Any]]:
    try:
        limits = limits.for_size(path.stat().st_size)
    except OSError:
        raise FileRefused("missing") from None
    whole = {**request, "path": str(path.resolve()), "memory": limits.memory, "cpu": limits.cpu}
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            [sys.executable, "-B", "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=ROOT,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONUTF8": "1"},
            start_new_session=True,  # Ctrl-C is for the worker, which decides when to stop
        )
        try:
            assert child.stdin is not None  # noqa: S101 - a pipe was asked for
            assert child.stdout is not None  # noqa: S101
            with suppress(OSError, AttributeError):  # Linux: a batch is handed over in one piece
                fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
            with suppress(BrokenPipeError):
                child.stdin.write(orjson.dumps(whole))
            with suppress(BrokenPipeError):
                child.stdin.close()
            yield from _until_end(child, limits.wait)
            # No "end" and no refusal: the child died.
            code = child.wait(timeout=limits.wait)
            complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - 4096))
            last_words = complaints.read()
            logger.warning(
                "The reader of %s ended with %s: %s", path, code, last_words.decode(errors="replace")
            )
            raise FileRefused(_cause_of_death(code, last_words))
        except _Finished:
            return
        finally:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


class _Finished(Exception):
    pass


def _until_end(child: subprocess.Popen[bytes], patience: float) -> Iterator[dict[str, Any]]:
    assert child.stdout is not None  # noqa: S101 - a pipe was asked for
    for line in _lines(child.stdout.fileno(), patience):
        message = orjson.loads(line)
        if "refused" in message:
            raise FileRefused(message["refused"], **message["params"])
        yield message
        if "end" in message or "table" in message:
            raise _Finished


def _lines(pipe: int, patience: float) -> Iterator[bytes]:
    """Complete lines; waiting for them longer than `patience` seconds in sum raises FileRefused("too_slow")."""
    pending: list[bytes] = []
    size = 0
    while True:
        began = time.monotonic()
        ready, _, _ = select.select([pipe], [], [], max(0.0, patience))
        patience -= time.monotonic() - began
        if not ready:
            raise FileRefused("too_slow")
        chunk = os.read(pipe, PIPE_SIZE)
        if not chunk:
            return
        *complete, rest = chunk.split(b"\n")
        for line in complete:
            pending.append(line)
            yield b"".join(pending)
            pending, size = [], 0
        pending.append(rest)
        size += len(rest)
        if size > MAX_MESSAGE:
            raise FileRefused("too_big")


def _cause_of_death(code: int, complaints: bytes) -> str:
    if code == -signal.SIGXCPU:
        return "too_slow"
    starved = b"memory allocation" in complaints or b"MemoryError" in complaints
    # SIGKILL that was not ours is the operating system short of memory.
    return "too_big" if starved or code == -signal.SIGKILL else "unreadable"
