"""Storing one batch behind: in order, nothing forgotten, and what fails is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from catalog.importing import lanes, rows
from catalog.importing.behind import Behind, beforehand
from catalog.jobs.handle import LeaseLost
from tests.catalog.importing.files import Importer, tally
from tests.world import build_world

needs_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite stores at once")
TEXT = "sku,family,name-en_US\n" + "".join(f"M{n},mugs,Mug {n}\n" for n in range(1200))


@pytest.fixture
def for_any_file(transactional_db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(lanes, "WORTH_IT", 0)


@pytest.fixture
def behind(for_any_file: None) -> Iterator[Behind]:
    made = Behind(0)
    yield made
    made.close()


def _refuse() -> None:
    raise LeaseLost("job 1")


def test_each_waits_for_the_one_before(behind: Behind) -> None:
    done: list[int] = []

    def work(number: int) -> Callable[[], None]:
        return lambda: done.append(number)

    for number in range(5):
        behind.do(work(number))
        assert done in (list(range(number)), list(range(number + 1)))
    behind.wait()
    assert done == list(range(5))


def test_few_rows_and_a_transaction_around_are_stored_at_once(db: None) -> None:
    done: list[str] = []
    Behind(10**6).do(lambda: done.append(threading.current_thread().name))
    assert done == [threading.current_thread().name]


@needs_postgres
def test_what_failed_is_raised_by_the_next_or_by_waiting(behind: Behind) -> None:
    for go_on in (lambda: behind.do(lambda: None), behind.wait):
        behind.do(_refuse)
        with pytest.raises(LeaseLost):
            go_on()


def test_the_next_is_looked_up_while_the_one_before_is_dealt_with(for_any_file: None) -> None:
    threads: set[str] = set()

    def look(number: int) -> int:
        threads.add(threading.current_thread().name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if number == 4:
            _refuse()
        return number

    found = beforehand(range(9), look, rows=0)
    assert [next(found) for _turn in range(4)] == [0, 1, 2, 3]
    with pytest.raises(LeaseLost):
        next(found)
    here = {threading.current_thread().name}
    assert len(threads) == 1
    assert (threads == here) == (connection.vendor == "sqlite")


@needs_postgres
def test_a_plan_stores_all_its_rows_from_a_thread_of_its_own(
    for_any_file: None, tmp_path: Path, settings: Any, monkeypatch: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    threads: set[str] = set()
    insert = rows.insert

    def watched(*args: Any) -> None:
        threads.add(threading.current_thread().name)
        insert(*args)

    monkeypatch.setattr(rows, "insert", watched)
    run = Importer(build_world()).plan(TEXT)
    assert tally(run) == (1200, 1200, 0, 0, 0, 0)
    assert list(run.rows.order_by("number").values_list("sku", flat=True)) == [f"M{n}" for n in range(1200)]
    assert len(threads) == 1
    assert threads != {threading.current_thread().name}


@needs_postgres
def test_a_plan_whose_rows_cannot_be_stored_fails(
    for_any_file: None, tmp_path: Path, settings: Any, monkeypatch: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"

    def fail(*_args: Any) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(rows, "insert", fail)
    with pytest.raises(RuntimeError, match="no room"):
        Importer(build_world()).plan(TEXT)
