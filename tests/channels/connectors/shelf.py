"""A portal's shelf that can be closed, busy or failing, and what stands on it, for the contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from werkzeug import Response

from channels.connectors.base import Config, Item, ItemError, ItemResult, Retry, Unknown
from channels.connectors.portal import Portal
from channels.models import PortalPage


class Shelf:
    address = "unused"

    def __init__(self, _server: Any) -> None:
        self.requests = self.submissions = self.created = 0
        self.rejected: dict[str, str] = {}
        self.next: list[tuple[Response, bool]] = []

    @property
    def items(self) -> dict[str, Any]:
        """SKU → {"sheet"}, as it stands."""
        return {page.key: {"sheet": page.sheet} for page in PortalPage.objects.all()}

    @contextmanager
    def mounted(self) -> Iterator[None]:
        push, read_back = Portal.push, Portal.read_back

        def pushing(connector: Portal, items: Sequence[Item]) -> list[ItemResult]:
            self.requests += 1
            answer, applied = self.next.pop(0) if self.next else (None, True)
            refused = [item for item in items if item.key in self.rejected]
            before = self.items.keys()
            taken = [item for item in items if item not in refused] if applied else []
            results = [*push(connector, taken)] if taken else []
            self.submissions += bool(taken)
            self.created += len(self.items.keys() - before)
            if answer is not None:
                raise _error(answer)
            return [
                *results,
                *(ItemResult(item.key, "rejected", errors=(ItemError(self.rejected[item.key], "title"),)) for item in refused),
            ]  # fmt: skip

        def reading(connector: Portal, keys: Sequence[str]) -> Any:
            self.requests += 1
            return read_back(connector, keys)

        with patch.object(Portal, "push", pushing), patch.object(Portal, "read_back", reading):
            yield


def _error(answer: Response) -> Exception:
    text = answer.get_data(as_text=True)
    if answer.status_code == 401:
        return Config(text)
    if answer.status_code == 500:
        return Unknown(text)
    return Retry(text, after=float(answer.headers.get("retry-after", 5)))
