"""The queue and the spreadsheet view, Django's own admin list and hand-written SQL, turn by turn on the same catalogue. Prints one
JSON line: what meter.by_turns found.

python -m tests.benchmarks.working [ROUNDS]
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.grid_settings"

import django

django.setup()

from django.db import connection
from django.test import Client

from catalog.models import Family, Product
from catalog.models.tokens import numbered
from channels import lacking
from channels.models import Channel
from enrichment.workbench.grid import paging
from tests.benchmarks import meter
from tests.benchmarks.grid import PLACE, SEARCHED, STOCK, search_where, tokens_where
from tests.benchmarks.large.structure import BOSS, LIMITED

QUEUE, SHEET = "/admin/catalog/product/queue/", "/admin/catalog/product/spreadsheet/"
STOCK_VALUES = "/stock-values/catalog/product/"
BY_SKU = {"o": "2"}  # of the stock lists' columns
FAMILY, LACKING = "family_03", f"{PLACE}|description"
AHEAD, WINDOW, IDS = (
    30,
    60,
    1_000,
)  # products that the queue's script names at once; that the sheet's asks for; ids of a page
COLUMNS = "name|en_US~short_description|en_US~brand~color~size~price~weight~ean"
SKU = re.compile(r"SKU[0-9]{8}")
Act = Callable[[], Any]


@dataclass(frozen=True)
class Filter:
    """The same filter for the three contenders."""

    ours: dict[str, str]
    stock: dict[str, str]
    where: str


def filters() -> dict[str, Filter]:
    family, channel = Family.objects.get(code=FAMILY).pk, Channel.objects.get(code="market").pk
    query, params = lacking.products(channel, "en_US", "description").query.sql_with_params()
    with connection.cursor() as cursor:
        lacks = (
            cursor.mogrify(query, params)
            if connection.vendor == "postgresql"
            else query % tuple(map(repr, params))
        )
    of_family = f"family_id = {family}"
    return {
        "missing a text": Filter(
            {"family": FAMILY, "missing": LACKING},
            {"family": str(family), "missing": LACKING},
            f"{of_family} AND id IN ({lacks})",
        ),
        "family + option + incomplete": Filter(
            {"family": FAMILY, "a.color": "color_5", "incomplete": PLACE},
            {"family": str(family), "color": "color_5", "incomplete": PLACE},
            f"{of_family} AND {tokens_where('color=color_5', f'inc:{PLACE}')}",
        ),
        "number range": Filter(
            {"a.price:_low": "20", "a.price:_high": "21", "a.price:_currency": "EUR"},
            {"price": "20-21"},
            f"id IN (SELECT product_id FROM catalog_numbervalue WHERE key = {numbered('price:EUR')} AND number BETWEEN 20 AND 21)",
        ),
        "search": Filter({"q": SEARCHED}, {"q": SEARCHED}, search_where()),
        "all": Filter({"level": "all"}, {}, "TRUE"),
    }


# --- hand-written

PAGE = """SELECT id, sku, label, updated_at FROM catalog_product p WHERE trashed_at IS NULL AND {where}
    ORDER BY sku, id LIMIT {limit}"""
COUNT = "SELECT count(*) FROM (SELECT 1 FROM catalog_product p WHERE trashed_at IS NULL AND {where} LIMIT 10001) found"
MEMBERS = "SELECT id FROM catalog_product p WHERE id IN ({ids}) AND trashed_at IS NULL AND {where}"
DOCUMENTS = """SELECT p.id, sku, kind, family_id, family_variant_id, parent_id, root_id, status, enabled, trashed_at, label, labels,
    image, updated_at, v."values", v.sources FROM catalog_product p JOIN catalog_productvalues v ON v.product_id = p.id
    WHERE p.id IN ({ids})"""
ABOUT = (
    "SELECT product_id, category_id FROM catalog_productcategory WHERE product_id IN ({ids}) ORDER BY position",
    "SELECT product_id, key FROM catalog_outdatedtranslation WHERE product_id IN ({ids})",
    'SELECT product_id, campaign_id, "values" FROM catalog_campaignvalues WHERE product_id IN ({ids})',
)
ON_CHANNELS = (
    "SELECT channel_id, state, reason, errors FROM channels_listing WHERE product_id IN ({ids})",
    "SELECT channel_id, locale, required, missing FROM channels_completeness WHERE product_id IN ({ids})",
    "SELECT key, value, source FROM catalog_proposal WHERE product_id IN ({ids}) AND state = 'open'",
)


def asked(*statements: str, **parts: Any) -> list[list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        found = []
        for statement in statements:
            cursor.execute(statement.format(**parts))
            found.append(cursor.fetchall())
        return found


def page_by_hand(where: str, limit: int, *, counted: bool = False) -> tuple[str, ...]:
    found = asked(PAGE, *([COUNT] if counted else []), where=where, limit=limit)
    return tuple(row[1] for row in found[0])


def with_above(ids: Sequence[int], *about: str) -> dict[int, str]:
    """What is shown of these products, with the models of variants: id → SKU."""
    rows, *_others = asked(DOCUMENTS, *about, ids=", ".join(map(str, ids)))
    above = {str(row[5]) for row in rows if row[5] and row[5] not in ids}
    if above:
        asked(DOCUMENTS, ids=", ".join(above))
    return {row[0]: row[1] for row in rows}


def item_by_hand(ids: Sequence[int], where: str) -> tuple[str, ...]:
    ((*members,),) = asked(MEMBERS, where=where, ids=", ".join(map(str, ids)))
    first = next(pk for pk in ids if (pk,) in members)
    return (with_above([first], *ABOUT, *ON_CHANNELS)[first],)


def queue_by_hand(where: str) -> tuple[str, ...]:
    rows, _count = asked(PAGE, COUNT, where=where, limit=51)
    item_by_hand([rows[0][0]], where)
    return (rows[0][1],)


def rows_by_hand(ids: Sequence[int]) -> tuple[str, ...]:
    skus = with_above(ids, *ABOUT)
    return tuple(skus[pk] for pk in ids)


# --- all of it


def shown(answer: Any) -> tuple[str, ...]:
    """SKUs; the catalogue's are made of its ids."""
    if isinstance(answer, tuple):
        return answer
    assert answer.status_code == 200, answer.status_code
    if answer["Content-Type"] != "application/json":
        text = answer.content.decode()
        if known := re.search(r'data-ids="([0-9,]+)"', text):
            return tuple(f"SKU{int(pk):08}" for pk in known[1].split(","))
        if known := re.search(r'"ids": ?\[([0-9, ]+)\]', text):
            return tuple(f"SKU{int(pk):08}" for pk in known[1].split(","))
        return tuple(dict.fromkeys(SKU.findall(text)))
    said = answer.json()
    if "rows" in said:
        return tuple(row["sku"] for row in sorted(said["rows"], key=lambda row: row["id"]))
    return tuple(f"SKU{pk:08}" for pk in said.get("ids", [said.get("id")]))


