"""Chunks side by side: the same catalogue and counts as one after the other."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import translation

from catalog.importing import apply, lanes
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, tally, values
from tests.world import build_world


def test_every_lane_goes_on_until_it_finds_nothing_more() -> None:
    left, lock, got = [3, 2, 1], threading.Lock(), []

    def step() -> int:
        with lock:
            return left.pop() if left else 0

    lanes.drive(step, after=lambda taken: got.append(taken) is None)
    assert sorted(got) == [1, 2, 3]


def test_nothing_is_begun_once_it_is_to_end() -> None:
    calls: list[int] = []
    lanes.drive(lambda: calls.append(1) or 1, after=lambda _taken: False)
    assert len(calls) == lanes.LANES


def test_what_fails_in_a_lane_fails_here_when_all_came_to_rest() -> None:
    resting = threading.Event()
    first = iter([True, False])

    def step() -> int:
        if next(first):
            raise KeyError("lost")
        resting.wait(0.1)
        resting.set()
        return 0

    with pytest.raises(KeyError, match="lost"):
        lanes.drive(step, after=lambda _taken: True)
    assert resting.is_set()


def test_lanes_speak_the_language_of_the_job() -> None:
    spoken: list[str | None] = []
    with translation.override("de"):
        lanes.drive(lambda: spoken.append(translation.get_language()) or 0, after=lambda _taken: True)
    assert spoken == ["de"] * lanes.LANES


@pytest.mark.django_db(transaction=True)
def test_an_import_in_lanes_comes_to_what_it_comes_to_in_one(tmp_path: Path, settings, monkeypatch) -> None:
    monkeypatch.setattr(apply, "CHUNK", 15)
    settings.MEDIA_ROOT = tmp_path / "media"
    importer = Importer(build_world())
    text = "sku,family_variant,parent,size,name-en_US\n" + "".join(
        f"S{n},shirts_size,,,Shirt {n}\nS{n}-m,,S{n},m,\nS{n}-l,,S{n},l,Own {n}\n" for n in range(40)
    )
    assert lanes.are_possible() == (connection.vendor == "postgresql" and (os.cpu_count() or 1) > 1)
    run = importer.run(text)
    assert tally(run) == (120, 120, 0, 0, 0, 0)
    assert run.counts["cells_changed"] == 40 * (4 + 3 + 4)  # SKU, place and values of each
    assert values("S7-l") == {"size": "l", "name|en_US": "Own 7"}
    whole = catalogue_hash()
    importer.undo(run)
    with patch.object(lanes, "are_possible", lambda: False):
        importer.run(text)
    assert catalogue_hash() == whole
