"""XLIFF 1.2 as it comes back from a translation agency: a product's file element is a row, its units are cells.

Read by what catalog.exporting.xliff wrote: `original` is the SKU, `product-version` the revision the file is based on, a unit's
`id` the header of its column. Only targets come; a unit without one says nothing. Inline codes are put back as they were.
Rows are numbered by their place in the file, from 1.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from catalog.importing.readers.base import MAX_COLUMNS, SAMPLE_ROWS, Choices, FileRefused, Note, Row, Table
from catalog.importing.readers.elements import elements, local

SKU, REVISION = "sku", "_rev"
# Elements that hold what the original file had in its own markup (XLIFF 1.2, 2.4).
_CODES = frozenset(("bpt", "ept", "ph", "it"))


def describe(path: Path, filename: str, choices: Choices) -> Table:
    columns: dict[str, None] = {SKU: None, REVISION: None}
    first: list[dict[str, str]] = []
    count = 0
    languages = {"source": "", "target": ""}
    for record in _records(path, languages):
        count += 1
        columns.update(dict.fromkeys(record))
        if len(columns) > MAX_COLUMNS:
            raise FileRefused("too_wide", columns=len(columns), most=MAX_COLUMNS)
        if len(first) < SAMPLE_ROWS:
            first.append(record)
    if len(columns) == len((SKU, REVISION)):
        raise FileRefused("no_units")
    headers = tuple(columns)
    return Table(
        format="xliff",
        filename=filename,
        headers=headers,
        header_row=0,
        encoding="",
        sample=tuple((number, _cells(record, headers)) for number, record in enumerate(first, 1)),
        row_estimate=count,
        notes=(Note("translations", languages),),
    )


def rows(path: Path, table: Table) -> Iterator[Row]:
    for number, record in enumerate(_records(path), 1):
        yield number, _cells(record, table.headers)


def _cells(record: dict[str, str], headers: tuple[str, ...]) -> list[str]:
    return [record.get(header, "") for header in headers]


def _records(path: Path, languages: dict[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Header → cell of each product. Tools may give one back in several file elements: those that follow each other are one.
    `languages` gets what the first says of them."""
    before: dict[str, str] = {}
    for element in elements(path, ("file",)):
        if languages is not None and not languages["source"]:
            languages.update({side: element.get(f"{side}-language", "") for side in ("source", "target")})
        record = _record(element)
        if before and (record[SKU], record[REVISION]) == (before[SKU], before[REVISION]):
            before |= record
            continue
        if before:
            yield before
        before = record
    if before:
        yield before


def _record(element: Element) -> dict[str, str]:
    found = {SKU: element.get("original", "").strip(), REVISION: element.get("product-version", "").strip()}
    for unit in element.iter():
        if local(unit) != "trans-unit":
            continue
        header = " ".join(unit.get("id", "").split())
        target = next((child for child in unit if local(child) == "target"), None)
        if not header or header in (SKU, REVISION) or target is None:
            continue
        is_html = unit.get("datatype") == "html" or any(local(part) in _CODES for part in unit.iter())
        if text := _text(target, is_html).strip():
            found[header] = text
    return found


def _text(element: Element, is_html: bool) -> str:
    """The words, escaped where they stand among markup, and the codes as the original had them."""
    parts = [_said(element.text, is_html)]
    for child in element:
        inside = "".join(child.itertext()) if local(child) in _CODES else _text(child, is_html)
        parts += [inside, _said(child.tail, is_html)]
    return "".join(parts)


def _said(words: str | None, is_html: bool) -> str:
    return html.escape(words or "", quote=False) if is_html else words or ""
