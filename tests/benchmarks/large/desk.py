"""The large catalogue as people meet it: web, worker and clock as real processes on a copy, for a browser to work at."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

from tests.benchmarks.large import home
from tests.browser.rig import READY, manage, until
from tests.servers import die_with_parent, free_port

PREPARE = "from tests.benchmarks.large.waiting import prepare; prepare()"


class Desk:
    """A context manager. `admin`: the address, as a browser rig has it."""

    def __init__(self, products: int) -> None:
        kept = home.catalogue("postgres", products)
        self.name = f"desk_{products}"
        self.server = kept["DATABASE_URL"].rpartition("/")[0]
        self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        until("nobody is connected to the catalogue", lambda: self._copied(f"large_{products}"), seconds=120)
        self.folder = Path(tempfile.mkdtemp(prefix="pim-desk-"))
        port, shop_port = free_port(), free_port()
        self.env = kept | {
            "PIM_DATA": str(self.folder),
            "DATABASE_URL": f"{self.server}/{self.name}",
            "PIM_TICK_SECONDS": "1",
            "PYTHONPATH": str(home.ROOT),
        }
        self.admin = f"http://127.0.0.1:{port}/admin"
        self.told = dict(line.split("=", 1) for line in self._prepared().splitlines() if "=" in line)
        self.said = self.folder / "said"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", "--port", str(port), "--shop-port", str(shop_port)],
                cwd=home.ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip

    def _prepared(self) -> str:
        return manage(self.env, "shell", "--no-imports", "-c", PREPARE)

    def __enter__(self) -> Desk:
        try:
            until("the admin is up", lambda: READY in self.said.read_text(errors="replace"), seconds=90)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _copied(self, name: str) -> bool:
        try:
            self._on_server(f"CREATE DATABASE {self.name} TEMPLATE {name}")
        except psycopg.errors.ObjectInUse:
            return False
        return True

    def _on_server(self, *statements: str) -> None:
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as server:
            for statement in statements:
                server.execute(statement)

    def asked(self, question: str) -> Any:
        """The first column of the first row."""
        with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
            row = connection.execute(question).fetchone()
        return row[0] if row else None

    @contextmanager
    def job(self) -> Iterator[dict[str, float]]:
        """Until the job that is begun within is done: `seconds` from its beginning in the database to its end."""
        last = self.asked("SELECT coalesce(max(id), 0) FROM catalog_job")
        found: dict[str, float] = {}
        yield found
        state = f"SELECT state FROM catalog_job WHERE id > {last} AND created_by_id IS NOT NULL ORDER BY id LIMIT 1"
        until("the job is over", lambda: self.asked(state) in ("done", "failed"), seconds=300, every=0.05)
        assert self.asked(state) == "done"
        found["seconds"] = float(
            self.asked(
                "SELECT extract(epoch FROM finished_at - created_at) FROM catalog_job"
                f" WHERE id > {last} AND created_by_id IS NOT NULL ORDER BY id LIMIT 1"
            )
        )


@contextmanager
def clock() -> Iterator[list[float]]:
    """[milliseconds], once it is over."""
    found: list[float] = []
    began = time.perf_counter()
    yield found
    found.append(1000 * (time.perf_counter() - began))
