"""A stand-in shop on loopback, and a client that signs as a channel does."""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from pim.demo.shop.server import ShopServer
from pim.demo.shop.signature import key_of, sign

SECRET = "whsec_" + base64.b64encode(b"a key of the tests, 24+ b").decode()


def sheet(sku: str = "TH-KOPP-CREAM", **changes: Any) -> dict[str, Any]:
    return {
        "sku": sku,
        "family": {"code": "mugs", "label": "Mugs"},
        "categories": [{"code": "table_mugs", "path": [{"en_US": "Home"}, {"en_US": "Table"}]}],
        "locales": {
            "en_US": {"title": "Kopp Stoneware Mug", "description": "<p>Warm for a whole chapter.</p>"},
            "de_DE": {"title": "Steinzeugbecher Kopp", "description": "<p>Ein Kapitel lang warm.</p>"},
        },
        "fields": {"price": {"EUR": "19.00", "USD": "22.00"}, "gtin": "2901000000176", "dishwasher_safe": True},
        "images": [{"url": "http://127.0.0.1:1/kopp.jpg", "sha256": "0" * 64, "alt": "A mug"}],
        **changes,
    }  # fmt: skip


def upsert(key: str = "TH-KOPP-CREAM", revision: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "op": "upsert",
        "revision": revision,
        "hash": f"h{revision}",
        "sheet": sheet(key, **changes),
    }


def withdraw(key: str = "TH-KOPP-CREAM", revision: int = 1) -> dict[str, Any]:
    return {"key": key, "op": "withdraw", "revision": revision, "hash": "", "sheet": {}}


@dataclass
class Shop:
    address: str
    server: ShopServer

    def push(
        self, *items: dict[str, Any], message: str = "msg_1", at: int | None = None, secret: str = SECRET,
        tamper: bytes = b"", timeout: float = 5, to: str = "/api",
    ) -> httpx.Response:  # fmt: skip
        body = json.dumps({"channel": "b2b_shop", "items": list(items)}).encode()
        timestamp = str(at or int(time.time()))
        headers = {
            "webhook-id": message,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(key_of(secret), message, timestamp, body),
        }
        return httpx.post(f"{self.address}{to}", content=body + tamper, headers=headers, timeout=timeout)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.address + path, timeout=5)

    def fault(self, *faults: dict[str, Any]) -> httpx.Response:
        return httpx.post(f"{self.address}/_faults", json=list(faults), timeout=5)

    def statuses(self, response: httpx.Response) -> dict[str, str]:
        return {result["key"]: result["status"] for result in response.json()["results"]}

    @property
    def state(self) -> dict[str, tuple[int, bool]]:
        return {
            item["key"]: (item["revision"], item["present"]) for item in self.get("/_state").json()["items"]
        }


@pytest.fixture
def shop(tmp_path):
    server = ShopServer(("127.0.0.1", 0), data=tmp_path, secret=SECRET)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Shop(f"http://127.0.0.1:{server.server_port}", server)
    server.shutdown()
    thread.join()
    server.server_close()
