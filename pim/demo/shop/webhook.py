"""One request of the webhook: each item is taken, refused or ignored by itself."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from pim.demo.shop.checks import errors_of
from pim.demo.shop.store import Store, shop_id


class Malformed(ValueError):
    """The body is not what the contract says; the text says what is wrong."""


def parse(body: bytes) -> list[dict[str, Any]]:
    try:
        data = json.loads(body)
    except ValueError as error:
        raise Malformed("The body is no JSON.") from error
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Malformed("The body is an object with a list of items.")
    for item in items:
        if not isinstance(item.get("key"), str) or item.get("op") not in ("upsert", "withdraw"):
            raise Malformed("An item has a key and an op: upsert or withdraw.")
        if not isinstance(item.get("revision"), int) or isinstance(item["revision"], bool):
            raise Malformed("An item has a revision, a whole number.")
    return items


def receive(store: Store, webhook_id: str, body: bytes, address: str = "") -> dict[str, Any]:
    """Applies the batch in one transaction. `address`: where the shop's pages are. A repeated `webhook_id` changes nothing and gets the first answer again."""
    items = parse(body)
    with store.transaction():
        before = store.answer(webhook_id)
        if before is not None:
            return json.loads(before)
        answer = {"results": [apply(store, webhook_id, item, address) for item in items]}
        store.remember(webhook_id, json.dumps(answer))
    return answer


def apply(store: Store, webhook_id: str, item: dict[str, Any], address: str) -> dict[str, Any]:
    key, revision = item["key"], item["revision"]
    held = store.item(key)
    number = shop_id(held["id"]) if held else None
    if held and revision < held["revision"]:
        return {"key": key, "status": "ignored", "id": number, "errors": []}
    if item["op"] == "withdraw":
        # Remembered even if it never came: an upsert on its way with an older revision must not bring it back.
        sheet = json.loads(held["sheet"]) if held else {}
        made = store.put(
            key=key, revision=revision, digest="", present=False, sheet=sheet, webhook_id=webhook_id
        )
        return {"key": key, "status": "ok", "id": shop_id(made), "errors": []}
    errors = errors_of(item.get("sheet"))
    if errors:
        return {"key": key, "status": "rejected", "id": number, "errors": errors}
    made = store.put(
        key=key, revision=revision, digest=str(item.get("hash", "")), present=True, sheet=item["sheet"],
        webhook_id=webhook_id,
    )  # fmt: skip
    return {
        "key": key,
        "status": "ok",
        "id": shop_id(made),
        "url": page_of(item["sheet"], address),
        "errors": [],
    }


def page_of(sheet: dict[str, Any], address: str) -> str:
    """The product's page in the first of its languages."""
    locale = next(iter(sheet.get("locales") or {}), "en_US")
    return f"{address}/{locale}/p/{quote(str(sheet.get('sku', '')))}"
