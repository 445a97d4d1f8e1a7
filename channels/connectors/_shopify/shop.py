"""What a shop is and holds, asked of itself: its languages, limits and sales channels once, its products by our key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import orjson
from django.utils.translation import gettext as _

from channels.connectors._shopify import documents
from channels.connectors._shopify.api import Api, InvalidVariables
from channels.connectors._shopify.errors import errors_of
from channels.connectors._shopify.fields import Refused, ShopFacts, There
from channels.connectors._shopify.texts import matched
from channels.connectors.base import Config, Item, Unknown, Wanted

KEY, RECEIPT = "sku", "sent"  # keys of our two metafields
OWNED_AT_FIRST = ("media", "status")
VARIANTS_AT_ONCE = 100
TERMS_AT_ONCE = 50  # of a search
# userErrors that no edit mends: the shop's own trouble, and what went away while we spoke of it.
PASSING = frozenset(
    {"GENERIC_ERROR", "JOB_ERROR", "INTERNAL_ERROR", "STALE_OBJECT", "PRODUCT_DOES_NOT_EXIST"}
)


class Shop:
    def __init__(self, api: Api, settings: Mapping[str, Any]) -> None:
        self.api, self.settings = api, settings
        self.namespace = str(settings.get("namespace") or "pim")

    @cached_property
    def facts(self) -> ShopFacts:
        """Asked once a drain. Raises Config where channel and shop do not fit together."""
        wanted = [
            one.strip() for one in str(self.settings.get("publications") or "").split(",") if one.strip()
        ]
        if not self.api.shop or not self.api.credentials.get("token"):
            raise Config(_("The shop's address or its token is missing: fill them in on the channel's page."))
        variables = {"namespace": self.namespace, "key": KEY, "published": bool(wanted)}
        data = self.api.run(*documents.SETUP, variables)
        self._define(data.get("definition"))
        self.api.changed = False  # what was made there is no product
        limits = data["shop"]["resourceLimits"]
        theirs = data["shopLocales"]
        return ShopFacts(
            main=str(next((one["locale"] for one in theirs if one["primary"]), "en")),
            others=tuple(str(one["locale"]) for one in theirs if not one["primary"]),
            currency=str(data["shop"]["currencyCode"]), most_options=int(limits["maxProductOptions"]),
            most_variants=int(limits["maxProductVariants"]),
            types={
                (one["namespace"], one["key"]): one["type"]["name"] for one in data["metafieldDefinitions"]["nodes"]
            },
            publications=_publications(wanted, (data.get("publications") or {}).get("nodes") or ()),
            location=str(self.settings.get("location") or ""), namespace=self.namespace,
            owns=frozenset(self.settings.get("owns", OWNED_AT_FIRST)),
        )  # fmt: skip

    def speaking(self, ours: tuple[str, ...]) -> ShopFacts:
        """The shop, with what its languages are among the channel's locales."""
        base, locales = matched(ours, self.facts.main, self.facts.others)
        return replace(self.facts, base=base, locales=locales)

    def _define(self, definition: Mapping[str, Any] | None) -> None:
        """The metafield that holds our key, made where the shop has none yet."""
        name = f"{self.namespace}.{KEY}"
        if definition is not None:
            if definition["type"]["name"] != "id":
                raise Config(_("The shop has a metafield %s that is no id: choose another namespace.") % name)
            return
        wanted = {
            "name": "PIM SKU", "namespace": self.namespace, "key": KEY, "type": "id", "ownerType": "PRODUCT",
            "capabilities": {"uniqueValues": {"enabled": True}},
        }  # fmt: skip
        payload = self.api.run(*documents.DEFINE, {"definition": wanted})["metafieldDefinitionCreate"] or {}
        errors = [error for error in payload.get("userErrors") or () if error.get("code") != "TAKEN"]
        if errors:
            told = "; ".join(str(error.get("message")) for error in errors)
            raise Config(
                _("The shop does not let us keep our key in metafield %(name)s: %(told)s")
                % {"name": name, "told": told}
            )

    def key_of(self, sku: str) -> dict[str, str]:
        """By which productSet and the queries address a product of ours."""
        return {"namespace": self.namespace, "key": KEY, "value": sku}

    def held(self, keys: Sequence[str]) -> dict[str, dict[str, Any] | None]:
        """Products by our keys; None where the shop has none."""
        self.facts  # noqa: B018 - without the definition of our key the shop finds nothing by it
        variables: dict[str, Any] = {f"k{n}": self.key_of(key) for n, key in enumerate(keys)}
        data = self.api.run(
            *documents.held(len(keys)), {**variables, "namespace": self.namespace, "receipt": RECEIPT}
        )
        return {key: data.get(f"p{n}") for n, key in enumerate(keys)}

    def alike(self, wanted: Sequence[Wanted]) -> dict[str, list[dict[str, Any]]]:
        """By key, products that carry a SKU or a GTIN of these, each once with `by`: "sku" before "gtin".

        A GTIN is the same with or without zeros in front, as in a UPC that is written as an EAN.
        """
        skus = {sku: one.key for one in wanted for sku in one.skus}
        gtins = {gtin.lstrip("0"): one.key for one in wanted for gtin in one.gtins if gtin.lstrip("0")}
        asked = [f"sku:{_quoted(sku)}" for sku in skus]
        asked += [f"barcode:{_quoted(form)}" for gtin in gtins for form in _forms(gtin)]
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for start in range(0, len(asked), TERMS_AT_ONCE):
            query = " OR ".join(asked[start : start + TERMS_AT_ONCE])
            variables = {"query": query, "namespace": self.namespace, "key": KEY, "receipt": RECEIPT}
            for node in self.api.run(*documents.SAME_SKU, variables)["productVariants"]["nodes"]:
                product = node["product"]
                by_sku = skus.get(str(node.get("sku")))
                by_gtin = gtins.get(str(node.get("barcode") or "").lstrip("0"))
                if by_sku is not None:
                    found.setdefault(by_sku, {})[product["id"]] = {**product, "by": "sku"}
                if by_gtin is not None:
                    found.setdefault(by_gtin, {}).setdefault(product["id"], {**product, "by": "gtin"})
        return {
            key: sorted(products.values(), key=lambda one: one["by"] != "sku")
            for key, products in found.items()
        }

    def strangers(self, items: Sequence[Item]) -> dict[str, list[dict[str, Any]]]:
        """As alike(), of what is to be sent: by its SKUs and the barcodes it is sent with."""
        return self.alike([wanted_of(item) for item in items])

    def there(self, product: str, receipt: Mapping[str, Any], variants: int) -> There:
        """Its variants, all pages of them, its pictures and publications."""
        found: list[dict[str, Any]] = []
        variables: dict[str, Any] = {
            "id": product, "first": min(VARIANTS_AT_ONCE, variants + 5), "after": None,
            "media": "media" in self.facts.owns, "published": bool(self.facts.publications),
        }  # fmt: skip
        media: frozenset[str] = frozenset()
        published: frozenset[str] = frozenset()
        while True:
            part = self.api.run(*documents.PARTS, variables)["product"]
            if part is None:
                raise Unknown(_("The product went away in the shop meanwhile."))
            found += part["variants"]["nodes"]
            if "media" in part:
                media = frozenset(one["id"] for one in part["media"]["nodes"] if one["status"] != "FAILED")
            if "resourcePublicationsV2" in part:
                nodes = part["resourcePublicationsV2"]["nodes"]
                published = frozenset(one["publication"]["id"] for one in nodes)
            page = part["variants"]["pageInfo"]
            if not page["hasNextPage"]:
                return There(product, found, media, published, receipt)
            variables |= {
                "after": page["endCursor"],
                "first": VARIANTS_AT_ONCE,
                "media": False,
                "published": False,
            }

    def mutate(
        self,
        document: documents.Document,
        name: str,
        variables: Mapping[str, Any],
        where: Any = lambda path: ("", ""),
    ) -> dict[str, Any]:
        """The mutation's payload. Raises Refused for its userErrors, each at the field `where` finds."""
        try:
            payload = self.api.run(*document, variables)[name] or {}
        except InvalidVariables as error:
            if not error.problems:
                raise
            problems = [{"field": path, "message": message} for path, message in error.problems]
            raise Refused(errors_of(problems, where)) from error
        told = payload.get("userErrors") or ()
        if PASSING & {str(error.get("code")) for error in told}:
            raise Unknown(_("The shop failed: %s") % "; ".join(str(error.get("message")) for error in told))
        if told:
            raise Refused(errors_of(told, where))
        return dict(payload)


