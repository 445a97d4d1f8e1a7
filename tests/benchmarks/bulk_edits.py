"""Find and replace over many products, taken back again, against the same rows written by the driver alone. Prints one JSON line.

python -m tests.benchmarks.bulk_edits [PRODUCTS]

Runs on a large catalogue (tests.benchmarks.large), which is as before afterwards, but for its history.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

from django.contrib import admin
from django.db import connection, transaction

from catalog.jobs import enqueue, run_due
from catalog.models import Job, Product, ProductValues, Revision, User
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from channels.models import Listing
from enrichment.workbench.bulk_edit import planning
from enrichment.workbench.bulk_edit.operations import Edit
from enrichment.workbench.grid import bulk
from tests.benchmarks.large.structure import BOSS

admin.autodiscover()  # the jobs of the admin's screens
BATCH = 500  # products a transaction, on both sides
KEY = "name|en_US"
# What a text that changes leaves behind: table → (columns, key).
UPDATED: dict[Any, tuple[str, ...]] = {
    Product: ("rev", "label", "labels", "search", "tokens", "updated_at"),
    ProductValues: ("values", "sources"),
    Listing: ("desired_rev", "stale_since", "next_try_at"),
}
Rows = list[tuple[Any, ...]]


def chosen(count: int) -> list[int]:
    """Products with a name of their own in which there is an "e"."""
    rows = Product.objects.filter(kind="simple", trashed_at=None).order_by("pk")
    found: list[int] = []
    for start in range(0, rows.count(), 5000):
        part = list(rows.values_list("pk", flat=True)[start : start + 5000])
        documents = ProductValues.objects.filter(pk__in=part).order_by("pk").values_list("pk", "values")
        found += [pk for pk, values in documents if "e" in values.get(KEY, "")]
    return found[:count]


def took(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def job(kind: str, params: dict[str, Any], user: User) -> dict[str, Any]:
    with transaction.atomic():
        row = enqueue(kind, params, by=user, title=kind)
    while Job.objects.filter(pk=row.pk, state__in=("queued", "running")).exists():
        run_due("interactive")
    row.refresh_from_db()
    assert row.state == "done", (row.state, row.error)
    return dict(row.result)


def looked_through(ids: Sequence[int], edit: Edit, user: User) -> None:
    """The plan of all of them, as the preview makes it of the first."""
    structure = Structure.current()
    for start in range(0, len(ids), BATCH):
        for codes in planning.batches(planning.targets(ids[start : start + BATCH], edit, user, structure)):
            made = planning.changes(codes, edit, user, structure)
            planning.planned(made, edit, by=Actor(user=user, origin="bulk"))


class Raw:
    """The rows a change left, to be written again by the driver: one prepared statement a table, many rows at once."""

    def __init__(self, ids: Sequence[int], ref: str) -> None:
        self.ids = ids
        self.updates = {model: self._updates(model, columns) for model, columns in UPDATED.items()}
        names = [field.column for field in Revision._meta.concrete_fields if field.column != "id"]
        quoted = ", ".join(f'"{name}"' for name in names)
        self.insert = (
            f"INSERT INTO {Revision._meta.db_table} ({quoted}) VALUES ({', '.join(['%s'] * len(names))})"
        )
        self.revisions = self._read(
            f"SELECT product_id, {quoted} FROM {Revision._meta.db_table} WHERE ref = %s", [ref]
        )

    def _updates(self, model: Any, columns: Sequence[str]) -> tuple[str, dict[int, Rows]]:
        table, key = model._meta.db_table, model._meta.pk.column
        present = {field.column for field in model._meta.concrete_fields}
        columns = [column for column in columns if column in present]
        quoted = ", ".join(f'"{column}"' for column in columns)
        owner = "product_id" if model is Listing else key
        found = self._read(
            f'SELECT "{owner}", {quoted}, "{key}" FROM {table} WHERE "{owner}" = ANY(%s)', [list(self.ids)]
        )
        assigned = ", ".join(f'"{column}" = %s' for column in columns)
        return f'UPDATE {table} SET {assigned} WHERE "{key}" = %s', found

    @staticmethod
    def _read(sql: str, params: list[Any]) -> dict[int, Rows]:
        from psycopg.types.json import Jsonb

        found: dict[int, Rows] = {}
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            types = [column.type_code for column in cursor.description]
            for owner, *values in cursor.fetchall():
                cells = [
                    Jsonb(json.loads(cell) if isinstance(cell, str) else cell) if kind == 3802 else cell
                    for kind, cell in zip(types[1:], values, strict=True)
                ]
                found.setdefault(owner, []).append(tuple(cells))
        return found

    def write(self) -> None:
        for start in range(0, len(self.ids), BATCH):
            part = self.ids[start : start + BATCH]
            with transaction.atomic(), connection.cursor() as cursor:
                for sql, rows in self.updates.values():
                    cursor.executemany(sql, [row for pk in part for row in rows.get(pk, ())])
                cursor.executemany(self.insert, [row for pk in part for row in self.revisions.get(pk, ())])


def main(count: int) -> None:
    user, ids = User.objects.get(username=BOSS), chosen(count)
    edit = Edit("replace", "name", keys=(KEY,), find="e", by="E", match_case=True)
    ref = bulk.new_ref()
    before = dict(ProductValues.objects.filter(pk__in=ids).values_list("pk", "values"))
    found: dict[str, Any] = {"products": len(ids)}
    planning.preview(ids, edit, user=user)  # what a process loads once
    found["preview"] = took(lambda: planning.preview(ids, edit, user=user))
    found["plan"] = took(lambda: looked_through(ids, edit, user))
    params = {"edit": edit.as_json(), "ids": ids, "leave": [], "ref": ref}
    found["apply"] = took(lambda: job("grid.edit", params, user))
    assert Revision.objects.filter(ref=ref).count() == len(ids)
    raw = Raw(ids, ref)
    found["undo"] = took(lambda: job("grid.undo", {"ref": ref}, user))
    after = dict(ProductValues.objects.filter(pk__in=ids).values_list("pk", "values"))
    found["undone"] = before == after
    Revision.objects.filter(ref__in=[ref, f"undo:{ref}"]).delete()
    found["raw"] = took(raw.write)
    job("grid.undo", {"ref": ref}, user)
    Revision.objects.filter(ref__in=[ref, f"undo:{ref}"]).delete()
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
