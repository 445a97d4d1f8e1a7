from typing import Any

import pytest

from tests.world import World, build_world


@pytest.fixture
def world(db: Any) -> World:
    return build_world()


@pytest.fixture(autouse=True)
def _no_nudges(monkeypatch: pytest.MonkeyPatch) -> None:
    from catalog.jobs import queue

    monkeypatch.setattr(queue, "nudge", lambda queue: None)
