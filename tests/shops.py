"""The stand-in Shopify and Google as servers of their own, for `manage.py demo --shops`: to connect a channel and look on.

What they hold is kept in memory and gone with the process; Google's key is kept beside, so that a channel goes on working.
"""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from html import escape
from pathlib import Path
from typing import Any

import django
import orjson
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

if __name__ == "__main__":
    django.setup()

from channels.connectors.google import GoogleMerchant
from pim.demo.catalogue import products
from tests.channels.connectors.google_shop import MerchantCenter
from tests.channels.connectors.shopify_schema import INTROSPECTION
from tests.channels.connectors.shopify_shop import ShopifyShop

HOST = "127.0.0.1"


def kept_key(path: Path, address: str) -> str:
    """The service account's key, made the first time."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GoogleMerchant.sample(address)[1]["key"], encoding="utf-8")
        path.chmod(0o600)
    key = orjson.loads(path.read_bytes()) | {"token_uri": f"{address}/token"}
    path.write_bytes(orjson.dumps(key))
    return path.read_text(encoding="utf-8")


def shown(title: str, rows: list[tuple[str, ...]]) -> Response:
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    page = f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><p>{len(rows)} products</p><table>{lines}</table></html>"
    return Response(page, content_type="text/html; charset=utf-8")


def fill(shop: ShopifyShop) -> None:
    """What staff made before the PIM came: found by SKU, found by GTIN, and one that is there twice."""
    rows = {row.sku: row for row in products()}
    shop.made_in_the_shop("Slate mug", "TH-KOPP-SLATE")
    shop.made_in_the_shop("Enamel mug, old", "A-1702", barcode=str(rows["TH-EMALJ-MOSS"].values["gtin"]))
    shop.made_in_the_shop("Coffee pot", "TH-KAFFEKL")
    shop.made_in_the_shop("Coffee pot with two mugs", "SET-3", barcode=str(rows["TH-KAFFEKL"].values["gtin"]))


def shopify(port: int) -> HTTPServer:
    server = HTTPServer(host=HOST, port=port)
    shop = ShopifyShop(server)
    fill(shop)

    def look(_request: Request) -> Response:
        return shown(
            "Shopify, as a stand-in",
            [(shop.key_of(one), one["title"], one["status"], f"{len(one['variants'])} variants") for one in shop.products.values()],
        )  # fmt: skip

    server.expect_request("/", method="GET").respond_with_handler(look)
    return server


def google(port: int, key: Path) -> HTTPServer:
    server = HTTPServer(host=HOST, port=port)
    center = MerchantCenter(server)
    center.key = orjson.loads(kept_key(key, f"http://{HOST}:{port}"))

    def look(_request: Request) -> Response:
        def row(one: dict[str, Any]) -> tuple[str, ...]:
            held = one.get("productAttributes", {})
            return one["offerId"], str(held.get("title", "")), one["contentLanguage"], one["feedLabel"]

        return shown("Merchant Center, as a stand-in", [row(one) for one in center.inputs.values()])

    server.expect_request("/", method="GET").respond_with_handler(look)
    return server


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--shopify-port", type=int, required=True)
    parser.add_argument("--google-port", type=int, required=True)
    parser.add_argument("--key", type=Path, required=True, help="where Google's key is kept")
    given = parser.parse_args()
    servers = [google(given.google_port, given.key)]
    if INTROSPECTION.is_file():
        servers.append(shopify(given.shopify_port))
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    for server in servers:
        server.start()
    ended.wait()
    for server in servers:
        server.stop()


if __name__ == "__main__":
    main()
