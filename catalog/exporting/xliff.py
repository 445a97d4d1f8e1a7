"""XLIFF 1.2 for translation agencies: a file element for each product, a unit for each text, from one language into another.

1.2 and not 2.x: it is what every translation tool reads and gives back (OASIS, XLIFF 1.2, 2008). What brings it home again is in
it: the SKU (`original`), the product's revision (`product-version`), and of each unit the header that its column would have in
a spreadsheet (`id`). Markup is inline codes (`bpt`, `ept`, `ph`), which tools protect and keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from xml.sax.saxutils import escape, quoteattr

from catalog.importing.targets import Target
from catalog.structure.snapshot import Structure

TYPES = frozenset(["text", "richtext"])
NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
_SINGLE = frozenset(["br"])
# What XML 1.0 cannot hold, not even escaped.
_UNSPEAKABLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


class _Pair(NamedTuple):
    """Of one attribute and context: the places of its two cells, and what its unit says of it."""

    source: int
    target: int
    header: str
    key: str
    label: str
    is_html: bool
    longest: int


def is_translatable(target: Target, structure: Structure) -> bool:
    spec = structure.attributes.get(target.attribute)
    return spec is not None and spec.localizable and spec.type in TYPES


class XliffFile:
    """As the spreadsheets of `files`, for rows of these targets. `outdated`: (SKU, key) of translations that are, in the rows
    to come. `gaps_only`: without what is translated and up to date."""

    def __init__(
        self,
        path: Path,
        chosen: Sequence[Target],
        languages: tuple[str, str],
        structure: Structure,
        *,
        gaps_only: bool,
    ) -> None:
        self.too_long: list[tuple[str, int]] = []
        self.outdated: frozenset[tuple[str, str]] = frozenset()
        self.units = 0
        self._languages = tuple(code.replace("_", "-") for code in languages)
        self._gaps_only = gaps_only
        places = {target: place for place, target in enumerate(chosen)}
        self._sku, self._rev = places[Target(field="sku")], places[Target(field="_rev")]
        self._pairs = list(_pairs(places, languages, structure))
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._has_head = False

    def __enter__(self) -> Self:
        self._file.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<xliff version="1.2" xmlns="{NAMESPACE}">\n'
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.write("</xliff>\n")
        self._file.close()

    def write(self, cells: Sequence[str]) -> None:
        """The first row has the headers, which each unit says for itself."""
        if not self._has_head:
            self._has_head = True
            return
        units = [unit for pair in self._pairs if (unit := self._unit(pair, cells))]
        if not units:
            return
        self.units += len(units)
        source, target = self._languages
        self._file.write(
            f'<file original={_quoted(cells[self._sku])} product-version={_quoted(cells[self._rev])} datatype="plaintext"'
            f' source-language="{source}" target-language="{target}"><body>\n{"".join(units)}</body></file>\n'
        )

    def _unit(self, pair: _Pair, cells: Sequence[str]) -> str:
        source, target = cells[pair.source], cells[pair.target]
        if not source:
            return ""
        state = "translated" if target else "needs-translation"
        if target and (cells[self._sku], pair.key) in self.outdated:
            state = "needs-review-translation"
        if self._gaps_only and state == "translated":
            return ""
        kind = ' datatype="html"' if pair.is_html else ""
        width = f' maxwidth="{pair.longest}" size-unit="char"' if pair.longest else ""
        return (
            f'<trans-unit id={_quoted(pair.header)} resname={_quoted(pair.label)}{kind}{width} xml:space="preserve">\n'
            f"<source>{_content(source, pair.is_html)}</source>\n"
            f'<target state="{state}">{_content(target, pair.is_html)}</target>\n</trans-unit>\n'
        )


def _pairs(places: dict[Target, int], languages: tuple[str, str], structure: Structure) -> list[_Pair]:
    source, target = languages
    found = []
    for wanted, place in places.items():
        other = places.get(wanted._replace(locale=source))
        if wanted.locale != target or other is None or not is_translatable(wanted, structure):
            continue
        spec = structure.attributes[wanted.attribute]
        longest = int(spec.params.get("max_length") or 0)
        found.append(
            _Pair(other, place, str(wanted), wanted.key, spec.label(), spec.type == "richtext", longest)
        )
    return found


def _content(text: str, is_html: bool) -> str:
    if not is_html:
        return escape(text.translate(_UNSPEAKABLE))
    codes = _Codes()
    codes.feed(text.translate(_UNSPEAKABLE))
    codes.close()
    return "".join(codes.parts)


class _Codes(HTMLParser):
    """Stored markup with its tags as inline codes, in pairs by their number."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.last = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.last += 1
        written = escape(self.get_starttag_text() or f"<{tag}>")
        if tag in _SINGLE:
            self.parts.append(f'<ph id="{self.last}">{written}</ph>')
            return
        self.open.append((tag, self.last))
        self.parts.append(f'<bpt id="{self.last}">{written}</bpt>')

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _number in self.open):
            return
        while self.open:
            name, number = self.open.pop()
            self.parts.append(f'<ept id="{number}">{escape(f"</{name}>")}</ept>')
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        self.parts.append(escape(data))

    def close(self) -> None:
        super().close()
        for name, number in reversed(self.open):
            self.parts.append(f'<ept id="{number}">{escape(f"</{name}>")}</ept>')
        self.open = []


def _quoted(text: str) -> str:
    return quoteattr(text.translate(_UNSPEAKABLE))
