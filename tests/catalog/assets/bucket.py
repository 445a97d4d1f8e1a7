"""A stand-in for S3 on loopback: one bucket, addressed by path, that serves only signed requests of its key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY, SECRET, NAME = "AKIATESTTESTTEST", "secret/of+tests", "pictures"


@dataclass
class Bucket:
    """`objects`: name → content; `asked`: (method, name) of each request; `refused`: those without a signature of ours."""

    address: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0


@contextmanager
def bucket() -> Iterator[Bucket]:
    kept = Bucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            parts = urlsplit(self.path)
            name = unquote(parts.path).removeprefix(f"/{NAME}").lstrip("/")
            kept.asked.append((self.command, name))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if f"AWS4-HMAC-SHA256 Credential={KEY}/" not in self.headers.get("Authorization", ""):
                kept.refused += 1
                self.say(403)
            elif self.command == "PUT":
                kept.objects[name] = body
                self.say(200)
            elif self.command == "DELETE":
                kept.objects.pop(name, None)
                self.say(204)
            elif not name:
                self.say(200, self.listing(parse_qs(parts.query)), kind="application/xml")
            elif name in kept.objects:
                self.say(200, kept.objects[name])
            else:
                self.say(404)

        do_GET = do_HEAD = do_PUT = do_DELETE = answer

        def listing(self, asked: dict[str, list[str]]) -> bytes:
            prefix = asked.get("prefix", [""])[0]
            below = [name for name in sorted(kept.objects) if name.startswith(prefix)]
            folders = {
                prefix + rest.split("/")[0] + "/" for name in below if "/" in (rest := name[len(prefix) :])
            }
            files = [name for name in below if "/" not in name[len(prefix) :]]
            text = "".join(f"<Contents><Key>{escape(name)}</Key><Size>1</Size></Contents>" for name in files)
            text += "".join(
                f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
                for name in sorted(folders)
            )
            return f"<ListBucketResult><IsTruncated>false</IsTruncated>{text}</ListBucketResult>".encode()

        def say(self, status: int, body: bytes = b"", kind: str = "application/octet-stream") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", kind)
            self.send_header("ETag", '"0"')
            self.send_header("Last-Modified", "Mon, 23 Nov 2026 12:00:00 GMT")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
