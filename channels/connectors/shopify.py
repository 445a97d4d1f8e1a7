"""A Shopify shop, by its Admin GraphQL: a product with its variants for each model, found again by our SKU.

The SKU stands in a metafield of type id ({namespace}.sku), which is how productSet addresses the product: it updates what
is there and creates what is not, so that a lost answer cannot double it. After everything else of a product went through,
a receipt is left beside it ({namespace}.sent): hash, revision, which fields were ours and what the shop then showed in them.
Reading back believes that receipt only while the shop still shows the same.

productSet deletes of a list what it is not told of, so lists are sent only where they are ours (`owns`); metafields go
by metafieldsSet, which leaves those of others alone, and variants that were never ours are named with our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.connectors import _calls
from channels.connectors._shopify import documents
from channels.connectors._shopify.api import Api, softened
from channels.connectors._shopify.errors import field_of, metafield_of
from channels.connectors._shopify.fields import TEXTS, Outgoing, Refused, There, shown
from channels.connectors._shopify.product import outgoing, refused_anyhow, sendable
from channels.connectors._shopify.settings import shop_settings
from channels.connectors._shopify.shop import KEY, OWNED_AT_FIRST, RECEIPT, Shop, is_gone, receipt_of
from channels.connectors._shopify.template import TEMPLATE
from channels.connectors._shopify.texts import Translations
from channels.connectors.base import (
    Config,
    Data,
    DeliveryError,
    Item,
    ItemError,
    ItemResult,
    PushItems,
    Seen,
    connector,
)
from channels.mapping.template import TemplateField
from pim.lib import http

HIDDEN = frozenset({"archive", "draft"})  # ways to withdraw after which a product needs its status again
METAFIELDS_AT_ONCE = 25
PUSH_SECONDS = 60.0  # then no further product of the batch is begun, and no wait for points either


@connector
class Shopify(PushItems):
    code = "shopify"
    label = gettext_lazy("Shopify")
    sentence = gettext_lazy(
        "A shop at Shopify gets each model as a product, with its variants, pictures and translations."
    )
    guide = "shopify"
    unit = "model"
    secret_fields = ("token",)
    guarded = ("shop",)
    batch_size = 10

    def __init__(self, *, channel: str, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
        super().__init__(channel=channel, settings=settings, credentials=dict(credentials))
        wait = float(settings.get("timeout") or 20)
        self.client = http.Client(connect=5.0, read=wait, total=wait + 5)
        self.seconds = PUSH_SECONDS + 2 * wait + 5
        self.address = str(settings.get("shop", "")).rstrip("/")
        # Products this instance sent, and under which key: what a batch asked before its first item may be outdated.
        self._sent_as: dict[str, str] = {}
        self.api = Api(
            self.address, str(settings.get("client_id") or ""), self.credentials, self.client,  # type: ignore[arg-type]
            seconds=PUSH_SECONDS,
        )  # fmt: skip
        self.shop = Shop(self.api, settings)

    def close(self) -> None:
        self.client.close()

    @classmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        return shop_settings()

    @classmethod
    def template(cls, settings: Mapping[str, Any]) -> Sequence[TemplateField]:
        return TEMPLATE

    @classmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        settings = {
            "shop": address, "client_id": "", "owns": list(OWNED_AT_FIRST), "publications": "Online Store", "new": "ACTIVE",
            "existing": "refuse", "withdraw": "archive", "location": "", "namespace": "pim", "timeout": 20,
        }  # fmt: skip
        return settings, {"token": "shpat_an-example-of-a-token"}

    # --- the connector's two verbs

    @classmethod
    def content(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
        """Without what is not ours to send, and with the settings that decide where it goes."""
        owns = frozenset(settings.get("owns", OWNED_AT_FIRST))
        where = {name: settings.get(name) or "" for name in ("publications", "location", "namespace")}
        where["shop"] = str(settings.get("shop") or "").rstrip("/")
        return {"sheet": sendable(sheet, owns), "owns": sorted(owns), **where}

    @classmethod
    def refusals(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Sequence[ItemError]:
        return refused_anyhow(sheet, frozenset(settings.get("owns", OWNED_AT_FIRST)))

    @classmethod
    def budget(cls, answer: Mapping[str, Any]) -> str:
        points = answer.get("points")
        if not points:
            return ""
        text = _("%(left)d of %(most)d points were left, %(rate)d come back each second.")
        return text % {"left": points["left"], "most": points["most"], "rate": points["per_second"]}

    def push(self, items: Sequence[Item]) -> Sequence[ItemResult]:
        self.api.begin()
        try:
            with self.api.changing_nothing():
                held = self.shop.held([item.key for item in items])
                new = [item for item in items if item.operation == "upsert" and not held[item.key]]
                strangers = self.shop.same_sku(new)
            return _calls.one_by_one(
                items,
                lambda item: self._tried(
                    item, self._still_its(item.key, held[item.key]), strangers.get(item.key, ())
                ),
                seconds=PUSH_SECONDS / 2,
            )
        finally:
            self.told = {**self.api.told, **self.api.points.told()}

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        """A product without our receipt, or changed since in a field of ours, has no hash: it is not as it was sent."""
        self.api.begin()
        try:
            with self.api.changing_nothing():
                held = self.shop.held(keys)
        finally:
            self.told = {**self.api.told, **self.api.points.told()}
        return {key: self._seen(key, product) for key, product in held.items()}

    def _seen(self, key: str, product: Mapping[str, Any] | None) -> Seen | None:
        if product is None:
            return None
        receipt = receipt_of(product)
        if is_gone(product, receipt):
            return None
        same = receipt.get("shown") == shown(product, receipt.get("shown") or ())
        revision = int(receipt.get("revision") or 0)
        return Seen(
            key, product["id"], self._url(product), str(receipt.get("hash", "")) if same else "", revision
        )

    # --- one product

    def _still_its(self, key: str, product: dict[str, Any] | None) -> dict[str, Any] | None:
        """None for a product that another item took over meanwhile."""
        taken = product is not None and self._sent_as.get(product["id"], key) != key
        return None if taken else product

    def _tried(
        self, item: Item, product: Mapping[str, Any] | None, strangers: Sequence[Mapping[str, Any]]
    ) -> ItemResult:
        self.api.changed = False
        try:
            return self._one(item, product, strangers)
        except DeliveryError as error:
            if isinstance(error, Config):
                error.changed = self.api.changed
            raise softened(error, changed=self.api.changed) from error

    def _one(
        self, item: Item, product: Mapping[str, Any] | None, strangers: Sequence[Mapping[str, Any]]
    ) -> ItemResult:
        receipt = receipt_of(product or {})
        if int(receipt.get("revision") or 0) > item.revision:
            return ItemResult(item.key, "ignored")
        try:
            if item.operation == "withdraw":
                return self._withdraw(item, product, receipt)
            return self._upsert(item, product, receipt, strangers)
        except Refused as refused:
            errors = refused.errors
        except Data as error:
            errors = (ItemError(str(error)),)
        return ItemResult(item.key, "rejected", errors=errors, changed=self.api.changed)

    def _upsert(
        self,
        item: Item,
        product: Mapping[str, Any] | None,
        receipt: Mapping[str, Any],
        strangers: Sequence[Mapping[str, Any]],
    ) -> ItemResult:
        sheet = item.sheet or {}
        known = str(product["id"]) if product else ""
        if not product:
            known, receipt = self._adopted(item.key, strangers)
        shop = self.shop.speaking(tuple(sheet.get("locales") or ()))
        there = self.shop.there(known, receipt, len(sheet.get("variants") or ())) if known else There()
        sent = outgoing(sheet, shop, there)
        if known:
            self._open_receipt(known, receipt, sent, key="" if product else item.key)
            self._sent_as[known] = item.key
        product, pictures = self._set(item.key, known, sent, receipt)
        self._sent_as[product["id"]] = item.key
        metafields = self._set_metafields(product["id"], sent, receipt)
        if shop.locales:
            translations = Translations(self.api, shop, sent)
            translations.register(product, metafields)
            translations.remove(product["id"], metafields, receipt.get("names") or ())
        product |= self._publish(product["id"], there.published)
        names = [*(name for name in sent.names if name in TEXTS), *(["status"] if self._keeps_active else [])]
        self._leave_receipt(product["id"], {
            "hash": item.hash, "revision": item.revision, "names": sent.names, "skus": sent.skus, "media": pictures,
            "metafields": sent.metafield_names, "shown": shown(product, names),
        })  # fmt: skip
        return ItemResult(item.key, "live", product["id"], self._url(product))

    def _withdraw(
        self, item: Item, product: Mapping[str, Any] | None, receipt: Mapping[str, Any]
    ) -> ItemResult:
        """Never deleted: what hangs on it in the shop, orders and reviews, is the shop's."""
        if product is None or is_gone(product, receipt):
            return ItemResult(item.key, "live")
        way = self.settings.get("withdraw") or "archive"
        if way == "unpublish" and not self.shop.facts.publications:
            raise Config(_("To take products off the sales channels, name these in the settings."))
        self._open_receipt(product["id"], receipt, way=way)
        if way == "unpublish":
            gone = [{"publicationId": one} for one in self.shop.facts.publications]
            self.shop.mutate(
                documents.UNPUBLISH, "publishableUnpublish", {"id": product["id"], "input": gone}
            )
        else:
            status = "DRAFT" if way == "draft" else "ARCHIVED"
            self.shop.mutate(
                documents.UPDATE, "productUpdate", {"product": {"id": product["id"], "status": status}}
            )
        kept = {name: receipt[name] for name in ("names", "skus", "media", "metafields") if name in receipt}
        self._leave_receipt(
            product["id"], {**kept, "hash": "", "revision": item.revision, "withdrawn": way, "shown": {}}
        )
        self._sent_as.pop(product["id"], None)
        return ItemResult(item.key, "live")

    # --- the steps

    @property
    def _keeps_active(self) -> bool:
        """Where new products are drafts, staff decide when one becomes active."""
        return "status" in self.shop.facts.owns and (self.settings.get("new") or "ACTIVE") == "ACTIVE"

    def _set(
        self, key: str, known: str, sent: Outgoing, receipt: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """productSet; the product it answers, and its pictures' ids by our keys.

        A new one is addressed by our key, which it carries from its first moment: what an answer was lost of is found,
        and not made again. One that is there is addressed by its id, so that what was deleted meanwhile is not made
        without the key; its metafields stay out of it, since productSet would delete those of others.
        """
        made = dict(sent.input)
        if not known:
            made["metafields"] = [{"namespace": self.shop.namespace, "key": KEY, "type": "id", "value": key}]
        if not known or self._keeps_active or {receipt.get("withdrawn"), receipt.get("resumed")} & HIDDEN:
            made["status"] = self.settings.get("new") or "ACTIVE"
        identifier = {"id": known} if known else {"customId": self.shop.key_of(key)}
        variables = {
            "identifier": identifier, "input": made, "media": "files" in made, "options": bool(sent.axes and sent.texts),
        }  # fmt: skip
        payload = self.shop.mutate(
            documents.SET, "productSet", variables, where=lambda path: field_of(path, sent)
        )
        product = dict(payload["product"])
        nodes = [node["id"] for node in (product.get("media") or {}).get("nodes") or ()]
        whole = len(nodes) == len(sent.pictures)
        return product, dict(zip(sent.pictures, nodes, strict=True)) if whole else {}

    def _open_receipt(
        self,
        product: str,
        receipt: Mapping[str, Any],
        sent: Outgoing | None = None,
        *,
        key: str = "",
        way: str = "",
    ) -> None:
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
        if not values:
            return
        given = [
            {"ownerId": product, "namespace": self.shop.namespace, "key": name, "type": kind, "value": value}
            for name, (kind, value) in values.items()
        ]
        self.shop.mutate(documents.SET_METAFIELDS, "metafieldsSet", {"metafields": given})

    def _set_metafields(self, owner: str, sent: Outgoing, receipt: Mapping[str, Any]) -> dict[str, str]:
        """Our metafields, those without a value any more deleted; target → the metafield's id."""
        ids: dict[str, str] = {}
        for start in range(0, len(sent.metafields), METAFIELDS_AT_ONCE):
            part = sent.metafields[start : start + METAFIELDS_AT_ONCE]
            targets = [target for target, *_rest in part]
            given = [
                {"ownerId": owner, "namespace": namespace, "key": key, "type": kind, "value": value}
                for _target, namespace, key, kind, value in part
            ]
            payload = self.shop.mutate(
                documents.SET_METAFIELDS, "metafieldsSet", {"metafields": given},
                where=lambda path, targets=targets: (metafield_of(path, targets), ""),
            )  # fmt: skip
            by_key = {(one["namespace"], one["key"]): one["id"] for one in payload.get("metafields") or ()}
            ids |= {
                target: by_key[namespace, key]
                for target, namespace, key, *_rest in part
                if (namespace, key) in by_key
            }
        gone = [name for name in receipt.get("metafields") or () if name not in sent.metafield_names]
        if gone:
            listed = [dict(zip(("namespace", "key"), name.split(".", 1), strict=True)) for name in gone]
            self.shop.mutate(
                documents.DELETE_METAFIELDS, "metafieldsDelete",
                {"metafields": [{"ownerId": owner, **one} for one in listed]},
            )  # fmt: skip
        return ids

    def _publish(self, product: str, published: frozenset[str]) -> dict[str, Any]:
        """What of the product is only known now: where customers find it."""
        missing = [one for one in self.shop.facts.publications if one not in published]
        if missing:
            variables = {"id": product, "input": [{"publicationId": one} for one in missing]}
            return dict(
                self.shop.mutate(documents.PUBLISH, "publishablePublish", variables).get("publishable") or {}
            )
        return {}

    def _leave_receipt(self, owner: str, receipt: Mapping[str, Any]) -> None:
        """The last step: only what went through as a whole has the hash."""
        given = {
            "ownerId": owner, "namespace": self.shop.namespace, "key": RECEIPT, "type": "json", "value": orjson.dumps(receipt).decode(),
        }  # fmt: skip
        self.shop.mutate(documents.LEAVE_RECEIPT, "metafieldsSet", {"metafields": [given]})

    def _adopted(self, key: str, strangers: Sequence[Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
        """(id, receipt) of a product that is to become this one's; ("", {}) where there is none. Raises Refused.

        What we withdrew is taken up again under the new key, as after a change of the model's SKU. What is ours and
        stands is another's: it loses the variant with its own next push.
        """
        strangers = [one for one in strangers if one["id"] not in self._sent_as]
        ours = [one for one in strangers if one.get("ours")]
        if again := [one for one in ours if receipt_of(one).get("withdrawn")]:
            return str(again[0]["id"]), receipt_of(again[0])
        theirs = [one for one in strangers if one not in ours]
        if not theirs:
            return "", {}
        told = ", ".join(f"'{one['title']}'" for one in theirs[:5])
        if len(theirs) > 1:
            message = _("Several products of the shop have a SKU of this one: %s. Make them one there first.")
            raise Refused([ItemError(message % told, code="ambiguous")])
        if (self.settings.get("existing") or "refuse") != "adopt":
            message = _(
                "The shop has a product with this SKU that the PIM did not make: %s. Let the channel take over existing products, or remove it there."
            )
            raise Refused([ItemError(message % told, code="exists")])
        return str(theirs[0]["id"]), {"resumed": ""}

    def _url(self, product: Mapping[str, Any]) -> str:
        number = str(product.get("id", "")).rpartition("/")[2]
        return str(product.get("onlineStoreUrl") or f"{self.address}/admin/products/{number}")[:500]
