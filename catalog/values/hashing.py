"""A short fingerprint of one stored value: what a form was based on, sent back to see whether it still stands."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from catalog.values.changes import ABSENT


def value_hash(stored: Any) -> str:
    """16 hex digits; "" for a value that is absent (inherited), so that an absent value needs no hash in a form."""
    if stored is ABSENT:
        return ""
    return blake2b(orjson.dumps(stored, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
