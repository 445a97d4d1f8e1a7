"""The demo as people run it (web, worker, clock, shop) on a catalogue of its own, for the length of a test module.

Drawing the demo's pictures and making their sizes takes a minute, so a test run does it once and each rig starts from a copy.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import httpx
import psutil

from tests.servers import die_with_parent, free_port, start_redis

ROOT = Path(__file__).resolve().parents[2]
ON_POSTGRES = os.environ.get("PIM_TEST_DATABASE", "sqlite") == "postgres"
ON_REDIS = os.environ.get("PIM_TEST_BROKER", "filesystem") == "redis"
TEMPLATE_DATABASE = "browser_template"
MAKE_SIZES = "from catalog.jobs.run import run_due; run_due('interactive')"
START_SECONDS, DRAIN_SECONDS = 90, 120
READY = "Ctrl-C ends everything"


def template() -> Path:
    """The data folder with the demo loaded. Made once for a test run, by whichever of its processes comes first."""
    folder = Path(os.environ["PIM_DATA"]) / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "done"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            data = folder / "data"
            shutil.rmtree(data, ignore_errors=True)
            env = environment(data, _new_database(TEMPLATE_DATABASE))
            manage(env, "migrate", "--verbosity", "0")
            manage(env, "load_demo")
            # Else each copy's worker made every picture's sizes anew, beside the test, and would not end before that.
            manage(env, "shell", "--no-imports", "-c", MAKE_SIZES)
            done.touch()
    return folder / "data"


def environment(data: Path, database: str, broker: str = "filesystem://") -> dict[str, str]:
    """Nothing of the suite's own: these processes run with the product's settings."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ
    }
    return kept | {
        "DJANGO_SETTINGS_MODULE": "pim.settings", "PIM_ENV_FILE": os.devnull, "PIM_DEMO": "1", "PIM_DATA": str(data),
        "PIM_TICK_SECONDS": "1", "BROKER_URL": broker, **({"DATABASE_URL": database} if database else {}),
    }  # fmt: skip


def manage(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: {done.stderr[-3000:]}"
    return done.stdout


def until(what: str, ready: Callable[[], object], *, seconds: float, every: float = 0.2) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(every)


class Rig:
    """A context manager. `admin` and `shop` are addresses; at the end no process is left, and it says so when one was."""

    def __init__(self) -> None:
        source = template()
        self.folder = Path(tempfile.mkdtemp(prefix="pim-browser-"))
        self.data = self.folder / "data"
        shutil.copytree(source, self.data)
        self.database = f"browser_{uuid4().hex[:12]}" if ON_POSTGRES else ""
        url = _new_database(self.database, copy_of=TEMPLATE_DATABASE)
        self.env = environment(self.data, url, start_redis() if ON_REDIS else "filesystem://")
        port, shop_port = free_port(), free_port()
        self.admin, self.shop = f"http://127.0.0.1:{port}/admin", f"http://127.0.0.1:{shop_port}"
        manage(self.env, "load_demo", "--shop-url", self.shop)
        self.said = self.folder / "said"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(port), "--shop-port", str(shop_port)],
                cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip

    def __enter__(self) -> Rig:
        try:
            until("the demo is up", self._is_up, seconds=START_SECONDS)
            until("the shop has the range", self._is_drained, seconds=DRAIN_SECONDS)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        left = self._end()
        assert left == [], f"left running: {left}"

    @property
    def price_list(self) -> Path:
        """The supplier's spreadsheet that the demo comes with."""
        return self.data / "demo" / "nordwerk-price-list.xlsx"

    def shows(self, sku: str, *, locale: str = "en_US") -> str | None:
        """The shop's page of a product, as a customer gets it; None where the shop has none."""
        answer = httpx.get(f"{self.shop}/{locale}/p/{sku}", timeout=60)
        return answer.text if answer.status_code == 200 else None

    @contextlib.contextmanager
    def workers_paused(self) -> Iterator[None]:
        """What is enqueued meanwhile waits: a page that shows progress can be looked at, however quick the work is."""
        workers = []
        for one in _family(self.process):
            with contextlib.suppress(psutil.NoSuchProcess):  # a reader of files may end while it is looked at
                if {"worker", "celery"} <= set(one.cmdline()):
                    workers.append(one)
        assert workers
        try:
            until("no worker is paused within a transaction", lambda: self._pause(workers), seconds=60)
            yield
        finally:
            for one in workers:
                one.resume()

    def _pause(self, workers: list[psutil.Process]) -> bool:
        """False, and they go on, where one of them holds what others wait for."""
        for one in workers:
            one.suspend()
        if self._is_free():
            return True
        for one in workers:
            one.resume()
        return False

    def _is_free(self) -> bool:
        if ON_POSTGRES:
            asked = (
                f"SELECT 1 FROM pg_stat_activity WHERE datname = '{self.database}' AND xact_start IS NOT NULL"
            )
            return not _ask_server(asked)
        with contextlib.closing(sqlite3.connect(self.data / "pim.sqlite3", timeout=0.5)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.rollback()
            return True

    def log(self) -> str:
        """The last words of every process, for a failure's message."""
        parts = [self.said, *sorted((self.data / "logs").glob("*.log"))]
        return "\n".join(f"--- {part.name}\n{part.read_text(errors='replace')[-1500:]}" for part in parts)

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log()
        return READY in self.said.read_text(errors="replace")

    def _is_drained(self) -> bool:
        """Two looks, as the first sheets may not have been marked yet."""
        first = httpx.get(f"{self.shop}/_version", timeout=60).json()["version"]
        time.sleep(2.5)
        return first > 0 and first == httpx.get(f"{self.shop}/_version", timeout=60).json()["version"]

    def _end(self) -> list[str]:
        """Ctrl-C; returns what outlived it (and ends that too)."""
        family = list(_family(self.process))
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        left = [process for process in psutil.wait_procs(family, timeout=5)[1] if process.is_running()]
        names = []
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                names.append(" ".join(process.cmdline()))
                process.kill()
        _drop_database(self.database)
        shutil.rmtree(self.folder, ignore_errors=True)
        return names


def _family(process: subprocess.Popen[bytes]) -> Iterator[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        head = psutil.Process(process.pid)
        yield from [head, *head.children(recursive=True)]


def _new_database(name: str, copy_of: str = "") -> str:
    """Its URL; "" on SQLite, whose file is in the data folder."""
    if not ON_POSTGRES:
        return ""
    _on_server(
        f"DROP DATABASE IF EXISTS {name}",
        f"CREATE DATABASE {name}" + (f" TEMPLATE {copy_of}" if copy_of else ""),
    )
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def _drop_database(name: str) -> None:
    if name:
        _on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _ask_server(question: str) -> list[tuple[object, ...]]:
    import psycopg

    server = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        return connection.execute(question).fetchall()


def _on_server(*statements: str) -> None:
    import psycopg

    server = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
