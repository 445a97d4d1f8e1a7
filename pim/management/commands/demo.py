"""Everything in one command: web, worker, clock and the stand-in shop, until Ctrl-C."""

import os
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pim.processes import KeepsDying, Service, Supervisor

HOST = "127.0.0.1"
START_SECONDS = 60


class Command(BaseCommand):
    help = "Runs the PIM on this machine: web, worker, clock and the demo's shop. Ctrl-C ends all of them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PIM_PORT, help="of the admin (PIM_PORT)")
        parser.add_argument(
            "--shop-port", type=int, default=settings.PIM_SHOP_PORT, help="of the shop (PIM_SHOP_PORT)"
        )
        parser.add_argument("--reload", action="store_true", help="restart the web process when code changes")

    def handle(self, *, port: int, shop_port: int, reload: bool, **_options: Any) -> None:
        if not settings.PIM_DEMO:
            raise CommandError(
                "This runs for one machine only (PIM_DEMO=1); see compose.yaml for production."
            )
        shop = find_spec("pim.demo") is not None and find_spec("pim.demo.shop") is not None
        for setting, wanted in (("PIM_PORT", port), *([("PIM_SHOP_PORT", shop_port)] if shop else [])):
            _require_free(setting, wanted)
        services = services_of(port=port, shop_port=shop_port if shop else None, reload=reload)
        env = os.environ | {"PIM_PORT": str(port), "PIM_SHOP_PORT": str(shop_port), "PYTHONUNBUFFERED": "1"}
        supervisor = Supervisor(services, env=env, say=self.say)
        try:
            supervisor.run(lambda give_up: self.welcome(port, shop_port if shop else None, give_up))
        except KeepsDying as error:
            raise CommandError(str(error)) from None
        self.say("Stopped; nothing is left running.")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def welcome(self, port: int, shop_port: int | None, give_up: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _serves(port):
            if give_up():
                return
            if time.monotonic() > deadline:
                raise KeepsDying(
                    f"The web process does not answer; see {settings.PIM_DATA / 'logs' / 'web.log'}."
                )
            time.sleep(0.1)
        self.say("")
        self.say(f"  Admin   http://{HOST}:{port}/admin/")
        if shop_port is not None:
            self.say(f"  Shop    http://{HOST}:{shop_port}/")
        for name, password, who in demo_logins():
            self.say(f"  Login   {name} / {password}   {who}")
        self.say(f"  Logs    {settings.PIM_DATA / 'logs'}")
        self.say("\n  Ctrl-C ends everything.")


def services_of(*, port: int, shop_port: int | None, reload: bool = False) -> list[Service]:
    """What runs on one machine. Logs go to the data folder; with `reload`, to the terminal."""
    logs: Path = settings.PIM_DATA / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    celery = [sys.executable, "-m", "celery", "-A", "pim"]
    commands = {
        "web": [
            *(
                sys.executable,
                "-m",
                "gunicorn",
                "pim.wsgi",
                "--bind",
                f"{HOST}:{port}",
                "--worker-class",
                "gthread",
            ),
            *(
                "--workers",
                "1",
                "--threads",
                "8",
                "--timeout",
                "120",
                "--graceful-timeout",
                "5",
                "--no-control-socket",
            ),
            *(["--reload"] if reload else []),
        ],
        "worker": [
            *(*celery, "worker", "--concurrency", "2", "--queues", "interactive,imports,delivery"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
        ],
        "clock": [*celery, "beat", "--pidfile", "", "--loglevel", "WARNING"],
    }
    if shop_port is not None:
        commands["shop"] = [sys.executable, "-m", "pim.demo.shop", "--port", str(shop_port)]
    return [
        Service(name, command, log=None if reload else logs / f"{name}.log")
        for name, command in commands.items()
    ]


def demo_logins() -> list[tuple[str, str, str]]:
    """(name, password, what they do) of the demo's users, where the demo's catalogue is part of this installation."""
    if find_spec("pim.demo") is None or find_spec("pim.demo.people") is None:
        return []
    return list(import_module("pim.demo.people").LOGINS)


def _serves(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _require_free(setting: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise CommandError(f"Port {port} is in use; choose another with {setting}=….") from None
