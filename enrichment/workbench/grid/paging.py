"""Pages by key: the next page begins after the last row's sort value and id, however deep it lies."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from catalog import search
from catalog.models import Product

PAGE_SIZE = 50
REACH = 1500  # rows that are looked through as fast as a page's share of them is found in another way
LEAST_REACH = 20_000  # the same of the order's index alone, which is soon read
LARGEST_ID = 2**63 - 1
Listed = tuple[int, Any]  # a row of a list of ids alone: the id, and the value of the order's column
R = TypeVar("R", Product, Listed)


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


def key_of(row: Product | Listed, sort: Sort) -> str:
    pk, value = row if isinstance(row, tuple) else (row.pk, getattr(row, sort.column))
    plain = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([plain, pk]).encode()).decode().rstrip("=")


def read_key(text: str, sort: Sort) -> tuple[Any, int]:
    """Raises BadKey: addresses come from outside, and what no database takes must not reach one."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(value, str) or not isinstance(pk, int) or abs(pk) > LARGEST_ID or "\x00" in value:
            raise BadKey(text)
        value.encode()  # half a surrogate pair is no text
        if sort.column == "updated_at":
            value = datetime.fromisoformat(value).astimezone(UTC)
        return value, pk
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadKey(text) from error


class _Beyond(Func):
    """`(column, id) < (value, pk)`, or > it. An index begins there, where of the same said with OR it reads all before."""

    output_field = BooleanField()
    template = "(%(expressions)s)"

    def __init__(self, sort: Sort, value: Any, pk: int, *, less: bool) -> None:
        field = Product._meta.get_field(sort.column)
        super().__init__(F(sort.column), F("pk"), Value(value, output_field=field), Value(pk))
        self.operator = "<" if less else ">"

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        parts, params = [], []
        for expression in self.get_source_expressions():
            sql, values = compiler.compile(expression)
            parts.append(sql)
            params += values
        return f"({parts[0]}, {parts[1]}) {self.operator} ({parts[2]}, {parts[3]})", params


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """`next` and `previous` are page keys, "" where there is nothing further."""

    rows: list[R]
    next: str = ""
    previous: str = ""

    @property
    def ids(self) -> list[int]:
        return [row[0] if isinstance(row, tuple) else row.pk for row in self.rows]


@dataclass(frozen=True, slots=True)
class _Window:
    """Which part of an ordered list a page is. A key that cannot be read means the first page."""

    sort: Sort
    key: tuple[Any, int] | None
    backwards: bool
    size: int

    @classmethod
    def of(cls, sort: Sort, after: str, before: str, size: int) -> _Window:
        try:
            key = read_key(before or after, sort) if before or after else None
        except BadKey:
            key = None
        return cls(sort, key, bool(before) and key is not None, size)

    @property
    def less(self) -> bool:
        """Whether the page lies where values are less than the key's."""
        return self.sort.descending != self.backwards

    def cut(
        self, queryset: QuerySet[Product, R], *, until: tuple[Any, int] | None = None, skip: int = 0
    ) -> QuerySet[Product, R]:
        """The page's rows in the order of reading, and one more where there is one; none from the key `until` on."""
        if self.key is not None:
            queryset = queryset.filter(_Beyond(self.sort, *self.key, less=self.less))
        if until is not None:
            queryset = queryset.filter(_Beyond(self.sort, *until, less=not self.less))
        return queryset.order_by(*self.sort.order(reverse=self.backwards))[skip : skip + self.size + 1]

    def until(self, queryset: QuerySet[Product, R], end: Any) -> QuerySet[Product, R]:
        """Those up to the value `end` of the order, however many have that one. The key's is said once more, by itself: of pairs
        PostgreSQL does not see how few rows lie between."""
        first, last = ("lte", "gte") if self.less else ("gte", "lte")
        ends = {f"{self.sort.column}__{last}": end}
        if self.key is not None:
            ends[f"{self.sort.column}__{first}"] = self.key[0]
        return queryset.filter(**ends)

    def page(self, rows: list[R]) -> Page[R]:
        more, rows = len(rows) > self.size, rows[: self.size]
        if self.backwards:
            rows.reverse()
        if not rows:
            return Page([])
        has_next = self.backwards or more
        has_previous = more if self.backwards else self.key is not None
        return Page(
            rows,
            key_of(rows[-1], self.sort) if has_next else "",
            key_of(rows[0], self.sort) if has_previous else "",
        )


def listed(queryset: QuerySet[Product], sort: Sort) -> QuerySet[Product, Listed]:
    """The same for a list of ids alone: a thousand products would take Django four times as long."""
    return queryset.values_list("pk", sort.column)


