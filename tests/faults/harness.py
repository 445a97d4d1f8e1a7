"""A rig: a catalogue of its own with broker, worker, clock and stand-in shop as real processes."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

from cryptography.fernet import Fernet

from tests.channels.shop import sample_secret
from tests.faults.processes import MARK, Process, TookTooLong, marked, wait
from tests.faults.stores import Broker, Cluster, Database

ROOT = Path(__file__).resolve().parents[2]
IS_LONG = os.environ.get("PIM_FAULTS") == "long"
TICK, LEASE = 1, 2  # seconds
# Nothing of the suite's own environment: these processes run with the product's settings.
SHARED = {
    **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ},
    "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "pim.settings",
    "PIM_ENV_FILE": os.devnull, "PIM_DEMO": "1", "PIM_LOG_LEVEL": "INFO", "PIM_TICK_SECONDS": str(TICK),
    "PIM_LEASE_SECONDS": str(LEASE), "SECRET_KEY": secrets.token_urlsafe(48), "PIM_FIELD_KEYS": Fernet.generate_key().decode(),
}  # fmt: skip


def scale(short: int, long: int) -> int:
    return long if IS_LONG else short


class Hands:
    """A process that does things to the catalogue (tests.faults.acts): `hands.save(...)`, or `ask` now and `answer` later."""

    def __init__(self, rig: Rig, name: str) -> None:
        with open(rig.folder / f"{name}.log", "ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.hands"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=rig.env, cwd=ROOT,
                start_new_session=True, text=True,
            )  # fmt: skip

    def ask(self, act: str, **given: Any) -> None:
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps({"act": act, "with": given}) + "\n")
        self.child.stdin.flush()

    def answer(self) -> Any:
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        assert line, f"the hands ended with {self.child.wait()}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def has_answered(self) -> bool:
        """Whether `answer` would not wait. One question at a time: nothing of an earlier answer is left over."""
        assert self.child.stdout is not None
        return bool(select.select([self.child.stdout], [], [], 0)[0])

    def __getattr__(self, act: str) -> Callable[..., Any]:
        def do(**given: Any) -> Any:
            self.ask(act, **given)
            return self.answer()

        return do

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class Template:
    """A migrated database with the tests' structure and channel, of which each rig gets a copy."""

    def __init__(self, folder: Path, cluster: Cluster | None = None) -> None:
        self.folder = folder
        self.database = Database(folder, cluster=cluster)
        env = {**SHARED, "PIM_DATA": str(folder), "DATABASE_URL": self.database.url}
        for command in (
            ["manage.py", "migrate", "--verbosity", "0"],
            ["-c", "import django; django.setup(); from tests.faults import acts; acts.build()"],
        ):
            done = subprocess.run(
                [sys.executable, *command], env=env, cwd=ROOT, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr[-3000:]


class Rig:
    """A context manager; at its end every process is gone, and it says so when one was not."""

    def __init__(self, template: Template) -> None:
        self.mark = uuid4().hex
        self.folder = Path(tempfile.mkdtemp(prefix="pim-faults-"))
        self.database = Database(self.folder, copy_of=template.database)
        self.env = {
            **SHARED, MARK: self.mark, "PIM_DATA": str(self.folder), "DATABASE_URL": self.database.url,
            "TMPDIR": str(self.folder),
        }  # fmt: skip
        self.running: dict[str, Process] = {}
        self.others: list[Hands] = []
        self.deaths: list[str] = []  # of processes that nobody killed
        self.started: dict[str, Callable[[], Process]] = {}
        self.shop_url = ""
        self.secret = sample_secret()

    def __enter__(self) -> Rig:
        self.broker = Broker(self.folder, lambda name, command: self.start(name, command))
        self.env["BROKER_URL"] = self.broker.url
        self.hands = self.more_hands()
        return self

    def __exit__(self, *_exc: object) -> None:
        for process in self.running.values():
            process.kill()
        for hands in self.others:
            hands.kill()
        left = [f"{process.pid} {' '.join(process.cmdline())}" for process in marked(self.mark)]
        for process in marked(self.mark):
            process.kill()
        self.database.drop()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not left, f"left running: {left}"

    # --- processes

    def more_hands(self) -> Hands:
        hands = Hands(self, f"hands-{len(self.others)}")
        self.others.append(hands)
        return hands

    def start(self, name: str, command: list[Any], **env: str) -> Process:
        process = Process(name, command, env={**self.env, **env}, log=self.folder / f"{name}.log", cwd=ROOT)
        self.running[name] = process
        return process

    def start_worker(
        self, name: str = "worker", *, pool: str = "prefork", app: str = "pim", **env: str
    ) -> Process:
        """As `manage.py demo` starts it. With `pool="solo"` it is one process, which a failpoint ends as a whole."""
        command = [
            *(sys.executable, "-m", "celery", "-A", app, "worker", "--concurrency", "2", "--pool", pool),
            *("--queues", "interactive,imports,delivery", "--hostname", f"{name}@%h"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"),
        ]
        if not env:
            self.started[name] = lambda: self.start(name, command)
        return self.start(name, command, **env)

    def start_clock(self) -> Process:
        command = [
            *(sys.executable, "-m", "celery", "-A", "pim", "beat", "--pidfile", "", "--loglevel", "INFO")
        ]
        self.started["clock"] = lambda: self.start("clock", command)
        return self.start("clock", command)

    def kill(self, name: str) -> None:
        """Ends a process at once, and does not start it again by itself."""
        self.started.pop(name, None)
        self.running.pop(name).kill()

    def keep_alive(self) -> None:
        """Starts again what ended by itself, as the supervisor of one machine does; it is noted."""
        for name, again in self.started.items():
            if not self.running[name].is_alive:
                self.deaths.append(f"{name}: {self.running[name].said()[-1500:]}")
                self.running[name].kill()
                again()

    # --- the shop

    def open_shop(self) -> None:
        data = self.folder / "shop"
        command = [
            *(sys.executable, "-m", "pim.demo.shop", "--port", "0", "--data", data, "--secret", self.secret)
        ]
        process = self.start("shop", command)
        process.wait_until_it_says("shop: ")
        self.shop_url = process.said().partition("shop: ")[2].split()[0].rstrip("/")

    def shop(self, path: str, data: Any = None) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urlopen(Request(f"{self.shop_url}{path}", data=body), timeout=30) as answer:
            return json.load(answer)

    def misbehave(self, *faults: dict[str, Any]) -> None:
        self.shop("/_faults", list(faults))

    def set_up(
        self, *, products: int, status: str = "approved", worker: bool = True, timeout: int = 3
    ) -> list[str]:
        """Shop, products and, with `worker`, the processes that send them, until everything has arrived."""
        self.open_shop()
        skus = self.hands.begin(
            endpoint=f"{self.shop_url}/api", products=products, status=status, timeout=timeout
        )
        if worker:
            self.start_worker()
            self.start_clock()
            self.settle()
        return skus

    # --- waiting

    def settle(self, *, seconds: float = 120) -> float:
        """Until nothing is stale, leased, unknown or unfinished, by itself; returns the seconds that took."""
        began = time.monotonic()
        while any((work := self.hands.open_work()).values()):
            self.keep_alive()
            if time.monotonic() - began > seconds:
                raise TookTooLong(f"still open after {seconds:g} s: {work}\n{self.last_words()}")
            time.sleep(0.25)
        return time.monotonic() - began

    def wait(self, what: str, ready: Callable[[], object], *, seconds: float = 60) -> float:
        def look() -> object:
            self.keep_alive()
            return ready()

        try:
            return wait(what, look, seconds=seconds)
        except TookTooLong as error:
            raise TookTooLong(f"{error}\n{self.last_words()}") from None

    def last_words(self) -> str:
        return "\n".join(
            f"--- {name}\n{process.said()[-1200:]}"
            for name, process in self.running.items()
            if name != "shop"
        )
