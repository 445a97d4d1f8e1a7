"""Contenders turn by turn in one process: their time, processor time, time in the database and statements."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from catalog.models import User

Scenarios = Mapping[str, Mapping[str, Callable[[], Any]]]  # scenario → contender → what it does
Measured = dict[str, dict[str, dict[str, float]]]  # scenario → contender → {ms, cpu_ms, db_ms, queries}


class Meter:
    """Adds up statements: their number and milliseconds. Those about who asks, and whether structure and profiles still
    stand, are the same for any list and counted in `queries` only."""

    SAME = ("django_session", "catalog_user", "catalog_structureversion", '"channels_channel"."profile_rev"')

    def __init__(self) -> None:
        self.queries, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, *args)
        finally:
            self.queries += 1
            if not any(name in sql for name in self.SAME):
                self.seconds += time.perf_counter() - began


@cache
def _server() -> Path | None:
    """Where Linux says the processor time of the server's process behind our connection; None without one, or elsewhere."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        file = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return file if file.exists() else None


def processor_seconds() -> float:
    server = _server()
    return time.process_time() + (int(server.read_text().split()[0]) / 1e9 if server else 0.0)


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    meter, result = Meter(), {}
    with connection.execute_wrapper(meter):
        worked, began = processor_seconds(), time.perf_counter()
        yield result
        result["ms"] = (time.perf_counter() - began) * 1000
        result["cpu_ms"] = (processor_seconds() - worked) * 1000
    result["db_ms"], result["queries"] = meter.seconds * 1000, meter.queries


def clients(*usernames: str) -> dict[str, Client]:
    """Signed in."""
    made = {name: Client(SERVER_NAME="localhost") for name in usernames}
    for name, client in made.items():
        client.force_login(User.objects.get(username=name))
    return made


def by_turns(rounds: int, scenarios: Scenarios, *, shown: Callable[[Any], tuple[str, ...]]) -> Measured:
    """Of each figure the least of all turns: what it takes when nothing else wants the processors. `cpu_ms` is processor
    time, this process's and its database server process's together: it tells more where others work beside.

    `shown`: the products in an answer. All contenders of a scenario have to begin with the same ones, but "limited", who may
    see others.
    """
    results: dict[str, dict[str, list[dict[str, float]]]] = {}
    for turn in range(rounds + 1):
        for scenario, contenders in scenarios.items():
            seen: dict[str, tuple[str, ...]] = {}
            first = turn % len(contenders)  # who begins finds the least in memory
            for name in (*list(contenders)[first:], *list(contenders)[:first]):
                with measured() as result:
                    answer = contenders[name]()
                if turn:  # the first is for the caches
                    results.setdefault(scenario, {}).setdefault(name, []).append(result)
                else:
                    seen[name] = shown(answer)
            if not turn:
                seen.pop("limited", None)
                least = min(map(len, seen.values()))
                same = {found[:least] for found in seen.values()}
                assert least, f"{scenario}: nobody showed a product: {seen}"
                assert len(same) == 1, f"{scenario}: the contenders showed different products: {seen}"
    return {
        scenario: {
            name: {key: min(one[key] for one in found) for key in found[0]} for name, found in by_name.items()
        }
        for scenario, by_name in results.items()
    }
