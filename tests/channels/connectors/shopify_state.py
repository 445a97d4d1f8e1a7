"""What the stand-in Shopify holds and does, as resolvers of its schema.

Of productSet it does what hurts: lists lose what they are not told of, and a new product has our key only where the
input's metafields carry it.
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import count
from typing import Any

from tests.channels.connectors.shopify_translations import Texts

UNVARIED = {"Title": "Default Title"}


class ShopifyState(Texts):
    """`rejected`: our key → why productSet refuses it; `told`: userErrors of the next productSets; `sets`: the key of each
    productSet that came, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.definitions: dict[tuple[str, str], str] = {}
        self.created = 0
        self.rejected: dict[str, str] = {}
        self.told: list[dict[str, Any]] = []
        self.sets: list[str] = []
        self.failing_media: set[str] = set()
        self.locales = ["en", "de"]
        self.limits = {"maxProductOptions": 3, "maxProductVariants": 2048}
        self.currency = "EUR"
        self._ids = count(1)

    def product(self, key: str) -> dict[str, Any]:
        return next(product for product in self.products.values() if self.key_of(product) == key)

    @staticmethod
    def key_of(product: dict[str, Any]) -> str:
        return str(product["metafields"].get(("pim", "sku"), {}).get("value", ""))

    def key_meant(self, identifier: dict[str, Any]) -> str:
        """Our key of the product that a productSet is about."""
        return str(
            (identifier.get("customId") or {}).get("value") or self.key_of(self.products[identifier["id"]])
        )

    def translated(self, resource: str, key: str, locale: str = "de") -> str | None:
        found = self.translations.get((resource, locale, key))
        return found and found["value"]

    def made_in_the_shop(self, title: str, sku: str, barcode: str = "", **more: Any) -> dict[str, Any]:
        """A product that staff made."""
        product = self._empty(title)
        product |= {"tags": ["theirs"], **more}
        product["variants"] = [
            {"id": self._id("ProductVariant"), "sku": sku, "barcode": barcode, "options": dict(UNVARIED)}
        ]
        product["options"] = self._options(
            product, [{"name": "Title", "values": [{"name": "Default Title"}]}]
        )
        self.products[product["id"]] = product
        return product

    # --- what it can do

    def _root(self) -> dict[str, Any]:
        return {
            "shop": {"currencyCode": self.currency, "resourceLimits": self.limits},
            "shopLocales": [{"locale": one, "primary": not n} for n, one in enumerate(self.locales)],
            "metafieldDefinition": lambda info, identifier: self._definition(identifier["namespace"], identifier["key"]),
            "metafieldDefinitions": lambda info, **more: {"nodes": [self._definition(*name) for name in self.definitions]},
            "publications": lambda info, **more: {
                "nodes": [{"id": f"gid://shopify/Publication/{n}", "name": name, "catalog": None} for n, name in enumerate(("Online Store", "Point of Sale"), 1)]
            },
            "productByIdentifier": lambda info, identifier: self._by_key(identifier["customId"]),
            "product": lambda info, id: self._shown(self.products.get(id)),
            "productVariants": self._variants_by_sku,
            "translatableResourcesByIds": lambda info, resourceIds, **more: {"nodes": [self._translatable(one) for one in resourceIds]},
            "metafieldDefinitionCreate": self._define,
            "productSet": self._set,
            "productUpdate": self._update,
            "metafieldsSet": self._set_metafields,
            "metafieldsDelete": self._delete_metafields,
            "publishablePublish": lambda info, id, input: self._published(id, input, True),
            "publishableUnpublish": lambda info, id, input: self._published(id, input, False),
            "translationsRegister": self._register,
            "translationsRemove": self._remove,
        }  # fmt: skip

    def _definition(self, namespace: str, key: str) -> dict[str, Any] | None:
        kind = self.definitions.get((namespace, key))
        return kind and {
            "id": f"gid://shopify/MetafieldDefinition/{namespace}-{key}",
            "namespace": namespace,
            "key": key,
            "type": {"name": kind},
        }

    def _define(self, info: Any, definition: dict[str, Any]) -> dict[str, Any]:
        self.definitions[definition["namespace"], definition["key"]] = definition["type"]
        return {
            "createdDefinition": self._definition(definition["namespace"], definition["key"]),
            "userErrors": [],
        }

    def _by_key(self, key: dict[str, str]) -> dict[str, Any] | None:
        assert self.definitions.get((key["namespace"], key["key"])) == "id"
        found = [
            one
            for one in self.products.values()
            if one["metafields"].get((key["namespace"], key["key"]), {}).get("value") == key["value"]
        ]
        assert len(found) <= 1, "two products carry one key"
        return self._shown(found[0] if found else None)

    def _variants_by_sku(self, info: Any, query: str, **more: Any) -> dict[str, Any]:
        skus = set(re.findall(r'sku:"((?:[^"\\]|\\.)*)"', query))
        barcodes = set(re.findall(r'barcode:"([^"]*)"', query))
        return {"nodes": [
            {"sku": variant["sku"], "barcode": variant.get("barcode"), "product": self._shown(product)}
            for product in self.products.values() for variant in product["variants"]
            if variant["sku"] in skus or (variant.get("barcode") or "-") in barcodes
        ]}  # fmt: skip

    def _set(
        self, info: Any, identifier: dict[str, Any], input: dict[str, Any], synchronous: bool
    ) -> dict[str, Any]:
        given = {(one["namespace"], one["key"]): one for one in input.get("metafields") or ()}
        custom = identifier.get("customId")
        if (
            custom
            and given
            and given.get((custom["namespace"], custom["key"]), {}).get("value") != custom["value"]
        ):
            return _refused(
                "METAFIELD_MISMATCH", ["input", "metafields"], "Metafields must contain the identifier."
            )
        there = self._by_key(custom) if custom else self.products.get(identifier["id"])
        product = self.products.get(there["id"]) if there else None
        if product is None and not custom:
            return _refused("PRODUCT_DOES_NOT_EXIST", ["identifier", "id"], "Product does not exist")
        key = custom["value"] if custom else self.key_of(product or {})
        self.sets.append(key)
        if self.told or key in self.rejected:
            told = (
                [self.told.pop(0)]
                if self.told
                else [{"field": ["input", "title"], "message": self.rejected[key], "code": None}]
            )
            return {"product": None, "userErrors": told}
        if not input.get("title"):
            return _refused("INVALID_PRODUCT", ["input", "title"], "Title can't be blank")
        taken = [
            one
            for one in self.products.values()
            if one is not product and one["handle"] == input.get("handle")
        ]
        if taken and input.get("handle"):
            return _refused(
                "HANDLE_NOT_UNIQUE",
                ["input", "handle"],
                "Handle already in use. Please provide a new handle.",
            )
        chosen = [tuple(one["name"] for one in variant["optionValues"]) for variant in input["variants"]]
        if twice := [n for n, one in enumerate(chosen) if one in chosen[:n]]:
            return _refused(
                "INVALID_VARIANT",
                ["input", "variants", str(twice[0])],
                "The variant already exists. Please change at least one option value.",
            )
        if product is None:
            product = self._empty(input["title"])
            self.products[product["id"]] = product
            self.created += 1
        self._apply(product, input)
        return {"product": self._shown(product), "userErrors": []}

    def _apply(self, product: dict[str, Any], input: dict[str, Any]) -> None:
        for name in (
            "title",
            "descriptionHtml",
            "vendor",
            "productType",
            "handle",
            "status",
            "tags",
            "collections",
            "category",
        ):
            if name in input:
                product[name] = written(name, input[name])
        product["seo"] |= input.get("seo") or {}
        if "metafields" in input:
            kept = {(one["namespace"], one["key"]): one for one in input["metafields"]}
            product["metafields"] = {name: self._metafield(product, one) for name, one in kept.items()}
        if "files" in input:
            held = {one["id"]: one for one in product["media"]}
            product["media"] = [
                {**held[one["id"]], "alt": one.get("alt")} if "id" in one else self._picture(one)
                for one in input["files"]
            ]
        product["options"] = self._options(product, input["productOptions"])
        known = {one["id"]: one for one in product["variants"]}
        product["variants"] = [
            {
                **known.get(one.get("id"), {"id": self._id("ProductVariant"), "sku": ""}),
                **{
                    name: written(name, value)
                    for name, value in one.items()
                    if name not in ("optionValues", "id")
                },
                "options": {value["optionName"]: value["name"] for value in one["optionValues"]},
            }
            for one in input["variants"]
        ]

    def _options(self, product: dict[str, Any], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        old = {one["name"]: one for one in product["options"]}
        made = []
        for place, one in enumerate(given, 1):
            kept = old.get(one["name"]) or {"id": self._id("ProductOption"), "values": {}}
            values = {
                word["name"]: kept["values"].get(word["name"]) or self._id("ProductOptionValue")
                for word in one["values"]
            }
            made.append(
                {
                    "id": kept["id"],
                    "name": one["name"],
                    "position": one.get("position", place),
                    "values": values,
                }
            )
        return made

    def _picture(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "__typename": "MediaImage",
            "id": self._id("MediaImage"),
            "status": "PROCESSING",
            "source": given["originalSource"],
            "alt": given.get("alt"),
        }

    def _update(self, info: Any, product: dict[str, Any]) -> dict[str, Any]:
        self.products[product["id"]] |= {name: value for name, value in product.items() if name != "id"}
        return {"product": self._shown(self.products[product["id"]]), "userErrors": []}

    def _set_metafields(self, info: Any, metafields: list[dict[str, Any]]) -> dict[str, Any]:
        for place, one in enumerate(metafields):
            if not one["value"] or (one["type"] == "number_integer" and not one["value"].isdigit()):
                return {
                    "metafields": None,
                    "userErrors": [
                        {
                            "field": ["metafields", str(place), "value"],
                            "message": "Value is invalid.",
                            "code": "INVALID_VALUE",
                        }
                    ],
                }
        made = []
        for one in metafields:
            product = self.products[one["ownerId"]]
            product["metafields"][one["namespace"], one["key"]] = self._metafield(product, one)
            made.append(product["metafields"][one["namespace"], one["key"]])
        return {"metafields": made, "userErrors": []}

    def _metafield(self, product: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
        old = product["metafields"].get((given["namespace"], given["key"]))
        return {
            "id": old["id"] if old else self._id("Metafield"),
            "owner": {"__typename": "Product", "id": product["id"]},
            **{name: given[name] for name in ("namespace", "key", "type")},
            "value": written(given["type"], given["value"]),
        }

    def _delete_metafields(self, info: Any, metafields: list[dict[str, Any]]) -> dict[str, Any]:
        for one in metafields:
            self.products[one["ownerId"]]["metafields"].pop((one["namespace"], one["key"]), None)
        return {"userErrors": []}

    def _published(self, id: str, input: list[dict[str, str]], on: bool) -> dict[str, Any]:
        given = {one["publicationId"] for one in input}
        place = self.products[id]["published"]
        place.update(given) if on else place.difference_update(given)
        return {"publishable": {"__typename": "Product", **self._shown(self.products[id])}, "userErrors": []}

    # --- a product as it is asked for

    def _empty(self, title: str) -> dict[str, Any]:
        number = next(self._ids)
        return {
            "id": f"gid://shopify/Product/{number}", "title": title, "handle": f"product-{number}", "status": "ACTIVE", "descriptionHtml": "",
            "vendor": "", "productType": "", "tags": [], "seo": {"title": None, "description": None}, "metafields": {}, "media": [],
            "variants": [], "options": [], "published": set(),
        }  # fmt: skip

    def _shown(self, product: dict[str, Any] | None) -> dict[str, Any] | None:
        if product is None:
            return None
        nodes = [
            {
                **variant,
                "selectedOptions": [
                    {"name": name, "value": value} for name, value in variant["options"].items()
                ],
                "price": variant.get("price", "0.00"),
                "inventoryItem": {"measurement": {}, **(variant.get("inventoryItem") or {})},
            }
            for variant in product["variants"]
        ]

        def variants(info: Any, first: int, after: str | None = None, **more: Any) -> dict[str, Any]:
            start = int(after or 0)
            page = {"hasNextPage": start + first < len(nodes), "endCursor": str(start + first)}
            return {"nodes": nodes[start : start + first], "pageInfo": page}

        media = [
            {**one, "status": "FAILED" if one["source"] in self.failing_media else one["status"]}
            for one in product["media"]
        ]

        def metafields(info: Any, first: int, keys: list[str], **more: Any) -> dict[str, Any]:
            found = [one for name, one in product["metafields"].items() if ".".join(name) in keys]
            return {"nodes": found[:first]}

        def pictures(info: Any, first: int, **more: Any) -> dict[str, Any]:
            return {"nodes": media[:first], "pageInfo": {"hasNextPage": len(media) > first}}

        return {
            **product, "category": product.get("category") and {"id": product["category"]}, "metafields": metafields,
            "onlineStoreUrl": f"https://shop.example/products/{product['handle']}" if product["published"] else None,
            "metafield": lambda info, namespace, key: product["metafields"].get((namespace, key)),
            "variants": variants, "media": pictures,
            "options": [
                {"id": one["id"], "name": one["name"], "position": one["position"], "optionValues": [{"id": i, "name": word} for word, i in one["values"].items()]}
                for one in product["options"]
            ],
            "resourcePublicationsV2": lambda info, **more: {"nodes": [{"publication": {"id": one}} for one in sorted(product["published"])]},
        }  # fmt: skip

    def _id(self, kind: str) -> str:
        return f"gid://shopify/{kind}/{next(self._ids)}"


def written(name: str, value: Any) -> Any:
    """As Shopify keeps it: texts trimmed, markup laid out and escaped, tags once and in order, amounts with their cents."""
    if name in ("title", "vendor", "productType"):
        return value.strip()
    if name == "descriptionHtml":
        return re.sub(r"(</(?:p|li|ul|h\d)>)(?=<)", r"\1\n", re.sub(r"&(?!\w+;|#)", "&amp;", value.strip()))
    if name == "tags":
        return sorted(
            {tag.strip().casefold(): tag.strip() for one in value for tag in one.split(",")}.values(),
            key=str.casefold,
        )
    if name in ("price", "compareAtPrice") and value is not None:
        return str(Decimal(value).quantize(Decimal("0.01")))
    if name == "number_decimal":
        return format(Decimal(value).normalize(), "f")
    if name in ("weight", "dimension", "volume"):
        return re.sub(r'"(g|kg)"', lambda unit: {"g": '"GRAMS"', "kg": '"KILOGRAMS"'}[unit[1]], value)
    return value


def _refused(code: str, field: list[str], message: str) -> dict[str, Any]:
    return {"product": None, "userErrors": [{"field": field, "message": message, "code": code}]}
