"""A JSON column read by orjson: documents of dozens of values are read by the million."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models
from django.db.models.expressions import Col


class DocumentField(models.JSONField):
    """As JSONField, in the database and in migrations; only reading is faster."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if isinstance(value, str) and isinstance(expression, Col):
            return orjson.loads(value)
        return super().from_db_value(value, expression, connection)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
