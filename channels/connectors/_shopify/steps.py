"""What is asked of a shop for one product, step after step: receipt opened, product set, metafields, publication, receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from channels.connectors._shopify import documents
from channels.connectors._shopify.errors import field_of, metafield_of
from channels.connectors._shopify.fields import TEXTS, Outgoing, shown
from channels.connectors._shopify.shop import KEY, RECEIPT, Shop
from channels.connectors.base import Item

HIDDEN = frozenset({"archive", "draft"})  # ways to withdraw after which a product needs its status again
METAFIELDS_AT_ONCE = 25
Metafields = list[dict[str, str]]


class Steps:
    def __init__(self, shop: Shop, settings: Mapping[str, Any]) -> None:
        self.shop, self.settings = shop, settings

    @property
    def keeps_active(self) -> bool:
        """Where new products are drafts, staff decide when one becomes active."""
        return "status" in self.shop.facts.owns and (self.settings.get("new") or "ACTIVE") == "ACTIVE"

    # --- productSet

    def variables(self, key: str, known: str, sent: Outgoing, receipt: Mapping[str, Any]) -> dict[str, Any]:
        """productSet's. A new one is addressed by our key, which it carries from its first moment: what an answer was lost
        of is found, and not made again. One that is there is addressed by its id, so that what was deleted meanwhile is not
        made without the key; its metafields stay out of it, since productSet would delete those of others.
        """
        made = dict(sent.input)
        if not known:
            made["metafields"] = [{"namespace": self.shop.namespace, "key": KEY, "type": "id", "value": key}]
        keeps = self.keeps_active and not sent.left_to_the_shop
        if not known or keeps or {receipt.get("withdrawn"), receipt.get("resumed")} & HIDDEN:
            made["status"] = self.settings.get("new") or "ACTIVE"
        identifier = {"id": known} if known else {"customId": self.shop.key_of(key)}
        return {
            "identifier": identifier, "input": made, "media": "files" in made, "options": bool(sent.axes and sent.texts),
        }  # fmt: skip

    def set(self, key: str, known: str, sent: Outgoing, receipt: Mapping[str, Any]) -> dict[str, Any]:
        """The product as productSet answers it."""
        payload = self.shop.mutate(
            documents.SET, "productSet", self.variables(key, known, sent, receipt),
            where=lambda path: field_of(path, sent),
        )  # fmt: skip
        return dict(payload["product"])

    @staticmethod
    def pictures(product: Mapping[str, Any], sent: Outgoing) -> dict[str, str]:
        """The ids the shop gave our pictures, by our keys; {} where it tells of others than were sent."""
        nodes = [node["id"] for node in (product.get("media") or {}).get("nodes") or ()]
        return dict(zip(sent.pictures, nodes, strict=True)) if len(nodes) == len(sent.pictures) else {}

    # --- receipts

    def opened(
        self,
        product: str,
        receipt: Mapping[str, Any],
        sent: Outgoing | None = None,
        *,
        key: str = "",
        way: str = "",
    ) -> Metafields:
        """Before anything of a product is changed, its receipt stops standing for what the shop shows.

        It notes what this push adds, so that a later one takes that out again, and the `way` it may be withdrawn by, so
        that a later one shows it again. `key`: of a product that is taken over, which so is nobody's any more to take up.
        """
        noted = {name: value for name, value in receipt.items() if name != "withdrawn"}
        noted["hash"] = ""
        noted["resumed"] = way or receipt.get("withdrawn") or receipt.get("resumed") or ""
        added = {"names": sent.names, "skus": sent.skus, "metafields": sent.metafield_names} if sent else {}
        for name, listed in added.items():
            noted[name] = list(dict.fromkeys([*(receipt.get(name) or ()), *listed]))
        values = {KEY: ("id", key)} if key else {}
        if key or (receipt and noted != receipt):  # without a receipt nothing is believed anyhow
            values[RECEIPT] = ("json", orjson.dumps(noted).decode())
        return [self._own(product, name, kind, value) for name, (kind, value) in values.items()]

    def open(
        self, product: str, receipt: Mapping[str, Any], sent: Outgoing | None = None, **more: str
    ) -> None:
        if given := self.opened(product, receipt, sent, **more):
            self.shop.mutate(documents.SET_METAFIELDS, "metafieldsSet", {"metafields": given})

    def receipt(
        self, item: Item, product: Mapping[str, Any], sent: Outgoing, pictures: Mapping[str, str]
    ) -> Metafields:
        """What stands for all of it, once it went through: the last step, and the only one that has the hash."""
        names = [
            *(name for name in sent.names if name in TEXTS),
            *(["status"] if self.keeps_active and not sent.left_to_the_shop else []),
        ]
        told = {
            "hash": item.hash, "revision": item.revision, "names": sent.names, "skus": sent.skus, "media": dict(pictures),
            "metafields": sent.metafield_names, "shown": shown(product, names),
        }  # fmt: skip
        return [self._receipt(str(product["id"]), told)]

    def leave(self, given: Metafields) -> None:
        self.shop.mutate(documents.LEAVE_RECEIPT, "metafieldsSet", {"metafields": given})

    def leave_withdrawn(self, item: Item, product: str, receipt: Mapping[str, Any], way: str) -> None:
        kept = {name: receipt[name] for name in ("names", "skus", "media", "metafields") if name in receipt}
        told = {**kept, "hash": "", "revision": item.revision, "withdrawn": way, "shown": {}}
        self.leave([self._receipt(product, told)])

    def _receipt(self, owner: str, told: Mapping[str, Any]) -> dict[str, str]:
        return self._own(owner, RECEIPT, "json", orjson.dumps(told).decode())

    def _own(self, owner: str, name: str, kind: str, value: str) -> dict[str, str]:
        return {
            "ownerId": owner,
            "namespace": self.shop.namespace,
            "key": name,
            "type": kind,
            "value": value,
        }

    # --- metafields and publication

    @staticmethod
    def metafields(owner: str, sent: Outgoing) -> Metafields:
        return [
            {"ownerId": owner, "namespace": namespace, "key": key, "type": kind, "value": value}
            for _target, namespace, key, kind, value in sent.metafields
        ]

    def set_metafields(self, owner: str, sent: Outgoing, receipt: Mapping[str, Any]) -> dict[str, str]:
        """Our metafields, those without a value any more deleted; target → the metafield's id."""
        given = self.metafields(owner, sent)
        found: list[dict[str, str]] = []
        for start in range(0, len(given), METAFIELDS_AT_ONCE):
            targets = [one[0] for one in sent.metafields[start : start + METAFIELDS_AT_ONCE]]
            payload = self.shop.mutate(
                documents.SET_METAFIELDS, "metafieldsSet", {"metafields": given[start : start + METAFIELDS_AT_ONCE]},
                where=lambda path, targets=targets: (metafield_of(path, targets), ""),
            )  # fmt: skip
            found += payload.get("metafields") or ()
        self.delete_metafields(owner, sent, receipt)
        return self.ids_of(found, sent)

    @staticmethod
    def ids_of(found: Sequence[Mapping[str, str]], sent: Outgoing) -> dict[str, str]:
        by_key = {(one["namespace"], one["key"]): one["id"] for one in found}
        return {
            target: by_key[namespace, key]
            for target, namespace, key, *_rest in sent.metafields
            if (namespace, key) in by_key
        }

    def delete_metafields(self, owner: str, sent: Outgoing, receipt: Mapping[str, Any]) -> None:
        gone = [name for name in receipt.get("metafields") or () if name not in sent.metafield_names]
        if gone:
            listed = [dict(zip(("namespace", "key"), name.split(".", 1), strict=True)) for name in gone]
            self.shop.mutate(
                documents.DELETE_METAFIELDS, "metafieldsDelete",
                {"metafields": [{"ownerId": owner, **one} for one in listed]},
            )  # fmt: skip

    def publish(self, product: str, published: frozenset[str]) -> dict[str, Any]:
        """What of the product is only known now: where customers find it."""
        missing = [one for one in self.shop.facts.publications if one not in published]
        if not missing:
            return {}
        variables = {"id": product, "input": [{"publicationId": one} for one in missing]}
        payload = self.shop.mutate(documents.PUBLISH, "publishablePublish", variables)
        return dict(payload.get("publishable") or {})
