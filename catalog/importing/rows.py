"""The rows of a run in the database. Owner of ImportRow's documents.

`changes` holds what an update changes or changed, as in Revision; a created product's row keeps its `values` and
`fields` only, since everything before was absent. `fields` may carry `_sources`: {key: source before the run wrote it}.
`mended` is laid over `raw` (`cells_of`). Rows of action RETIRE are products that the file does not name: no row of it.
Products that the file itself creates stand in values by their negated row number until they have an id (links).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db.models import Count, QuerySet

from catalog.models.importing import PARTS, RAISED, ImportRow, ImportRun, number_in, row_of
from catalog.values.changes import ABSENT
from catalog.values.revisions import from_json, to_json
from catalog.values.rows import Written, insert_rows, update_rows

SOURCES = "_sources"
_DOCUMENTS = ("raw", "values", "fields", "changes", "errors", "notes")
_COLUMNS = (
    "run",
    "number",
    "sku",
    "action",
    "state",
    "product",
    "level",
    "error_code",
    "rev",
    "mark",
    "mended",
    *_DOCUMENTS,
)
_PARTS = ("", "b", "c", "d")
_WRITTEN = re.compile(r"(\d{1,9})([bcd]?)\Z")
NO_CELLS = Written("[]")
_CHUNK = 500
State, Action = ImportRow.State, ImportRow.Action


@dataclass(slots=True)
class PlannedRow:
    """An ImportRow before it is stored: plain data, since 20,000 model instances cost more than their planning."""

    number: int
    sku: str = ""
    action: str = "none"
    state: str = "planned"
    product_id: int | None = None
    rev: int | None = None  # of the product, as the plan found it
    level: int = 0
    mark: int | None = None
    mended: Mapping[str, str | None] | None = None
    raw: Written = NO_CELLS  # its cells, packed
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, *errors: dict[str, Any]) -> None:
        self.state = State.REJECTED.value
        self.errors.extend(errors)
        self.values, self.fields, self.changes = {}, {}, {}


def error(code: str, message: Any, *, key: str = "", column: str = "", value: Any = None) -> dict[str, Any]:
    return {"column": column, "key": key, "value": value, "code": code, "message": str(message)}


def insert(run_id: int, rows: Sequence[PlannedRow]) -> None:
    """Stores a batch of a plan."""
    insert_rows(
        ImportRow,
        _COLUMNS,
        (
            (
                run_id, row.number, row.sku[:150], row.action, row.state, row.product_id, row.level,
                row.errors[0]["code"][:40] if row.errors else "", row.rev, row.mark, row.mended, _document(row.raw), _document(row.values),
                _document(row.fields), _document(row.changes), _document(row.errors), _document(row.notes),
            )
            for row in rows
        ),
    )  # fmt: skip


def _document(value: Any) -> Written:
    # PostgreSQL's jsonb knows no NUL character; the readers drop them, a workbook's escape may bring one back.
    text = value if type(value) is Written else Written(orjson.dumps(value).decode())
    return Written(text.replace("\\u0000", "")) if "\\u0000" in text else text


def clear(run: ImportRun) -> None:
    """Removes all rows of a run, a bounded number at a time."""
    while ids := list(run.rows.values_list("pk", flat=True)[: _CHUNK * 4]):
        ImportRow.objects.filter(pk__in=ids).delete()


def store_results(rows: Iterable[ImportRow], columns: Iterable[str]) -> None:
    update_rows(ImportRow, list(columns), rows)


def changes_of(row: ImportRow) -> dict[str, tuple[Any, Any]]:
    """What the row does or did: {key: (before, after)}, fields under their pseudo keys."""
    if row.action == Action.CREATE:
        made: dict[str, tuple[Any, Any]] = {
            f"_{name}": (ABSENT, value) for name, value in row.fields.items() if not name.startswith("_")
        }
        return made | {key: (ABSENT, value) for key, value in row.values.items()}
    return {key: (from_json(before), from_json(after)) for key, (before, after) in row.changes.items()}


def changes_json(changed: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {key: [to_json(before), to_json(after)] for key, (before, after) in changed.items()}


def rejected(run: ImportRun) -> QuerySet[ImportRow]:
    """The rows of the file that are rejected."""
    return run.rows.filter(state=State.REJECTED).exclude(action=Action.RETIRE)


def retired(run: ImportRun) -> QuerySet[ImportRow]:
    """The products that the file does not name, whatever became of them."""
    return run.rows.filter(action=Action.RETIRE)


def cells_of(row: ImportRow) -> list[str]:
    """The cells of the file as they were mended; one that is left out is empty."""
    cells = list(row.raw)
    for place, text in (row.mended or {}).items():
        if int(place) < len(cells):
            cells[int(place)] = text or ""
    return cells


def written(number: int) -> str:
    """As the file of rejected rows names a row: 12, or 12b for the second product that begins there."""
    part = (number - RAISED) % PARTS if number >= RAISED else 0
    return f"{row_of(number)}{_PARTS[part]}"


def number_of(text: str, *, raised: bool) -> int | None:
    """The number that was `written` so; None where it is none. `raised`: in a run whose rows are products of several."""
    found = _WRITTEN.match(text.strip())
    if not found or (found[2] and not raised):
        return None
    row = int(found[1])
    return number_in(row, _PARTS.index(found[2])) if raised else row


def tally(run: ImportRun, *, known: int) -> dict[str, int]:
    """How many rows came to what: created, updated, unchanged, rejected, skipped, ready; their sum is `rows`. Where products
    are made of several rows, these count products, and `rows` counts those of the file.

    `ready`: mended when the others had been written, and not written yet. `missing`: products that no row names.
    `known`: rows that were recognised as those of last time, of which nothing is stored.
    """
    counts = dict.fromkeys(
        ("rows", "created", "updated", "unchanged", "rejected", "skipped", "ready", "missing"), 0
    )
    counts["rows"] = counts["unchanged"] = known
    for state, action, number in run.rows.order_by().values_list("state", "action").annotate(Count("pk")):
        if action == Action.RETIRE:
            counts["missing"] += number
            continue
        counts["rows"] += number
        is_ready = run.applied_at is not None and state == State.PLANNED
        counts["ready" if is_ready else outcome_of(state, action)] += number
    if "file_rows" in run.counts:
        counts["rows"], counts["products"] = run.counts["file_rows"], counts["rows"]
    return counts


def outcome_of(state: str, action: str) -> str:
    if action == Action.RETIRE:
        return "missing"
    if state == State.REJECTED:
        return "rejected"
    if state == State.SKIPPED:
        return "skipped"
    return {Action.CREATE: "created", Action.UPDATE: "updated"}.get(action, "unchanged")  # type: ignore[call-overload]


def with_outcome(rows: QuerySet[ImportRow], outcome: str) -> QuerySet[ImportRow]:
    """The rows that `outcome_of` names so; "ready" as `tally` counts them."""
    if outcome == "missing":
        return rows.filter(action=Action.RETIRE)
    rows = rows.exclude(action=Action.RETIRE)
    if outcome == "ready":
        return rows.filter(state=State.PLANNED)
    if outcome in ("rejected", "skipped"):
        return rows.filter(state=outcome)
    action = {"created": Action.CREATE, "updated": Action.UPDATE, "unchanged": Action.NONE}[outcome]
    rows = rows.exclude(state=State.PLANNED, run__applied_at__isnull=False)
    return rows.filter(action=action).exclude(state__in=[State.REJECTED, State.SKIPPED])
