"""The parent's side: a child that looks at one file after another, begun anew when one of them kills it."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import orjson

from catalog.decoding.limits import WAIT
from catalog.decoding.refusal import Refusal

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT")


class Decoder:
    """Use as a context manager. The child starts with the first request (about 0.1 s) and ends with the block.

    `wait`: seconds for one answer; of renditions, for each.
    """

    def __init__(self, *, wait: float = WAIT) -> None:
        self.wait = wait
        self.child: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the block

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._complaints.close()

    def examine(self, path: Path, *, name: str) -> dict[str, Any]:
        """What the file is: {"kind", "mime", "extension", "length"}, of pictures width, height and frames. Raises Refusal."""
        return self._asked({"do": "examine", "path": str(path), "name": name})

    def render(
        self, path: Path, wishes: Sequence[Mapping[str, Any]], *, focus: tuple[int, int] = (50, 50)
    ) -> list[dict[str, Any]]:
        """As catalog.decoding.rendering.render, which also says what a wish is. Raises Refusal."""
        request = {"do": "render", "path": str(path), "wishes": list(wishes), "focus": focus}
        made: list[dict[str, Any]] = self._asked(request, answers=len(wishes))["made"]
        return made

    def _asked(self, request: Mapping[str, Any], *, answers: int = 1) -> dict[str, Any]:
        has_seen_others = self.child is not None
        child = self._child()
        assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - pipes were asked for
        with suppress(BrokenPipeError):
            child.stdin.write(orjson.dumps(request, option=orjson.OPT_APPEND_NEWLINE))
            child.stdin.flush()
        line = _line(child.stdout.fileno(), self.wait * answers)
        if line is None:
            self._end()
            raise Refusal("too_slow")
        if not line:
            cause = self._cause_of_death()
            if has_seen_others:  # whose time and memory are counted together: this file may be innocent
                return self._asked(request, answers=answers)
            raise Refusal(cause)
        answer: dict[str, Any] = orjson.loads(line)
        if "refused" in answer:
            raise Refusal(answer["refused"], **answer["params"])
        return answer

    def _child(self) -> subprocess.Popen[bytes]:
        if self.child is None:
            self.child = subprocess.Popen(
                [sys.executable, "-B", "-m", __package__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                cwd=ROOT,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ}
                | {"PYTHONUTF8": "1"},
                start_new_session=True,  # Ctrl-C is for the worker, which decides when to stop
            )
        return self.child

    def _cause_of_death(self) -> str:
        child = self._child()
        code = child.wait(timeout=self.wait)
        self._end()
        self._complaints.seek(max(0, self._complaints.seek(0, os.SEEK_END) - 4096))
        words = self._complaints.read()
        logger.warning("A child that decodes ended with %s: %s", code, words.decode(errors="replace"))
        if code == -signal.SIGXCPU:
            return "too_slow"
        starved = b"memory allocation" in words or b"MemoryError" in words
        return "too_costly" if starved or code == -signal.SIGKILL else "damaged"

    def _end(self) -> None:
        child, self.child = self.child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _line(pipe: int, patience: float) -> bytes | None:
    """One line; b"" where the other end died, None where it did not answer in time."""
    until = time.monotonic() + patience
    parts: list[bytes] = []
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return None
        part = os.read(pipe, 1 << 16)
        if not part:
            return b""
        parts.append(part)
        if part.endswith(b"\n"):
            return b"".join(parts)
