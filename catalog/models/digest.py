"""The column that holds a file's hash: 64 hexadecimal digits in Python and on SQLite, 32 bytes on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db import models


class DigestField(models.CharField):  # type: ignore[type-arg]
    """A SHA-256 in lower case, or "" for none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 64} | kwargs)

    def db_type(self, connection: Any) -> str | None:
        return "bytea" if connection.vendor == "postgresql" else super().db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None or isinstance(value, str) else bytes(value).hex()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        value = super().get_db_prep_value(value, connection, prepared)
        return bytes.fromhex(value) if isinstance(value, str) and connection.vendor == "postgresql" else value
