"""Many products as one job of the shop's: a file with productSet's variables, a line for each, and a file of answers.

What goes before and after productSet is what goes before and after it for a single product (Steps), asked for several at a
time. A line's answer counts like the answer of a request; the product is live once its receipt was left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from django.utils.translation import gettext as _

from channels.connectors import _calls
from channels.connectors._shopify import documents
from channels.connectors._shopify.api import Api, problems_of
from channels.connectors._shopify.errors import errors_of, field_of
from channels.connectors._shopify.fields import Outgoing, Refused, ShopFacts, There
from channels.connectors._shopify.product import outgoing
from channels.connectors._shopify.shop import PASSING, Shop, receipt_of
from channels.connectors._shopify.steps import METAFIELDS_AT_ONCE, Metafields, Steps
from channels.connectors._shopify.texts import Translations, register_together
from channels.connectors.base import (
    PENDING,
    Bulk,
    BulkRefused,
    Config,
    Data,
    DeliveryError,
    Item,
    ItemError,
    ItemResult,
    Pending,
    Retry,
    Unknown,
)
from pim.lib import http

TOGETHER = 10  # products asked for, and finished, in one request
SECONDS = 45.0  # after which no further product is begun
LONGEST_FILE = 90_000_000  # bytes; Shopify takes 100 MB
LONGEST_ANSWERS = 50_000_000
WORKING = frozenset({"CREATED", "RUNNING", "CANCELING"})

Place = Callable[[Item, Mapping[str, Any] | None, Sequence[Mapping[str, Any]]], tuple[str, Mapping[str, Any]]]


@dataclass
class _Made:
    """A product whose productSet went through. `receipt`: as it is at the product now."""

    item: Item
    product: dict[str, Any]
    sent: Outgoing
    shop: ShopFacts
    receipt: Mapping[str, Any]


class Jobs:
    """`finished`: the steps behind productSet for one product alone, which places what is refused; `url`: of a product."""

    def __init__(
        self, api: Api, shop: Shop, steps: Steps, *, finished: Callable[..., ItemResult], url: Callable[..., str]
    ) -> None:  # fmt: skip
        self.api, self.shop, self.steps = api, shop, steps
        self.finished, self.url = finished, url
        self._answers: dict[str, dict[int, dict[str, Any]]] = {}

    def are_running(self) -> bool:
        """Whether the shop works on a job of this app's: what it holds of a product may be another in a moment."""
        found = self.api.run(*documents.RUNNING, {})["bulkOperations"]["nodes"]
        return any(one["status"] in WORKING for one in found)

    # --- handing over

    def start(self, items: Sequence[Item], place: Place) -> Bulk:
        """`place`: (id, receipt) of the product an item goes to, ("", {}) for a new one; may raise Refused."""
        with self.api.changing_nothing():
            target = self._target()
            lines: dict[str, bytes] = {}
            opened: Metafields = []
            results = list(self._prepared(items, place, lines, opened))
        if not lines:
            return Bulk("", (), results)
        try:
            for start in range(0, len(opened), METAFIELDS_AT_ONCE):
                given = opened[start : start + METAFIELDS_AT_ONCE]
                self.shop.mutate(documents.SET_METAFIELDS, "metafieldsSet", {"metafields": given})
            path = self._upload(target, b"\n".join(lines.values()) + b"\n")
            handle = self._run(path)
        except (BulkRefused, Refused, Config) as error:
            refused = BulkRefused(str(error))
            refused.changed = bool(opened)
            raise refused from error
        return Bulk(handle, tuple(lines), results)

    def _target(self) -> Mapping[str, Any]:
        given = {
            "resource": "BULK_MUTATION_VARIABLES", "filename": "products.jsonl", "mimeType": "text/jsonl", "httpMethod": "POST",
        }  # fmt: skip
        try:
            payload = self.api.run(*documents.STAGE, {"input": [given]})["stagedUploadsCreate"] or {}
        except Config as error:
            raise BulkRefused(str(error)) from error
        targets = payload.get("stagedTargets") or ()
        if payload.get("userErrors") or not targets or not targets[0].get("url"):
            raise BulkRefused(str(payload.get("userErrors") or ""))
        return dict(targets[0])

    def _prepared(
        self, items: Sequence[Item], place: Place, lines: dict[str, bytes], opened: Metafields
    ) -> Iterator[ItemResult]:
        """Fills `lines` by key, and `opened`; yields what needs none."""
        until, size = time.monotonic() + SECONDS, 0
        for start in range(0, len(items), TOGETHER):
            group = items[start : start + TOGETHER]
            if time.monotonic() > until or size > LONGEST_FILE:
                return
            held = self.shop.held([item.key for item in group])
            strangers = self.shop.strangers([item for item in group if not held[item.key]])
            for item in group:
                receipt: Mapping[str, Any] = receipt_of(held[item.key] or {})
                if int(receipt.get("revision") or 0) > item.revision:
                    yield ItemResult(item.key, "ignored")
                    continue
                try:
                    known, receipt = place(item, held[item.key], strangers.get(item.key, ()))
                    _shop, there, sent = self._sent(item, known, receipt)
                except Refused as refused:
                    yield ItemResult(item.key, "rejected", errors=refused.errors)
                    continue
                if known:
                    key = "" if held[item.key] else item.key
                    opened += self.steps.opened(known, there.receipt, sent, key=key)
                line = orjson.dumps(self.steps.variables(item.key, known, sent, receipt))
                lines[item.key] = line
                size += len(line)

    def _sent(self, item: Item, known: str, receipt: Mapping[str, Any]) -> tuple[ShopFacts, There, Outgoing]:
        sheet = item.sheet or {}
        shop = self.shop.speaking(tuple(sheet.get("locales") or ()))
        there = self.shop.there(known, receipt, len(sheet.get("variants") or ())) if known else There()
        return shop, there, outgoing(sheet, shop, there)

    def _upload(self, target: Mapping[str, Any], content: bytes) -> str:
        """The path by which the shop finds the file. It lies with a storage of Shopify's, which gets no token of ours."""
        given = {str(one["name"]): str(one["value"]) for one in target.get("parameters") or ()}
        border = uuid4().hex
        head = "".join(
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in given.items()
        )
        head += f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="products.jsonl"\r\n'
        body = f"{head}Content-Type: text/jsonl\r\n\r\n".encode() + content + f"\r\n--{border}--\r\n".encode()
        headers = {"content-type": f"multipart/form-data; boundary={border}"}
        try:
            answer = _calls.request(self.api.client, "POST", str(target["url"]), body=body, headers=headers)
        except DeliveryError as error:
            raise BulkRefused(str(error)) from error
        if not answer.ok or "key" not in given:
            raise BulkRefused(_calls.said(answer))
        return given["key"]

    def _run(self, path: str) -> str:
        variables = {"mutation": documents.SET_IN_BULK, "path": path, "client": f"pim-{uuid4().hex}"}
        payload = self.api.run(*documents.RUN, variables)["bulkOperationRunMutation"] or {}
        if payload.get("userErrors"):
            raise BulkRefused("; ".join(str(error.get("message")) for error in payload["userErrors"]))
        return str(payload["bulkOperation"]["id"])

    # --- what became of it

    def collect(self, handle: str, items: Mapping[int, Item]) -> Pending | Sequence[ItemResult]:
        with self.api.changing_nothing():
            answers = self._answers_of(handle)
        if isinstance(answers, Pending):
            return answers
        if isinstance(answers, Unknown):
            raise answers
        results: list[ItemResult] = []
        until = time.monotonic() + SECONDS
        numbered = list(items.items())
        try:
            for start in range(0, len(numbered), TOGETHER):
                group = numbered[start : start + TOGETHER]
                if time.monotonic() > until:
                    return [*results, *_untouched(numbered[start:])]
                results += self._outcomes([(item, answers.get(line)) for line, item in group])
        except Unknown as error:  # the job stands: what of it was finished is seen by its receipts
            if results:
                return [*results, *_untouched(numbered[start:])]
            raise Retry(str(error), applied="no", answer=error.answer) from error
        return results

    def _answers_of(self, handle: str) -> Pending | Unknown | dict[int, dict[str, Any]]:
        """By line; Unknown where they will never be told."""
        if handle not in self._answers:
            job = self.api.run(*documents.JOB, {"id": handle})["bulkOperation"]
            if job is None:
                return Unknown(
                    _("The shop knows nothing of this job any more: what it carried is looked up.")
                )
            if job["status"] in WORKING:
                return PENDING
            address = job.get("url") or job.get("partialDataUrl")
            if not address:
                message = _("The shop ended this job without an outcome (%s): what it carried is looked up.")
                return Unknown(message % (job.get("errorCode") or job["status"]))
            found = self._downloaded(str(address))
            if found is None:
                return Unknown(_("The outcome of this job is no longer kept: what it carried is looked up."))
            self._answers = {handle: found}
        return self._answers[handle]

    def _downloaded(self, address: str) -> dict[int, dict[str, Any]] | None:
        with http.Client(connect=5.0, read=20.0, total=40.0, max_body=LONGEST_ANSWERS) as client:
            answer = _calls.request(client, "GET", address)
        if answer.status in (403, 404, 410):
            return None
        if not answer.ok:
            _calls.raise_for(answer, _calls.told(answer))
        found = {}
        for line in answer.body.splitlines():
            try:
                told = orjson.loads(line)
                found[int(told["__lineNumber"])] = told
            except (ValueError, KeyError, TypeError):
                continue  # what cannot be read is not known, and looked up
        return found

    def _outcomes(self, group: Sequence[tuple[Item, dict[str, Any] | None]]) -> list[ItemResult]:
        """An item whose outcome the job does not tell has none here, and is looked up."""
        results: list[ItemResult] = []
        made: list[_Made] = []
        held: dict[str, dict[str, Any] | None] | None = None
        for item, told in group:
            try:
                shop, _there, sent = self._sent(item, "", {})
                product = _product_of(told, sent)
            except Refused as refused:
                results.append(ItemResult(item.key, "rejected", errors=refused.errors, changed=True))
                continue
            if product is None:
                continue
            if held is None:
                held = self.shop.held([one.key for one, _told in group])
            there = held[item.key]
            if there is None or there["id"] != product["id"]:
                continue  # somebody took it away, or over
            receipt = receipt_of(there)
            if int(receipt.get("revision") or 0) > item.revision:
                results.append(ItemResult(item.key, "ignored"))
            elif receipt.get("hash") == item.hash:
                results.append(ItemResult(item.key, "live", product["id"], self.url(there)))
            else:
                made.append(_Made(item, product, sent, shop, receipt))
        return results + self._finish(made)

    def _finish(self, made: Sequence[_Made]) -> list[ItemResult]:
        try:
            return self._finish_together(made) if made else []
        except (Refused, Data):
            return [self._finish_alone(one) for one in made]

    def _finish_alone(self, one: _Made) -> ItemResult:
        """Whose fault it was is seen when each goes by itself; done twice, none of it differs."""
        try:
            return self.finished(one.item, one.product, one.sent, one.shop, one.receipt, frozenset())
        except Refused as refused:
            errors = refused.errors
        except Data as error:
            errors = (ItemError(str(error)),)
        return ItemResult(one.item.key, "rejected", errors=errors, changed=True)

    def _finish_together(self, made: Sequence[_Made]) -> list[ItemResult]:
        given = [field for one in made for field in self.steps.metafields(one.product["id"], one.sent)]
        found: dict[str, list[dict[str, Any]]] = {}
        for start in range(0, len(given), METAFIELDS_AT_ONCE):
            part = {"metafields": given[start : start + METAFIELDS_AT_ONCE]}
            payload = self.shop.mutate(documents.SET_SEVERAL, "metafieldsSet", part)
            for field in payload.get("metafields") or ():
                found.setdefault(str((field.get("owner") or {}).get("id")), []).append(field)
        texts = []
        for one in made:
            self.steps.delete_metafields(one.product["id"], one.sent, one.receipt)
            ids = self.steps.ids_of(found.get(one.product["id"], ()), one.sent)
            if one.shop.locales:
                texts.append((Translations(self.api, one.shop, one.sent), one.product, ids))
        register_together(texts)
        for (words, product, ids), one in zip(texts, made, strict=False):
            words.remove(product["id"], ids, one.receipt.get("names") or ())
        self._publish(made)
        self.steps.leave([
            field for one in made
            for field in self.steps.receipt(one.item, one.product, one.sent, self.steps.pictures(one.product, one.sent))
        ])  # fmt: skip
        return [ItemResult(one.item.key, "live", one.product["id"], self.url(one.product)) for one in made]

    def _publish(self, made: Sequence[_Made]) -> None:
        places = [{"publicationId": one} for one in self.shop.facts.publications]
        if not places:
            return
        variables: dict[str, Any] = {"input": places}
        variables |= {f"id{number}": one.product["id"] for number, one in enumerate(made)}
        data = self.api.run(*documents.publish(len(made)), variables)
        told = [error for answer in data.values() for error in (answer or {}).get("userErrors") or ()]
        if told:
            raise Refused(errors_of(told, lambda path: ("", "")))
        for number, one in enumerate(made):
            one.product |= (data.get(f"p{number}") or {}).get("publishable") or {}


def _untouched(numbered: Sequence[tuple[int, Item]]) -> list[ItemResult]:
    return [ItemResult(item.key, "untouched") for _line, item in numbered]


def _product_of(told: Mapping[str, Any] | None, sent: Outgoing) -> dict[str, Any] | None:
    """The product of a line; None where the line does not say what became of it. Raises Refused."""

    def where(path: tuple[str, ...]) -> tuple[str, str]:
        return field_of(path, sent)

    if told is None:
        return None
    errors = [error for error in told.get("errors") or () if isinstance(error, dict)]
    problems = [{"field": path, "message": said} for error in errors for path, said in problems_of(error)]
    if problems:
        raise Refused(errors_of(problems, where))
    payload = (told.get("data") or {}).get("productSet") or {}
    said = payload.get("userErrors") or ()
    if errors or PASSING & {str(error.get("code")) for error in said}:
        return None
    if said:
        raise Refused(errors_of(said, where))
    product = payload.get("product")
    return dict(product) if isinstance(product, dict) else None
