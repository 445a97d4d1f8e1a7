"""The supplier of the demo: an import profile that knows its columns, and its price list to import."""

from __future__ import annotations

from pathlib import Path

from catalog.models import ImportProfile, Source
from pim.demo.supplier import csv, import_profile, xlsx

NAME = "nordwerk-price-list"


def load_supplier(folder: Path) -> Path:
    """Makes the profiles where they are missing and writes the files anew; gives the workbook's path."""
    for kind in ("xlsx", "csv"):
        row = import_profile(kind)
        ImportProfile.objects.get_or_create(
            code=row["code"] if kind == "xlsx" else f"{row['code']}_csv",
            defaults={
                "labels": row["labels"]
                if kind == "xlsx"
                else {code: f"{text} (CSV)" for code, text in row["labels"].items()},
                "source": Source.objects.get(code=row["source"]),
                **{name: row[name] for name in ("dialect", "mapping", "settings")},
            },
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.csv").write_bytes(csv())
    (folder / f"{NAME}.xlsx").write_bytes(xlsx())
    return folder / f"{NAME}.xlsx"