def receipt_of(product: Mapping[str, Any]) -> dict[str, Any]:
    """What we noted at the product; {} where nothing, or nothing that can be read."""
    try:
        receipt = orjson.loads((product.get("receipt") or {}).get("value") or "{}")
    except ValueError:
        return {}
    return receipt if isinstance(receipt, dict) else {}


def is_gone(product: Mapping[str, Any], receipt: Mapping[str, Any]) -> bool:
    """Withdrawn by us, and not made active by staff since."""
    way = receipt.get("withdrawn")
    return way == "unpublish" or (bool(way) and product["status"] != "ACTIVE")


def _publications(wanted: Sequence[str], there: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Ids of the named publications. Raises Config for a name the shop does not know."""
    by_name: dict[str, str] = {}
    for one in there:
        for name in (
            one.get("name"),
            (one.get("catalog") or {}).get("title"),
            one["id"],
            one["id"].rpartition("/")[2],
        ):
            by_name.setdefault(str(name or "").casefold(), one["id"])
    unknown = [name for name in wanted if name.casefold() not in by_name]
    if unknown:
        names = ", ".join(str(one.get("name") or one["id"]) for one in there)
        message = _("The shop has no sales channel '%(name)s'. There are: %(names)s.")
        raise Config(message % {"name": unknown[0], "names": names or "–"})
    return tuple(dict.fromkeys(by_name[name.casefold()] for name in wanted))


def wanted_of(item: Item) -> Wanted:
    sheet = item.sheet or {"sku": item.key}
    parts = sheet.get("variants") or [sheet]
    held = [
        values.get("barcode")
        for part in parts
        for values in (part.get("fields") or {}, *(part.get("locales") or {}).values())
    ]
    gtins = dict.fromkeys(str(one) for one in held if one and str(one).isdigit())
    return Wanted(item.key, tuple(str(part["sku"]) for part in parts), tuple(gtins))


def _forms(gtin: str) -> list[str]:
    """As it may be written: 8, 12, 13 or 14 digits, and as it is."""
    return list(dict.fromkeys([gtin, *(gtin.zfill(size) for size in (8, 12, 13, 14) if size >= len(gtin))]))


def _quoted(sku: str) -> str:
    return '"' + sku.replace("\\", "\\\\").replace('"', '\\"') + '"'
