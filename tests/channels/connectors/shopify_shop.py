"""A stand-in Shopify over real HTTP: it holds every request against the schema, counts points, and fails as it is told."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Any

from graphql import execute
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.channels.connectors.shopify_jobs import ShopJobs
from tests.channels.connectors.shopify_schema import checked, schema, wrong_variables
from tests.channels.connectors.shopify_state import ShopifyState
from tests.channels.shop import json

Act = Callable[[], Response | None]
TOKEN = "shpat_an-example-of-a-token"


class ShopifyShop(ShopifyState, ShopJobs):
    """`next`: (answer, whether it comes after a push was carried out); `on`: operation → what happens instead; `log`:
    (operation, variables) of each request; `most`, `left`, `restore`: points, and how many come back in a second, `spent`: how many were used;
    `throttled`: the operations that came before their points were there."""

    def __init__(self, server: HTTPServer) -> None:
        ShopifyState.__init__(self)
        ShopJobs.__init__(self, server)
        self.schema = schema()
        self.server = server
        self.throttled: list[str] = []
        self.log: list[tuple[str, dict[str, Any]]] = []
        self.next: deque[tuple[Response, bool]] = deque()
        self.on: dict[str, deque[Act]] = defaultdict(deque)
        self.token = TOKEN
        self.most = self.restore = 2000.0
        self.left, self.at = self.most, time.monotonic()
        self.spent = 0.0
        server.expect_request("/admin/api/2026-10/graphql.json", method="POST").respond_with_handler(
            self._answer
        )
        server.expect_request("/admin/oauth/access_token", method="POST").respond_with_handler(self._grant)

    # --- what tests look at

    @property
    def address(self) -> str:
        return self.server.url_for("").rstrip("/")

    @property
    def requests(self) -> int:
        return len(self.log)

    @property
    def submissions(self) -> int:
        return self.done["Set"]

    @property
    def done(self) -> Counter[str]:
        return Counter(operation for operation, _variables in self.log)

    @property
    def items(self) -> dict[str, Any]:
        """By our key, what customers see, in the form of a sheet."""
        return {
            key: {"sheet": {"locales": {"en_US": {"title": product["title"]}}}}
            for product in self.products.values()
            if product["status"] == "ACTIVE" and (key := self.key_of(product))
        }

    # --- HTTP

    def _grant(self, request: Request) -> Response:
        asked = request.form.to_dict()
        if asked != {
            "grant_type": "client_credentials",
            "client_id": "app-1",
            "client_secret": "shpss_a-secret",
        }:
            return json({"error": "invalid_client"}, status=400)
        self.token = "shpat_for-a-day"
        return json({"access_token": self.token, "scope": "write_products", "expires_in": 86399})

    def _answer(self, request: Request) -> Response:
        body = request.get_json()
        operation, variables = body["operationName"], body["variables"]
        self.log.append((operation, variables))
        self._query = body["query"]
        if self.next and not self.next[0][1]:
            return self.next.popleft()[0]
        if request.headers.get("x-shopify-access-token") != self.token:
            return json(
                {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"},
                status=401,
            )
        act = self.on[operation].popleft() if self.on[operation] else None
        if act and (answer := act()) is not None:
            return answer
        answer = self._carried_out(body["query"], variables)
        if self.next and operation == "LeaveReceipt":
            return self.next.popleft()[0]
        return answer

    def after(self, operation: str, answer: Response | None = None, *, sleep: float = 0.0) -> None:
        """The next request of this operation is carried out, and answered like this."""

        def act() -> Response | None:
            self._carried_out(self._query, self.log[-1][1])
            time.sleep(sleep)
            return answer or Response("", status=502)

        self.on[operation].append(act)

    def instead(self, operation: str, answer: Response) -> None:
        self.on[operation].append(lambda: answer)

    def _carried_out(self, query: str, variables: dict[str, Any]) -> Response:
        document, errors = checked(query)
        if errors:
            return json(
                {
                    "errors": [
                        {"message": error.message, "extensions": {"code": "undefinedField"}}
                        for error in errors
                    ]
                }
            )
        wrong = wrong_variables(document, variables)
        if wrong:
            return json({"errors": [_invalid(error.message) for error in wrong]})
        cost, now = self._cost(variables, query), time.monotonic()
        self.left = min(self.most, self.left + (now - self.at) * self.restore)
        self.at = now
        if cost > 1000 and not query.startswith("mutation"):
            told = {
                "message": f"Query cost is {cost}",
                "extensions": {"code": "MAX_COST_EXCEEDED", "maxCost": 1000},
            }
            return json({"errors": [told]})
        if cost > self.left:
            self.throttled.append(self.log[-1][0])
            told = {
                "message": "Throttled",
                "extensions": {
                    "code": "THROTTLED",
                    "documentation": "https://shopify.dev/api/usage/rate-limits",
                },
            }
            return json({"errors": [told], "extensions": self._extensions(cost, None)})
        self.left -= cost
        self.spent += cost
        result = execute(
            self.schema, document, root_value=self._root() | self.job_root(), variable_values=variables
        )
        assert not result.errors, result.errors
        return json({"data": result.data, "extensions": self._extensions(cost, cost)})

    def _extensions(self, cost: float, actual: float | None) -> dict[str, Any]:
        status = {
            "maximumAvailable": self.most,
            "currentlyAvailable": int(self.left),
            "restoreRate": self.restore,
        }
        return {"cost": {"requestedQueryCost": cost, "actualQueryCost": actual, "throttleStatus": status}}

    @staticmethod
    def _cost(variables: dict[str, Any], query: str) -> float:
        made = variables.get("input") if isinstance(variables.get("input"), dict) else {}
        parts = (
            1.9 * len(made.get("files") or ())
            + 0.4 * len(made.get("metafields") or ())
            + 0.2 * len(made.get("variants") or ())
        )
        parts += sum(
            {"v": 6, "m": 1, "c": 1}.get(name[0], 0) * many
            for name, many in variables.items()
            if re.fullmatch(r"[vmc]\d+", name)
        )
        return float(int(10 * query.startswith("mutation") + parts + 2 + query.count("productByIdentifier")))


def _invalid(message: str) -> dict[str, Any]:
    """As Shopify tells of a variable that does not fit."""
    place = re.search(r" at (\S+): (.*)", message)
    path = re.findall(r"[A-Za-z]+|\d+", place[1]) if place else []
    problem = {"path": path, "explanation": place[2] if place else message}
    return {"message": message, "extensions": {"code": "INVALID_VARIABLE", "problems": [problem]}}
