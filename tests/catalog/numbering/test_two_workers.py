"""Workers that number at the same time never give one number twice: the pool's row is theirs until they commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from catalog.models import GtinPool, ProductValues, Sequence
from catalog.values.changes import ProductChange
from catalog.values.write import write
from tests.attributes import add, changed
from tests.world import SYSTEM, build_world

WORKERS, ROUNDS, BATCH = 4, 3, 5


@contextmanager
def own_connection(file: Path) -> Iterator[None]:
    """This thread's own. A database in memory knows no waiting, so on SQLite the workers meet in a file, as in life."""
    if connection.vendor == "sqlite":
        connection.settings_dict = {**connection.settings_dict, "NAME": str(file)}
    try:
        yield
    finally:
        connection.close()


def copy_to(file: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(file) as target:
            connection.connection.backup(target)
        target.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["ean", "article"])
def test_no_number_is_given_twice(code: str, tmp_path: Path) -> None:
    world = build_world()
    count = WORKERS * ROUNDS * BATCH
    GtinPool.objects.create(
        code="ours", attribute=world.attributes["ean"], prefix="2901234567", first=0, last=count - 1
    )
    add(world, "article", "identifier", is_unique=True, params={"number_pattern": "A{seq:4}"})
    changed("gtin_pool", 1)
    created = write(
        [ProductChange(fields={"sku": f"M-{index}", "family": "mugs"}) for index in range(count)], by=SYSTEM
    )
    ids = [outcome.product for outcome in created]
    start, file = Barrier(WORKERS), tmp_path / "pim.sqlite3"
    copy_to(file)

    def work(worker: int) -> list[str]:
        start.wait()
        with own_connection(file):
            outcomes = []
            for turn in range(ROUNDS):
                first = (turn * WORKERS + worker) * BATCH
                batch = [ProductChange(product=pk, number=(code,)) for pk in ids[first : first + BATCH]]
                outcomes += write(batch, by=SYSTEM)
            return [outcome.status for outcome in outcomes]

    def look() -> tuple[set[Any], int]:
        with own_connection(file):
            given = {values.get(code) for values in ProductValues.objects.values_list("values", flat=True)}
            return given, GtinPool.objects.get().free if code == "ean" else Sequence.objects.get().next

    with ThreadPoolExecutor(WORKERS) as workers:
        statuses = [status for done in workers.map(work, range(WORKERS)) for status in done]
    with ThreadPoolExecutor(1) as after:
        given, left = after.submit(look).result()
    assert set(statuses) == {"updated"}
    assert len(given) == count
    assert None not in given
    # Nobody was refused and nothing rolled back, so that there is no gap either.
    assert left == (0 if code == "ean" else count + 1)
