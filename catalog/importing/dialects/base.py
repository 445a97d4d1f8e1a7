"""What a dialect is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.structure.snapshot import Structure
from pim.lib.registry import Registry


class Dialect:
    code: ClassVar[str]
    label: ClassVar[Any]

    def recognise(self, table: Table) -> float:
        """How sure it is that this table is written in it: 0 to 1."""
        raise NotImplementedError

    def map(
        self, table: Table, structure: Structure, *, remembered: Iterable[Column] = (), guess: bool = True
    ) -> list[Column]:
        """One Column for each header, and the fixed values. `guess` False: only what headers name for sure."""
        raise NotImplementedError


DIALECTS: Registry[Dialect] = Registry("dialects")
