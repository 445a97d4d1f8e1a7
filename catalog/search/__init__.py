"""Finding products: tokens for combined filters, one text for search. What differs by database is in its one module."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import ModuleType

from django.db import connection
from django.db.models import Q, QuerySet

from catalog.models.product import Product
from catalog.search.folding import folded


def _backend() -> ModuleType:
    if connection.vendor == "postgresql":
        from catalog.search import postgres

        return postgres
    from catalog.search import sqlite

    return sqlite


def follows_order() -> bool:
    """Whether the database looks for a page of what tokens find along its order, where that is shorter. Where it does not, all
    that they find is read and sorted: better its keys alone."""
    return _backend().FOLLOWS_ORDER


def filter_tokens(
    queryset: QuerySet[Product],
    *,
    all: Iterable[str] = (),
    any_of: Sequence[Sequence[str]] = (),
    none: Iterable[str] = (),
) -> QuerySet[Product]:
    """Products that carry all of `all`, at least one of each group in `any_of`, and none of `none`."""
    return _backend().filter_tokens(queryset, list(all), [list(group) for group in any_of], list(none))


def carrying(tokens: Sequence[str]) -> Q:
    """The same as a condition, to be combined with others: products that carry at least one of the tokens."""
    return _backend().carrying(list(tokens))


def containing(phrase: str) -> Q:
    """Products whose search text has this phrase as it is, whatever case and accents."""
    return _backend().containing(folded(phrase.replace("\x00", " ")))


def search_text(queryset: QuerySet[Product], words: str) -> QuerySet[Product]:
    """Products whose search text (SKU, labels, searchable values) contains each of the words, whatever case and accents."""
    for word in folded(words.replace("\x00", " ")).split()[:8]:  # a NUL ends a statement on both databases
        queryset = _backend().contains(queryset, word)
    return queryset


def among(ids: Iterable[int], column: str = "pk") -> Q:
    """Rows whose column is one of these: one parameter, where `__in` makes Django and the driver write each id."""
    return Q(_backend().Among(column, list(ids)))


def number_of_file(column: str) -> str:
    """SQL for the number of the token of the file whose hash is in this column, to be compared with Product.tokens."""
    return str(_backend().number_of_file(column))


def replace_tokens(changes: Sequence[tuple[int, Sequence[int], Sequence[int]]]) -> None:
    """Keeps what the database needs beside Product.tokens: (product id, their numbers before and after) of each change."""
    _backend().replace_tokens(changes)


def replace_texts(texts: Sequence[tuple[int, str]]) -> None:
    """Keeps what the database needs beside Product.search: (product id, text)."""
    _backend().replace_texts(texts)
