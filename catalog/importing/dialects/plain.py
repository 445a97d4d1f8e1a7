"""A row a product, headers by code or label: what this PIM writes, and most suppliers send."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from catalog.importing.dialects.base import DIALECTS, Dialect
from catalog.importing.readers.base import Table


@DIALECTS.register
class Plain(Dialect):
    code = "plain"
    label = _("A row for each product")

    def recognise(self, table: Table) -> float:
        return 0.1
