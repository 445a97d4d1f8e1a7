"""Texts that stand in no cell of the file as they are: put together of several columns, or a part of one.

A row gets them as cells of their own behind the file's, so that whatever reads cells reads them too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.attribute_types import ValueRefused
from catalog.importing.results import check_result
from catalog.structure.snapshot import Structure

if TYPE_CHECKING:
    from catalog.importing.mapping import Column

# What separates the parts of a cell, with the words the screen has for it.
SEPARATORS: Mapping[str, Any] = {
    "x": _("x, × or * (80 x 60)"),
    "/": _("slash"),
    ",": _("comma"),
    ";": _("semicolon"),
    "|": "|",
    "-": _("hyphen"),
    " ": _("space"),
    "\n": _("new line"),
}
# Between measures only: a box is no "bo".
_TIMES = re.compile(r"\s*[×*]\s*|\s+[xX]\s+|(?<=\d)[xX](?=\d)")
_NAME = re.compile(r"\{([^{}]+)\}")
_AMOUNT = re.compile(r"[-+]?\d[\d.,\s]*")
_BETWEEN = " \t\n,;|/-–·"  # what stands between two texts, and goes with the one that is missing
Make = Callable[[Sequence[str]], str]
Headers = Mapping[str, int]


class Unmade(ValueRefused):
    """No text can be made of this cell. `place`: its index; `text`: what it says."""

    def __init__(self, place: int, text: str, code: str, message: str) -> None:
        super().__init__(code, message)
        self.place, self.text = place, text


def headers_of(columns: Iterable[Column]) -> dict[str, int]:
    """The index of each of the file's columns by its header, and case folded where no other differs from it by case only."""
    exact = {column.column: column.index for column in columns if column.index is not None and not column.of}
    folded: dict[str, list[int]] = {}
    for header, index in exact.items():
        folded.setdefault(header.casefold(), []).append(index)
    return {header: listed[0] for header, listed in folded.items() if len(listed) == 1} | exact


def place_of(name: str, headers: Headers) -> int | None:
    """`headers`: as headers_of has them."""
    return headers.get(name, headers.get(name.casefold()))


def names_in(template: str) -> list[str]:
    """The headers that a template names, as they are written in it."""
    return [name.strip() for name in _NAME.findall(template)]


def parts_of(text: str, by: str) -> list[str]:
    """Stripped; empty ones in between keep their place."""
    if by == "x":
        parts = _TIMES.split(text.strip())
    elif by == " ":
        parts = text.split()
    else:
        parts = text.split(by)
    return [part.strip() for part in parts]


def with_unit(parts: Sequence[str]) -> list[str]:
    """ "80", "60 cm" are "80 cm", "60 cm": the unit that only the last part has is that of the bare numbers before it."""
    found = _AMOUNT.match(parts[-1])
    unit = parts[-1][found.end() :].strip() if found else ""
    if not unit:
        return list(parts)
    return [f"{part} {unit}" if _AMOUNT.fullmatch(part) else part for part in parts]


class MadeCells:
    """`columns`: those of the mapping, the made ones reading the cells that `row` adds."""

    def __init__(self, columns: Iterable[Column], structure: Structure) -> None:
        listed = list(columns)
        self.width = max((column.index + 1 for column in listed if column.index is not None), default=0)
        headers = headers_of(listed)
        parts: dict[int | None, int] = {}
        for column in listed:
            if column.split:
                parts[column.index] = max(column.split["part"], parts.get(column.index, 0))
        self._makers: list[tuple[Make, str, str]] = []
        self.columns: list[Column] = []
        for column in listed:
            make = maker(column, headers, structure, parts.get(column.index, 0)) if column.to else None
            if make is None or column.to is None:
                self.columns.append(column)
                continue
            self.columns.append(replace(column, index=self.width + len(self._makers)))
            self._makers.append((make, column.column, column.to.key))

    def __bool__(self) -> bool:
        return bool(self._makers)

    def row(self, cells: Sequence[str]) -> tuple[list[str], list[tuple[str, str, Unmade]]]:
        """The cells with those that are made, and (header, key, why) of those that cannot be: each cell of the file once."""
        row, unmade = list(cells[: self.width]), []
        told: set[int] = set()
        for make, header, key in self._makers:
            try:
                row.append(make(cells))
            except Unmade as refused:
                row.append("")
                if refused.place not in told:
                    unmade.append((header, key, refused))
                told.add(refused.place)
        return row, unmade


def maker(column: Column, headers: Headers, structure: Structure | None = None, most: int = 0) -> Make | None:
    """The text of a made column from the cells of a row; None where it stands in a cell. What it gives raises Unmade.

    `headers`: as headers_of has them. `structure` tells whether the column is a measurement. `most`: the parts that are mapped,
    beyond which a cell has too many; 0: any number.
    """
    if column.template:
        pieces = _NAME.split(column.template)  # text, name, text, name, text
        texts, places = pieces[::2], [place_of(name.strip(), headers) for name in pieces[1::2]]
        return lambda cells: _put_together(
            texts, ["" if place is None else _result(cells, place).strip() for place in places]
        )
    if column.split and column.index is not None:
        by, number, index = column.split["by"], column.split["part"], column.index
        is_measured = structure is not None and _is_measured(column, structure)

        def cut(cells: Sequence[str]) -> str:
            parts = parts_of(_result(cells, index), by)
            while parts and not parts[-1]:
                parts.pop()
            if most and len(parts) > most:
                raise Unmade(index, cells[index], "too_many_parts", _too_many(len(parts), most))
            if number > len(parts):
                return ""
            return with_unit(parts)[number - 1] if is_measured else parts[number - 1]

        return cut
    return None


def _is_measured(column: Column, structure: Structure) -> bool:
    spec = structure.attributes.get(column.to.attribute) if column.to else None
    return spec is not None and spec.type == "measurement"


def _result(cells: Sequence[str], place: int) -> str:
    try:
        check_result(cells[place])
    except ValueRefused as refused:
        raise Unmade(place, cells[place], refused.code, refused.message) from None
    return cells[place]


def _too_many(found: int, most: int) -> str:
    return gettext(
        "This cell has %(found)d parts, and its column is cut into %(most)d: shorten the cell, or set more parts under the"
        " column."
    ) % {"found": found, "most": most}


def _put_together(texts: Sequence[str], said: Sequence[str]) -> str:
    """`texts` stand before, between and behind what is `said`. An empty one takes along what separates it from its neighbour;
    where none says anything, the whole is empty."""
    if not any(said):
        return ""
    done, waiting, is_open = "", texts[0], False
    for cell, behind in zip(said, texts[1:], strict=True):
        if cell:
            done, waiting, is_open = f"{done}{waiting}{cell}", behind, False
            continue
        before, after = waiting.rstrip(_BETWEEN), behind.lstrip(_BETWEEN)
        left, right = waiting[len(before) :], behind[: len(behind) - len(after)]
        between = next(filter(str.strip, (right, left)), right or left)
        is_open = not after
        waiting = f"{before}{between if done or before else ''}{after}"
    return (done + (waiting.rstrip(_BETWEEN) if is_open else waiting)).strip()
