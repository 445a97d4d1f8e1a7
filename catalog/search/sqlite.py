"""SQLite: a token table for filters and an FTS5 trigram table for text, both made by a migration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import F, Func, RawSQL, Value

from catalog.models.product import Product
from catalog.models.tokens import numbered

COMMON = 10_000  # products; a grid counts no further
FOLLOWS_ORDER = False  # a list shorter than that is read whole


def filter_tokens(
    queryset: QuerySet[Product], every: list[str], any_of: list[list[str]], none: list[str]
) -> QuerySet[Product]:
    for group in [[token] for token in every] + any_of:
        queryset = queryset.filter(carrying(group))
    if none:
        queryset = queryset.exclude(pk__in=_having(none))
    return queryset


def carrying(tokens: list[str]) -> Q:
    return Q(_Carries(tokens)) if _is_common(tokens) else Q(pk__in=_having(tokens))


def _is_common(tokens: list[str]) -> bool:
    """SQLite knows nothing of how many products a list will have, and may begin with the longest."""
    marks = ",".join(["%s"] * len(tokens))
    with connection.cursor() as cursor:
        sql = f"SELECT 1 FROM catalog_token WHERE token IN ({marks}) LIMIT 1 OFFSET {COMMON}"  # noqa: S608 - only marks
        cursor.execute(sql, [numbered(token) for token in tokens])
        return cursor.fetchone() is not None


class _Carries(Func):
    """Asked of each product that is looked at for other reasons."""

    output_field = BooleanField()

    def __init__(self, tokens: list[str]) -> None:
        super().__init__(F("pk"), *(Value(numbered(token)) for token in tokens))

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Any:
        product, *tokens = (compiler.compile(each) for each in self.get_source_expressions())
        marks = ", ".join(sql for sql, _params in tokens)
        sql = f"EXISTS (SELECT 1 FROM catalog_token WHERE token IN ({marks}) AND product = {product[0]})"  # noqa: S608
        return sql, (*(value for _sql, params in tokens for value in params), *product[1])


class Among(Func):
    output_field = BooleanField()
    template = "%(expressions)s))"
    arg_joiner = " IN (SELECT value FROM json_each("

    def __init__(self, column: str, ids: list[int]) -> None:
        super().__init__(F(column), Value(orjson.dumps(ids).decode()))


def _having(tokens: list[str]) -> RawSQL:
    marks = ",".join(["%s"] * len(tokens))
    sql = f"SELECT product FROM catalog_token WHERE token IN ({marks})"  # noqa: S608 - only marks
    return RawSQL(sql, [numbered(token) for token in tokens])  # noqa: S611 - the same


def contains(queryset: QuerySet[Product], word: str) -> QuerySet[Product]:
    return queryset.filter(containing(word))


def containing(phrase: str) -> Q:
    if len(phrase) < 3:  # shorter than a trigram: the index has nothing to say
        return Q(search__contains=phrase)
    quoted = '"' + phrase.replace('"', '""') + '"'
    return Q(pk__in=RawSQL("SELECT rowid FROM catalog_text WHERE catalog_text MATCH %s", [quoted]))


def number_of_file(column: str) -> str:
    """SQL: the number of the token of the file with this hash (catalog.models.tokens.numbered), digit by digit."""
    digits = (
        f"((instr('0123456789abcdef', substr({column}, {place}, 1)) - 1) << {64 - 4 * place})"
        for place in range(1, 17)
    )
    return f"(({' | '.join(digits)}) & -2)"


def replace_tokens(changes: Sequence[tuple[int, Sequence[int], Sequence[int]]]) -> None:
    gone, come = [], []
    for product_id, before, after in changes:
        old, new = set(before), set(after)
        gone += [(token, product_id) for token in old - new]
        come += [(token, product_id) for token in new - old]
    with connection.cursor() as cursor:
        if gone:
            cursor.executemany("DELETE FROM catalog_token WHERE token = %s AND product = %s", gone)
        if come:
            cursor.executemany("INSERT OR IGNORE INTO catalog_token (token, product) VALUES (%s, %s)", come)


def replace_texts(texts: Sequence[tuple[int, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "DELETE FROM catalog_text WHERE rowid = %s", [(product_id,) for product_id, _text in texts]
        )
        cursor.executemany("INSERT INTO catalog_text (rowid, body) VALUES (%s, %s)", texts)
