"""Whether a product stands within branches of categories, itself or a level above it, asked of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, F, Func, Value

from catalog.models.category import Category
from catalog.models.product import ProductCategory


class Placed(Func):
    """`paths`: the branches ("/1/7/"), one at least.

    A value and not EXISTS, of which PostgreSQL would think that hardly a row passes, and read them all for a page. Written
    out, because the same made of querysets takes Django a fifth of the time in which a page's rows are found.
    """

    output_field = BooleanField()

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(F("pk"), F("parent_id"), F("root_id"), *(Value(f"{path}%") for path in paths))

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Any:
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        levels, paths = compiled[:3], compiled[3:]
        sql = (
            f"(SELECT TRUE FROM {ProductCategory._meta.db_table} placed"  # noqa: S608 - our own names, no values
            f" JOIN {Category._meta.db_table} place ON place.id = placed.category_id"
            f" WHERE placed.product_id IN ({', '.join(level for level, _params in levels)})"
            f" AND ({' OR '.join(f'place.path LIKE {path}' for path, _params in paths)}) LIMIT 1)"
        )
        return sql, tuple(value for _sql, params in compiled for value in params)
