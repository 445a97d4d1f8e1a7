"""Shopify's Admin GraphQL over HTTP: the token, the points a request costs, and its errors as delivery knows them.

A request costs points out of a bucket that refills; every answer says how many are left and how fast they come back.
Only what the shop said is waited for: nothing is sent before its points are there, and what was throttled is sent again
when they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext as _

from channels.connectors import _calls
from channels.connectors.base import Config, Data, DeliveryError, Retry, Unknown
from pim.lib import http

VERSION = "2026-10"
# HTTP answers that say the shop is closed to us: unpaid or locked.
SHUT = frozenset({402, 423})
CLOSED = frozenset({"ACCESS_DENIED", "SHOP_INACTIVE", "UNAUTHORIZED"})


class InvalidVariables(Data):
    """The schema refuses what was sent. `problems`: [(path in the variables, sentence)]."""

    def __init__(
        self, message: str, problems: Sequence[tuple[tuple[str, ...], str]] = (), **more: Any
    ) -> None:
        super().__init__(message, **more)
        self.problems = list(problems)


@dataclass
class Points:
    """The bucket as the last answer told it."""

    most: float = 0.0
    left: float = 0.0
    per_second: float = 0.0
    at: float = 0.0
    cost: dict[str, float] = field(default_factory=dict)  # by operation, as asked for last

    def note(self, operation: str, cost: Mapping[str, Any], now: float) -> None:
        status = cost.get("throttleStatus") or {}
        if isinstance(cost.get("requestedQueryCost"), (int, float)):
            self.cost[operation] = float(cost["requestedQueryCost"])
        if status:
            self.most = float(status.get("maximumAvailable") or 0)
            self.left = float(status.get("currentlyAvailable") or 0)
            self.per_second = float(status.get("restoreRate") or 0)
            self.at = now

    def told(self) -> dict[str, Any]:
        """For the attempts' record; {} before the shop said anything of it."""
        return (
            {"points": {"left": self.left, "most": self.most, "per_second": self.per_second}}
            if self.most
            else {}
        )

    def wait(self, operation: str, now: float) -> float:
        """Seconds until the operation's points are there; 0 where the shop has not said what it costs."""
        cost = min(self.cost.get(operation, 0.0), self.most)
        if not self.per_second or self.left >= cost:
            return 0.0
        return max(0.0, (cost - self.left) / self.per_second - (now - self.at))


