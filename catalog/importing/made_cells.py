"""Texts that stand in no cell of the file as they are: put together of several columns, or a part of one.

A row gets them as cells of their own behind the file's, so that whatever reads cells reads them too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

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
Make = Callable[[Sequence[str]], str]


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


class MadeCells:
    """`columns`: those of the mapping, the made ones reading the cells that `row` adds."""

    def __init__(self, columns: Iterable[Column]) -> None:
        listed = list(columns)
        self.width = max((column.index + 1 for column in listed if column.index is not None), default=0)
        headers = {
            column.column.casefold(): column.index
            for column in listed
            if column.index is not None and not column.of
        }
        self._makers: list[Make] = []
        self.columns: list[Column] = []
        for column in listed:
            make = maker(column, headers) if column.to else None
            if make is None:
                self.columns.append(column)
                continue
            self.columns.append(replace(column, index=self.width + len(self._makers)))
            self._makers.append(make)

    def __bool__(self) -> bool:
        return bool(self._makers)

    def row(self, cells: Sequence[str]) -> list[str]:
        return [*cells[: self.width], *(make(cells) for make in self._makers)]


def maker(column: Column, headers: Mapping[str, int | None]) -> Make | None:
    """The text of a made column from the cells of a row; None where it stands in a cell. `headers`: case folded → index.

    A template of which no cell says anything is empty, whatever it says itself; blanks left by an empty cell go.
    """
    if column.template:
        pieces = _NAME.split(column.template)  # text, name, text, name, text
        texts = pieces[::2]
        places = [headers.get(name.strip().casefold()) for name in pieces[1::2]]

        def put_together(cells: Sequence[str]) -> str:
            said = ["" if place is None else cells[place].strip() for place in places]
            if not any(said):
                return ""
            text = "".join(f"{before}{cell}" for before, cell in zip(texts, [*said, ""], strict=True))
            return re.sub(r" {2,}", " ", text).strip(" ,;|/-")

        return put_together
    if column.split and column.index is not None:
        by, number, index = column.split["by"], column.split["part"], column.index

        def cut(cells: Sequence[str]) -> str:
            parts = parts_of(cells[index], by)
            return parts[number - 1] if number <= len(parts) else ""

        return cut
    return None
