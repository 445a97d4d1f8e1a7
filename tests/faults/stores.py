"""A database and a broker of a rig's own: SQLite and a folder, or PostgreSQL and Redis where the suite runs on them."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import redis

from tests.faults.processes import Process, wait
from tests.servers import free_port, postgres_answers, postgres_command

ON_POSTGRES = os.environ.get("PIM_TEST_DATABASE", "sqlite") == "postgres"
ON_REDIS = os.environ.get("PIM_TEST_BROKER", "filesystem") == "redis"


class Cluster:
    """A PostgreSQL server that may crash. Unlike the suite's it tells of no commit that is not in its log."""

    def __init__(self) -> None:
        self.home, self.port = Path(tempfile.mkdtemp(prefix="pim-cluster-")), free_port()
        self.url = f"postgres://pim@127.0.0.1:{self.port}/postgres"
        self.come_back()

    def crash(self) -> None:
        """Its immediate shutdown: every session ends at once, and the log is all it has at the next start."""
        self.process.child.send_signal(signal.SIGQUIT)
        self.process.wait_for_end()

    def come_back(self) -> None:
        command, account = postgres_command(self.home, self.port, ("fsync=off", "max_connections=60"))
        log = self.home / "log"
        self.process = Process("postgres", command, env=os.environ, log=log, cwd=self.home, **account)
        wait("PostgreSQL answers", lambda: postgres_answers(self.port), seconds=60)

    def end(self) -> None:
        self.crash()
        shutil.rmtree(self.home, ignore_errors=True)


class Database:
    """`url` for DATABASE_URL. A copy is made of a database that nobody is connected to, on the same `cluster`."""

    def __init__(
        self, folder: Path, *, copy_of: Database | None = None, cluster: Cluster | None = None
    ) -> None:
        self.name = f"faults_{uuid4().hex[:12]}"
        self.cluster = copy_of.cluster if copy_of else cluster
        if ON_POSTGRES:
            self.server = self.cluster.url if self.cluster else os.environ["DATABASE_URL"]
            self.url = urlunsplit(urlsplit(self.server)._replace(path=f"/{self.name}"))
            template = f" TEMPLATE {copy_of.name}" if copy_of else ""
            self._administrate(f"CREATE DATABASE {self.name}{template}")
        else:
            self.file = folder / "pim.sqlite3"
            self.url = f"sqlite:///{self.file}"
            if copy_of:
                for suffix in ("", "-wal"):
                    source = copy_of.file.with_name(copy_of.file.name + suffix)
                    if source.exists():
                        shutil.copy(source, self.file.with_name(self.file.name + suffix))

    def drop(self) -> None:
        if ON_POSTGRES:
            self._administrate(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def _administrate(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(
            urlunsplit(urlsplit(self.server)._replace(path="/postgres")), autocommit=True
        ) as db:
            db.execute(statement)


class Broker:
    """`url` for BROKER_URL. May be emptied, and taken away, while processes use it."""

    def __init__(self, folder: Path, start: Callable[..., Process]) -> None:
        self.folder = folder / "broker"
        self._start_process = start
        self.url, self.server = "filesystem://", None
        if ON_REDIS:
            self.port = free_port()
            self.url = f"redis://127.0.0.1:{self.port}/0"
            self.come_back()

    def messages(self) -> int:
        """How many wait for a worker."""
        if not ON_REDIS:
            return len(list((self.folder / "messages").glob("*.msg")))
        with self._client() as client:
            return sum(int(client.llen(queue)) for queue in ("interactive", "imports", "delivery"))

    def empty(self) -> None:
        if ON_REDIS:
            with self._client() as client:
                client.flushall()
        else:
            for message in (self.folder / "messages").glob("*.msg"):
                message.unlink(missing_ok=True)

    def go_away(self) -> None:
        """Redis is killed, having written nothing to disk; the folder is removed with all that is in it."""
        if ON_REDIS:
            assert self.server is not None
            self.server.kill()
            self.server = None
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def come_back(self) -> None:
        """Empty, at the same place."""
        if not ON_REDIS:
            for name in ("messages", "control"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            return
        options = ("--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self.server = self._start_process("redis", ["redis-server", *options])
        wait("Redis answers", self._answers, seconds=20)

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def _client(self) -> Any:
        return redis.Redis(port=self.port, socket_timeout=10)
