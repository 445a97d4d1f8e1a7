"""Runs a table given as text through the whole import, as a screen or command would."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from catalog.importing import runs
from catalog.importing.apply import apply_run
from catalog.importing.jobs import actor_of
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.importing.undo import undo_run
from catalog.models.importing import ImportProfile, ImportRow, ImportRun
from catalog.models.product import Product
from catalog.models.user import User
from tests.world import World


@dataclass
class Importer:
    world: World

    def start(
        self,
        text: str,
        *,
        user: User | None = None,
        profile: ImportProfile | None = None,
        name: str = "file.csv",
    ) -> ImportRun:
        return runs.start(io.BytesIO(text.encode()), name, user=user or self.world.admin, profile=profile)

    def plan(
        self, text: str, *, user: User | None = None, profile: ImportProfile | None = None, **settings: Any
    ) -> ImportRun:
        run = self.start(text, user=user, profile=profile)
        if settings:
            run.settings = settings
            run.save()
        plan_run(run, by=self.actor(run), progress=Progress())
        run.refresh_from_db()
        return run

    def apply(self, run: ImportRun, *, policy: str = "skip-bad") -> ImportRun:
        run.policy, run.state = policy, ImportRun.State.APPLYING
        run.save()
        apply_run(run, by=self.actor(run), progress=Progress())
        run.refresh_from_db()
        return run

    def run(self, text: str, *, policy: str = "skip-bad", **options: Any) -> ImportRun:
        return self.apply(self.plan(text, **options), policy=policy)

    def undo(self, run: ImportRun) -> dict[str, Any]:
        return undo_run(
            run, by=actor_of(run, user=run.created_by, trusted=True, origin="undo"), progress=Progress()
        )

    @staticmethod
    def actor(run: ImportRun) -> Any:
        return actor_of(run, user=run.created_by)


def product(sku: str) -> Product:
    return Product.objects.get(sku=sku)


def values(sku: str) -> dict[str, Any]:
    return product(sku).own.values


def states(run: ImportRun) -> list[tuple[int, str, str, str]]:
    """(row, state, action, code of the first error) of every row."""
    return list(run.rows.order_by("number").values_list("number", "state", "action", "error_code"))


def row(run: ImportRun, number: int) -> ImportRow:
    return run.rows.get(number=number)


def tally(run: ImportRun) -> tuple[int, ...]:
    """rows, created, updated, unchanged, rejected, skipped"""
    return tuple(
        run.counts[name] for name in ("rows", "created", "updated", "unchanged", "rejected", "skipped")
    )
