from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.importing import lanes
from tests.catalog.importing.files import Importer
from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def importer(world: World, tmp_path: Path, settings) -> Importer:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Importer(world)


@pytest.fixture
def shares(monkeypatch: Any) -> list[int]:
    """The rows of each chunk that the second process wrote. It is waited for before the first chunk, and then until it has
    written one: a few rows would be done before it has loaded what it needs."""
    shares: list[int] = []
    taken = lanes.Second.taken

    def hear(self: lanes.Second, wait: float = 0) -> list[int]:
        is_awaited = not self.is_ready or not (self.rests or shares)
        found = taken(self, 60 if is_awaited else wait)
        shares.extend(found)
        return found

    monkeypatch.setattr(lanes.Second, "taken", hear)
    return shares