def known_ids(client: Client, address: str, found: Filter) -> list[int]:
    return list(client.get(f"{address}ids/", found.ours).json()["ids"])


def middle(found: Filter, step: int) -> tuple[str, int, str]:
    """(the key of our page, the number of the stock list's, the same as SQL), in the middle of what the filter lets through."""
    (((count,),),) = asked(
        "SELECT count(*) FROM catalog_product p WHERE trashed_at IS NULL AND {where}", where=found.where
    )
    pages = count // 2 // step
    (((pk, sku, *_rest),),) = asked(f"{PAGE} OFFSET {pages * step - 1}", where=found.where, limit=1)
    key = paging.key_of(Product(pk=pk, sku=sku), paging.SORTS["sku"])
    return key, pages + 1, f"(sku, id) > ('{sku}', {pk})"


def scenarios(clients: dict[str, Client]) -> dict[str, dict[str, Act]]:
    found, made = filters(), {}

    def of(
        name: str,
        ours: Callable[[str], tuple[str, dict[str, str]]],
        stock: tuple[str, dict[str, str]],
        hand: Act,
    ) -> None:
        made[name] = {
            "grid": partial(clients[BOSS].get, *ours(BOSS)),
            "limited": partial(clients[LIMITED].get, *ours(LIMITED)),
            "stock": partial(clients[BOSS].get, *stock),
            "by hand": hand,
        }

    for name in ("missing a text", "family + option + incomplete"):
        one = found[name]
        ids = {who: known_ids(client, QUEUE, one)[:AHEAD] for who, client in clients.items()}
        stock = (STOCK, {**one.stock, **BY_SKU})
        of(
            f"queue, next: {name}",
            lambda who, one=one, ids=ids: (f"{QUEUE}item/", {**one.ours, "ids": ",".join(map(str, ids[who]))}),
            stock, partial(item_by_hand, ids[BOSS], one.where),
        )  # fmt: skip
        of(
            f"queue, opened: {name}",
            lambda who, one=one: (QUEUE, one.ours),
            stock,
            partial(queue_by_hand, one.where),
        )
    one = found["missing a text"]
    key, number, beyond = middle(one, 50)
    of(
        "queue, 50 more in the middle",
        lambda who: (f"{QUEUE}ids/", {**one.ours, "after": key}),
        (STOCK, {**one.stock, **BY_SKU, "p": str(number)}),
        partial(page_by_hand, f"{one.where} AND {beyond}", 51),
    )
    one = found["family + option + incomplete"]
    window = {who: known_ids(client, SHEET, one)[:WINDOW] for who, client in clients.items()}
    of(
        "sheet, 60 rows",
        lambda who: (f"{SHEET}rows/", {"cols": COLUMNS, "ids": ",".join(map(str, window[who]))}),
        (STOCK_VALUES, {**one.stock, **BY_SKU}),
        partial(rows_by_hand, window[BOSS]),
    )
    for name in ("family + option + incomplete", "number range", "search", "all"):
        one = found[name]
        of(
            f"sheet, opened: {name}",
            lambda who, one=one: (SHEET, {**one.ours, "cols": COLUMNS}),
            (STOCK_VALUES, {**one.stock, **BY_SKU}),
            partial(page_by_hand, one.where, IDS + 1, counted=True),
        )
    everything = found["all"]
    far, place, behind = middle(everything, WINDOW)
    of(
        "sheet, 1,000 more in the middle",
        lambda who: (f"{SHEET}ids/", {**everything.ours, "after": far}),
        (STOCK_VALUES, {**BY_SKU, "p": str(place)}),
        partial(page_by_hand, f"{everything.where} AND {behind}", IDS + 1),
    )
    return made


def main(rounds: int) -> None:
    clients = meter.clients(BOSS, LIMITED)
    print(json.dumps(meter.by_turns(rounds, scenarios(clients), shown=shown)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
