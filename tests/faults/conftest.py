"""A rig for each test, from one template for each test process; they begin with nothing running, and leave it so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.harness import Rig, Template
from tests.faults.stores import ON_POSTGRES, Cluster


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    made = Template(tmp_path_factory.mktemp("template"))
    yield made
    made.database.drop()


@pytest.fixture
def rig(template: Template) -> Iterator[Rig]:
    with Rig(template) as made:
        yield made


@pytest.fixture
def crashing_rig(tmp_path: Path) -> Iterator[Rig]:
    """On PostgreSQL with a server of its own, `rig.database.cluster`; SQLite has none that could crash by itself."""
    cluster = Cluster() if ON_POSTGRES else None
    try:
        with Rig(Template(tmp_path, cluster)) as made:
            yield made
    finally:
        if cluster:
            cluster.end()


@pytest.fixture
def tell(record_property: Any, capsys: pytest.CaptureFixture[str]) -> Any:
    """Figures of a run, printed where somebody reads them."""

    def say(**figures: Any) -> None:
        for name, value in figures.items():
            record_property(name, value)
        with capsys.disabled():
            print(  # noqa: T201
                "\n  " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
            )

    return say
