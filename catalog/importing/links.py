"""Values of a run's rows that name products which the same file creates.

Until those have ids they stand as the negated number of their row: {"product": -17}. A row that changes a product waits for
the creating ones (level LATER). One that creates is written without such values, since two may name each other; it counts as
applied, and its level is raised by WAITS until a second write, at the end of the run, has put them in.

Whoever is not going to come is left out, with a warning; of the contents of a set all are, since a part would be wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.importing import rows
from catalog.importing.arrivals import Arrivals
from catalog.importing.progress import Progress
from catalog.importing.rows import Action, PlannedRow, State
from catalog.models.importing import ImportRow, ImportRun, row_of
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT
from catalog.values.keys import attribute_of

LATER, WAITS = 50, 100
CHUNK = 500


class Links:
    """The attributes whose values name products; `contents`: those that say what is in a set.

    `binds`: two lanes would be in each other's way: they would not see how both together close a circle of sets, and wait for
    each other's listings where an association goes both ways.
    """

    def __init__(self, structure: Structure) -> None:
        self.codes = {spec.code for spec in structure.linking}
        self.contents = {spec.code for spec in structure.linking if spec.params.get("contents")}
        self.binds = bool(self.contents) or any(spec.params.get("two_way") for spec in structure.linking)

    def of(self, values: Mapping[str, Any]) -> dict[str, list[int]]:
        """{key: numbers of the rows whose products it names}, of keys that name any."""
        return {
            key: numbers
            for key, value in values.items()
            if value and attribute_of(key) in self.codes and (numbers := _numbers(value))
        }

    def replace(self, row: ImportRow, ids: Mapping[int, int], refused: Mapping[int, str]) -> int:
        """Puts products' ids for numbers that have one (`ids`), and leaves out those of `refused` (row number → SKU).

        Returns of how many keys nothing is left.
        """
        changed = rows.changes_of(row) if row.action != Action.CREATE else {}
        gone = 0
        for key, numbers in self.of(row.values).items():
            lost = {number: refused[number] for number in numbers if number in refused}
            is_set = attribute_of(key) in self.contents
            value = [] if lost and is_set else _put(row.values[key], ids, lost)
            row.notes += [
                {"kind": "warning", "key": key, "message": _rejected(sku, number, is_set)}
                for number, sku in lost.items()
            ]
            before = changed.get(key, (ABSENT, None))[0]
            if value and value != before:
                row.values[key] = value
                if key in changed:
                    changed[key] = (before, value)
            else:
                gone += 1
                del row.values[key]
                changed.pop(key, None)
        if row.action != Action.CREATE:
            row.changes = rows.changes_json(changed)
        return gone


def _numbers(value: Any) -> list[int]:
    if not isinstance(value, list):
        return []
    return [-entry["product"] for entry in value if entry["product"] < 0]


def _put(value: Sequence[Mapping[str, Any]], ids: Mapping[int, int], lost: Collection[int]) -> list[Any]:
    put = []
    for entry in value:
        if (number := -entry["product"]) > 0:
            if number in lost:
                continue
            entry = {**entry, "product": ids.get(number, entry["product"])}
        put.append(entry)
    return put


# --- the plan


def note(row: PlannedRow, links: Links, arrivals: Arrivals, counts: dict[str, int]) -> None:
    """A row was planned: remembers what it names, and lets it wait. Counts rows that name what is still to come
    ("naming"), and of these those that are going to be written twice ("waiting")."""
    for key, value in row.values.items():
        if value and attribute_of(key) in links.contents:
            inside = (entry["product"] for entry in value)
            arrivals.contain(row.number, attribute_of(key), row.product_id, inside)
    named = links.of(row.values)
    if named:
        arrivals.link(row.number, (number for numbers in named.values() for number in numbers))
        counts["naming"] += 1
        counts["waiting"] += row.action == Action.CREATE
        row.level = row.level if row.action == Action.CREATE else LATER


def leave_out_broken(
    run: ImportRun, links: Links, arrivals: Arrivals, counts: dict[str, int], progress: Progress
) -> None:
    """The end of a plan: rows are told which of the products they name are not going to come."""
    for batch in arrivals.broken():
        with transaction.atomic():
            progress.hold()
            found = {broken.number: broken for broken in batch}
            planned = list(run.rows.filter(number__in=found, state=State.PLANNED).defer("raw"))
            for row in planned:
                had_warning = any(entry["kind"] == "warning" for entry in row.notes)
                waited = row.action == Action.CREATE and bool(links.of(row.values))
                broken = found[row.number]
                gone = links.replace(row, {}, broken.refused)
                gone += sum(_leave_circle(row, code) for code in broken.circles)
                counts["cells_changed"] -= gone
                counts["warnings"] += not had_warning
                counts["waiting"] -= waited and not links.of(row.values)
                if row.action != Action.CREATE and not row.changes and not row.values:
                    row.state, row.action = State.UNCHANGED, Action.NONE
            rows.store_results(planned, ("state", "action", "values", "changes", "notes"))


def _leave_circle(row: ImportRow, code: str) -> int:
    gone = [key for key in row.values if attribute_of(key) == code]
    for key in gone:
        del row.values[key]
        row.changes.pop(key, None)
        text = _("A set would contain itself by these contents: they are left out.")
        row.notes.append({"kind": "warning", "key": key, "message": text})
    return len(gone)


def _rejected(sku: str, number: int, is_set: bool) -> str:
    if is_set:
        sentence = _(
            "%(sku)s in row %(row)d is rejected: the contents are left out, since a part of them would be wrong. Import this"
            " row again when that one is mended."
        )
    else:
        sentence = _("%(sku)s in row %(row)d is rejected: it is left out here. Import this row again when that one is mended.")  # fmt: skip
    return sentence % {"sku": sku, "row": row_of(number)}


# --- the import


def waiting(run: ImportRun) -> QuerySet[ImportRow]:
    """Created, and still without the products that their rows name."""
    return run.rows.filter(state=State.APPLIED, level__gte=WAITS)


def is_unfinished(run: ImportRun) -> bool:
    """Whether there is anything left of the plan to be written."""
    return run.rows.filter(state=State.PLANNED).exists() or waiting(run).exists()


def settle(run: ImportRun, chunk: Sequence[ImportRow], links: Links | None) -> set[int]:
    """Gives the rows of a chunk the ids of the products they name; returns the ids of the rows that name any."""
    if links is None:
        return set()
    ids: dict[int, int] = {}
    refused: dict[int, str] = {}
    for part in _parts(_all_numbers(chunk, links)):
        known = run.rows.filter(number__in=part).values_list("number", "product_id", "sku", "state")
        for number, product, sku, state in known:
            if product and state in (State.APPLIED, State.UNCHANGED):
                ids[number] = product
            else:
                refused[number] = sku
    named = [row for row in chunk if links.of(row.values)]
    for row in named:
        links.replace(row, ids, refused)
    return {row.pk for row in named}


def forego(run: ImportRun, progress: Progress) -> None:
    """Rows that wait for their second write no longer do: the run was cancelled, or is taken back."""
    links = Links(Structure.current())
    while waiting(run).exists():
        with transaction.atomic():
            progress.hold()
            listed = list(waiting(run).order_by("pk").defer("raw").select_for_update(of=("self",))[:CHUNK])
            for row in listed:
                for key in links.of(row.values):
                    del row.values[key]
                    text = _("Not written: the import ended before.")
                    row.notes.append({"kind": "warning", "key": key, "message": text})
                row.level -= WAITS
            rows.store_results(listed, ("values", "notes", "level"))


def _all_numbers(listed: Iterable[ImportRow], links: Links) -> list[int]:
    return sorted(
        {number for row in listed for numbers in links.of(row.values).values() for number in numbers}
    )


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), CHUNK):
        yield numbers[start : start + CHUNK]


class Anyone:
    """For the look at a few cells of a file whose other rows are not read: whoever is named may be in one of them."""

    def __init__(self) -> None:
        self._skus: list[str] = []

    def number_of(self, sku: str) -> int | None:
        self._skus.append(sku)
        return len(self._skus)

    def sku_of(self, number: int) -> str | None:
        return self._skus[number - 1]


class NamesOf:
    """What products that are still to come are called, for a page that shows some rows of a run."""

    def __init__(self, run: ImportRun, shown: Iterable[ImportRow]) -> None:
        links = Links(Structure.current())
        self._skus: dict[int, str] = {}
        for part in _parts(_all_numbers(shown, links)):
            self._skus.update(run.rows.filter(number__in=part).values_list("number", "sku"))

    def number_of(self, sku: str) -> int | None:
        return None

    def sku_of(self, number: int) -> str | None:
        return self._skus.get(number)
