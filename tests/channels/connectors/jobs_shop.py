"""Submit and poll, proven: a connector and the marketplace it speaks to, which takes jobs and works them off later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django import forms
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from channels.connectors import _calls
from channels.connectors.base import (
    PENDING,
    Data,
    Item,
    ItemError,
    ItemResult,
    Pending,
    Seen,
    SubmitAndPoll,
    Unknown,
)
from pim.lib import http
from tests.channels.shop import json


class JobsConnector(SubmitAndPoll):
    code = "jobs"
    label = "Marketplace of jobs"
    secret_fields = ("token",)
    batch_size = 10
    poll_seconds = 0.0

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.client = http.Client(read=1)
        self.address = self.settings["address"]

    def close(self) -> None:
        self.client.close()

    @classmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        return {"address": forms.URLField(assume_scheme="https"), "token": forms.CharField()}

    @classmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"address": address}, {"token": "t0p-secret-token"}

    def submit(self, items: Sequence[Item]) -> str:
        body = {
            "items": [
                {
                    "key": one.key,
                    "op": one.operation,
                    "revision": one.revision,
                    "hash": one.hash,
                    "sheet": one.sheet,
                }
                for one in items
            ]
        }
        return str(self._call("POST", "/jobs", body)["job"])

    def poll(self, handle: str) -> Pending | Sequence[ItemResult]:
        answer = self._call("GET", f"/jobs/{handle}")
        if answer["state"] == "working":
            return PENDING
        if answer["state"] == "lost":
            raise Unknown("The marketplace knows no such job.")
        return [
            ItemResult(
                one["key"],
                one["outcome"],
                one.get("id", ""),
                errors=tuple(ItemError(**error) for error in one.get("errors", ())),
            )
            for one in answer["results"]
        ]

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        held = self._call("GET", "/items?keys=" + ",".join(keys))["items"]
        return {
            key: Seen(key, held[key]["id"], hash=held[key]["hash"], revision=held[key]["revision"])
            if key in held
            else None
            for key in keys
        }

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = _calls.request(
            self.client,
            method,
            self.address + path,
            json=body,
            headers={"authorization": f"Bearer {self.credentials['token']}"},
        )
        self.told = _calls.told(answer)
        if not answer.ok:
            _calls.raise_for(answer, self.told)
        if body is not None and answer.json().get("refused"):
            raise Data("The job is refused.")
        return answer.json()


class JobsShop:
    """`working`: polls answer "working" this many times; `next`: answers to come instead of taking a job."""

    def __init__(self, server: HTTPServer) -> None:
        self.server, self.items, self.jobs = server, {}, {}  # type: ignore[var-annotated]
        self.created = self.requests = self.submissions = self.working = self.lost = 0
        self.rejected: dict[str, str] = {}
        self.next: list[tuple[Response, bool]] = []
        server.expect_request("/jobs", method="POST").respond_with_handler(self._take)
        server.expect_request("/items").respond_with_handler(self._show)

    @property
    def address(self) -> str:
        return self.server.url_for("").rstrip("/")

    def _take(self, request: Request) -> Response:
        self.requests += 1
        self.submissions += 1
        items = orjson.loads(request.data)["items"]
        if self.next:
            answer, applied = self.next.pop(0)
            if applied:
                self._apply(items)
            return answer
        handle = f"job-{len(self.jobs) + 1}"
        self.jobs[handle] = items
        self.server.expect_request(f"/jobs/{handle}").respond_with_handler(
            lambda _request: self._outcome(handle)
        )
        return json({"job": handle})

    def _outcome(self, handle: str) -> Response:
        self.requests += 1
        if self.lost:
            self.lost -= 1
            return json({"state": "lost"})
        if self.working:
            self.working -= 1
            return json({"state": "working"})
        return json({"state": "done", "results": self._apply(self.jobs[handle])})

    def _apply(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        results = []
        for one in items:
            if one["key"] in self.rejected:
                results.append(
                    {
                        "key": one["key"],
                        "outcome": "rejected",
                        "errors": [{"message": self.rejected[one["key"]], "field": "title"}],
                    }
                )
                continue
            held = self.items.get(one["key"])
            if one["op"] == "withdraw":
                self.items.pop(one["key"], None)
            else:
                self.created += held is None
                identity = held["id"] if held else f"job-item-{self.created}"
                self.items[one["key"]] = {
                    "id": identity,
                    "hash": one["hash"],
                    "revision": one["revision"],
                    "sheet": one["sheet"],
                }
            results.append({"key": one["key"], "outcome": "live"})
        return results

    def _show(self, request: Request) -> Response:
        self.requests += 1
        keys = request.args["keys"].split(",")
        return json({"items": {key: self.items[key] for key in keys if key in self.items}})
