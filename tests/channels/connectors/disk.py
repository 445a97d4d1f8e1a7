"""A disk for the feed connector that can be full, forbidden or failing, and what stands on it, for the contract."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
from django.test import override_settings
from werkzeug import Response

from channels.connectors import _feed_folder
from channels.connectors.base import Data
from channels.connectors.feed import Feed

# What a server would answer, as a disk says it.
ERRORS = {401: errno.EACCES, 429: errno.ENOSPC, 503: errno.ENOSPC}


class Disk:
    address = "unused"

    def __init__(self, _server: Any) -> None:
        self.requests = self.submissions = self.created = 0
        self.rejected: dict[str, str] = {}
        self.next: list[tuple[Response, bool]] = []
        self.root = Path()

    @property
    def items(self) -> dict[str, Any]:
        """SKU → {"sheet"}, read from the file as a partner would."""
        found = {}
        for path in self.root.glob("feeds/**/*.jsonl"):
            if "previous" not in path.parts:
                for line in path.read_bytes().splitlines():
                    sheet = orjson.loads(line)
                    found[sheet["sku"]] = {"sheet": sheet}
        return found

    @contextmanager
    def mounted(self) -> Iterator[None]:
        with tempfile.TemporaryDirectory() as folder:
            self.root = Path(folder)
            with (
                override_settings(PIM_DATA=self.root),
                patch.object(Feed, "publish", self._publish(Feed.publish)),
                patch.object(Feed, "read_back", self._read_back(Feed.read_back)),
            ):
                yield

    def _publish(self, real: Any) -> Any:
        def publish(connector: Feed, items: Any) -> Any:
            self.requests += 1
            listed = list(items)
            if self.rejected.keys() & {item.key for item in listed}:
                raise Data("Too loud.")
            before = self.items.keys()
            answer, applied = self.next.pop(0) if self.next else (None, True)
            error = (
                OSError(ERRORS.get(answer.status_code, errno.EIO), answer.get_data(as_text=True))
                if answer
                else None
            )
            with (
                patch.object(
                    _feed_folder.os, "replace", _failing(error if not applied else None, os.replace)
                ),
                patch.object(_feed_folder, "_sync_folder", _failing(error if applied else None)),
            ):
                try:
                    return real(connector, listed)
                finally:
                    self.submissions += applied
                    self.created += len(self.items.keys() - before)

        return publish

    def _read_back(self, real: Any) -> Any:
        def read_back(connector: Feed, keys: Sequence[str]) -> Any:
            self.requests += 1
            return real(connector, keys)

        return read_back


def _failing(error: OSError | None, otherwise: Any = lambda *_: None) -> Any:
    def act(*arguments: Any) -> Any:
        if error is not None:
            raise error
        return otherwise(*arguments)

    return act
