"""The file both contenders read: products of 45 typed values, the same on every run."""

from __future__ import annotations

import csv
import random
from itertools import islice
from pathlib import Path
from typing import Any

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


def write_supplier_csv(path: Path, rows: int, *, changed_share: float = 0.0) -> None:
    """The rows of `write_csv` as a German supplier writes them: its own headers and words, decimal commas, days first, the first
    text in two columns, the second and third in one; no family. `supplier_mapping` reads them as they are meant."""
    plain = path.with_suffix(".plain")
    write_csv(plain, rows, changed_share=changed_share)
    kinds = list(COLUMNS.values())[3:]
    headers = [f"Merkmal {number}" for number in range(len(kinds))]
    with (
        plain.open(encoding="utf-8", newline="") as source,
        path.open("w", encoding="utf-8", newline="") as file,
    ):
        out = csv.writer(file, delimiter=";")
        out.writerow(["Artikelnummer", "Anfang", "Rest", "Zeilen", *headers])
        for sku, _family, first, second, third, *others in islice(csv.reader(source), 1, None):
            cells = [_as_supplier(kind, cell) for kind, cell in zip(kinds, others, strict=True)]
            out.writerow([sku, *first.split(" ", 1), f"{second}|{third}", *cells])
    plain.unlink()


def supplier_mapping() -> list[dict[str, Any]]:
    """The columns of `write_supplier_csv`, as catalog.importing.mapping keeps them."""
    targets = [
        {"attribute": column.partition("-")[0], "part": column.partition("-")[2]} for column in COLUMNS
    ]
    words = {f"Wahl {option}": option for option in OPTIONS}
    columns: list[dict[str, Any]] = [
        {"column": "Artikelnummer", "index": 0, "to": "sku"},
        {"column": "Anfang", "index": 1, "to": ""},
        {"column": "Rest", "index": 2, "to": ""},
        {"column": "Zeilen", "index": 3, "to": targets[1], "split": {"by": "|", "part": 1}},
        {
            "column": "Zeilen [2]",
            "index": 3,
            "to": targets[2],
            "split": {"by": "|", "part": 2},
            "of": "Zeilen",
        },
        {"column": "family", "to": "family", "value": "wide"},
        {"column": "text_0", "to": targets[0], "template": "{Anfang} {Rest}"},
    ]
    for number, (target, kind) in enumerate(zip(targets[3:], list(COLUMNS.values())[3:], strict=True)):
        column = {"column": f"Merkmal {number}", "index": number + 4, "to": target}
        columns.append(column | ({"values": words} if kind == "select" else {}))
    return columns


def _as_supplier(kind: str, cell: str) -> str:
    if kind in ("number", "price"):
        return cell.replace(".", ",")
    if kind == "select":
        return f"Wahl {cell}"
    if kind == "boolean":
        return "ja" if cell == "1" else "nein"
    return ".".join(reversed(cell.split("-"))) if kind == "date" else cell


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
