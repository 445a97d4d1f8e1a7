"""The column that holds a product's tokens: text[] with a GIN index on PostgreSQL, JSON on SQLite (see sqlite.py)."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models


class TokensField(models.Field):  # type: ignore[type-arg]
    """A sorted list of unique strings such as "color=red", "family=tents", "inc:b2b_shop|de_DE"."""

    def db_type(self, connection: Any) -> str:
        return "text[]" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> list[str]:
        if value is None or isinstance(value, list):
            return value or []
        return orjson.loads(value) if value else []

    def to_python(self, value: Any) -> list[str]:
        return orjson.loads(value) if isinstance(value, str) else list(value or [])

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return list(value) if connection.vendor == "postgresql" else orjson.dumps(list(value)).decode()
