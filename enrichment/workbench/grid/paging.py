"""Pages by key: the next page begins after the last row's sort value and id, however deep it lies."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Product

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort order that an index serves: by `column`, then by id in the same direction."""

    name: str
    column: str
    descending: bool
    label: Any

    def order(self, *, reverse: bool = False) -> tuple[str, str]:
        sign = "-" if self.descending != reverse else ""
        return f"{sign}{self.column}", f"{sign}id"


SORTS: Mapping[str, Sort] = {
    sort.name: sort
    for sort in (
        Sort("-changed", "updated_at", True, _("Last changed")),
        Sort("changed", "updated_at", False, _("First changed")),
        Sort("label", "label", False, _("Label, A to Z")),
        Sort("-label", "label", True, _("Label, Z to A")),
        Sort("sku", "sku", False, _("SKU, A to Z")),
        Sort("-sku", "sku", True, _("SKU, Z to A")),
    )
}


class BadKey(ValueError):
    """A page key that is none of ours."""


def key_of(row: Product, sort: Sort) -> str:
    value = getattr(row, sort.column)
    plain = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([plain, row.pk]).encode()).decode().rstrip("=")


def read_key(text: str, sort: Sort) -> tuple[Any, int]:
    """Raises BadKey."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if sort.column == "updated_at":
            value = datetime.fromisoformat(value)
        elif not isinstance(value, str):
            raise BadKey(text)
        return value, int(pk)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadKey(text) from error


@dataclass(frozen=True, slots=True)
class Page:
    """`next` and `previous` are page keys, "" where there is nothing further."""

    rows: list[Product]
    next: str = ""
    previous: str = ""


def page(
    queryset: QuerySet[Product], sort: Sort, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page:
    """One query. A key that cannot be read shows the first page."""
    backwards = bool(before)
    try:
        key = read_key(before or after, sort) if before or after else None
    except BadKey:
        key, backwards = None, False
    if key is not None:
        value, pk = key
        step = "lt" if sort.descending != backwards else "gt"
        queryset = queryset.filter(
            Q(**{f"{sort.column}__{step}": value}) | Q(**{sort.column: value, f"pk__{step}": pk})
        )
    rows = list(queryset.order_by(*sort.order(reverse=backwards))[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([])
    has_next = backwards or more
    has_previous = more if backwards else key is not None
    return Page(
        rows, key_of(rows[-1], sort) if has_next else "", key_of(rows[0], sort) if has_previous else ""
    )
