"""A row a product, headers by code or label: what this PIM and Akeneo write, and most suppliers send."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from catalog.importing import suggest
from catalog.importing.dialects.base import DIALECTS, Dialect
from catalog.importing.mapping import Column
from catalog.importing.readers.base import Table
from catalog.structure.snapshot import Structure


@DIALECTS.register
class Plain(Dialect):
    code = "plain"
    label = _("A row for each product")

    def recognise(self, table: Table) -> float:
        return 0.1

    def map(
        self, table: Table, structure: Structure, *, remembered: Iterable[Column] = (), guess: bool = True
    ) -> list[Column]:
        return suggest.columns(table, structure, remembered=remembered, guess=guess)
