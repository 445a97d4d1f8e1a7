"""Real processes that a test starts, stops, kills and counts; none outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from tests.servers import die_with_parent

MARK = "PIM_FAULTS_RIG"  # in the environment of all processes of a rig, whoever started them


class TookTooLong(AssertionError):
    """What was waited for did not come; the text says what is known."""


def wait(what: str, ready: Callable[[], object], *, seconds: float, every: float = 0.1) -> float:
    """Polls until `ready()` is true; returns how long that took. Raises TookTooLong."""
    began = time.monotonic()
    while not ready():
        if time.monotonic() - began > seconds:
            raise TookTooLong(f"{what}: not within {seconds:g} s")
        time.sleep(every)
    return time.monotonic() - began


class Process:
    """A command in a session of its own, so that it can be killed with all it started. Its output goes to `log`."""

    def __init__(
        self,
        name: str,
        command: Sequence[object],
        *,
        env: Mapping[str, str],
        log: Path,
        cwd: Path,
        **account: Any,
    ) -> None:
        self.name, self.log = name, log
        self.starts_at = log.stat().st_size if log.exists() else 0
        with open(log, "ab") as output:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
                **account,
            )

    def said(self) -> str:
        """What it wrote since it was started."""
        with open(self.log, "rb") as output:
            output.seek(self.starts_at)
            return output.read().decode(errors="replace")

    def wait_until_it_says(self, text: str, *, seconds: float = 60) -> None:
        def ready() -> bool:
            if self.child.poll() is not None:
                raise AssertionError(
                    f"{self.name} ended with {self.child.returncode}:\n{self.said()[-3000:]}"
                )
            return text in self.said()

        wait(f"{self.name} says {text!r}", ready, seconds=seconds)

    @property
    def is_alive(self) -> bool:
        return self.child.poll() is None

    @property
    def is_stopped(self) -> bool:
        return psutil.Process(self.child.pid).status() == psutil.STATUS_STOPPED

    def wait_for_end(self, *, seconds: float = 60) -> int:
        return self.child.wait(seconds)

    def signal(self, number: int) -> None:
        """To the whole group; nothing happens where it is gone already."""
        try:
            os.killpg(self.child.pid, number)
        except ProcessLookupError:
            return

    def kill(self) -> None:
        """SIGKILL to the group, as the kernel does when memory runs out; returns when all of it is gone."""
        self.signal(signal.SIGKILL)
        self.child.wait(20)
        wait(f"the group of {self.name} is gone", self._group_is_gone, seconds=20, every=0.02)

    def stop(self) -> None:
        """As an operator does: SIGTERM, and SIGKILL when that does not help."""
        if self.is_alive:
            self.child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(15)
        self.kill()

    def _group_is_gone(self) -> bool:
        try:
            os.killpg(self.child.pid, 0)
        except (ProcessLookupError, PermissionError):
            return True
        return False


def marked(mark: str) -> list[psutil.Process]:
    """The living processes of a rig, found by their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found
