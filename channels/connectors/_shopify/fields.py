"""The mapping's target fields at Shopify, and what is spoken of: a shop, what it holds of a product, what is to be sent.

Of the product: title, description, vendor, product_type, handle, category, seo_title, seo_description, tags, collections; of
its variants: barcode, price, compare_at_price, cost, weight, harmonized_code, country_of_origin, stock. Any other becomes
a metafield: "care.material" is key material in namespace care, "material" stands in the PIM's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from channels.connectors.base import ItemError

# target → (field of productSet's input, key of its translation)
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("title", "title"),
    "description": ("descriptionHtml", "body_html"),
    "vendor": ("vendor", ""),
    "product_type": ("productType", "product_type"),
    "handle": ("handle", "handle"),
    "seo_title": ("seo.title", "meta_title"),
    "seo_description": ("seo.description", "meta_description"),
    "category": ("category", ""),
}
NEVER_EMPTIED = frozenset({"title", "handle"})  # Shopify has no product without them
LISTS = {"tags": "tags", "collections": "collections"}
# target → (field of a variant's input, what has to be owned for it to be sent)
OF_VARIANTS: dict[str, tuple[str, str]] = {
    "barcode": ("barcode", ""),
    "price": ("price", "prices"),
    "compare_at_price": ("compareAtPrice", "prices"),
    "cost": ("inventoryItem.cost", "prices"),
    "weight": ("inventoryItem.measurement.weight", ""),
    "harmonized_code": ("inventoryItem.harmonizedSystemCode", ""),
    "country_of_origin": ("inventoryItem.countryCodeOfOrigin", ""),
    "stock": ("inventoryQuantities", "stock"),
}


class Refused(Exception):
    """The sheet, or what the shop said of it: the item's errors, each at its field."""

    def __init__(self, errors: Iterable[ItemError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))


@dataclass(frozen=True)
class ShopFacts:
    """What a shop says of itself, and what of it is ours. `main` and `others`: its languages; `types` of its metafields.

    `base`: our locale of its main language; `locales`: of the others, ours → theirs. Both hang on the channel's locales.
    """

    main: str
    others: tuple[str, ...]
    currency: str
    most_options: int
    most_variants: int
    types: Mapping[tuple[str, str], str]
    base: str = ""
    locales: Mapping[str, str] = field(default_factory=dict)
    publications: tuple[str, ...] = ()
    location: str = ""
    namespace: str = "pim"
    owns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class There:
    """What the shop holds of the product now. `variants`: [{id, sku, barcode, selectedOptions}]; `media`: ids of its pictures."""

    id: str = ""
    variants: Sequence[Mapping[str, Any]] = ()
    media: frozenset[str] = frozenset()
    published: frozenset[str] = frozenset()
    receipt: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Outgoing:
    """`input` of productSet; `metafields`: (target, namespace, key, type, value); `texts` by locale: target → text;
    `option_texts` by locale: (option's position, its value or "") → text; `names`: targets sent; `pictures`: their keys;
    `left_to_the_shop`: whether it is active is the shop's own."""

    input: dict[str, Any]
    metafields: list[tuple[str, str, str, str, str]]
    texts: dict[str, dict[str, str]]
    option_texts: dict[str, dict[tuple[int, str], str]]
    names: list[str]
    skus: list[str]
    pictures: list[str]
    axes: list[str]
    left_to_the_shop: bool = False

    @property
    def metafield_names(self) -> list[str]:
        return [f"{namespace}.{key}" for _target, namespace, key, *_rest in self.metafields]


def text(value: Any) -> str:
    """A sheet's value in one text."""
    if isinstance(value, Mapping):
        if "label" in value:
            return str(value["label"])
        if "amount" in value:
            return f"{value['amount']} {value.get('unit', '')}".strip()
        return orjson.dumps(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(text(one) for one in value)
    return str(value)


def digest(value: Any) -> str:
    return sha256(orjson.dumps(value)).hexdigest()[:12]


def shown(product: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Digests of what the shop shows in fields of ours, so that what staff changed there is noticed."""
    found = {
        "title": product.get("title"), "description": product.get("descriptionHtml"), "vendor": product.get("vendor"),
        "product_type": product.get("productType"), "handle": product.get("handle"), "status": product.get("status"),
        "seo_title": (product.get("seo") or {}).get("title"), "seo_description": (product.get("seo") or {}).get("description"),
    }  # fmt: skip
    return {name: digest(found[name]) for name in names if name in found}


def values_of(part: Mapping[str, Any], base: str) -> dict[str, Any]:
    return {**(part.get("fields") or {}), **((part.get("locales") or {}).get(base) or {})}


def put(made: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        made = made.setdefault(step, {})
    made[last] = value


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
