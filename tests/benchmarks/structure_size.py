"""What pages cost in a structure of some size, where each family has about 45 attributes. Prints one JSON line of
milliseconds of processor time, the least of some turns.

python -m tests.benchmarks.structure_size ATTRIBUTES
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.grid_settings"

import django

django.setup()

from django.core.management import call_command
from django.test import Client

from catalog.models import Attribute, Product, User
from catalog.structure import snapshot
from catalog.structure.snapshot import Structure
from tests.benchmarks.large import fill
from tests.benchmarks.large import structure as large_structure
from tests.benchmarks.large.structure import BOSS, COMMON, OWN

FAMILIES = 2
PRODUCTS = 200
TURNS = 12
GRID = "/admin/catalog/product/"


def least(act: Callable[[], Any], turns: int = TURNS) -> float:
    act()
    best = float("inf")
    for _turn in range(turns):
        began = time.process_time()
        act()
        best = min(best, time.process_time() - began)
    return best * 1000


def main(attributes: int) -> None:
    call_command("migrate", verbosity=0)
    own = len(COMMON) + FAMILIES * len(OWN)
    large_structure.build(families=FAMILIES, more_attributes=max(attributes - own, 0))
    if not Product.objects.exists():
        fill.fill(0, PRODUCTS)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=BOSS))
    product = Product.objects.get(sku="SKU00000001")
    page = f"{GRID}{product.pk}/change/"

    def get(address: str) -> None:
        assert client.get(address).status_code == 200

    def save(turn: list[int]) -> None:
        turn[0] += 1
        value = product.own.values.get("model_number")
        answer = client.post(page, {"f-model_number": f"N{turn[0]}"})
        assert answer.status_code in (200, 302, 422), value

    def load() -> None:
        snapshot.forget()
        Structure.current()

    print(
        json.dumps(
            {
                "attributes": Attribute.objects.count(),
                "structure loaded": least(load),
                "product page": least(lambda: get(page)),
                "grid, first page": least(lambda: get(GRID)),
                "grid, filtered": least(lambda: get(f"{GRID}region/?family=family_00&a.color=color_1")),
                "filter panel": least(lambda: get(f"{GRID}filters/")),
                "new product form": least(lambda: get(f"{GRID}add/")),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
