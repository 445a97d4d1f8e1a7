"""Tokens: short texts that products are found by, such as "color=red", "empty:color", "inc:b2b_shop|de_DE".

They are kept as numbers of eight bytes each: bigint[] with a GIN index on PostgreSQL, JSON on SQLite (see
catalog.search.sqlite). Nobody reads them back; who asks for one numbers it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson
from django.db import models

# Attributes may have these names, but their tokens have a "=", their keys no "|".
_FILE, _ADDED = re.compile("asset:([0-9a-f]{16})"), re.compile("inc:[^=|]*[|][^=|]*")


@lru_cache(maxsize=1 << 14)
def numbered(text: str) -> int:
    """The number, of 64 bits with a sign, that a token or a key of the number index is kept by.

    The first bytes of its SHA-256; of a file, which is such a hash itself, its own. By chance two of a million texts have
    the same number in one catalogue of eighteen million. The last bit tells what is_added asks.
    """
    file = _FILE.fullmatch(text)
    digest = bytes.fromhex(file[1]) if file else sha256(text.encode()).digest()[:8]
    number = int.from_bytes(digest, signed=True)
    return number | 1 if _ADDED.fullmatch(text) else number & -2


def is_added(number: int) -> bool:
    """Whether it is the number of a token that completeness adds ("inc:…") to those of the product's own values."""
    return bool(number & 1)


class TokensField(models.Field):  # type: ignore[type-arg]
    """A sorted list of the numbers of a product's tokens, each once."""

    def db_type(self, connection: Any) -> str:
        return "bigint[]" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> list[int]:
        if value is None or isinstance(value, list):
            return value or []
        return orjson.loads(value) if value else []

    def to_python(self, value: Any) -> list[int]:
        return orjson.loads(value) if isinstance(value, str) else list(value or [])

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return list(value) if connection.vendor == "postgresql" else orjson.dumps(list(value)).decode()
