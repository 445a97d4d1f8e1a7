"""Private PostgreSQL and Redis servers on free ports, for the length of the test run.

`PIM_TEST_DATABASE=postgres` and `PIM_TEST_BROKER=redis` ask for them. Where the programs are not installed the
run ends at once and says so; it never quietly tests something else.
"""

import atexit
import contextlib
import ctypes
import fcntl
import glob
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
START_SECONDS = 30
PORTS = range(20_000, 32_000, 3)

_held_ports: list[IO[str]] = []


class MissingProgram(SystemExit):
    """A server that was asked for is not installed."""


def prepare_environment(environ: MutableMapping[str, str]) -> None:
    """Make the environment the suite's own: a data folder that goes away, and the servers that were asked for.

    Runs once per test run: xdist workers and child processes find the outcome in what they inherit.
    """
    if "PIM_TESTS_PREPARED" in environ:
        return
    environ["PIM_TESTS_PREPARED"] = "1"
    for name in (
        "DATABASE_URL",
        "BROKER_URL",
        "PIM_HOSTS",
        "PIM_DEBUG",
        "PIM_FAIL",
        "SECRET_KEY",
        "PIM_FIELD_KEYS",
    ):
        environ.pop(name, None)
    environ["PIM_ENV_FILE"] = os.devnull  # a developer's own .env is not part of the suite
    environ["PIM_DEMO"] = "1"
    environ["PIM_DATA"] = _temporary_folder("pim-tests-")
    environ.setdefault("PIM_LOG_LEVEL", "WARNING")
    environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser driver runs a loop in the test's own thread
    if environ.get("PIM_TEST_DATABASE", "sqlite") == "postgres":
        environ["DATABASE_URL"] = start_postgres()
    if environ.get("PIM_TEST_BROKER", "filesystem") == "redis":
        environ["BROKER_URL"] = start_redis()


def free_port() -> int:
    """A port that nobody else of this account's test runs is given while this process lives, nor the two after it.

    They lie below the range from which the system takes ports for whoever names none: one of those may be given twice,
    or be somebody's by the time it is used.
    """
    folder = Path(tempfile.gettempdir()) / f"pim-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.sample(PORTS, len(PORTS)):
        held = open(folder / str(port), "w")  # noqa: SIM115 - closed, and so given back, at the end of the process
        with contextlib.suppress(OSError), socket.socket() as probe:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            probe.bind(("127.0.0.1", port))
            _held_ports.append(held)
            return port
        held.close()
    raise OSError("Every port that the suite may use is taken.")


def start_postgres() -> str:
    """A fresh cluster without fsync; its URL. Ends with this process."""
    home, port = Path(_temporary_folder("pim-postgres-")), free_port()
    settings = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")
    serve_postgres(home, port, settings)
    subprocess.run(
        [postgres_programs() / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "pim", "pim"],
        check=True,
        capture_output=True,
    )
    return f"postgres://pim@127.0.0.1:{port}/pim"


def serve_postgres(home: Path, port: int, settings: Sequence[str]) -> None:
    """Runs the cluster in `home` (made where there is none) until this process ends. The superuser is `pim`."""
    command, account = postgres_command(home, port, settings)
    # SIGINT is its fast shutdown; as the parent-death signal it stops even when the suite was killed.
    _start(command, log=home / "log", end=signal.SIGINT, cwd=home, **account)
    _wait("PostgreSQL", home / "log", lambda: postgres_answers(port))


def postgres_command(home: Path, port: int, settings: Sequence[str]) -> tuple[list[object], dict[str, str]]:
    """What runs the cluster in `home`, made where there is none, and the account it has to run as."""
    programs = postgres_programs()
    account: dict[str, str] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(home, "postgres", "postgres")
        account = {"user": "postgres", "group": "postgres"}
    data = home / "data"
    if not (data / "PG_VERSION").exists():
        initdb = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "pim",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*initdb, "--no-sync"], check=True, capture_output=True, cwd=home, **account)  # type: ignore[call-overload]
    options = [part for setting in ("listen_addresses=127.0.0.1", *settings) for part in ("-c", setting)]
    return [programs / "postgres", "-D", data, "-p", str(port), "-k", home, *options], account


def postgres_programs() -> Path:
    """The newest server's folder of programs. Raises MissingProgram."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    found = folders[-1] if folders else shutil.which("initdb")
    if found is None:
        raise MissingProgram("PostgreSQL is not installed (apt-get install postgresql): nothing runs on it.")
    return Path(found).parent


def start_redis(*, append_only: bool = False) -> str:
    """An empty Redis; its URL. Ends with this process."""
    program = shutil.which("redis-server")
    if program is None:
        raise MissingProgram("Redis is not installed (apt-get install redis-server): nothing runs on it.")
    home, port = Path(_temporary_folder("pim-redis-")), free_port()
    _start(
        [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            home,
            "--appendonly",
            "yes" if append_only else "no",
            "--maxmemory-policy",
            "noeviction",
        ],
        log=home / "log",
        end=signal.SIGTERM,
        cwd=home,
    )
    _wait("Redis", home / "log", lambda: _listens(port))
    return f"redis://127.0.0.1:{port}/0"


def die_with_parent(end: signal.Signals) -> Callable[[], None]:
    """For Popen's preexec_fn: the child gets the signal when its parent is gone, however that came (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(end))

    return ask


def _start(command: list[object], *, log: Path, end: signal.Signals, **options: object) -> None:
    owner = os.getpid()
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent(end),
            **options,  # type: ignore[arg-type]
        )

    def stop() -> None:
        if os.getpid() != owner:
            return  # a forked child has no say over the suite's servers
        process.send_signal(end)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    atexit.register(stop)


def _temporary_folder(prefix: str) -> str:
    owner, folder = os.getpid(), tempfile.mkdtemp(prefix=prefix)

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def postgres_answers(port: int) -> bool:
    ready = [postgres_programs() / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"]
    return subprocess.run(ready, check=False).returncode == 0


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(name: str, log: Path, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise SystemExit(
                f"{name} did not start in {START_SECONDS} s:\n{log.read_text(errors='replace')[-2000:]}"
            )
        time.sleep(0.05)


if __name__ == "__main__":  # `make test` asks: can the second half, on PostgreSQL and Redis, run here?
    postgres_programs()
    if shutil.which("redis-server") is None:
        raise MissingProgram("Redis is not installed (apt-get install redis-server): nothing runs on it.")
