"""A channel that only answers: a process of its own that takes everything, at once or after a while, and keeps what it was asked.

python -m tests.benchmarks.answering: prints its port, then serves. GET /asked gives all requests so far and forgets them.
"""

from __future__ import annotations

import asyncio
import base64
import os
from typing import Any

import orjson

SECONDS = float(os.environ.get("PIM_BENCH_ANSWER_SECONDS", "0"))  # until it answers


class Answering(asyncio.Protocol):
    """Of Merchant Center as much as delivery looks at: a token, inputs, and products that are shown as they were put in."""

    asked: list[dict[str, Any]] = []
    products: dict[str, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self.buffer[:end].decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines)
            length = int(
                next((value for name, value in headers.items() if name.lower() == "content-length"), 0)
            )
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            method, path, _version = first.split(" ")
            content = self.answer(method, path, headers, body)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            whole = head % len(content) + content
            if SECONDS and path not in ("/asked", "/token"):
                asyncio.get_running_loop().call_later(SECONDS, self.transport.write, whole)
            else:
                self.transport.write(whole)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        if path == "/asked":
            told = orjson.dumps(self.asked)
            self.asked.clear()
            return told
        if path == "/token":
            return orjson.dumps({"access_token": "t" * 40, "expires_in": 3599, "token_type": "Bearer"})
        self.asked.append(
            {"method": method, "path": path, "headers": headers, "body": base64.b64encode(body).decode()}
        )
        if method == "POST":
            made = orjson.loads(body)
            name = f"{made['contentLanguage']}~{made['feedLabel']}~{made['offerId']}"
            shown = {"destinationStatuses": [{"approvedCountries": ["US"]}], "itemLevelIssues": []}
            self.products[name] = orjson.dumps({**made, "name": name, "productStatus": shown})
            return orjson.dumps({**made, "name": name})
        return self.products.get(path.rpartition("/")[2], b"{}")


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
