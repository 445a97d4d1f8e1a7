"""A B2B site, or anything that can receive a POST: batches of sheets in one signed request, an answer for each item.

Headers and signature as Standard Webhooks 1.0 has them: webhook-id (the same over retries of the same content),
webhook-timestamp (seconds), webhook-signature ("v1," + base64 of HMAC-SHA256 over id.timestamp.body). A redirect is a
failure, 410 and 401 stop the channel, 429, 502 and 504 ask to slow down.

POST {endpoint}: {"channel", "items": [{"key", "op": "upsert"|"withdraw", "revision", "hash", "sheet"}]}
answer: {"results": [{"key", "status": "ok"|"rejected"|"ignored", "id", "url", "errors": [{"field", "locale", "code", "message"}]}]}
GET {endpoint}/items?key=a&key=b, since a key may have commas in it: {"items": [{"key", "id", "url", "hash", "revision", "present", "sheet"}]}
"""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import uuid4

import orjson
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.connectors import _calls
from channels.connectors.base import (
    Config,
    Data,
    Item,
    ItemError,
    ItemResult,
    PushItems,
    Seen,
    Unknown,
    connector,
)
from pim.lib import http
from pim.lib.webhooks import SECRET_PREFIX, check_secret, headers


def message_id(channel: str, items: Sequence[Item]) -> str:
    """The same for the same content at the same revisions, so that the receiver knows a retry, and nothing but a retry."""
    content = "|".join(
        [channel, *sorted(f"{item.key}@{item.revision}:{item.operation}:{item.hash}" for item in items)]
    )
    return "msg_" + hashlib.sha256(content.encode()).hexdigest()[:40]


# What the shop answers of an item → what became of it; anything else is a rejection.
_OUTCOMES: dict[str, Literal["live", "accepted", "ignored", "rejected"]] = {
    "ok": "live",
    "accepted": "accepted",
    "ignored": "ignored",
}


@connector
class Webhook(PushItems):
    code = "webhook"
    label = gettext_lazy("Webhook (B2B site)")
    sentence = gettext_lazy(
        "Your own site or portal gets each product's sheet in a signed request, and answers for each."
    )
    guide = "webhook"
    secret_fields = ("secret",)
    batch_size = 50
    tells_fields = True

    def __init__(self, *, channel: str, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
        super().__init__(channel=channel, settings=settings, credentials=credentials)
        self.endpoint = str(settings.get("endpoint", "")).rstrip("/")
        wait = float(settings.get("timeout") or 15)
        connect = min(5.0, wait)
        self.client = http.Client(connect=connect, read=wait, total=wait + connect)
        self.seconds = 2 * wait + connect  # the body's last part may come just before the total is up

    def close(self) -> None:
        self.client.close()

    @classmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        return {
            "endpoint": forms.URLField(
                label=gettext_lazy("Address"), assume_scheme="https",
                help_text=gettext_lazy("Sheets are sent here by POST, and read back from /items below it."),
            ),
            "timeout": forms.IntegerField(
                label=gettext_lazy("Wait for an answer (seconds)"), min_value=1, max_value=25, initial=15, required=False
            ),
            "secret": forms.CharField(
                label=gettext_lazy("Signing secret"), validators=[check_secret],
                help_text=gettext_lazy("whsec_…, shared with the receiver, who checks each signature with it. Two, with a blank between, while one replaces the other."),
            ),
        }  # fmt: skip

    @classmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        secret = SECRET_PREFIX + b64encode(hashlib.sha256(b"an example of a secret").digest()).decode()
        return {"endpoint": address, "timeout": 15}, {"secret": secret}

    def push(self, items: Sequence[Item]) -> Sequence[ItemResult]:
        payload = {"channel": self.channel, "items": [_as_json(item) for item in items]}
        name = message_id(self.channel, items)
        answer = self._call("POST", self.endpoint, name, body=orjson.dumps(payload))
        if answer.status in (400, 409, 413, 422) and not _has_results(answer):
            raise Data(_calls.said(answer), answer=_calls.told(answer, name))
        if not (answer.ok or _has_results(answer)):
            _calls.raise_for(answer, _calls.told(answer, name))
        return [_result(entry, items) for entry in _entries(answer, "results", name)]

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        name = f"read_{uuid4().hex}"
        answer = self._call("GET", f"{self.endpoint}/items", name, params={"key": list(keys)})
        if not answer.ok:
            _calls.raise_for(answer, _calls.told(answer, name))
        found: dict[str, Seen | None] = dict.fromkeys(keys)
        for entry in _entries(answer, "items", name):
            key = str(entry.get("key", ""))
            if key in found and entry.get("present"):
                sheet = entry.get("sheet")
                found[key] = Seen(
                    key, _text(entry.get("id")), _url(entry.get("url")), _text(entry.get("hash"), 64),
                    _number(entry.get("revision")), sheet if isinstance(sheet, dict) else None,
                )  # fmt: skip
        return found

    def _call(
        self,
        method: str,
        url: str,
        name: str,
        *,
        body: bytes | None = None,
        params: Mapping[str, Sequence[str]] | None = None,
    ) -> http.Answer:
        secret, now = str(self.credentials.get("secret", "")), int(time.time())
        if not self.endpoint or not secret:
            raise Config(_("Address or signing secret is missing: fill them in on the channel's page."))
        signed = headers(secret, name, now, body or b"")
        answer = _calls.request(self.client, method, url, headers=signed, body=body, params=params)
        self.told = {"status": answer.status, "seconds": round(answer.seconds, 3), "id": name}
        return answer


def _as_json(item: Item) -> dict[str, Any]:
    entry: dict[str, Any] = {"key": item.key, "op": item.operation, "revision": item.revision}
    return {**entry, "hash": item.hash, "sheet": item.sheet} if item.operation == "upsert" else entry


def _has_results(answer: http.Answer) -> bool:
    try:
        body = answer.json()
    except ValueError:
        return False
    return isinstance(body, dict) and isinstance(body.get("results"), list)


def _entries(answer: http.Answer, name: str, call: str) -> list[dict[str, Any]]:
    """The listed objects. Raises Unknown for an answer that is not what was agreed: it may have been applied."""
    try:
        listed = answer.json()[name]
    except (ValueError, KeyError, TypeError):
        listed = None
    if not isinstance(listed, list):
        raise Unknown(
            _("The channel's answer cannot be read: it should carry '%s'.") % name,
            answer=_calls.told(answer, call),
        )
    return [entry for entry in listed if isinstance(entry, dict)]


def _result(entry: Mapping[str, Any], items: Sequence[Item]) -> ItemResult:
    status = entry.get("status")
    outcome = _OUTCOMES.get(str(status), "rejected")
    listed = entry.get("errors")
    errors = tuple(
        ItemError(
            message=_text(error.get("message"), 1000) or _("Refused without a reason."), field=_text(error.get("field")),
            locale=_text(error.get("locale"), 20), code=_text(error.get("code")),
        )
        for error in (listed if isinstance(listed, list) else ())
        if isinstance(error, dict)
    )  # fmt: skip
    if outcome == "rejected" and not errors:
        errors = (ItemError(_("Refused without a reason.")),)
    return ItemResult(
        _text(entry.get("key")), outcome, _text(entry.get("id")), _url(entry.get("url")), errors
    )


def _text(value: Any, limit: int = 255) -> str:
    return "" if value is None else str(value)[:limit]


def _url(value: Any) -> str:
    """Only what a browser may follow: the address is shown as a link."""
    text = _text(value, 500)
    return text if text.startswith(("https://", "http://")) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
