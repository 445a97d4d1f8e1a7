"""The same file through django-import-export into a flat, typed model of 45 columns. Prints one JSON line.

python -m tests.benchmarks.import_export FILE default|bulk
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.flat_settings"

import django

django.setup()

from django.db import connection, models
from import_export import resources
from tablib import Dataset

from tests.benchmarks.catalogue import COLUMNS

FIELDS = {
    "text": lambda: models.CharField(max_length=255),
    "number": lambda: models.DecimalField(max_digits=12, decimal_places=2),
    "select": lambda: models.CharField(max_length=50, db_index=True),
    "boolean": models.BooleanField,
    "date": models.DateField,
    "price": lambda: models.DecimalField(max_digits=12, decimal_places=2),
}


def flat_model() -> type[models.Model]:
    columns = {column.replace("-", "_").lower(): FIELDS[kind]() for column, kind in COLUMNS.items()}
    meta = type("Meta", (), {"app_label": "benchmarks", "db_table": "benchmark_flat"})
    fields = {"sku": models.CharField(max_length=50, unique=True), "family": models.CharField(max_length=50)}
    return type("Flat", (models.Model,), {"__module__": __name__, "Meta": meta, **fields, **columns})


def read_workbook(path: Path) -> Dataset:
    """With openpyxl's read-only mode, which django-import-export's own format uses too."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    rows = iter(book.worksheets[0].iter_rows(values_only=True))
    data = Dataset()
    data.headers = [str(header) for header in next(rows)]
    for row in rows:
        data.append(row)
    return data


def main(path: Path, mode: str) -> None:
    model = flat_model()
    if "benchmark_flat" not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(model)
    options = {"model": model, "import_id_fields": ["sku"], "exclude": ["id"]}
    if mode == "bulk":
        options |= {"use_bulk": True, "batch_size": 1000, "skip_diff": True}
    else:
        options |= {"skip_unchanged": True}
    resource = type("FlatResource", (resources.ModelResource,), {"Meta": type("Meta", (), options)})()
    began = time.perf_counter()
    data = (
        read_workbook(path)
        if path.suffix == ".xlsx"
        else Dataset().load(path.read_text("utf-8"), format="csv")
    )
    data.headers = [header.replace("-", "_").lower() for header in data.headers or []]
    result = resource.import_data(data, dry_run=False, raise_errors=True)
    seconds = time.perf_counter() - began
    assert not result.has_errors()
    print(json.dumps({"seconds": seconds, "products": model._default_manager.count()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
