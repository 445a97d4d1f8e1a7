"""Everything in one command: web, worker, clock and the stand-in shop, until Ctrl-C."""

import os
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from catalog.models import User
from pim.demo.loading.channels import shop_secret
from pim.demo.loading.people import PASSWORD, PEOPLE
from pim.processes import KeepsDying, Service, Supervisor

HOST = "127.0.0.1"
START_SECONDS = 60
STAND_INS = settings.BASE_DIR / "tests" / "shops.py"
# What the stand-in Shopify holds requests against; it is Shopify's, and no part of this repository.
SHOPIFY_SCHEMA = (
    settings.BASE_DIR.parent / "shared" / "channels" / "shopify" / "admin_2026-10.introspection.json.gz"
)


class Command(BaseCommand):
    help = "Runs the PIM on this machine: web, worker, clock and the demo's shop. Ctrl-C ends all of them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PIM_PORT, help="of the admin (PIM_PORT)")
        parser.add_argument(
            "--shop-port", type=int, default=settings.PIM_SHOP_PORT, help="of the shop (PIM_SHOP_PORT)"
        )
        parser.add_argument(
            "--shops",
            action="store_true",
            help="also a stand-in Shopify and Google, on the two ports behind the shop's, to connect channels to",
        )
        parser.add_argument("--reload", action="store_true", help="restart the web process when code changes")

    def handle(
        self, *, port: int, shop_port: int, reload: bool, shops: bool = False, **_options: Any
    ) -> None:
        if not settings.PIM_DEMO:
            raise CommandError(
                "This runs for one machine only (PIM_DEMO=1); see compose.yaml for production."
            )
        if port == shop_port:
            raise CommandError(
                f"The admin and the shop cannot both have port {port}; choose another with PIM_SHOP_PORT=…."
            )
        for setting, wanted in (("PIM_PORT", port), ("PIM_SHOP_PORT", shop_port)):
            _require_free(setting, wanted)
        services = services_of(port=port, shop_port=shop_port, reload=reload)
        if shops:
            services.append(_stand_ins(shop_port))
        env = os.environ | {"PIM_PORT": str(port), "PIM_SHOP_PORT": str(shop_port), "PYTHONUNBUFFERED": "1"}
        env["SHOP_SECRET"] = (
            shop_secret()
        )  # not on the command line, which every process of the machine can read
        supervisor = Supervisor(services, env=env, say=self.say)
        try:
            supervisor.run(lambda give_up: self.welcome(port, shop_port, give_up, shops=shops))
        except KeepsDying as error:
            raise CommandError(str(error)) from None
        self.say("Stopped; nothing is left running.")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def welcome(self, port: int, shop_port: int, give_up: Callable[[], bool], *, shops: bool = False) -> None:
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
        self.say(f"  Shop    http://{HOST}:{shop_port}/")
        self.say(f"  Portal  http://{HOST}:{port}/portal/pro_portal/")
        for line in _shops_told(shop_port) if shops else ():
            self.say(line)
        for name, password, does in demo_logins():
            self.say(f"  Login   {name} / {password} — {does}")
        self.say(f"  Logs    {settings.PIM_DATA / 'logs'}")
        self.say("\n  Ctrl-C ends everything.")


def services_of(*, port: int, shop_port: int, reload: bool = False) -> list[Service]:
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
        "shop": [
            *(sys.executable, "-m", "pim.demo.shop", "--port", str(shop_port)),
            *("--data", str(settings.PIM_DATA / "shop")),
        ],
        "clock": [*celery, "beat", "--pidfile", "", "--loglevel", "WARNING"],
    }
    return [
        Service(name, command, log=None if reload else logs / f"{name}.log")
        for name, command in commands.items()
    ]


def _stand_ins(shop_port: int) -> Service:
    """The shops the tests are made with, which live there and need what the tests need."""
    if not STAND_INS.is_file() or not all(find_spec(name) for name in ("pytest_httpserver", "graphql")):
        raise CommandError(
            "The stand-in shops are a part of the tests: `make demo SHOPS=1` installs what they need."
        )
    for offset in (1, 2):
        _require_free("PIM_SHOP_PORT", shop_port + offset)
    ports = ["--shopify-port", str(shop_port + 1), "--google-port", str(shop_port + 2)]
    command = [sys.executable, "-m", "tests.shops", *ports, "--key", str(_google_key())]
    return Service("shops", command, log=settings.PIM_DATA / "logs" / "shops.log")


def _google_key() -> Path:
    return Path(settings.PIM_DATA) / "shops" / "google-key.json"


def _shops_told(shop_port: int) -> list[str]:
    """What to enter under Channels → Add channel."""
    told = [
        f"  Google  http://{HOST}:{shop_port + 2}/ — account 123, data source 456, any feed label; the key: {_google_key()}",
    ]
    if SHOPIFY_SCHEMA.is_file():
        token = "shpat_an-example-of-a-token"  # noqa: S105 - of a stand-in
        told.insert(0, f"  Shopify http://{HOST}:{shop_port + 1}/ — no client id, access token {token}")
    else:
        told.append(f"  Shopify is left out: its schema is not at {SHOPIFY_SCHEMA}")
    return told


def demo_logins() -> list[tuple[str, str, str]]:
    """(name, password, what they do) of the demo's people, where `load_demo` has made them."""
    there = set(
        User.objects.filter(username__in=[one.username for one in PEOPLE]).values_list("username", flat=True)
    )
    connection.close()
    return [(one.username, PASSWORD, one.does) for one in PEOPLE if one.username in there]


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
