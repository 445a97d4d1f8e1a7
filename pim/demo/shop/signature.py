"""Standard Webhooks: checks `webhook-id`, `webhook-timestamp` and `webhook-signature` of a request.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE = 300  # seconds, either way


class BadSignature(Exception):
    """The request is not from who it says; the text says why."""


def key_of(secret: str) -> bytes:
    """Raises ValueError for a secret that is not whsec_ and base64."""
    if not secret.startswith("whsec_"):
        raise ValueError("The secret begins with whsec_.")
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("The secret is whsec_ and base64.") from error


def sign(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def verify(key: bytes, headers: Mapping[str, str], body: bytes, now: float | None = None) -> str:
    """The message's id. Raises BadSignature. Several signatures may stand in the header, separated by spaces."""
    message_id, timestamp, signatures = (
        headers.get(name) or "" for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    if not (message_id and timestamp and signatures):
        raise BadSignature(
            "A header is missing: webhook-id, webhook-timestamp and webhook-signature are needed."
        )
    if not timestamp.isdecimal() or abs((now or time.time()) - int(timestamp)) > TOLERANCE:
        raise BadSignature("The timestamp is more than five minutes off.")
    expected = sign(key, message_id, timestamp, body)
    if not any(hmac.compare_digest(expected, given) for given in signatures.split(" ")):
        raise BadSignature("The signature does not match.")
    return message_id
