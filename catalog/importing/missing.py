"""Products that a file does not name though earlier files of its profile did: to be listed, or disabled.

The scope is what this profile wrote or found as it was: the products of its applied runs' rows, and those it has marks
for (catalog.importing.marks). Each one missing becomes a row of the run of its own action, numbered after the file's
rows, so that it is shown, written and undone as they are; in the count of the file's rows it is not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.access import visible
from catalog.importing import marks, rows
from catalog.importing.progress import Progress
from catalog.importing.rows import Action, PlannedRow, State
from catalog.models.importing import ImportMark, ImportRow, ImportRun
from catalog.models.product import Product
from catalog.values.changes import Actor, ProductChange
from catalog.values.write import plan
from pim.lib.grouped import Grouped

LAST = 90  # the level of these rows: after all that the file names
LARGE_SHARE = 0.1  # of the scope: beyond, somebody has to say that the file is whole
_CHUNK = 500


class Named:
    """Ids of the products that the rows of a file are about, and the file's last row number.

    Kept in a temporary SQLite file that is gone with its connection, so that a million products cost no memory.
    """

    def __init__(self) -> None:
        self.last = 0
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA cache_size = -4000")
        self._db.execute("CREATE TABLE named (product INTEGER PRIMARY KEY)")
        self._db.execute("BEGIN")  # never committed: nothing of it is to last

    def note(self, number: int, products: Iterable[int]) -> None:
        self.last = max(self.last, number)
        self._db.executemany("INSERT OR IGNORE INTO named VALUES (?)", ((pk,) for pk in products))

    def among(self, products: Iterable[int]) -> set[int]:
        listed = list(products)
        marks = ",".join("?" * len(listed))
        found = self._db.execute(f"SELECT product FROM named WHERE product IN ({marks})", listed)  # noqa: S608
        return {pk for (pk,) in found}

    def close(self) -> None:
        self._db.close()


def scope(run: ImportRun) -> QuerySet[Product]:
    """The enabled products that earlier files of the run's profile named."""
    earlier = ImportRow.objects.filter(
        run__profile_id=run.profile_id, run_id__lt=run.pk, state__in=(State.APPLIED, State.UNCHANGED)
    ).exclude(action=Action.RETIRE)
    marked = ImportMark.objects.filter(profile=marks.profile_of(run))
    here = OuterRef("pk")
    return Product.objects.alive().filter(
        Exists(earlier.filter(product=here)) | Exists(marked.filter(product=here)), enabled=True
    )


def list_missing(run: ImportRun, named: Named, *, by: Actor, progress: Progress) -> int:
    """Stores a row for each product of the scope that the file does not name; returns how many the scope has."""
    count, number = 0, named.last
    for chunk in _chunks(scope(run), by):
        count += len(chunk)
        present = named.among(pk for pk, _sku, _rev in chunk)
        gone = [product for product in chunk if product[0] not in present]
        held = _above_named([pk for pk, _sku, _rev in gone], named)
        gone = [product for product in gone if product[0] not in held]
        planned = _planned(gone, number, by) if gone else []
        number += len(planned)
        with transaction.atomic():
            progress.hold()
            rows.insert(run.pk, planned)
    return count


def _above_named(models: list[int], named: Named) -> set[int]:
    """Of these products the ones below which the file names some: it speaks of a model by its variants."""
    below = Product.objects.alive().filter(Q(parent__in=models) | Q(root__in=models))
    places = list(below.values_list("pk", "parent_id", "root_id")) if models else []
    present: set[int] = set()
    for start in range(0, len(places), _CHUNK):
        present |= named.among(pk for pk, _parent, _root in places[start : start + _CHUNK])
    return {above for pk, *both in places if pk in present for above in both if above is not None}


def _chunks(products: QuerySet[Product], by: Actor) -> Iterator[list[tuple[int, str, int]]]:
    seen = products if by.trusted else visible(by.user, products)
    last = 0
    while chunk := list(
        seen.filter(pk__gt=last).order_by("pk").values_list("pk", "sku", "rev").distinct()[:_CHUNK]
    ):
        yield chunk
        last = chunk[-1][0]


def _planned(gone: Iterable[tuple[int, str, int]], number: int, by: Actor) -> list[PlannedRow]:
    planned = [
        PlannedRow(
            number + place, sku, Action.RETIRE.value, State.PLANNED.value, pk, rev, LAST,
            notes=[{"kind": "missing", "key": "_enabled", "message": _("It is not in this file, and was in earlier ones.")}],
        )
        for place, (pk, sku, rev) in enumerate(gone, 1)
    ]  # fmt: skip
    changes = [
        ProductChange(product=row.product_id, fields={"enabled": False}, cleaned=True, ref=row)
        for row in planned
    ]
    for outcome in plan(changes, by=by):
        row: PlannedRow = outcome.ref
        if "_enabled" in outcome.changed:
            row.changes = rows.changes_json(outcome.changed)
            row.fields = {"enabled": False}
            continue
        row.state = State.SKIPPED.value
        row.notes += [
            {"kind": "skipped", "key": problem.key, "message": problem.message} for problem in outcome.errors
        ]
        if outcome.proposals:
            text = _("It is approved, and your roles do not let you change approved products.")
            row.notes.append({"kind": "skipped", "key": "_enabled", "message": text})
    return planned


def forget_named(run: ImportRun) -> int:
    """Rows that were mended may name what seemed missing: those are taken from the list, unless they were disabled."""
    named = run.rows.exclude(action=Action.RETIRE).filter(product=OuterRef("product"))
    waiting = rows.retired(run).filter(state__in=(State.PLANNED, State.SKIPPED))
    return waiting.filter(Exists(named)).delete()[0]


def is_large(run: ImportRun) -> bool:
    """Whether so many are missing that the file may not be the whole one."""
    return bool(run.counts.get("missing", 0) > LARGE_SHARE * run.counts.get("in_scope", 0))


def why_not_retired(run: ImportRun, *, confirmed: bool) -> str:
    """Why what is missing may not be disabled yet, in a sentence; "" where nothing is against it."""
    if not rows.retired(run).filter(state=State.PLANNED).exists():
        return ""
    if unknown := rows.rejected(run).filter(sku="").count():
        return ngettext(
            "%s bad row has no SKU and may be a product that seems to be missing: mend it or leave it out first, or do not"
            " disable what is missing.",
            "%s bad rows have no SKU and may be the products that seem to be missing: mend them or leave them out first, or do"
            " not disable what is missing.",
            unknown,
        ) % Grouped(unknown)
    if is_large(run) and not confirmed:
        return _("%(missing)s of %(scope)s products are not in this file: confirm that it is whole, or do not disable them.") % {
            "missing": Grouped(run.counts.get("missing", 0)), "scope": Grouped(run.counts.get("in_scope", 0)),
        }  # fmt: skip
    return ""
