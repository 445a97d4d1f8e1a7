"""What the database alone can do: the rows an import left, copied once more into the same indexed tables.

python -m tests.benchmarks.copying

Runs where our import ran before, on PostgreSQL; the tables are emptied in between. Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import tempfile
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

from django.db import connection, transaction

# What an import writes of products, in the order of its own writes; the plan's rows are no part of the apply step.
TABLES = {
    "catalog_product": "id",
    "catalog_productvalues": "product_id",
    "catalog_revision": "product_id",
    "catalog_numbervalue": "product_id",
    "channels_completeness": "product_id",
    "channels_listing": "product_id",
    "catalog_importmark": "product_id",
}
BATCH = 500  # products a transaction, as the import has them


def main() -> None:
    with connection.cursor() as cursor, tempfile.TemporaryFile() as finished:
        cursor.execute("SELECT id FROM catalog_product ORDER BY id")
        ids = [row[0] for row in cursor.fetchall()]
        parts = []
        for start in range(0, len(ids), BATCH):
            low, high = ids[start], ids[min(start + BATCH, len(ids)) - 1]
            for table, key in TABLES.items():
                begins = finished.tell()
                with cursor.copy(
                    f"COPY (SELECT * FROM {table} WHERE {key} BETWEEN {low} AND {high} ORDER BY {key}) TO STDOUT"
                ) as copy:
                    for block in copy:
                        finished.write(block)
                parts.append((table, begins, finished.tell() - begins))
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        began = time.perf_counter()
        for start in range(0, len(parts), len(TABLES)):
            with transaction.atomic():
                for table, begins, length in parts[start : start + len(TABLES)]:
                    finished.seek(begins)
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(finished.read(length))
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "products": len(ids)}))


if __name__ == "__main__":
    main()
