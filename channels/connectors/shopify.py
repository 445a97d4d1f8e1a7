"""A Shopify shop, by its Admin GraphQL: a product with its variants for each model, found again by our SKU.

The SKU stands in a metafield of type id ({namespace}.sku), which is how productSet addresses the product: it updates what
is there and creates what is not, so that a lost answer cannot double it. After everything else of a product went through,
a receipt is left beside it ({namespace}.sent): hash, revision, which fields were ours and what the shop then showed in them.
Reading back believes that receipt only while the shop still shows the same.

productSet deletes of a list what it is not told of, so lists are sent only where they are ours (`owns`); metafields go
by metafieldsSet, which leaves those of others alone, and variants that were never ours are named with our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.connectors import _calls
from channels.connectors._candidates import NEW
from channels.connectors._shopify import documents
from channels.connectors._shopify.api import Api, softened
from channels.connectors._shopify.bulk import Jobs
from channels.connectors._shopify.compared import compared
from channels.connectors._shopify.fields import Outgoing, Refused, ShopFacts, There, shown
from channels.connectors._shopify.product import outgoing, refused_anyhow, sendable
from channels.connectors._shopify.settings import shop_settings
from channels.connectors._shopify.shop import OWNED_AT_FIRST, Shop, is_gone, receipt_of
from channels.connectors._shopify.showing import Showing, Shown
from channels.connectors._shopify.steps import Steps
from channels.connectors._shopify.template import TEMPLATE
from channels.connectors._shopify.texts import Translations
from channels.connectors.base import (
    Bulk,
    Candidate,
    Config,
    Data,
    DeliveryError,
    Item,
    ItemError,
    ItemResult,
    Pending,
    PushInBulk,
    Seen,
    Wanted,
    connector,
)
from channels.mapping.template import TemplateField
from pim.lib import http

PUSH_SECONDS = 60.0  # then no further product of the batch is begun, and no wait for points either


@connector
class Shopify(PushInBulk):
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
    can_find = True
    tells_fields = True

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
        self.steps = Steps(self.shop, settings)
        self.jobs = Jobs(self.api, self.shop, self.steps, finished=self._finished, url=self._url)

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
                strangers = self.shop.strangers(new)
            return _calls.one_by_one(
                items,
                lambda item: self._tried(
                    item, self._still_its(item.key, held[item.key]), strangers.get(item.key, ())
                ),
                seconds=PUSH_SECONDS / 2,
            )
        finally:
            self.told = {**self.api.told, **self.api.points.told()}

    def start_bulk(self, items: Sequence[Item]) -> Bulk:
        self.api.begin()
        self.api.changed = False
        try:
            return self.jobs.start(items, self._placed)
        finally:
            self.told = {**self.api.told, **self.api.points.told()}

    def collect(self, handle: str, items: Mapping[int, Item]) -> Pending | Sequence[ItemResult]:
        self.api.begin()
        try:
            return self.jobs.collect(handle, items)
        finally:
            self.told = {**self.api.told, **self.api.points.told()}

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        """A product without our receipt, or changed since in a field of ours, has no hash: it is not as it was sent.

        While the shop works on a job, that may be about to change: of such a product nothing is said.
        """
        return self._looked_up(
            lambda: {key: self._seen(key, one) for key, one in self.shop.held(keys).items()}
        )

    def read_fields(self, sheets: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Seen | None]:
        """Their hash is that of the receipt, whatever was changed since: as_sheet() says that."""
        return self._looked_up(lambda: {
            key: self._seen(key, one.product if one else None, one) for key, one in Showing(self.shop).of(sheets).items()
        })  # fmt: skip

    def as_sheet(self, seen: Seen, sheet: Mapping[str, Any], *, hash: str = "") -> Mapping[str, Any] | None:
        if seen.shown is None:
            return None
        shop = self.shop.speaking(tuple(sheet.get("locales") or ()))
        return compared(
            sheet, seen.shown, shop, was_sent=bool(hash) and seen.shown.receipt.get("hash") == hash,
            is_active=self.steps.keeps_active,
        )  # fmt: skip

    def _looked_up(self, look: Callable[[], dict[str, Seen | None]]) -> Mapping[str, Seen | None]:
        self.api.begin()
        try:
            with self.api.changing_nothing():
                seen = look()
                unsure = [key for key, one in seen.items() if one is None or not one.hash]
                if unsure and self.jobs.are_running():
                    return {key: one for key, one in seen.items() if key not in unsure}
        finally:
            self.told = {**self.api.told, **self.api.points.told()}
        return seen

    def _seen(self, key: str, product: Mapping[str, Any] | None, told: Shown | None = None) -> Seen | None:
        if product is None:
            return None
        receipt = receipt_of(product)
        if is_gone(product, receipt):
            return None
        same = told is not None or receipt.get("shown") == shown(product, receipt.get("shown") or ())
        revision = int(receipt.get("revision") or 0)
        return Seen(
            key,
            product["id"],
            self._url(product),
            str(receipt.get("hash", "")) if same else "",
            revision,
            shown=told,
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
        known, receipt = (str(product["id"]), receipt) if product else self._adopted(item, strangers)
        shop = self.shop.speaking(tuple(sheet.get("locales") or ()))
        there = self.shop.there(known, receipt, len(sheet.get("variants") or ())) if known else There()
        sent = outgoing(sheet, shop, there)
        if known:
            self.steps.open(known, receipt, sent, key="" if product else item.key)
            self._sent_as[known] = item.key
        product = self.steps.set(item.key, known, sent, receipt)
        self._sent_as[product["id"]] = item.key
        return self._finished(item, product, sent, shop, receipt, there.published)

    def _finished(
        self,
        item: Item,
        product: dict[str, Any],
        sent: Outgoing,
        shop: ShopFacts,
        receipt: Mapping[str, Any],
        published: frozenset[str],
    ) -> ItemResult:
        """What follows productSet, whichever way that went."""
        metafields = self.steps.set_metafields(product["id"], sent, receipt)
        if shop.locales:
            translations = Translations(self.api, shop, sent)
            translations.register(product, metafields)
            translations.remove(product["id"], metafields, receipt.get("names") or ())
        product |= self.steps.publish(product["id"], published)
        self.steps.leave(self.steps.receipt(item, product, sent, self.steps.pictures(product, sent)))
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
        self.steps.open(product["id"], receipt, way=way)
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
        self.steps.leave_withdrawn(item, product["id"], receipt, way)
        self._sent_as.pop(product["id"], None)
        return ItemResult(item.key, "live")

    def _adopted(self, item: Item, strangers: Sequence[Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
        """(id, receipt) of a product that is to become this one's; ("", {}) where there is none. Raises Refused.

        What we withdrew is taken up again under the new key, as after a change of the model's SKU. What is ours and
        stands is another's: it loses the variant with its own next push. Of several that are not ours a person chooses.
        """
        strangers = [one for one in strangers if one["id"] not in self._sent_as]
        ours = [one for one in strangers if one.get("ours")]
        again = [one for one in ours if one["by"] == "sku" and receipt_of(one).get("withdrawn")]
        if again:
            return str(again[0]["id"]), receipt_of(again[0])
        theirs = [one for one in strangers if one not in ours]
        if item.external_id == NEW:
            return "", {}
        if any(one["id"] == item.external_id for one in theirs):
            return item.external_id, {"resumed": ""}
        if not theirs:
            return "", {}
        told = ", ".join(f"'{one['title']}'" for one in theirs[:5])
        if len(theirs) > 1:
            message = _(
                "Several products of the shop have a SKU or barcode of this one: %s. Choose one under 'Match what is there', or make them one in the shop."
            )
            raise Refused([ItemError(message % told, code="ambiguous")])
        if not self.takes_over:
            message = _(
                "The shop has a product with this SKU or barcode that the PIM did not make: %s. Let the channel take over existing products, choose it under 'Match what is there', or remove it in the shop."
            )
            raise Refused([ItemError(message % told, code="exists")])
        return str(theirs[0]["id"]), {"resumed": ""}

    @property
    def takes_over(self) -> bool:
        return (self.settings.get("existing") or "refuse") == "adopt"

    def find(self, wanted: Sequence[Wanted]) -> Mapping[str, Sequence[Candidate]]:
        """By our key alone, where a product has it; else by SKU and GTIN."""
        self.api.begin()
        try:
            with self.api.changing_nothing():
                held = self.shop.held([one.key for one in wanted])
                alike = self.shop.alike([one for one in wanted if not held[one.key]])
        finally:
            self.told = {**self.api.told, **self.api.points.told()}
        found: dict[str, list[Candidate]] = {}
        for one in wanted:
            own = held[one.key]
            listed = (
                [{**own, "by": "key"}]
                if own
                else [each for each in alike.get(one.key, ()) if not each.get("ours")]
            )
            found[one.key] = [
                Candidate(str(each["id"]), str(each.get("title") or ""), each["by"], self._url(each))
                for each in listed
            ]
        return found

    def _placed(
        self, item: Item, product: Mapping[str, Any] | None, strangers: Sequence[Mapping[str, Any]]
    ) -> tuple[str, Mapping[str, Any]]:
        """Where an item of a job goes; from then on no other item of it does."""
        if product and self._sent_as.get(product["id"], item.key) == item.key:
            placed: tuple[str, Mapping[str, Any]] = (str(product["id"]), receipt_of(product))
        else:
            placed = self._adopted(item, strangers)
        if placed[0]:
            self._sent_as[placed[0]] = item.key
        return placed

    def _url(self, product: Mapping[str, Any]) -> str:
        number = str(product.get("id", "")).rpartition("/")[2]
        return str(product.get("onlineStoreUrl") or f"{self.address}/admin/products/{number}")[:500]
