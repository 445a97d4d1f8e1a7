"""Tables whose products stand in columns: the names are down the first column. They are turned, and read like others.

A row of such a table is a column of the file, and has its number: row 2 is column B. The whole table is held in memory, which
its width limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from catalog.importing.readers.base import (
    MAX_COLUMNS,
    SAMPLE_ROWS,
    Choices,
    FileRefused,
    Note,
    Row,
    Table,
    fit,
    head_of,
    reader_for,
)
from catalog.importing.readers.header import find_header

MOST_CELLS = 2_000_000
LEAST_NAMES = 3  # that are known, down the first column
# What suppliers call the columns of products, in the languages they write to us in.
_NAMES = frozenset(
    """
    sku, ean, gtin, upc, barcode, mpn, isbn, article number, article no, item number, item no, product code, product id, model,
    name, product name, title, description, short description, brand, manufacturer, price, list price, currency, colour, color,
    size, weight, net weight, material, category, family, country of origin, warranty, width, height, length, depth,
    artikelnummer, art-nr, artikel, bezeichnung, titel, beschreibung, kurztext, marke, hersteller, preis, farbe, größe, gewicht,
    kategorie, breite, höhe, länge, tiefe, herkunftsland, référence, nom, désignation, marque, prix, couleur, taille, poids,
    matière, catégorie, largeur, hauteur, profondeur, referencia, nombre, descripción, marca, precio, tamaño, peso, codice, nome,
    descrizione, prezzo, colore, materiale
    """.replace("\n", " ").replace("  ", " ").strip().split(", ")
)  # fmt: skip
_OF_ROWS = frozenset(
    [
        "rows_above",
        "stacked_header",
        "doubled_headers",
        "nameless_columns",
        "section_rows",
        "repeated_headers",
    ]
)


def is_wanted(table: Table, choices: Choices) -> bool:
    """What a person said; without a word of theirs, whether the first column has the names and the first row none."""
    if choices.in_columns is not None or not table.header_row:
        return bool(choices.in_columns and table.header_row)
    if choices.header_row is not None or len(table.headers) < 2:
        return False
    down = [table.headers[0], *(cells[0] for _number, cells in table.sample)]
    return sum(map(_is_name, down)) >= LEAST_NAMES and not any(map(_is_name, table.headers[1:]))


def describe(path: Path, choices: Choices, found: Table) -> Table:
    """`found`: the table as it was read with its products in rows. Raises FileRefused."""
    notes = tuple(note for note in found.notes if note.code not in _OF_ROWS)
    plain = replace(
        found, headers=(), header_row=0, sample=(), head=(), left_out=(), notes=notes, in_columns=True
    )
    turned = _turned(path, plain)
    header = find_header(turned, choices.header_row)
    if header is None:
        raise FileRefused("no_header")
    table = replace(
        plain,
        headers=header.names,
        header_row=header.row,
        row_estimate=len(turned) - header.position - 1,
        notes=(*notes, Note("in_columns"), *header.notes),
        head=head_of(turned, header.row),
    )
    sample = tuple(_data(turned, table))[:SAMPLE_ROWS]
    if not sample:
        raise FileRefused("no_rows", row=header.row)
    return replace(table, sample=sample)


def rows(path: Path, table: Table) -> Iterator[Row]:
    yield from _data(_turned(path, table), table)


def _data(turned: list[Row], table: Table) -> Iterator[Row]:
    for number, cells in turned:
        if number > table.header_row and (fitted := fit(cells, len(table.headers))) is not None:
            yield number, fitted


def _turned(path: Path, table: Table) -> list[Row]:
    lines: list[list[str]] = []
    count = 0
    for _number, cells in reader_for(table.format).rows(path, replace(table, headers=(), header_row=0)):
        lines.append(cells)
        count += len(cells)
        if len(lines) > MAX_COLUMNS or count > MOST_CELLS:
            raise FileRefused("too_big_to_turn", most=MAX_COLUMNS)
    width = max(map(len, lines), default=0)
    return [
        (place + 1, [cells[place] if place < len(cells) else "" for cells in lines]) for place in range(width)
    ]


def _is_name(text: str) -> bool:
    return " ".join(text.replace(".", " ").replace("_", " ").split()).casefold() in _NAMES
