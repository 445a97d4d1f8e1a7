"""The grid, Django's own admin list and hand-written SQL, turn by turn on the same catalogue. Prints one JSON line: what
meter.by_turns found.

python -m tests.benchmarks.grid [ROUNDS]
"""

from __future__ import annotations

import json
import os
import re
import sys
from functools import partial
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.grid_settings"

import django

django.setup()

from django.db import connection

from catalog.models import Family, Product
from catalog.models.tokens import numbered
from enrichment.workbench.grid import paging
from tests.benchmarks import meter
from tests.benchmarks.large.products import words
from tests.benchmarks.large.structure import BOSS, LIMITED

GRID, STOCK = "/admin/catalog/product/", "/stock/catalog/product/"
PLACE = "market|en_US"
SKU = re.compile(r">(SKU[0-9]{8})</td>")
SEARCHED = " ".join(words()[200:202])


def addresses() -> dict[str, tuple[str, dict[str, str], dict[str, str]]]:
    """Scenario → (part of ours, its query, the stock admin's query)."""
    family = Family.objects.get(code="family_03")
    total = Product.objects.filter(parent=None).count()
    middle = total // 2 // 50
    row = (
        Product.objects.filter(parent=None).order_by("-updated_at", "-id").only("updated_at")[middle * 50 - 1]
    )
    return {
        "first page": ("region/", {}, {"parent__isnull": "1"}),
        "family + option + incomplete": (
            "region/",
            {"family": family.code, "a.color": "color_5", "incomplete": PLACE},
            {"family": str(family.pk), "color": "color_5", "incomplete": PLACE},
        ),
        "number range": (
            "region/",
            {"a.price:_low": "20", "a.price:_high": "21", "a.price:_currency": "EUR"},
            {"price": "20-21"},
        ),
        "search": ("region/", {"q": SEARCHED}, {"q": SEARCHED}),
        "deep page": (
            "rows/",
            {"after": paging.key_of(row, paging.SORTS["-changed"])},
            {"parent__isnull": "1", "p": str(middle + 1)},
        ),
    }


# --- hand-written: the statements a person would write who knows the tables, for the very same rows
TOP = "kind IN ('simple', 'model')"
PAGE = """SELECT id, sku, kind, family_id, parent_id, root_id, status, enabled, trashed_at, label, labels, image, updated_at
    FROM catalog_product p WHERE trashed_at IS NULL AND {where} ORDER BY updated_at DESC, id DESC LIMIT 51"""
COUNT = """SELECT count(*) FROM (SELECT 1 FROM catalog_product p WHERE trashed_at IS NULL AND {where} LIMIT 10001) found"""
SCORES = "SELECT product_id, channel_id, locale, required, missing FROM channels_completeness WHERE product_id IN ({ids})"
LISTINGS = "SELECT product_id, channel_id, state, reason FROM channels_listing WHERE product_id IN ({ids})"
SCORES_BELOW = """SELECT p.root_id, channel_id, locale, sum(required), sum(missing)
    FROM channels_completeness c JOIN catalog_product p ON p.id = c.product_id WHERE p.root_id IN ({models}) GROUP BY 1, 2, 3"""
LISTINGS_BELOW = """SELECT p.root_id, channel_id, state, count(*) FROM channels_listing l JOIN catalog_product p ON p.id = l.product_id
    WHERE p.root_id IN ({models}) GROUP BY 1, 2, 3"""
VARIANTS = "SELECT root_id, count(*) FROM catalog_product WHERE root_id IN ({models}) AND kind = 'variant' GROUP BY 1"
BELOW = (SCORES_BELOW, LISTINGS_BELOW, VARIANTS)


def tokens_where(*tokens: str) -> str:
    if connection.vendor == "postgresql":
        listed = ", ".join(str(numbered(token)) for token in tokens)
        return f"tokens @> ARRAY[{listed}]::bigint[]"
    return " AND ".join(
        f"id IN (SELECT product FROM catalog_token WHERE token = {numbered(token)})" for token in tokens
    )


def search_where() -> str:
    if connection.vendor == "postgresql":
        return " AND ".join(f"search LIKE '%%{word}%%'" for word in SEARCHED.split())
    return " AND ".join(
        f"id IN (SELECT rowid FROM catalog_text WHERE catalog_text MATCH '\"{word}\"')"
        for word in SEARCHED.split()
    )


def by_hand(scenario: str, deep: Any) -> tuple[str, ...]:
    """The SKUs of the page."""
    family = Family.objects.get(code="family_03").pk if scenario.startswith("family") else 0
    where = {
        "first page": TOP,
        "family + option + incomplete": f"family_id = {family} AND {tokens_where('color=color_5', f'inc:{PLACE}')}",
        "number range": f"id IN (SELECT product_id FROM catalog_numbervalue WHERE key = {numbered('price:EUR')}"
        " AND number BETWEEN 20 AND 21)",
        "search": search_where(),
        "deep page": f"{TOP} AND (updated_at, id) < (%s, %s)",
    }[scenario]
    with connection.cursor() as cursor:
        cursor.execute(PAGE.format(where=where), deep if scenario == "deep page" else None)
        rows = cursor.fetchall()[:50]
        ids = ", ".join(str(row[0]) for row in rows)
        models = ", ".join(str(row[0]) for row in rows if row[2] == "model")
        queries = [SCORES, LISTINGS, *(BELOW if models else [])]
        if scenario != "deep page":
            queries.append(COUNT.format(where=where))
        for query in queries:
            cursor.execute(query.format(ids=ids, models=models or "0"))
            cursor.fetchall()
    return tuple(row[1] for row in rows)


def skus(answer: Any) -> tuple[str, ...]:
    if isinstance(answer, tuple):
        return answer
    assert answer.status_code == 200
    return tuple(SKU.findall(answer.content.decode()))


def main(rounds: int) -> None:
    clients = meter.clients(BOSS, LIMITED)
    asked = addresses()
    _text, deep_query, _stock = asked["deep page"]
    changed, pk = paging.read_key(deep_query["after"], paging.SORTS["-changed"])
    deep_row = (connection.ops.adapt_datetimefield_value(changed), pk)  # as the database has it
    contenders: meter.Scenarios = {
        scenario: {
            "grid": partial(clients[BOSS].get, GRID + part, ours),
            "limited": partial(clients[LIMITED].get, GRID + part, ours),
            "stock": partial(clients[BOSS].get, STOCK, stock),
            "by hand": partial(by_hand, scenario, deep_row),
        }
        for scenario, (part, ours, stock) in asked.items()
    }
    print(json.dumps(meter.by_turns(rounds, contenders, shown=skus)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
