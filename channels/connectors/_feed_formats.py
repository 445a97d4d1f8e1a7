"""Sheets as CSV, JSON lines and XML: a writer a format, fed product by product.

`locale` "" writes all languages into one file: columns "title-en_US", elements with a locale attribute, the sheet as it
is in JSON lines. Else the file is of one language, its texts under the bare names of the channel's fields.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import orjson

from pim.lib.formulas import neutral

LIST_SEPARATOR = "|"
# What XML 1.0 has no way to write (its production Char), lone surrogates included.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_UNICODE = re.compile("[\ud800-\udfff\x00]")
_NOT_NAME = re.compile(r"[^A-Za-z0-9_.-]")

Sheet = Mapping[str, Any]


class FeedWriter(Protocol):
    """`removed` counts the products in which characters were dropped that the format cannot carry."""

    removed: int

    def write(self, sheet: Sheet) -> None: ...
    def close(self) -> None: ...


def fields_of(sheet: Sheet, locale: str) -> Iterator[tuple[str, str, Any]]:
    """(name, locale, value) of a sheet in its order: what every file has first, then the mapping's target fields."""
    yield "sku", "", sheet["sku"]
    if family := sheet.get("family"):
        yield "family", "", family["code"]
    if paths := [_path(category, locale) for category in sheet.get("categories") or ()]:
        yield "categories", "", paths
    for name, value in (sheet.get("fields") or {}).items():
        yield name, "", value
    for code, texts in (sheet.get("locales") or {}).items():
        if locale in ("", code):
            for name, value in texts.items():
                yield name, "" if locale else code, value
    if images := [image["url"] for image in sheet.get("images") or ()]:
        yield "images", "", images


def _path(category: Mapping[str, Any], locale: str) -> str:
    steps = category["path"]
    return " > ".join(str(step.get(locale) or next(iter(step.values()), "")) for step in steps)


def flat(sheet: Sheet, locale: str) -> dict[str, str]:
    """The fields as cells: an object has a column for each of its parts ("price-EUR"), a list is one cell."""
    cells: dict[str, str] = {}
    for name, code, value in fields_of(sheet, locale):
        _flatten(f"{name}-{code}" if code else name, value, cells)
    return cells


def _flatten(name: str, value: Any, cells: dict[str, str]) -> None:
    if isinstance(value, Mapping):
        for part, inner in value.items():
            _flatten(f"{name}-{part}", inner, cells)
    elif isinstance(value, (list, tuple)):
        # Of options a person's word goes into the one cell there is.
        value = [each["label"] if isinstance(each, Mapping) and "label" in each else each for each in value]
        plain = all(not isinstance(each, (Mapping, list, tuple)) for each in value)
        cells[name] = LIST_SEPARATOR.join(map(_text, value)) if plain else orjson.dumps(value).decode()
    else:
        cells[name] = _text(value)


def _text(value: Any) -> str:
    return "" if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)


class CsvFeed:
    """`columns` in their order: a cell without one is lost, so they are collected from all sheets before."""

    def __init__(
        self, path: Path, locale: str, *, columns: Iterable[str], delimiter: str, neutralise: bool
    ) -> None:
        self.removed = 0
        self._file = path.open("w", encoding="utf-8", newline="")
        self._locale, self._columns, self._neutralise = locale, list(columns), neutralise
        self._rows = csv.writer(self._file, delimiter=delimiter, lineterminator="\r\n")  # RFC 4180
        self._rows.writerow(self._columns)

    def write(self, sheet: Sheet) -> None:
        cells = flat(sheet, self._locale)
        row = [cells.get(name, "") for name in self._columns]
        cleaned = [_NOT_UNICODE.sub("", cell) for cell in row]
        self.removed += cleaned != row
        self._rows.writerow(
            [neutral(cell) if cell else "" for cell in cleaned] if self._neutralise else cleaned
        )

    def close(self) -> None:
        _close(self._file)


class JsonLinesFeed:
    def __init__(self, path: Path, locale: str) -> None:
        self.removed = 0
        self._file = path.open("wb")
        self._locale = locale

    def write(self, sheet: Sheet) -> None:
        content = sheet if not self._locale else self._of_one_language(sheet)
        self._file.write(orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE))

    def _of_one_language(self, sheet: Sheet) -> dict[str, Any]:
        return {name: value for name, _code, value in fields_of(sheet, self._locale)}

    def close(self) -> None:
        _close(self._file)


class XmlFeed:
    """<products><product><title locale="en_US">…</title><price><EUR>9.90</EUR></price>…; a list repeats its element."""

    def __init__(self, path: Path, locale: str) -> None:
        self.removed = 0
        self._file = path.open("w", encoding="utf-8", newline="")
        self._locale = locale
        self._out = XMLGenerator(self._file, encoding="utf-8", short_empty_elements=True)
        self._out.startDocument()
        self._out.startElement("products", AttributesImpl({"locale": locale} if locale else {}))
        self._dropped = False

    def write(self, sheet: Sheet) -> None:
        self._dropped = False
        self._out.characters("\n")
        self._out.startElement("product", AttributesImpl({}))
        for name, code, value in fields_of(sheet, self._locale):
            self._element(name, value, {"locale": code} if code else {})
        self._out.endElement("product")
        self.removed += self._dropped

    def _element(self, name: str, value: Any, attributes: Mapping[str, str]) -> None:
        if isinstance(value, (list, tuple)):
            for each in value:
                self._element(name, each, attributes)
            return
        tag = xml_name(name)
        self._out.startElement(tag, AttributesImpl(dict(attributes)))
        if isinstance(value, Mapping):
            for part, inner in value.items():
                self._element(part, inner, {})
        else:
            text = _text(value)
            kept = _NOT_XML.sub("", text)
            self._dropped = self._dropped or kept != text
            self._out.characters(kept.replace("\r\n", "\n"))
        self._out.endElement(tag)

    def close(self) -> None:
        self._out.characters("\n")
        self._out.endElement("products")
        self._out.endDocument()
        _close(self._file)


def xml_name(name: str) -> str:
    """A field's name as that of an element: other characters become "_", and one goes before a digit."""
    tag = _NOT_NAME.sub("_", name) or "_"
    return tag if tag[0].isalpha() or tag[0] == "_" else f"_{tag}"


def _close(file: IO[Any]) -> None:
    """On the disk, not in a buffer: what is renamed afterwards is whole also where the power fails."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
