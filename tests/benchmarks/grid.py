"""The grid, Django's own admin list and hand-written SQL, turn by turn on the same catalogue. Prints one JSON line:
scenario → contender → {ms, cpu_ms, db_ms, queries}, each the least of its turns. `cpu_ms` is processor time, this process's
and its database server process's together: it tells more where others work beside.

python -m tests.benchmarks.grid [ROUNDS]
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.grid_settings"

import django

django.setup()

from django.db import connection
from django.test import Client

from catalog.models import Family, Product, User
from enrichment.workbench.grid import paging
from tests.benchmarks.large.products import words
from tests.benchmarks.large.structure import BOSS, LIMITED

GRID, STOCK = "/admin/catalog/product/", "/stock/catalog/product/"
PLACE = "market|en_US"
SKU = re.compile(r">(SKU[0-9]{8})</td>")
SEARCHED = " ".join(words()[200:202])


class Meter:
    """Adds up statements: their number and milliseconds. Those about who asks, and whether structure and profiles still
    stand, are the same for any list and counted in `queries` only."""

    SAME = ("django_session", "catalog_user", "catalog_structureversion", '"channels_channel"."profile_rev"')

    def __init__(self) -> None:
        self.queries, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, *args)
        finally:
            self.queries += 1
            if not any(name in sql for name in self.SAME):
                self.seconds += time.perf_counter() - began


@cache
def _server() -> Path | None:
    """Where Linux says the processor time of the server's process behind our connection; None without one, or elsewhere."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        file = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return file if file.exists() else None


def processor_seconds() -> float:
    server = _server()
    return time.process_time() + (int(server.read_text().split()[0]) / 1e9 if server else 0.0)


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    meter, result = Meter(), {}
    with connection.execute_wrapper(meter):
        worked, began = processor_seconds(), time.perf_counter()
        yield result
        result["ms"] = (time.perf_counter() - began) * 1000
        result["cpu_ms"] = (processor_seconds() - worked) * 1000
    result["db_ms"], result["queries"] = meter.seconds * 1000, meter.queries


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


def quickest(values: list[float]) -> float:
    """What a turn takes when nothing else wants the processors."""
    return min(values)


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
        listed = ", ".join(f"'{token}'" for token in tokens)
        return f"tokens @> ARRAY[{listed}]"
    return " AND ".join(
        f"id IN (SELECT product FROM catalog_token WHERE token = '{token}')" for token in tokens
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
        "number range": "id IN (SELECT product_id FROM catalog_numbervalue WHERE key = 'price:EUR'"
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
    clients = {name: Client(SERVER_NAME="localhost") for name in (BOSS, LIMITED)}
    for name, client in clients.items():
        client.force_login(User.objects.get(username=name))
    results: dict[str, dict[str, list[dict[str, float]]]] = {}
    shown: dict[str, set[tuple[str, ...]]] = {}
    asked = addresses()
    _text, deep_query, _stock = asked["deep page"]
    changed, pk = paging.read_key(deep_query["after"], paging.SORTS["-changed"])
    deep_row = (connection.ops.adapt_datetimefield_value(changed), pk)  # as the database has it
    for turn in range(rounds + 1):
        for scenario, (part, ours, stock) in asked.items():
            contenders: dict[str, Callable[[], Any]] = {
                "grid": partial(clients[BOSS].get, GRID + part, ours),
                "limited": partial(clients[LIMITED].get, GRID + part, ours),
                "stock": partial(clients[BOSS].get, STOCK, stock),
                "by hand": partial(by_hand, scenario, deep_row),
            }
            for name, act in contenders.items():
                with measured() as result:
                    answer = act()
                if turn:  # the first is for the caches
                    results.setdefault(scenario, {}).setdefault(name, []).append(result)
                elif name != "limited":
                    shown.setdefault(scenario, set()).add(skus(answer))
    assert all(len(rows) == 1 for rows in shown.values()), "the contenders showed different products"
    print(
        json.dumps(
            {
                scenario: {
                    name: {key: quickest([one[key] for one in found]) for key in found[0]}
                    for name, found in by_name.items()
                }
                for scenario, by_name in results.items()
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
