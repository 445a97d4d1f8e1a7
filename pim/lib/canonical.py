"""One spelling for equal JSON, and its short hash: what "has it changed?" is decided by."""

from hashlib import blake2b
from typing import Any

import orjson

DIGEST_BYTES = 16


def canonical_json(value: Any) -> bytes:
    """Keys sorted, no spaces, UTF-8. Takes JSON types only (dict keys str); raises TypeError for anything else,
    NaN and infinity become null as in every JSON we store, so they never reach a hash unseen."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def canonical_hash(value: Any) -> str:
    """32 hex digits (blake2b, 16 bytes) of the canonical JSON: equal values, equal hash."""
    return blake2b(canonical_json(value), digest_size=DIGEST_BYTES).hexdigest()
