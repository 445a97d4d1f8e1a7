"""The shop's HTTP server: webhook and read-back, pages, and the doors for tests (/_log, /_state, /_faults, /_version)."""

from __future__ import annotations

import json
import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from pim.demo.shop import pages, signature
from pim.demo.shop.faults import Fault, Faults, UnknownFault
from pim.demo.shop.store import Store
from pim.demo.shop.webhook import Malformed, page_of, receive

STATIC = Path(__file__).parent / "static"
MAIN_CHANNEL = "b2b_shop"
CHANNEL = re.compile(r"[A-Za-z0-9_]{1,100}")
MAX_BODY = 32 * 1024 * 1024
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' http: https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class ShopServer(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], *, data: Path, secret: str, name: str = "Tarnholt") -> None:
        self.key = signature.key_of(secret)
        self.data = data
        self.store = Store(data)
        self.stores = {"": self.store}
        self.opening = threading.Lock()
        self.faults = Faults()
        self.name = name
        self.closing = threading.Event()
        super().__init__(address, Handler)

    def store_of(self, channel: str) -> Store | None:
        """Each channel sees its own shelves; MAIN_CHANNEL and "" are the same. None for a code that cannot be one."""
        channel = "" if channel == MAIN_CHANNEL else channel
        if channel and not CHANNEL.fullmatch(channel):
            return None
        with self.opening:
            if channel not in self.stores:
                self.stores[channel] = Store(self.data, channel)
            return self.stores[channel]

    def server_close(self) -> None:
        self.closing.set()
        super().server_close()
        for store in self.stores.values():
            store.close()


class Handler(BaseHTTPRequestHandler):
    server: ShopServer
    store: Store
    channel: str
    protocol_version = "HTTP/1.1"
    server_version = "DemoShop"
    types: ClassVar[dict[str, str]] = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the log that counts is in the store."""

    # --- answers

    def answer(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def json(self, status: int, data: Any, headers: dict[str, str] | None = None) -> None:
        self.answer(status, json.dumps(data).encode(), "application/json", headers)

    def page(self, status: int, html: str) -> None:
        self.answer(status, html.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": POLICY})

    def address(self) -> str:
        """Of this channel's pages."""
        host = self.headers.get("Host") or f"127.0.0.1:{self.server.server_port}"
        return f"http://{host}" + (f"/at/{self.channel}" if self.channel not in ("", MAIN_CHANNEL) else "")

    # --- requests

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        given = parse_qs(url.query)
        query = {name: values[-1] for name, values in given.items()}
        parts = [unquote(part) for part in url.path.split("/") if part]
        self.channel = query.get("channel", "")
        match parts:
            case ["hooks" | "at", channel, *_rest]:
                self.channel = channel
        store = self.server.store_of(self.channel)
        if store is None:
            self.json(404, {"error": "No such channel."})
            return
        self.store = store
        match parts:
            case ["api", "items"] | ["hooks", _, "items"]:
                self.read_back(given.get("key"))
            case ["_version"]:
                self.json(200, {"version": store.version()})
            case ["_state"]:
                self.json(200, {"version": store.version(), "items": store.held()})
            case ["_log"]:
                self.log(query.get("after", "0"))
            case ["at", channel, locale, *rest]:
                base = f"/at/{channel}"
                self.page(
                    *pages.page(store, self.server.name, locale, rest, query, base=base, channel=channel)
                )
            case ["static", name]:
                self.static(name)
            case []:
                self.send_response(HTTPStatus.FOUND)
                self.send_header("Location", f"/{pages.DEFAULT_LOCALE}/")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case [locale, *rest]:
                self.page(*pages.page(self.server.store, self.server.name, locale, rest, query))

    do_HEAD = do_GET

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length") or ""
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            self.json(HTTPStatus.LENGTH_REQUIRED, {"error": "A body of known length, at most 32 MB."})
            return
        body = self.rfile.read(int(length))
        match [part for part in urlsplit(self.path).path.split("/") if part]:
            case ["api"]:
                self.store = self.server.store
                self.channel = ""
                self.push(body)
            case ["hooks", channel] if store := self.server.store_of(channel):
                self.store = store
                self.channel = channel
                self.push(body)
            case ["_faults"]:
                self.script(body)
            case _:
                self.json(404, {"error": "Nothing is received here."})

    def push(self, body: bytes) -> None:
        fault = self.server.faults.next("push")
        if fault and self.refused(fault, body):
            return
        try:
            webhook_id = signature.verify(self.server.key, self.headers, body)  # type: ignore[arg-type]
        except signature.BadSignature as error:
            self.note(401, fault, str(error), body)
            self.json(401, {"error": str(error)})
            return
        try:
            answer = receive(self.store, webhook_id, body, self.address())
        except Malformed as error:
            self.note(400, fault, str(error), body)
            self.json(400, {"error": str(error)})
            return
        if fault and fault.mode == "apply_then_timeout":
            self.note(0, fault, "applied, never answered", body)
            self.server.closing.wait(fault.seconds)
            self.close_connection = True
            return
        if fault and fault.mode == "drop_items":
            answer = {"results": answer["results"][: max(0, len(answer["results"]) - fault.drop)]}
        if fault and fault.mode == "slow":
            self.server.closing.wait(fault.seconds)
        self.note(200, fault, "", body)
        self.json(200, answer)

    def refused(self, fault: Fault, body: bytes | None) -> bool:
        """Answers in the fault's way where it needs no look at the request."""
        if fault.mode not in ("500", "429", "401"):
            return False
        status = int(fault.mode)
        headers = {"Retry-After": f"{fault.retry_after:g}"} if status == 429 else {}
        if body is not None:
            self.note(status, fault, "scripted", body)
        self.json(status, {"error": HTTPStatus(status).phrase}, headers)
        return True

    def note(self, status: int, fault: Fault | None, note: str, body: bytes) -> None:
        self.store.log(
            webhook_id=self.headers.get("webhook-id") or "",
            status=status,
            fault=fault.mode if fault else "",
            note=note,
            body=body.decode("utf-8", "replace"),
        )

    def read_back(self, keys: list[str] | None) -> None:
        fault = self.server.faults.next("read")
        if fault and self.refused(fault, None):
            return
        if fault and fault.mode in ("slow", "apply_then_timeout"):
            self.server.closing.wait(fault.seconds)
        items = self.store.held(keys)
        for item in items:
            if item["present"] and "sheet" in item:
                item["url"] = page_of(item["sheet"], self.address())
        self.json(200, {"items": items})

    def log(self, after: str) -> None:
        start = int(after) if after.isdecimal() else 0
        store = self.store
        self.json(200, {"requests": store.requests(start), "applied": store.applied()})

    def script(self, body: bytes) -> None:
        try:
            self.json(200, {"waiting": self.server.faults.add(json.loads(body))})
        except (UnknownFault, ValueError) as error:
            self.json(400, {"error": str(error)})

    def static(self, name: str) -> None:
        path = STATIC / name
        if path.parent != STATIC or not path.is_file():
            self.json(404, {"error": "No such file."})
            return
        self.answer(
            200,
            path.read_bytes(),
            self.types.get(path.suffix, "application/octet-stream") + "; charset=utf-8",
        )
