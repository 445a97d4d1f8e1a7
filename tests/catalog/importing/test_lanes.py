"""Chunks in two processes: the same catalogue and counts as in one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from catalog.importing import apply, lanes
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, tally, values
from tests.world import build_world

needs_postgres = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer, and no second process"
)


class Other:
    """A second process of a test: what it says each time it is asked how far it is, then that it rests."""

    def __init__(self, *said: list[int]) -> None:
        self.said, self.is_ready, self.rests, self.asked = iter(said), True, True, []

    def ask(self, what: Any) -> None:
        self.asked.append(what)
        self.rests = False

    def taken(self, wait: float = 0) -> list[int]:
        found = next(self.said, None)
        self.rests = self.rests or found is None
        return found or []


def test_both_go_on_until_they_find_nothing_more() -> None:
    left, got = iter([5, 5, 0]), []
    other = Other([], [3], [3], [3])
    lanes.drive(other, {"level": 0}, lambda: next(left), after=lambda taken: got.append(taken) is None)
    assert sorted(got) == [3, 3, 3, 5, 5]
    assert other.asked == [{"level": 0}]


def test_nothing_is_begun_once_it_is_to_end() -> None:
    calls: list[int] = []
    lanes.drive(Other([], [3], [3]), {}, lambda: calls.append(1) or 1, after=lambda _taken: False)
    assert len(calls) == 1


def test_one_that_says_nothing_is_ended_when_the_run_is_cancelled() -> None:
    closed: list[bool] = []
    other = Other(*[[] for _ in range(9)])
    other.close = lambda: closed.append(True)
    lanes.drive(other, {}, lambda: 0, after=lambda _taken: True, cancelled=lambda: True)
    assert closed == [True]


def test_one_that_has_not_started_is_not_waited_for() -> None:
    other = Other()
    other.is_ready = False
    lanes.drive(other, {}, lambda: 0, after=lambda _taken: True)
    assert other.asked == []


TEXT = "sku,family_variant,parent,size,name-en_US\n" + "".join(
    f"S{n},shirts_size,,,Shirt {n}\nS{n}-m,,S{n},m,\nS{n}-l,,S{n},l,Own {n}\n" for n in range(40)
)


@pytest.fixture
def importer(transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: Any) -> Iterator[Importer]:
    """Chunks of 6 rows, and a second process for any file, which has started before the first chunk."""
    monkeypatch.setattr(apply, "CHUNK", 6)
    monkeypatch.setattr(lanes, "WORTH_IT", 0)
    settings.MEDIA_ROOT = tmp_path / "media"
    return Importer(build_world())


def test_only_a_long_run_on_several_processors_and_no_transaction_has_two(transactional_db: None) -> None:
    can = connection.vendor == "postgresql" and (os.cpu_count() or 1) > 1
    assert lanes.are_possible(lanes.WORTH_IT) == can
    assert not lanes.are_possible(lanes.WORTH_IT - 1)


@needs_postgres
def test_an_import_in_two_comes_to_what_it_comes_to_in_one(
    importer: Importer, shares: list[int], monkeypatch: Any
) -> None:
    run = importer.run(TEXT)
    assert 0 < sum(shares) < 120
    assert tally(run) == (120, 120, 0, 0, 0, 0)
    assert run.counts["cells_changed"] == 40 * (4 + 3 + 4)  # SKU, place and values of each
    assert values("S7-l") == {"size": "l", "name|en_US": "Own 7"}
    whole = catalogue_hash()
    importer.undo(run)
    monkeypatch.setattr(lanes, "are_possible", lambda _rows: False)
    importer.run(TEXT)
    assert catalogue_hash() == whole


@needs_postgres
def test_where_the_second_dies_the_first_does_it_all(
    importer: Importer, shares: list[int], monkeypatch: Any, caplog: Any
) -> None:
    ask = lanes.Second.ask

    def ask_and_kill(self: lanes.Second, what: Any) -> None:
        ask(self, what)
        self.child.kill()

    monkeypatch.setattr(lanes.Second, "ask", ask_and_kill)
    run = importer.run(TEXT)
    assert tally(run) == (120, 120, 0, 0, 0, 0)
    assert "ended with -9" in caplog.text
