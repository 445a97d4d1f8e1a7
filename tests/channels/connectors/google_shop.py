"""A stand-in Merchant Center over real HTTP: it keeps inputs, processes and judges them, and counts its quota.

Every request is held against the discovery document, where that is at hand; what it found wrong stands in `wrong`.
"""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64decode
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from channels.connectors import _google_account
from channels.connectors._google_account import private_key
from channels.connectors.google import GoogleMerchant
from tests.channels.connectors import discovery
from tests.channels.shop import json

DOMAIN = "merchantapi.googleapis.com"


def failure(code: int, status: str, message: str, *details: dict[str, Any], **metadata: str) -> Response:
    """An error as Google's interfaces shape it (AIP-193)."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "invalid", "domain": DOMAIN, "metadata": metadata}  # fmt: skip
    listed = [*([info] if metadata else []), *details]
    return json({"error": {"code": code, "message": message, "status": status, "details": listed}}, code)


def out_of_quota(reason: str = "quota/request_rate_too_high", **headers: str) -> Response:
    answer = failure(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", REASON=reason)
    answer.headers.extend({name.replace("_", "-"): value for name, value in headers.items()})
    return answer


def invalid(path: str, message: str) -> Response:
    return failure(400, "INVALID_ARGUMENT", f"[{path}] {message}", FIELD_LOCATION=path, REASON="refused")


class MerchantCenter:
    """`next`: answers to come, and whether the request is done first. `issues`: by SKU, what is then said of a product;
    `places`: where products are shown; `lag`: reads that still see what was before; `quota`: requests that are left; `changed`:
    by SKU, attributes that rules and people there show otherwise (None: not at all), until the next insert."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.inputs: dict[str, dict[str, Any]] = {}
        self.products: dict[str, dict[str, Any]] = {}
        self.rejected: dict[str, str] = {}
        self.issues: dict[str, list[dict[str, Any]]] = {}
        self.places: list[dict[str, Any]] = [
            {"reportingContext": "FREE_LISTINGS", "approvedCountries": ["US"]}
        ]
        self.next: list[tuple[Response, bool]] = []
        self.log: list[tuple[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.wrong: list[str] = []
        self.tokens: list[str] = []
        self.next_tokens: list[Response] = []
        self.changed: dict[str, dict[str, Any]] = {}
        self.key: dict[str, Any] = {}  # of the service account; empty: the connector's sample
        self.requests = self.submissions = self.created = self.lag = 0
        self.quota: int | None = None
        self.sleep = 0.0
        _google_account._tokens.clear()  # a server before this one may have had its port
        server.expect_request("/token", method="POST").respond_with_handler(self._token)
        server.expect_request(re.compile("/products/v1/.*")).respond_with_handler(self._answer)

    @property
    def address(self) -> str:
        return self.server.url_for("").rstrip("/")

    @property
    def items(self) -> dict[str, Any]:
        """SKU → {"sheet"}, as the contract looks at it."""
        return {
            one["offerId"]: {"sheet": {"locales": {"en_US": one["productAttributes"]}}}
            for one in self.inputs.values()
        }

    def revoke(self) -> None:
        self.tokens.append("revoked")

    # --- tokens

    def _token(self, request: Request) -> Response:
        if self.next_tokens:
            return self.next_tokens.pop(0)
        form = parse_qs(request.get_data(as_text=True))
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        signed, _point, signature = form["assertion"][0].rpartition(".")
        key = self.key or orjson.loads(GoogleMerchant.sample(self.address)[1]["key"])
        private_key(key).public_key().verify(
            _decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        claims = orjson.loads(_decoded(signed.partition(".")[2]))
        assert claims["aud"] == f"{self.address}/token"
        assert (claims["iss"], claims["exp"] - claims["iat"]) == (key["client_email"], 3600)
        self.tokens.append(f"ya29.{len(self.tokens)}-{'x' * 40}")
        return json({"access_token": self.tokens[-1], "expires_in": 3599, "token_type": "Bearer"})

    # --- the interface

    def _answer(self, request: Request) -> Response:
        self.requests += 1
        path = unquote(request.path).removeprefix("/")
        self.log.append((request.method, path))
        self.submissions += request.method != "GET"
        if request.headers["authorization"] != f"Bearer {self.tokens[-1] if self.tokens else ''}":
            return failure(401, "UNAUTHENTICATED", "The token is not good any more.")
        body = orjson.loads(request.data) if request.data else None
        judge = discovery.products()
        wrong = judge.request(request.method, path, request.args, body) if judge else []
        self.wrong += wrong
        if wrong:
            return invalid(wrong[0], "Not in the schema.")
        if self.quota is not None:
            if self.quota == 0:
                return out_of_quota()
            self.quota -= 1
        answer, applied = self.next.pop(0) if self.next else (None, True)
        done = self._do(request, path, body) if applied else None
        if self.sleep:
            time.sleep(self.sleep)
        return answer or done or Response("", 500)

    def _do(self, request: Request, path: str, body: Any) -> Response:
        if not path.startswith("products/v1/accounts/123/"):
            return failure(403, "PERMISSION_DENIED", "Not your account.", REASON="PERMISSION_DENIED_ACCOUNTS")
        if request.method != "GET" and request.args["dataSource"] != "accounts/123/dataSources/456":
            return invalid("data_source", "There is no such data source.")
        if request.method == "POST":
            return self._insert(body)
        name = _identity(path.rpartition("/")[2])
        if request.method == "DELETE":
            if self.inputs.pop(name, None) is None:
                return failure(404, "NOT_FOUND", "No such input.")
            self.products.pop(name, None)
            return json({})
        if self.lag:
            self.lag -= 1
            before = self.products.get(name)
        else:
            self._process(name)
            before = self.products.get(name)
        return json(before) if before else failure(404, "NOT_FOUND", "No such product.")

    def _insert(self, body: dict[str, Any]) -> Response:
        name = f"{body['contentLanguage']}~{body['feedLabel']}~{body['offerId']}"
        self.bodies.append(body)
        self.changed.pop(body["offerId"], None)
        if body["offerId"] in self.rejected:
            return invalid("product_attributes.title", self.rejected[body["offerId"]])
        held = self.inputs.get(name)
        if held and int(body.get("versionNumber", 0)) < int(held.get("versionNumber", 0)):
            return failure(409, "ABORTED", "A newer version is there.")
        self.created += held is None
        self.inputs[name] = body
        return json(
            {**body, "name": f"accounts/123/productInputs/{name}", "product": f"accounts/123/products/{name}"}
        )

    def _process(self, name: str) -> None:
        body = self.inputs.get(name)
        if body is None:
            return
        status = {"destinationStatuses": self.places, "itemLevelIssues": self.issues.get(body["offerId"], [])}
        changed = self.changed.get(body["offerId"], {})
        shown = {**written(body["productAttributes"]), **changed}
        body = {
            **body,
            "productAttributes": {name: value for name, value in shown.items() if value is not None},
        }
        product = {**body, "name": f"accounts/123/products/{name}", "dataSource": "accounts/123/dataSources/456", "productStatus": status}  # fmt: skip
        judge = discovery.products()
        if judge:
            self.wrong += judge.value(product, {"$ref": "Product"}, "product", given=False)
        self.products[name] = product


def written(attributes: dict[str, Any]) -> dict[str, Any]:
    """As Google processes them: plain texts cut at their lengths, GTINs of fourteen digits, lists in an order of its own."""
    made = dict(attributes)
    for name, longest in (("title", 150), ("description", 5000)):
        if name in made:
            made[name] = " ".join(re.sub(r"<[^>]*>", " ", made[name]).split())[:longest]
    if "gtins" in made:
        made["gtins"] = [one.zfill(14) for one in made["gtins"]]
    for name in ("additionalImageLinks", "productTypes"):
        if name in made:
            made[name] = sorted(made[name])
    return made


def _identity(part: str) -> str:
    return part if "~" in part else _decoded(part).decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
