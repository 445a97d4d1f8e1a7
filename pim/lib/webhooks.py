"""Signing a webhook as Standard Webhooks 1.0 has it: webhook-signature is "v1," + base64 of HMAC-SHA256 over id.timestamp.body."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SECRET_PREFIX = "whsec_"  # noqa: S105 - the public marker of Standard Webhooks


def check_secret(value: str) -> None:
    """Validator. Raises ValidationError."""
    for part in value.split():
        try:
            key = b64decode(part.removeprefix(SECRET_PREFIX), validate=True)
        except (NotBase64, ValueError):
            key = b""
        if not part.startswith(SECRET_PREFIX) or not 24 <= len(key) <= 64:
            raise ValidationError(_("A secret begins with whsec_ and carries 24 to 64 bytes in base64."))


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of webhook-signature; several secrets, separated by blanks, give several signatures (for rotation)."""
    content = f"{message_id}.{timestamp}.".encode() + body
    keys = (b64decode(part.removeprefix(SECRET_PREFIX)) for part in secret.split())
    return " ".join(
        "v1," + b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode() for key in keys
    )


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """All that the receiver needs to check where a JSON body comes from. `message_id`: the same over retries."""
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }
