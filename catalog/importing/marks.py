"""Knowing a row again: what a feed said of a product last time, word for word, needs not be read once more.

A nightly feed repeats nine rows of ten. Such a row is recognised by its mark, a keyed hash of its cells. The key is made
of everything that decides what a row means (mapping, settings, structure); the mark stands beside the product's revision,
so that any edit, any change of the structure and any other mapping makes the row be read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson
from django.db import connection

from catalog.access import rights_of
from catalog.importing.mapping import Column
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportMark, ImportRun
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from catalog.values.products import capitals
from catalog.values.rows import insert_rows

_NOT_READ = ("policy", "missing")  # settings that do not say what a row means
Mark = tuple[int, int, int]  # a product's id, its revision, the mark of the row that said just that
RULES = 2  # raise it where the same cells come to mean something else


def key_of(columns: Sequence[Column], settings: ImportSettings, structure: Structure) -> bytes:
    """32 bytes: equal where the same row has the same meaning."""
    read = {name: value for name, value in settings.as_json().items() if name not in _NOT_READ}
    meaning = [RULES, structure.version, read, [_plain(column) for column in columns]]
    if any(column.template for column in columns):  # it names its columns
        meaning.append([column.column for column in columns])
    return blake2b(orjson.dumps(meaning, option=orjson.OPT_SORT_KEYS), digest_size=32).digest()


def _plain(column: Column) -> Mapping[str, Any]:
    return {name: part for name, part in column.as_json().items() if name not in ("why", "column")}


def profile_of(run: ImportRun) -> int:
    return run.profile_id or 0


def trusts(by: Actor) -> bool:
    """Marks tell what a product says, not who may see or change it: whoever is limited has every row looked at."""
    return by.trusted or rights_of(by.user).everything


def with_marks(skus: Iterable[str], profile: int) -> list[tuple[Any, ...]]:
    """(SKU, id, revision, whether trashed, parent's SKU, marked revision, mark) of the products of these SKUs, however they
    are written; the last three None without one. By hand: every row of every file is asked for."""
    spellings = list({spelling for sku in skus for spelling in capitals(sku)})
    is_asked, asked = "= ANY(%s::text[])", spellings
    if connection.vendor != "postgresql":
        is_asked, asked = "IN (SELECT value FROM json_each(%s))", orjson.dumps(spellings).decode()  # type: ignore[assignment]
    products = connection.ops.quote_name(Product._meta.db_table)
    marked = connection.ops.quote_name(ImportMark._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product.sku, product.id, product.rev, product.trashed_at IS NOT NULL, above.sku, marked.rev, marked.mark "  # noqa: S608
            f"FROM {products} AS product LEFT JOIN {products} AS above ON above.id = product.parent_id "
            f"LEFT JOIN {marked} AS marked ON marked.product_id = product.id AND marked.profile = %s "
            f"WHERE UPPER(product.sku) {is_asked}",
            [profile, asked],
        )
        return cursor.fetchall()


def store(profile: int, marks: Sequence[Mark], *, created: bool = False) -> None:
    """`created`: of products made in this transaction."""
    if not marks:
        return
    if created:
        insert_rows(ImportMark, _COLUMNS, ((profile, *mark) for mark in marks))
        return
    rows = sorted(marks)  # locked in one order, whoever writes
    table = connection.ops.quote_name(ImportMark._meta.db_table)
    names = "profile, product_id, rev, mark"
    renewed = "ON CONFLICT (profile, product_id) DO UPDATE SET rev = excluded.rev, mark = excluded.mark"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            given = [list(column) for column in zip(*rows, strict=True)]
            sql = f"INSERT INTO {table} ({names}) SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) {renewed}"  # noqa: S608
            cursor.execute(sql, [profile, *given])
        else:
            sql = f"INSERT INTO {table} ({names}) VALUES (%s, %s, %s, %s) {renewed}"  # noqa: S608 - our own names
            cursor.executemany(sql, [(profile, *mark) for mark in rows])


def forget(profile: int, products: Sequence[int]) -> None:
    """What an undone import said of these products was not to be said: they are no longer of the profile by it."""
    ImportMark.objects.filter(profile=profile, product_id__in=products).delete()


_COLUMNS = ("profile", "product", "rev", "mark")
