"""A supplier's file for the imports of a rig: updates, new products, models with variants, and bad rows."""

from __future__ import annotations

import csv
from pathlib import Path

HEADER = ("sku", "family", "family_variant", "parent", "name-en_US", "name-de_DE", "price-EUR", "weight", "weight-unit", "color", "size")  # fmt: skip


def write_import_file(path: Path, *, rows: int, existing: int) -> None:
    """Exactly `rows` rows: the first `existing` update MUG-0001 …, every 50th of the others is refused."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for number in range(1, rows + 1):
            out.writerow(_row(number, existing))


def bad_rows(*, rows: int, existing: int) -> int:
    """How many of them nobody can import."""
    return rows // 50 - existing // 50


def _row(number: int, existing: int) -> tuple[str, ...]:
    if number <= existing:
        return (f"MUG-{number:04d}", "", "", "", f"Imported mug {number}", "", "12.50", "", "", "", "")
    if number % 50 == 0:
        return (f"NEW-{number:05d}", "mugs", "", "", "Of no known colour", "", "", "", "", "ultraviolet", "")
    if number % 10 == 1:
        return (
            f"SHIRT-{number:05d}",
            "shirts",
            "shirts_size",
            "",
            f"Shirt {number}",
            f"Hemd {number}",
            "30",
            "",
            "",
            "",
            "",
        )
    if number % 10 in (2, 3) and number > existing + 3:
        model, size = number - number % 10 + 1, "sm"[number % 10 - 2]
        return (f"SHIRT-{model:05d}-{size}", "shirts", "", f"SHIRT-{model:05d}", "", "", "", "", "", "", size)
    return (f"NEW-{number:05d}", "mugs", "", "", f"Mug {number}", f"Tasse {number}", "9.90", "350", "GRAM", "navy", "")  # fmt: skip
