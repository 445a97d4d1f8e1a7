from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from catalog.importing.pickup import work
from catalog.jobs import run_due
from catalog.models import ImportPickup, ImportProfile, Job, PickedFile, Source
from tests.world import World, build_world

MAPPING = [
    {"column": "sku", "index": 0, "to": "_sku"},
    {"column": "color", "index": 1, "to": "color"},
]


class Desk:
    """A place, the clock that looks at it, and the workers."""

    def __init__(self, world: World, root: Path) -> None:
        self.world, self.root = world, root
        self.profile = ImportProfile.objects.create(
            code="supplier_a",
            labels={"en_US": "Supplier A"},
            source=Source.objects.create(code="supplier_a", rank=40),
        )
        self.pickup = ImportPickup.objects.create(
            profile=self.profile, kind="folder", settings={}, every_minutes=30, run_by=world.admin, next_look_at=timezone.now()
        )  # fmt: skip

    def put(self, name: str, text: str, *, age: float = 3600) -> Path:
        """A file that was written `age` seconds ago."""
        import os
        import time

        path = self.root / name
        path.write_text(text)
        os.utime(path, (time.time() - age, time.time() - age))
        return path

    def change(self, **columns: Any) -> None:
        ImportPickup.objects.filter(pk=self.pickup.pk).update(**columns)
        self.pickup.refresh_from_db()

    def turn(self, turns: int = 1) -> None:
        """The clock looks, and the workers do what there is to do; as often as that."""
        for _turn in range(turns):
            self.due()
            work.nudge_due()
            run_due("imports")
        self.pickup.refresh_from_db()

    def due(self) -> None:
        """Time passes: the next look is due, and what was seen has lain there."""
        ImportPickup.objects.filter(pk=self.pickup.pk, next_look_at__isnull=False).update(
            next_look_at=timezone.now()
        )
        Job.objects.filter(state="failed").update(finished_at=timezone.now() - timedelta(hours=1))
        PickedFile.objects.filter(state="seen").update(first_seen_at=timezone.now() - timedelta(minutes=1))

    def files(self) -> list[tuple[str, str]]:
        return list(self.pickup.files.order_by("pk").values_list("name", "state"))

    def troubles(self) -> list[str]:
        return list(self.pickup.troubles.filter(over_at=None).order_by("pk").values_list("text", flat=True))


@pytest.fixture
def desk(db: None, tmp_path: Path, settings: Any) -> Desk:
    root = tmp_path / "incoming"
    root.mkdir()
    settings.PIM_IMPORT_FOLDER = str(root)
    settings.MEDIA_ROOT = tmp_path / "media"
    world = build_world()
    world.create("A", family="mugs")
    world.create("B", family="mugs")
    return Desk(world, root)
