"""What a dialect is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from catalog.importing import suggest
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.importing.shapes import PRODUCT_SKU, Shape
from catalog.structure.snapshot import Structure
from pim.lib.registry import Registry


class Dialect:
    """`shape`: how it makes products of rows; None where each row is one."""

    code: ClassVar[str]
    label: ClassVar[Any]
    shape: ClassVar[type[Shape] | None] = None

    def recognise(self, table: Table) -> float:
        """How sure it is that this file is written in it: 0 to 1."""
        raise NotImplementedError

    def shape_of(self, table: Table) -> Shape | None:
        """For a file just recognised; None where this one's rows are products as they are."""
        if self.shape is None or PRODUCT_SKU in table.headers:
            return None
        return self.shape(table.headers)

    def settle(self, shape: Shape, structure: Structure) -> None:
        """After the file was read: what the structure decides of the products' headers goes into `shape.learned`."""

    def known(self, table: Table, structure: Structure) -> dict[str, Column]:
        """What this system's headers mean here, by header; a column without target is left out."""
        return {}

    def map(
        self, table: Table, structure: Structure, *, remembered: Iterable[Column] = (), guess: bool = True
    ) -> list[Column]:
        """One Column for each header, and the fixed values. `guess` False: only what headers name for sure."""
        known = self.known(table, structure)
        return suggest.columns(table, structure, remembered=remembered, guess=guess, known=known)

    def gaps(self, table: Table, columns: Sequence[Column], structure: Structure) -> list[str]:
        """What the catalogue or the file lacks under this mapping, each in a sentence that says how to go on."""
        return []


DIALECTS: Registry[Dialect] = Registry("dialects")
