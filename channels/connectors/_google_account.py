"""A Google service account: its key as people paste it, and the short-lived access tokens made from it.

Google's own library would bring a second HTTP client past pim.lib.http, so the JWT bearer flow (RFC 7523) is done here
with `cryptography`, which is needed anyway: an assertion signed with the account's key is exchanged for a token.
"""

from __future__ import annotations

import hashlib
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from copy import copy
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from channels.connectors import _calls
from channels.connectors.base import Config, DeliveryError, Retry
from pim.lib import http

SCOPE = "https://www.googleapis.com/auth/content"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
LIFETIME = 3600  # the longest Google allows an assertion
EARLY = 120.0  # a token is not used in its last seconds
_PARTS = ("client_email", "private_key", "private_key_id", "token_uri")

# Tokens of this process, by a digest of what they were made from: a drain takes seconds, a token lasts an hour.
_tokens: dict[str, tuple[str, float]] = {}


class KeyField(forms.CharField):
    """The JSON key file of a service account. Kept of it, as one line of JSON: address, key, the key's id, token_uri."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            given = orjson.loads(text)
            kept = {name: str(given[name]) for name in _PARTS if given.get(name)}
            private_key(kept)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValidationError(
                _(
                    "This is not the key of a service account: paste the whole JSON file that Google Cloud gave you."
                )
            ) from error
        return orjson.dumps(kept).decode()


def private_key(account: Mapping[str, str]) -> rsa.RSAPrivateKey:
    """Raises ValueError or KeyError where the account has none that signs."""
    key = load_pem_private_key(account["private_key"].encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey) or not account["client_email"]:
        raise ValueError("no RSA key of a service account")
    return key


class Account:
    """`token()` is good for some time yet; `forget()` after the channel did not take it. Safe between threads."""

    def __init__(self, key_file: str, client: http.Client) -> None:
        self._client = client
        try:
            parsed = orjson.loads(key_file)
        except ValueError:
            parsed = {}
        self._parts: dict[str, str] = parsed if isinstance(parsed, dict) else {}
        self._name = hashlib.sha256(key_file.encode()).hexdigest()
        self._assertion = ""
        self._turn = threading.Lock()
        self._asked = 0
        self._made = self._forgotten = ""
        self._failure: DeliveryError | None = None

    def token(self) -> str:
        """Raises Config (a wrong key, an account that may not) or Retry (nothing of the items was sent)."""
        asked = self._asked
        token = self._known()
        if token:
            return token
        with self._turn:
            token = self._known()
            if token:
                return token
            if (
                self._failure is not None and self._asked > asked
            ):  # who waits for another's try does not try again
                raise copy(self._failure)
            self._asked += 1
            try:
                token, lasts = self._fetch()
            except DeliveryError as error:
                self._failure = error
                raise
            self._failure, self._made = None, token
            _tokens[self._name] = token, time.time() + lasts
            return token

    def _known(self) -> str:
        token, until = _tokens.get(self._name, ("", 0.0))
        return token if time.time() < until - EARLY else ""

    def is_fresh(self, token: str) -> bool:
        """It was made for this instance, so that a newer one would be no better."""
        return token == self._made

    def forget(self, token: str) -> None:
        """Unless there is another by now."""
        with self._turn:
            if _tokens.get(self._name, ("", 0.0))[0] == token:
                del _tokens[self._name]
            self._forgotten = token

    def secrets(self) -> list[str]:
        """The key line by line, and what was made of it."""
        lines = self._parts.get("private_key", "").split("\n")
        return [*filter(None, lines), self._assertion, self._forgotten, _tokens.get(self._name, ("", 0.0))[0]]

    def _fetch(self) -> tuple[str, float]:
        address = self._parts.get("token_uri") or TOKEN_ADDRESS
        self._assertion = self._sign(address)
        form = f"grant_type={GRANT.replace(':', '%3A')}&assertion={self._assertion}".encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            answer = _calls.request(self._client, "POST", address, headers=headers, body=form)
            given = answer.json() if answer.ok or answer.status == 400 else {}
        except Config:
            raise
        except (DeliveryError, ValueError) as error:  # whatever became of it, no item was sent
            raise Retry(str(error) or _("Google gave no access token."), applied="no") from None
        told = {"status": answer.status, "seconds": round(answer.seconds, 3)}
        if answer.status == 429 or answer.status >= 500:
            raise Retry(
                _("Google gives no access token now (%d).") % answer.status,
                after=answer.retry_after, applied="no", answer=told,
            )  # fmt: skip
        token = given.get("access_token") if isinstance(given, dict) else None
        if not answer.ok or not isinstance(token, str):
            said = given.get("error_description") or given.get("error") if isinstance(given, dict) else ""
            raise Config(
                _("Google takes the service account's key no longer (%(status)d: %(said)s): enter another.")
                % {"status": answer.status, "said": str(said or "–")[:200]},
                answer=told,
            )
        lasts = given.get("expires_in")
        return token, float(lasts) if isinstance(lasts, (int, float)) else float(LIFETIME)

    def _sign(self, address: str) -> str:
        now = int(time.time())
        try:
            key = private_key(self._parts)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Config(
                _("The service account's key is missing or damaged: enter it on the channel's page.")
            ) from error
        header = {"alg": "RS256", "typ": "JWT", "kid": self._parts.get("private_key_id", "")}
        claims = {
            "iss": self._parts["client_email"], "scope": SCOPE, "aud": address, "iat": now, "exp": now + LIFETIME,
        }  # fmt: skip
        signed = f"{_encoded(orjson.dumps(header))}.{_encoded(orjson.dumps(claims))}"
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_encoded(signature)}"


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
