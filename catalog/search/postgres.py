"""PostgreSQL: tokens in an array column with a GIN index, text by trigrams where the extension is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import Func, Value

from catalog.models.product import Product
from catalog.models.tokens import TokensField, numbered

FOLLOWS_ORDER = True  # its planner knows how common a token is


class _Compare(Func):
    output_field = BooleanField()
    arity = 2

    def __init__(self, operator: str, tokens: list[str]) -> None:
        super().__init__(
            F("tokens"), Value([numbered(token) for token in tokens], output_field=TokensField())
        )
        self.template = "(%(expressions)s::bigint[])"  # the last expression is the literal
        self.arg_joiner = f" {operator} "


class Among(Func):
    output_field = BooleanField()
    template = "(%(expressions)s::bigint[]))"  # the last expression is the literal
    arg_joiner = " = ANY ("

    def __init__(self, column: str, ids: list[int]) -> None:
        super().__init__(F(column), Value(f"{{{','.join(map(str, ids))}}}"))


def filter_tokens(
    queryset: QuerySet[Product], every: list[str], any_of: list[list[str]], none: list[str]
) -> QuerySet[Product]:
    if every:
        queryset = queryset.filter(_Compare("@>", every))
    for group in any_of:
        queryset = queryset.filter(carrying(group))
    if none:
        queryset = queryset.exclude(_Compare("&&", none))
    return queryset


def carrying(tokens: list[str]) -> Q:
    return Q(_Compare("&&", tokens))


def contains(queryset: QuerySet[Product], word: str) -> QuerySet[Product]:
    return queryset.filter(containing(word))


def containing(phrase: str) -> Q:
    return Q(search__contains=phrase)


def number_of_file(column: str) -> str:
    """SQL: the number of the token of the file with this hash (catalog.models.tokens.numbered)."""
    return f"(('x' || left({column}, 16))::bit(64)::bigint & -2)"


def replace_tokens(changes: Sequence[tuple[int, Any, Any]]) -> None:
    """The column is the index."""


def replace_texts(texts: Sequence[tuple[int, str]]) -> None:
    """The column is the index."""
