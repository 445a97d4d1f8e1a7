"""Publish a snapshot, proven: a connector that puts a whole feed to a server, and the server that shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django import forms
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from channels.connectors import _calls
from channels.connectors._published import Manifest
from channels.connectors.base import Item, PublishSnapshot, Seen
from pim.lib import http
from tests.channels.shop import json


class FeedConnector(PublishSnapshot):
    code = "snapshot"
    label = "Snapshot"
    secret_fields = ("token",)

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

    def publish(self, items: Iterable[Item]) -> Manifest:
        whole = {one.key: {"hash": one.hash, "revision": one.revision, "sheet": one.sheet} for one in items}
        body = orjson.dumps(whole)
        headers = {"authorization": f"Bearer {self.credentials['token']}", "content-type": "application/json"}
        answer = _calls.request(self.client, "PUT", self.address + "/feed", body=body, headers=headers)
        self.told = _calls.told(answer)
        if not answer.ok:
            _calls.raise_for(answer, self.told)
        return Manifest("/feed", hashlib.sha256(body).hexdigest(), len(whole))

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        answer = _calls.request(self.client, "GET", self.address + "/feed")
        if not answer.ok:
            _calls.raise_for(answer, _calls.told(answer))
        held = answer.json()
        return {
            key: Seen(key, hash=held[key]["hash"], revision=held[key]["revision"], sheet=held[key]["sheet"])
            if key in held
            else None
            for key in keys
        }


class FeedShop:
    def __init__(self, server: HTTPServer) -> None:
        self.server, self.items = server, {}  # type: ignore[var-annotated]
        self.requests = self.submissions = self.created = 0
        self.rejected: dict[str, str] = {}
        self.next: list[tuple[Response, bool]] = []
        server.expect_request("/feed", method="PUT").respond_with_handler(self._replace)
        server.expect_request("/feed", method="GET").respond_with_handler(self._show)

    @property
    def address(self) -> str:
        return self.server.url_for("").rstrip("/")

    def _replace(self, request: Request) -> Response:
        self.requests += 1
        self.submissions += 1
        whole = orjson.loads(request.data)
        answer, applied = self.next.pop(0) if self.next else (Response("", status=204), True)
        if whole.keys() & self.rejected.keys():
            return Response("not well-formed", status=422)
        if applied:
            self.created += len(whole.keys() - self.items.keys())
            self.items = whole
        return answer

    def _show(self, request: Request) -> Response:
        self.requests += 1
        return json(self.items)
