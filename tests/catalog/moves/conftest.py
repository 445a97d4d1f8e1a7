from typing import Any

import pytest

from tests.world import World, build_world


@pytest.fixture
def world(db: Any) -> World:
    return build_world()
