"""What every connector has to do, whatever its shape. A subject is a connector with the channel it speaks to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Response

from channels.connectors.base import Connector
from channels.connectors.feed import Feed
from channels.connectors.google import GoogleMerchant
from channels.connectors.portal import Portal
from channels.connectors.shopify import Shopify
from channels.connectors.webhook import Webhook
from tests.channels import shop as acts
from tests.channels.connectors.disk import Disk
from tests.channels.connectors.feed_shop import FeedConnector, FeedShop
from tests.channels.connectors.google_shop import MerchantCenter
from tests.channels.connectors.jobs_shop import JobsConnector, JobsShop
from tests.channels.connectors.shelf import Shelf
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.shop import Shop


@dataclass
class Subject:
    """`per_item`: the channel can refuse one item and take the others."""

    connector: type[Connector]
    server: Any
    per_item: bool = True

    @property
    def items(self) -> dict[str, Any]:
        return self.server.items

    @property
    def requests(self) -> int:
        return self.server.requests

    @property
    def sends(self) -> int:
        return len(self.server.posts) if isinstance(self.server, Shop) else self.server.submissions

    def sample(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.connector.sample(self.server.address)

    def answer_next(self, status: int, *, applied: bool = False, text: str = "", **headers: str) -> None:
        if isinstance(self.server, Shop):
            self.server.next.append(
                (acts.applies_and_answers if applied else acts.answers)(
                    status, **({"text": text} if not applied else {}), **headers
                )
            )
        else:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            self.server.next.append((Response(text, status=status, headers=named), applied))

    def reject(self, key: str) -> None:
        if isinstance(self.server, Shop):
            self.server.next.append(acts.rejects(key, field="title", message="Too loud."))
        else:
            self.server.rejected[key] = "Too loud."

    def stop_rejecting(self) -> None:
        if not isinstance(self.server, Shop):
            self.server.rejected.clear()


SUBJECTS = {
    "webhook": (Webhook, Shop, True),
    "google": (GoogleMerchant, MerchantCenter, True),
    "jobs": (JobsConnector, JobsShop, True),
    "snapshot": (FeedConnector, FeedShop, False),
    "feed": (Feed, Disk, False),
    "portal": (Portal, Shelf, True),
    "shopify": (Shopify, ShopifyShop, True),
}


# What a channel asks for beyond the fields that every subject has.
FIELDS: dict[str, list[dict[str, Any]]] = {
    "google": [
        {"target": "description", "source": {"template": "{name} for coffee"}, "localized": True},
        {"target": "link", "source": {"template": "https://shop.example/{sku}"}},
        {"target": "imageLink", "source": {"fixed": "https://shop.example/mug.jpg"}},
    ]
}


@contextmanager
def subject(code: str) -> Iterator[Subject]:
    connector, server, per_item = SUBJECTS[code]
    with HTTPServer(host="127.0.0.1") as httpserver, ExitStack() as stack:
        stands_in = server(httpserver)
        if isinstance(stands_in, (Disk, Shelf)):
            stack.enter_context(stands_in.mounted())
        yield Subject(connector, stands_in, per_item)
