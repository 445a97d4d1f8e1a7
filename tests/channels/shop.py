"""A stand-in B2B shop over real HTTP: it keeps what it is sent, and misbehaves as it is told."""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable
from typing import Any

import orjson
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Behaviour = Callable[["Shop", dict[str, Any]], Response | None]


class Shop:
    """`items`: key → what the shop holds. `requests`: (method, headers, body) of each POST. `next`: misbehaviours to come."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.items: dict[str, dict[str, Any]] = {}
        self.created = 0
        self.posts: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.reads: list[list[str]] = []
        self.times: list[float] = []
        self.next: deque[Behaviour] = deque()
        self.next_reads: deque[Response] = deque()
        server.expect_request("/hook", method="POST").respond_with_handler(self._post)
        server.expect_request("/hook/items", method="GET").respond_with_handler(self._read)

    @property
    def address(self) -> str:
        return self.server.url_for("/hook")

    @property
    def requests(self) -> int:
        return len(self.posts) + len(self.reads)

    def _post(self, request: Request) -> Response:
        body = orjson.loads(request.data)
        self.posts.append(body)
        self.headers.append({name.lower(): value for name, value in request.headers})
        self.times.append(time.time())
        self._check_signature(request)
        if self.next:
            answer = self.next.popleft()(self, body)
            if answer is not None:
                return answer
        return json({"results": self.apply(body)})

    def apply(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        return [self._apply(item) for item in body["items"]]

    def _apply(self, item: dict[str, Any]) -> dict[str, Any]:
        key = item["key"]
        held = self.items.get(key)
        if held and item["revision"] < held["revision"]:
            return {"key": key, "status": "ignored", "id": held["id"]}
        if item["op"] == "withdraw":
            self.items.pop(key, None)
            return {"key": key, "status": "ok"}
        if held is None:
            self.created += 1
        identity = held["id"] if held else f"shop-{self.created}"
        self.items[key] = {
            "id": identity,
            "hash": item["hash"],
            "revision": item["revision"],
            "sheet": item["sheet"],
        }
        return {"key": key, "status": "ok", "id": identity, "url": f"https://shop.example/{identity}"}

    def _read(self, request: Request) -> Response:
        keys = request.args.getlist("key")
        self.reads.append(keys)
        self.times.append(time.time())
        if self.next_reads:
            return self.next_reads.popleft()
        found = [
            {
                "key": key,
                "present": True,
                **{name: self.items[key][name] for name in ("id", "hash", "revision", "sheet")},
            }
            for key in keys
            if key in self.items
        ]
        return json({"items": found})

    @staticmethod
    def _check_signature(request: Request) -> None:
        key = b64decode(sample_secret().removeprefix("whsec_"))
        name, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        assert abs(time.time() - int(stamp)) < 86_400 * 3650
        expected = hmac.new(key, f"{name}.{stamp}.".encode() + request.data, hashlib.sha256).digest()
        assert request.headers["webhook-signature"] == "v1," + b64encode(expected).decode()


def sample_secret() -> str:
    from channels.connectors.webhook import Webhook

    return str(Webhook.sample("http://x")[1]["secret"])


def json(value: Any, status: int = 200, **headers: str) -> Response:
    return Response(orjson.dumps(value), status=status, content_type="application/json", headers=headers)


# --- misbehaviours


def answers(status: int, text: str = "", **headers: str) -> Behaviour:
    """An answer with this status, nothing applied; retry_after="30" becomes Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda shop, body: Response(text, status=status, headers=named)


def applies_and_answers(status: int, **headers: str) -> Behaviour:
    def behave(shop: Shop, body: dict[str, Any]) -> Response:
        shop.apply(body)
        return Response(
            "", status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return behave


def applies_and_sleeps(seconds: float) -> Behaviour:
    def behave(shop: Shop, body: dict[str, Any]) -> Response:
        shop.apply(body)
        time.sleep(seconds)
        return Response("", status=500)

    return behave


def rejects(key: str, **error: str) -> Behaviour:
    """Takes all but one item."""

    def behave(shop: Shop, body: dict[str, Any]) -> Response:
        results = shop.apply({"items": [item for item in body["items"] if item["key"] != key]})
        if any(item["key"] == key for item in body["items"]):
            results.append({"key": key, "status": "rejected", "errors": [error]})
        return json({"results": results}, status=200)

    return behave


def forgets(key: str) -> Behaviour:
    """Applies everything and does not mention one item."""
    return lambda shop, body: json({"results": [entry for entry in shop.apply(body) if entry["key"] != key]})


def contradicts(key: str) -> Behaviour:
    def behave(shop: Shop, body: dict[str, Any]) -> Response:
        return json({"results": [*shop.apply(body), {"key": key, "status": "rejected", "errors": []}]})

    return behave


def refuses_all_with(key: str, status: int = 422) -> Behaviour:
    """A shop that refuses the whole batch while one item is in it, saying nothing of which."""

    def behave(shop: Shop, body: dict[str, Any]) -> Response | None:
        if any(item["key"] == key for item in body["items"]):
            shop.next.appendleft(behave)
            return Response("bad content", status=status)
        shop.next.appendleft(behave)
        return json({"results": shop.apply(body)})

    return behave
