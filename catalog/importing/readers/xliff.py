"""XLIFF 1.2 as it comes back from a translation agency: a product's file element is a row, its units are cells.

Read by what catalog.exporting.xliff wrote: `original` is the SKU, `product-version` the revision the file is based on, a unit's
`id` the header of its column. Only targets come; a unit without one says nothing, nor does one that a tool filled with its
source and calls untranslated. Inline codes are put back as they were. Rows are numbered by their place in the file, from 1.

A file element's `target-language` is the language of its texts (XLIFF 1.2, 2.3): a unit whose id writes another is refused.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from catalog.importing.readers.base import MAX_COLUMNS, SAMPLE_ROWS, Choices, FileRefused, Note, Row, Table
from catalog.importing.readers.elements import elements, local

SKU, REVISION = "sku", "_rev"
# Elements that hold what the original file had in its own markup (XLIFF 1.2, 2.4).
_CODES = frozenset(("bpt", "ept", "ph", "it"))
# States of a target that nobody translated yet (XLIFF 1.2, 2.3, state).
_UNTRANSLATED = frozenset(("new", "needs-translation"))
# As models.context.Locale writes them, case-folded. Three letters alone are rather a context than a language.
_LOCALE = re.compile(r"[a-z]{2}|[a-z]{2,3}(_[a-z]{4}|_[a-z]{2}|_\d{3})+")


@dataclass
class _Said:
    """What the file elements say of their languages, the targets in their order, and how many units were left out."""

    source: str = ""
    targets: dict[str, None] = field(default_factory=dict)
    untranslated: int = 0

    def hear(self, element: Element) -> None:
        """Raises FileRefused for a second source language: which text a unit translates would be mistaken."""
        source, target = (element.get(f"{side}-language", "").strip() for side in ("source", "target"))
        if self.source and source and not _alike(self.source, source):
            raise FileRefused("mixed_languages", first=self.source, other=source)
        self.source = self.source or source
        if target:
            self.targets[target] = None


def describe(path: Path, filename: str, choices: Choices) -> Table:
    columns: dict[str, None] = {SKU: None, REVISION: None}
    first: list[dict[str, str]] = []
    count = 0
    said = _Said()
    for record in _records(path, said):
        count += 1
        columns.update(dict.fromkeys(record))
        if len(columns) > MAX_COLUMNS:
            raise FileRefused("too_wide", columns=len(columns), most=MAX_COLUMNS)
        if len(first) < SAMPLE_ROWS:
            first.append(record)
    if len(columns) == len((SKU, REVISION)):
        raise FileRefused("no_units")
    headers = tuple(columns)
    notes = [Note("translations", {"source": said.source, "target": list(said.targets)})]
    if said.untranslated:
        notes.append(Note("untranslated", {"count": said.untranslated}))
    return Table(
        format="xliff",
        filename=filename,
        headers=headers,
        header_row=0,
        encoding="",
        sample=tuple((number, _cells(record, headers)) for number, record in enumerate(first, 1)),
        row_estimate=count,
        notes=tuple(notes),
    )


def rows(path: Path, table: Table) -> Iterator[Row]:
    for number, record in enumerate(_records(path, _Said()), 1):
        yield number, _cells(record, table.headers)


def _cells(record: dict[str, str], headers: tuple[str, ...]) -> list[str]:
    return [record.get(header, "") for header in headers]


def _records(path: Path, said: _Said) -> Iterator[dict[str, str]]:
    """Header → cell of each product. Tools may give one back in several file elements: those that follow each other are one."""
    before: dict[str, str] = {}
    for element in elements(path, ("file",)):
        said.hear(element)
        record = _record(element, said)
        if before and (record[SKU], record[REVISION]) == (before[SKU], before[REVISION]):
            before |= record
            continue
        if before:
            yield before
        before = record
    if before:
        yield before


def _record(element: Element, said: _Said) -> dict[str, str]:
    found = {SKU: element.get("original", "").strip(), REVISION: element.get("product-version", "").strip()}
    language = element.get("target-language", "").strip()
    for unit in element.iter():
        if local(unit) != "trans-unit":
            continue
        header = " ".join(unit.get("id", "").split())
        source, target = (_child(unit, name) for name in ("source", "target"))
        if not header or header in (SKU, REVISION) or target is None:
            continue
        is_html = unit.get("datatype") == "html" or any(local(part) in _CODES for part in unit.iter())
        text = _text(target, is_html).strip()
        if not text:
            continue
        is_untranslated = target.get("state", "").strip().casefold() in _UNTRANSLATED
        if is_untranslated and source is not None and text.split() == _text(source, is_html).split():
            said.untranslated += 1
            continue
        locale = _locale_in(header)
        if language and locale and not _alike(language, locale):
            raise FileRefused("other_language", sku=found[SKU], unit=header, language=language)
        found[header] = text
    return found


def _child(unit: Element, name: str) -> Element | None:
    return next((child for child in unit if local(child) == name), None)


def _locale_in(header: str) -> str:
    """What stands in a header where its locale does (catalog.importing.targets), if it can be one."""
    piece = [*header.split("-"), ""][1].strip()
    return piece if _LOCALE.fullmatch(piece.casefold()) else ""


def _alike(one: str, other: str) -> bool:
    """Whether they are the same language, or one says less of it: "de" and "de_DE", not "de-AT" and "de_DE"."""
    parts = [language.replace("-", "_").casefold().split("_") for language in (one, other)]
    return all(left == right for left, right in zip(*parts, strict=False))


def _text(element: Element, is_html: bool) -> str:
    """The words, escaped where they stand among markup, and the codes as the original had them."""
    parts = [_said(element.text, is_html)]
    for child in element:
        inside = "".join(child.itertext()) if local(child) in _CODES else _text(child, is_html)
        parts += [inside, _said(child.tail, is_html)]
    return "".join(parts)


def _said(words: str | None, is_html: bool) -> str:
    return html.escape(words or "", quote=False) if is_html else words or ""
