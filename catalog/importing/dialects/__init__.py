"""How different systems write product files. One file a dialect: it recognises a table, maps its columns, and where a row is
not a product says how products are made of rows (catalog.importing.shapes).

`plain` is our own header grammar and takes every file; a dialect that knows better goes before it.
"""

from __future__ import annotations

from catalog.importing.dialects.base import DIALECTS, Dialect
from catalog.importing.readers.base import Table

DIALECTS.scan(__name__)

__all__ = ["DIALECTS", "Dialect", "dialect_of"]


def dialect_of(table: Table) -> Dialect:
    """The dialect that is surest of this table."""
    return max((DIALECTS[code] for code in DIALECTS), key=lambda dialect: dialect.recognise(table))
