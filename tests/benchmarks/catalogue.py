"""The file both contenders read: products of 45 typed values, the same on every run."""

from __future__ import annotations

import csv
import random
from pathlib import Path

COLUMNS: dict[str, str] = (
    {f"text_{n}": "text" for n in range(20)}
    | {f"number_{n}": "number" for n in range(8)}
    | {f"choice_{n}": "select" for n in range(8)}
    | {f"flag_{n}": "boolean" for n in range(4)}
    | {f"day_{n}": "date" for n in range(3)}
    | {"price-EUR": "price", "price-USD": "price"}
)
OPTIONS = [f"option{n}" for n in range(20)]
WORDS = [
    "river",
    "stone",
    "lantern",
    "copper",
    "trail",
    "morning",
    "canvas",
    "birch",
    "harbour",
    "winter",
    "kettle",
    "meadow",
    "summit",
    "linen",
    "ember",
]


def write_csv(path: Path, rows: int, *, changed_share: float = 0.0) -> None:
    """`changed_share` of the rows differ in one value from the file without it."""
    chance = random.Random(7)
    other = random.Random(8)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["sku", "family", *COLUMNS])
        for number in range(rows):
            cells = [_cell(kind, chance) for kind in COLUMNS.values()]
            if other.random() < changed_share:
                cells[0] += " anew"
            out.writerow([f"SKU{number:07}", "wide", *cells])


def write_workbook(path: Path, rows: int) -> None:
    """The rows of `write_csv` as XLSX, numbers as numbers, texts shared as Excel does it."""
    import xlsxwriter

    file = path.with_suffix(".csv")
    write_csv(file, rows)
    kinds = ["text", "text", *COLUMNS.values()]
    with xlsxwriter.Workbook(path) as book, file.open(encoding="utf-8", newline="") as source:
        sheet = book.add_worksheet("Products")
        for row, cells in enumerate(csv.reader(source)):
            for column, cell in enumerate(cells):
                if row and kinds[column] in ("number", "price"):
                    sheet.write_number(row, column, float(cell))
                else:
                    sheet.write_string(row, column, cell)


def _cell(kind: str, chance: random.Random) -> str:
    if kind == "text":
        return " ".join(chance.choices(WORDS, k=6))
    if kind == "number":
        return str(chance.randint(1, 99_999) / 10)
    if kind == "select":
        return chance.choice(OPTIONS)
    if kind == "boolean":
        return chance.choice("01")
    if kind == "date":
        return f"20{chance.randint(10, 29)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    return f"{chance.randint(100, 99_999) / 100:.2f}"
