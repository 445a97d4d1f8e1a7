"""Fills a migrated, empty database with the large catalogue, by COPY through the functions that derive what a save stores.

python -m tests.benchmarks.large.fill COUNT [PROCESSES]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction

from catalog import search
from catalog.models import NumberValue, Product, ProductCategory, ProductValues, UniqueValue
from catalog.models.tokens import numbered
from catalog.structure.snapshot import Structure
from catalog.values.derive import derive, unique_entry
from catalog.values.rows import insert_rows
from catalog.values.sources import compact
from catalog.values.store import NEW_ATTRIBUTES, NEW_COLUMNS
from channels import completeness, lacking, profile
from channels.models import Completeness, Listing
from channels.profile import Profiles
from tests.benchmarks.large import structure as large_structure
from tests.benchmarks.large.products import Made, Maker

CHUNK = 1000
TABLES = [
    model._meta.db_table
    for model in (Product, ProductValues, ProductCategory, UniqueValue, NumberValue, Completeness, Listing)
]


def fill(first: int, count: int) -> None:
    """The products of the ids `first` + 1 … `first` + `count`."""
    current = Structure.current()
    profiles = profile.current(current)
    maker = Maker(current)
    for start in range(first, first + count, CHUNK):
        chunk = list(maker.products(start, min(CHUNK, first + count - start)))
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with (
                    connection.cursor() as cursor
                ):  # the rows are ours and fit: no foreign key has to be looked up
                    cursor.execute("SET LOCAL session_replication_role = replica")
            store(chunk, current, profiles)


def store(chunk: Sequence[Made], current: Structure, profiles: Profiles) -> None:
    """What the door, completeness and the listings store of new products."""
    computer = completeness.of(profiles)
    slots = {made.product.pk: computer.slots(made.bundle) for made in chunk}
    numbers, uniques = [], []
    for made in chunk:
        row, derived = made.product, derive(made.bundle, current)
        row.label, row.labels, row.image, row.search = (
            derived.label,
            derived.labels,
            derived.image,
            derived.search,
        )
        open_slots = {slot for slot, score in slots[row.pk].items() if score.missing}
        added = {f"inc:{profiles.by_id[slot.channel].code}|{slot.locale}" for slot in open_slots}
        row.tokens = sorted(map(numbered, derived.tokens | added))
        numbers += sorted((row.pk, numbered(key), number) for key, number in derived.numbers.items())
        uniques += [
            (code, unique_entry(current.attributes[code], made.values[code]), row.pk)
            for code in current.unique
            if code in made.values
        ]
    insert_rows(Product, NEW_COLUMNS, ([getattr(m.product, name) for name in NEW_ATTRIBUTES] for m in chunk))
    insert_rows(
        ProductValues,
        ["product", "values", "sources"],
        ((m.product.pk, m.values, compact(dict.fromkeys(m.values, "import"), m.values)) for m in chunk),
    )
    insert_rows(
        ProductCategory,
        ["product", "category", "position"],
        ((m.product.pk, pk, n) for m in chunk for n, pk in enumerate(m.own_categories)),
    )
    insert_rows(UniqueValue, ["attribute", "value", "product"], uniques)
    insert_rows(NumberValue, ["product", "key", "number"], numbers)
    lacking.store(score.lacks for found in slots.values() for score in found.values())
    insert_rows(
        Completeness,
        ["product", "channel", "locale", "required", "missing", "lacks"],
        (
            (pk, slot.channel, slot.locale, score.required, score.missing, score.lacks)
            for pk, found in slots.items()
            for slot, score in found.items()
        ),
    )
    _store_listings(chunk, slots, profiles)
    search.replace_tokens([(m.product.pk, [], m.product.tokens) for m in chunk])
    search.replace_texts([(m.product.pk, m.product.search) for m in chunk])


def _store_listings(chunk: Sequence[Made], slots: dict, profiles: Profiles) -> None:
    """As they are once everything was tried: live where nothing is missing."""
    rows = [
        Listing(
            product_id=made.product.pk,
            channel_id=channel.id,
            state="incomplete"
            if any(s.missing for slot, s in slots[made.product.pk].items() if slot.channel == channel.id)
            else "live",
            state_since=made.product.updated_at,
            next_try_at=made.product.updated_at,
            sent_rev=1,
        )
        for made in chunk
        if made.product.is_sellable
        for channel in profiles.active
    ]
    names = [field.name for field in Listing._meta.concrete_fields if field.name != "id"]
    attributes = [field.attname for field in Listing._meta.concrete_fields if field.name != "id"]
    insert_rows(Listing, names, ([getattr(row, name) for name in attributes] for row in rows))


def build(count: int, processes: int) -> None:
    call_command("migrate", verbosity=0)
    large_structure.build()
    if connection.vendor == "sqlite":
        fill(0, count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return
    indexes = _take_indexes()
    share = -(-count // processes // CHUNK) * CHUNK
    parts = [(start, min(share, count - start)) for start in range(0, count, share)]
    connection.close()
    children = [
        subprocess.Popen([sys.executable, "-m", __spec__.name, "part", str(start), str(length)])
        for start, length in parts
    ]
    assert [child.wait() for child in children] == [0] * len(children)
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for statement in indexes:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(1, (SELECT max(id) FROM {table})))"
            ) if table not in (ProductValues._meta.db_table, NumberValue._meta.db_table) else None
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def _take_indexes() -> list[str]:
    """Drops the indexes that are no constraint; the statements that make them again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexdef, i.indexname FROM pg_indexes i WHERE i.tablename = ANY(%s) AND NOT EXISTS"
            " (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
            [TABLES],
        )
        found = cursor.fetchall()
        for _definition, name in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for definition, _name in found]


if __name__ == "__main__":
    if sys.argv[1] == "part":
        fill(int(sys.argv[2]), int(sys.argv[3]))
    else:
        build(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2)
