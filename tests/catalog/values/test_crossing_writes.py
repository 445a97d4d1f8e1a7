"""Writes that wait for each other's products: both come to their end, whoever the database lets go first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from typing import Any

import pytest
from django.db import connection

from catalog.models import Product
from catalog.values import write as door
from catalog.values.changes import ProductChange
from tests.world import SYSTEM, World, build_world

crossing = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite has one writer at a time, and so no deadlock"
)


@pytest.fixture
def shirts(transactional_db: None) -> dict[str, int]:
    """Two models with a variant each, by SKU."""
    world: World = build_world()
    for model in ("A", "B"):
        world.create(model, {}, family="shirts", family_variant="shirts_size")
        world.create(f"{model}-m", {"size": "m"}, parent=model)
    return dict(Product.objects.values_list("sku", "pk"))


@crossing
def test_a_model_and_anothers_variant_are_saved_crosswise(
    shirts: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has its own products and waits for what stands below the model: the variant that the other has."""
    really, both, mine = door.descendants, Barrier(2), local()

    def after_both_have_their_own(models: Any) -> list[int]:
        if not hasattr(mine, "waited"):
            mine.waited = True
            both.wait(20)
        return really(models)

    monkeypatch.setattr(door, "descendants", after_both_have_their_own)

    def save(model: str, variant: str) -> list[str]:
        changes = [
            ProductChange(product=shirts[model], values={"name|en_US": f"Model {model}"}),
            ProductChange(product=shirts[variant], values={"ean": "", "price": {"EUR": "9"}}),
        ]
        try:
            return [outcome.status for outcome in door.write(changes, by=SYSTEM)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        saves = [people.submit(save, "A", "B-m"), people.submit(save, "B", "A-m")]
        assert [each.result() for each in saves] == [["updated", "updated"]] * 2
    labels = dict(Product.objects.values_list("sku", "label"))
    assert (labels["A-m"], labels["B-m"]) == ("Model A", "Model B")