class Api:
    """One drain's requests. `changed`: a mutation went out since it was last set to False, so it may have been applied."""

    def __init__(
        self, shop: str, client_id: str, credentials: dict[str, Any], client: http.Client, *, seconds: float
    ) -> None:
        self.shop, self.client_id, self.credentials, self.client = shop, client_id, credentials, client
        self.seconds = seconds
        self.points = Points()
        self.changed = False
        self.told: dict[str, Any] = {}
        self.until = 0.0
        self.sleep: Callable[[float], None] = time.sleep
        self.begin()

    def begin(self) -> None:
        """From now on requests and waits may take `seconds` together."""
        self.until = time.monotonic() + self.seconds

    @contextmanager
    def changing_nothing(self) -> Iterator[None]:
        """Of what fails within, nothing has to be looked up: only questions are asked."""
        try:
            yield
        except DeliveryError as error:
            raise softened(error, changed=False) from error

    def run(self, operation: str, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's data. Raises a DeliveryError, InvalidVariables among them."""
        changing = document.lstrip().startswith("mutation")
        while True:
            self._pause(self.points.wait(operation, time.monotonic()))
            token = self._token()
            before, self.changed = self.changed, self.changed or changing
            answer = self._post(
                f"{self.shop}/admin/api/{VERSION}/graphql.json",
                orjson.dumps({"query": document, "variables": dict(variables), "operationName": operation}),
                {"content-type": "application/json", "x-shopify-access-token": token},
            )
            body = self._body(answer)
            self.points.note(operation, (body.get("extensions") or {}).get("cost") or {}, time.monotonic())
            errors = [error for error in body.get("errors") or () if isinstance(error, dict)]
            if not errors and isinstance(body.get("data"), dict):
                return dict(body["data"])
            if not any(_code(error) == "THROTTLED" for error in errors):
                self._fail(errors, changing)
            self.changed = before  # a throttled request is not carried out
            self._check_points(operation)  # which the next turn waits for

    # --- one request

    def _token(self) -> str:
        """The access token: the one that was entered, or one asked for with the app's secret, which holds for a day."""
        if not self.client_id:
            return str(self.credentials.get("token", ""))
        if "access_token" not in self.credentials:
            asked = {
                "grant_type": "client_credentials", "client_id": self.client_id,
                "client_secret": str(self.credentials.get("token", "")),
            }  # fmt: skip
            answer = self._post(
                f"{self.shop}/admin/oauth/access_token",
                urlencode(asked).encode(),
                {"content-type": "application/x-www-form-urlencoded"},
            )
            token = self._body(answer).get("access_token")
            if not isinstance(token, str) or not token:
                raise Config(_("The shop gives no access token: check client id and secret."))
            self.credentials["access_token"] = token  # so that it is masked like what was entered
        return str(self.credentials["access_token"])

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> http.Answer:
        if time.monotonic() > self.until:
            raise Unknown(_("The shop took too long: this is looked up and sent again."))
        answer = _calls.request(self.client, "POST", url, body=body, headers=headers)
        self.told = _calls.told(answer, answer.headers.get("x-request-id", "")[:64])
        if answer.status in SHUT:
            raise Config(_calls.said(answer), answer=self.told)
        if answer.status == 400 and url.endswith("access_token"):
            raise Config(_("The shop gives no access token: check client id and secret."), answer=self.told)
        if not answer.ok:
            _calls.raise_for(answer, self.told)
        return answer

    def _body(self, answer: http.Answer) -> dict[str, Any]:
        try:
            body = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Unknown(_("The shop's answer cannot be read."), answer=self.told)
        return body

    # --- what an answer says

    def _check_points(self, operation: str) -> None:
        """After a throttled request. Raises where its points can never be there, or nobody knows when."""
        if self.points.cost.get(operation, 0.0) > self.points.most > 0:
            raise Data(_("The shop takes no request of this size: it has too many parts."), answer=self.told)
        if not self.points.wait(operation, self.points.at):
            raise Retry(_("The shop is throttling and does not say for how long."), answer=self.told)

    def _pause(self, wait: float) -> None:
        """Here where there is time for it, else the channel waits."""
        if wait <= 0:
            return
        if time.monotonic() + wait > self.until:
            raise Retry(
                _("The shop's points are used up."), after=wait, applied="maybe" if self.changed else "no"
            )
        self.sleep(wait)

    def _fail(self, errors: Sequence[Mapping[str, Any]], changing: bool) -> None:
        codes = {_code(error) for error in errors}
        said = "; ".join(str(error.get("message", ""))[:500] for error in errors) or _("No reason was given.")
        if codes & CLOSED:
            raise Config(_("The shop does not allow this: %s") % said, answer=self.told)
        if "MAX_COST_EXCEEDED" in codes:
            raise Data(_("The shop takes no request of this size: %s") % said, answer=self.told)
        if not errors or codes & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
            failed = Unknown if changing else Retry
            raise failed(_("The shop failed: %s") % said, answer=self.told)
        raise InvalidVariables(
            said, [found for error in errors for found in problems_of(error)], answer=self.told
        )


def softened(error: DeliveryError, *, changed: bool) -> DeliveryError:
    """The error of a request: where nothing was changed before it, there is nothing to look up either."""
    if changed or not isinstance(error, (Retry, Unknown)):
        return error
    after = error.after if isinstance(error, Retry) else None
    return Retry(str(error), after=after, applied="no", answer=error.answer)


def _code(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    return str(extensions.get("code", "")) if isinstance(extensions, dict) else ""


def problems_of(error: Mapping[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """(path in the variables, sentence) of each thing in them that the schema refuses."""
    extensions = error.get("extensions")
    listed = extensions.get("problems") if isinstance(extensions, dict) else None
    return [
        (tuple(map(str, problem.get("path") or ())), str(problem.get("explanation") or error.get("message")))
        for problem in (listed if isinstance(listed, list) else ())
        if isinstance(problem, dict)
    ]