def page(
    queryset: QuerySet[Product, R], sort: Sort, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[R]:
    """One query. A key that cannot be read shows the first page."""
    window = _Window.of(sort, after, before, size)
    return window.page(list(window.cut(queryset)))


def near_page(
    everything: Callable[[], QuerySet[Product, R]],
    sort: Sort,
    *,
    near: QuerySet[Product, R],
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    reach: int = REACH,
) -> Page[R]:
    """The page of `everything`, for a database that would read and sort all of that. `near` is the same, asked of each row:
    the next `reach` rows of the order are looked through first. Two queries, three where the page is not full by then."""
    window = _Window.of(sort, after, before, size)
    end = window.cut(Product.objects.values_list(sort.column, "pk"), skip=reach).first()
    rows = list(window.cut(near, until=end))
    return window.page(rows if end is None or len(rows) > size else list(window.cut(everything())))


def looked_through(
    everything: Callable[[], QuerySet[Product, R]],
    sort: Sort,
    *,
    nearly: QuerySet[Product],
    shown: QuerySet[Product, R],
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    reach: int = 0,
) -> Page[R]:
    """The page of `everything`, for one of many rows. `nearly` may let more through: what it finds is held against `shown`, all
    that may be shown, once for the page instead of row by row before they are put in order.

    With `reach` the next so many rows of the order are looked through first, by a database that combines indexes: what is in
    both is all that is read, where it would else walk past each row that is not shown, or read all that are. One query, two
    with `reach`; others where the page is not full by that.
    """
    window = _Window.of(sort, after, before, size)
    order, tried = sort.order(reverse=window.backwards), [nearly]
    if reach:
        end = window.cut(Product.objects.values_list(sort.column, "pk"), skip=reach).first()
        tried = tried if end is None else [window.until(nearly, end[0]), nearly]
    for each in tried:
        rows = list(shown.filter(pk__in=window.cut(each).values("pk")).order_by(*order))
        if len(rows) > size:
            return window.page(rows)
    return window.page(list(window.cut(everything())))


def counted_page(
    everything: Callable[[], QuerySet[Product, R]],
    sort: Sort,
    *,
    nearly: QuerySet[Product],
    shown: QuerySet[Product, R] | None,
    most: int,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> tuple[Page[R], int]:
    """The page of `everything`, and how many there are altogether, at most `most`. Two queries where these are fewer.

    What a filter lets through is looked for once: up to `most` of it is kept by its key, counted and put in order. Where
    there is more it is common, and its page is soon found along the order's index. `nearly` may let more through than
    `everything`: what is only nearly the same counts faster. `shown` is all that may be shown, whatever is filtered; None for
    ids alone of whatever is found, which takes one query.
    """
    window = _Window.of(sort, after, before, size)
    found, count = _look(nearly, window, most)
    if count < most:
        if shown is None:
            return window.page(_converted(found, sort)), count
        among = search.among([pk for pk, _place in found])
        rows = list(shown.filter(among).order_by(*sort.order(reverse=window.backwards)))
        if len(rows) == len(found):
            return window.page(rows), count
    return window.page(list(window.cut(everything()))), count


def _look(queryset: QuerySet[Product], window: _Window, most: int) -> tuple[list[Listed], int]:
    """(the page and one more, as the database has the order's values, count up to `most`): none with as many as that."""
    sort = window.sort
    try:
        found, params = queryset.order_by().values("pk", sort.column)[:most].query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking: a role's categories reach nothing
        return [], 0
    beyond, direction = "", "DESC" if window.less else "ASC"
    values = list(params)
    if window.key is not None:
        value, pk = window.key
        prepared = Product._meta.get_field(sort.column).get_db_prep_value(value, connection)
        beyond, values = f"WHERE (place, id) {'<' if window.less else '>'} (%s, %s)", [*values, prepared, pk]
    order = f"ORDER BY place {direction}, id {direction}"
    statement = (
        f"WITH found (id, place) AS MATERIALIZED ({found}), counted AS (SELECT count(*) AS n FROM found),"  # noqa: S608
        f" page AS (SELECT id, place FROM found {beyond} {order} LIMIT {window.size + 1})"
        f" SELECT n, id, place FROM counted LEFT JOIN page ON n < %s {order}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, most])
        rows = cursor.fetchall()
    return [(pk, place) for _count, pk, place in rows if pk is not None], rows[0][0]


def _converted(rows: list[Listed], sort: Sort) -> list[Any]:
    """With the order's values as Django reads them."""
    column = Product._meta.get_field(sort.column).get_col(Product._meta.db_table)
    for convert in connection.ops.get_db_converters(column):
        rows = [(pk, convert(place, column, connection)) for pk, place in rows]
    return rows
