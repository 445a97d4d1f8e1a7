"""Files in which a row is not a product: how a dialect makes product rows of the file's rows.

The rows that belong together have a key; each such group becomes one or several product rows under headers of its own,
which are mapped, planned, mended and undone like the rows of any file. What only another row says (who is whose parent, an
id's SKU, a product's axes) is told beforehand, as facts of the whole file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from catalog.importing.readers.base import Row

PRODUCT_SKU, PARENT_SKU, VARIANT = "Product SKU", "Parent SKU", "Family variant"
"""Headers that shapes make; a file that has the first was made here, and its rows are products already."""
Told = Callable[[str], list[str]]
"""The values that rows of the file told of a fact, each once, in the order of the file."""


@dataclass(slots=True)
class Made:
    """A product row. `row`: the file's row it begins in; `part`: the how many-th product to begin there; `places`: index of
    a cell → the row it was taken from, where that is another."""

    row: int
    cells: list[str]
    part: int = 0
    places: dict[int, int] = field(default_factory=dict)


class Shape:
    """How product rows are made. `columns`: the file's own headers; `learned`: what `learn` found in its rows, as JSON."""

    parts: ClassVar[int] = 1  # how many products can begin in one row

    def __init__(self, columns: Sequence[str], learned: Mapping[str, Any] | None = None) -> None:
        self.columns = list(columns)
        self.learned: dict[str, Any] = dict(learned or {})
        self._noted: dict[str, list[Any]] = {}
        self.index = {header.casefold(): place for place, header in reversed(list(enumerate(columns)))}

    def at(self, cells: Sequence[str], header: str) -> str:
        """The stripped cell under a header in any case; "" where the file has no such column."""
        place = self.index.get(header.casefold())
        return "" if place is None else cells[place].strip()

    def note(self, name: str, what: Any) -> None:
        """Learns something, once; of texts that differ in their case only the first."""
        known = self.learned.setdefault(name, [])
        folded = _fold(what)
        if folded not in self._noted.setdefault(name, [_fold(each) for each in known]):
            known.append(what)
            self._noted[name].append(folded)

    def learn(self, cells: Sequence[str]) -> None:
        """Called with every row at recognition: what the headers depend on."""

    @property
    def headers(self) -> list[str]:
        """Of the product rows."""
        raise NotImplementedError

    def key(self, cells: Sequence[str]) -> str:
        """Rows with the same key are one group; "" stands alone."""
        return ""

    def facts(self, cells: Sequence[str]) -> Iterable[tuple[str, str]]:
        """What the row tells of others: (fact, value)."""
        return ()

    def products(self, rows: Sequence[Row], told: Told) -> Iterable[Made]:
        """The product rows of a group. Every row of it is in them, or says nothing."""
        raise NotImplementedError


def _fold(what: Any) -> Any:
    return what.casefold() if isinstance(what, str) else what
