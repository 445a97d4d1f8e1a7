"""What every step of an apply settles alike: refusals told at their rows, cells counted in the run."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from catalog.importing.rows import State, error
from catalog.models.importing import ImportRow, ImportRun
from catalog.values.changes import ABSENT, Outcome


class Spoilt(Exception):
    """An all-or-nothing run met rows that could not be written."""

    def __init__(self, refused: list[tuple[ImportRow, Outcome]]) -> None:
        super().__init__()
        self.refused = refused


def problems_of(outcome: Outcome) -> list[dict[str, Any]]:
    """Its refusals and conflicts, as ImportRow has them."""
    problems = [
        error(
            problem.code,
            problem.message,
            key=problem.key,
            value=None if problem.value is ABSENT else problem.value,
        )
        for problem in outcome.errors
    ]
    problems += [
        error(
            "conflict",
            _("Changed by %(who)s after this plan was made: import the file again to see the difference.")
            % {"who": conflict.by or _("somebody")},
            key=conflict.key,
            value=None if conflict.mine is ABSENT else conflict.mine,
        )
        for conflict in outcome.conflicts
    ]
    return problems


def reject(row: ImportRow, outcome: Outcome) -> None:
    row.errors = problems_of(outcome)
    row.state, row.error_code = State.REJECTED, row.errors[0]["code"][:40]


def count_cells(run: ImportRun, cells: int, linked: int = 0) -> None:
    """Under the run's row lock, so that counts and rows agree whatever happens next."""
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    locked.counts["cells_applied"] = locked.counts.get("cells_applied", 0) + cells
    if linked:
        locked.counts["linked"] = locked.counts.get("linked", 0) + linked
    ImportRun.objects.filter(pk=run.pk).update(counts=locked.counts)
