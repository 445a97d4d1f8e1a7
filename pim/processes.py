"""Runs several processes as one: starts them, starts again what died, and leaves nothing running at the end.

Each child leads a process group of its own, so that it can be ended with all it started, and asks the kernel for
SIGTERM when this process is gone without a word (Linux).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

GRACE_SECONDS = 8.0
QUICK_DEATHS = 4
QUICK_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1


class KeepsDying(Exception):
    """A process ended several times in a row; the text says which and where its last words are."""


@dataclass
class Service:
    """One process to keep alive. Its output goes to `log`, or where ours goes when that is None."""

    name: str
    command: Sequence[str]
    log: Path | None = None
    child: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=QUICK_DEATHS))

    def start(self, env: Mapping[str, str]) -> None:
        output = open(self.log, "ab") if self.log else None  # noqa: SIM115  (closed below, the child keeps its own)
        try:
            self.child = subprocess.Popen(
                self.command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent() if sys.platform == "linux" else None,
            )
        finally:
            if output:
                output.close()

    def ask_to_end(self) -> None:
        """SIGTERM to the process itself: a worker then finishes the tasks its children are at."""
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()

    def kill_group(self) -> None:
        """The process and all it started; nothing happens where they are gone already."""
        if self.child is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)

    def group_is_gone(self) -> bool:
        if self.child is None:
            return True
        self.child.poll()
        try:
            os.killpg(self.child.pid, 0)
        except (ProcessLookupError, PermissionError):
            return True
        return False


def _die_with_parent() -> Callable[[], None]:
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
        if os.getppid() != parent:  # it went before we asked
            os._exit(1)

    return ask


class Supervisor:
    """Runs the services until SIGINT, SIGTERM or SIGHUP; a second signal ends them without grace."""

    def __init__(
        self, services: Sequence[Service], *, env: Mapping[str, str], say: Callable[[str], None]
    ) -> None:
        self.services = services
        self.env = env
        self.say = say
        self.asked_to_stop = 0

    def run(self, when_started: Callable[[Callable[[], bool]], None]) -> None:
        """Start all, call `when_started` (it gets a function telling whether to give up), then watch.

        Raises KeepsDying. Whatever happens, no process is left when this returns or raises.
        """
        previous = {number: signal.signal(number, self._stop) for number in _STOPPING}
        try:
            for service in self.services:
                service.start(self.env)
            when_started(self._give_up)
            while not self.asked_to_stop:
                self._watch()
                time.sleep(0.2)
        finally:
            self._end()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: object) -> None:
        self.asked_to_stop += 1

    def _give_up(self) -> bool:
        self._watch()
        return bool(self.asked_to_stop)

    def _watch(self) -> None:
        for service in self.services:
            if service.child is None or service.child.poll() is None or self.asked_to_stop:
                continue
            service.deaths.append(time.monotonic())
            if len(service.deaths) == QUICK_DEATHS and service.deaths[-1] - service.deaths[0] < QUICK_SECONDS:
                raise KeepsDying(
                    f"{service.name} ended {QUICK_DEATHS} times in a row{_last_words(service.log)}"
                )
            self.say(f"{service.name} ended with status {service.child.returncode}; starting it again.")
            service.kill_group()  # what it had started itself
            time.sleep(0.5)
            service.start(self.env)

    def _end(self) -> None:
        """SIGTERM to all at once, SIGKILL to every group still there after the grace."""
        for service in self.services:
            service.ask_to_end()
        deadline = time.monotonic() + GRACE_SECONDS
        signals_before = self.asked_to_stop
        while time.monotonic() < deadline and self.asked_to_stop == signals_before:
            if all(service.group_is_gone() for service in self.services):
                return
            time.sleep(0.05)
        for service in self.services:
            service.kill_group()
        for service in self.services:
            if service.child is not None:
                service.child.wait()


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _last_words(log: Path | None) -> str:
    if log is None or not log.exists():
        return "."
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
    return f"; the end of {log}:\n" + "\n".join(lines)
