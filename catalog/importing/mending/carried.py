"""What was mended in a run's rows outlives another plan of its file: somebody goes back to the columns and mends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog.importing import rows
from catalog.importing.rows import State
from catalog.models.importing import ImportRow, ImportRun

MOST = 20_000  # rows; the mends of more are not kept in memory
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Mend:
    """`cells` as the file had them: a row that reads otherwise now is another row. `left_out`: the note that says by whom."""

    cells: int
    mended: Mapping[str, str | None] | None
    left_out: Mapping[str, Any] | None


def mends_of(run: ImportRun) -> dict[int, Mend]:
    """By row number."""
    touched = run.rows.filter(Q(mended__isnull=False) | Q(state=State.SKIPPED)).exclude(action="retire")
    found = {}
    for row in touched.order_by("number").only("run", "number", "raw", "mended", "notes", "state").iterator():
        left_out = next((note for note in row.notes if note.get("by")), None)
        if row.mended or left_out:
            found[row.number] = Mend(_cells(row), row.mended, left_out)
        if len(found) >= MOST:
            break
    return found


def lay_over(run: ImportRun, mends: Mapping[int, Mend]) -> bool:
    """Mends again what is still wrong with the run's rows; what is right as the file has it is left so. Returns whether rows
    are to be looked at again."""
    is_mended = False
    numbers = sorted(mends)
    for start in range(0, len(numbers), _CHUNK):
        with transaction.atomic():
            queue = rows.rejected(run).filter(number__in=numbers[start : start + _CHUNK])
            listed = [
                row for row in queue.select_for_update(of=("self",)) if mends[row.number].cells == _cells(row)
            ]
            for row in listed:
                mend = mends[row.number]
                row.mended = mend.mended
                if mend.left_out:
                    row.state, row.errors, row.error_code = State.SKIPPED, [], ""
                    row.notes = [*row.notes, mend.left_out]
                else:
                    is_mended = True
            rows.store_results(listed, ("mended", "state", "errors", "error_code", "notes"))
    return is_mended


def _cells(row: ImportRow) -> int:
    return hash(tuple(row.raw))
