"""The column that holds a file's hash: 64 hexadecimal digits in Python and on SQLite, 32 bytes on PostgreSQL."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.db.models import F, Func, Value

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def is_digest(text: str) -> bool:
    """Whether it can be the hash of a file."""
    return bool(_SHA256.match(text))


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


class AsDigest(Func):
    """A text column with a file's hash, to be compared with a DigestField."""

    output_field = DigestField()
    arity = 2

    def __init__(self, column: str) -> None:
        super().__init__(F(column), Value("hex"), function="decode")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return sql, params
