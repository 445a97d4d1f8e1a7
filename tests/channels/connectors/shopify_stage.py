"""A world with a Shopify channel, and sheets to push to the stand-in without one."""

from __future__ import annotations

from typing import Any

from catalog.models import Product
from channels.connectors.base import Item, ItemResult
from channels.connectors.shopify import Shopify
from pim.lib.canonical import canonical_hash
from tests.channels.connectors.shopify_shop import ShopifyShop
from tests.channels.stage import Stage, make_channel, work_off_jobs
from tests.world import build_world

FIELDS: list[dict[str, Any]] = [
    {"target": "title", "source": {"attribute": "name"}, "localized": True},
    {"target": "description", "source": {"attribute": "description"}, "localized": True},
    {"target": "barcode", "source": {"attribute": "ean"}},
    {"target": "price", "source": {"attribute": "price"}},
    {"target": "weight", "source": {"attribute": "weight"}},
    {"target": "care.capacity", "source": {"attribute": "capacity"}},
]


class ShopifyStage(Stage):
    """A world and its Shopify channel; a shirt in two sizes."""

    def __init__(self, shop: ShopifyShop, **settings: Any) -> None:
        self.world, self.there = build_world(), shop
        given, credentials = Shopify.sample(shop.address)
        self.channel = make_channel(
            self.world, connector="shopify", settings=given | settings, credentials=credentials, required=(), fields=FIELDS
        )  # fmt: skip
        work_off_jobs()

    def shirt(self, sku: str = "SHIRT") -> int:
        names = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
        self.world.create(sku, names, family="shirts", family_variant="shirts_size", status="approved")
        for size in ("s", "m"):
            self.world.create(f"{sku}-{size.upper()}", {"size": size}, parent=sku, status="approved")
        return Product.objects.get(sku=sku).pk

    def setting(self, **settings: Any) -> None:
        self.channel.settings = {**self.channel.settings, **settings}
        self.channel.save()
        self.changed()


def connected(shop: ShopifyShop, **settings: Any) -> Shopify:
    given, credentials = Shopify.sample(shop.address)
    if "token" in settings:
        credentials = {"token": settings.pop("token")}
    return Shopify(channel="shop", settings=given | settings, credentials=credentials)


def sheet_of(
    sku: str = "MUG-1", title: str = "Mug", de: dict[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    texts = {
        "en_US": {"title": title, **more.pop("en", {})},
        "de_DE": de if de is not None else {"title": "Tasse"},
    }
    return {"sku": sku, "family": None, "locales": texts, "fields": {}, "images": [], "categories": []} | more


def sized(*sizes: str, sku: str = "SHIRT", **more: Any) -> dict[str, Any]:
    variants = [
        sheet_of(f"{sku}-{size}", "Shirt", axes={"size": {"en_US": size, "de_DE": f"Größe {size}"}}, **more)
        for size in sizes
    ]
    axes = [{"code": "size", "labels": {"en_US": "Size", "de_DE": "Größe"}}]
    return sheet_of(sku, "Shirt", {"title": "Hemd"}, axes=axes, variants=variants)


def item_of(sheet: dict[str, Any], revision: int = 1) -> Item:
    return Item(sheet["sku"], "upsert", revision, canonical_hash(sheet), sheet)


def push(shop: ShopifyShop, *sheets: dict[str, Any], revision: int = 1, **settings: Any) -> list[ItemResult]:
    with connected(shop, **settings) as connector:
        return list(connector.push([item_of(sheet, revision) for sheet in sheets]))


def told(results: list[ItemResult]) -> list[tuple[str, str, str]]:
    return [(error.field, error.locale, str(error)) for result in results for error in result.errors]


def sent(shop: ShopifyShop, operation: str = "Set") -> list[dict[str, Any]]:
    return [variables for name, variables in shop.log if name == operation]
