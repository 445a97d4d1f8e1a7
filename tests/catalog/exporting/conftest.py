from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.importing.files import Importer
from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def importer(world: World, tmp_path: Path, settings) -> Importer:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Importer(world)
