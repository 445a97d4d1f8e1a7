"""Writes that wait for each other's products: both come to their end, whoever the database lets go first."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, local
from typing import Any

import pytest
from django.db import connection

from catalog.models import OutdatedTranslation, Product, User
from catalog.values import translations
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


@crossing
def test_a_translation_is_said_to_be_right_while_it_is_written_anew(
    shirts: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes has the product before the mark goes, and so has whoever confirms: neither is let go."""
    pk = shirts["A"]
    for text in ({"name|en_US": "Old", "name|de_DE": "Alt", "name|fr_FR": "Vieux"}, {"name|en_US": "New"}):
        door.write([ProductChange(product=pk, values=text)], by=SYSTEM)
    rows = list(OutdatedTranslation.objects.filter(product=pk))
    admin = User.objects.get(is_superuser=True)
    has_product, let_go = Event(), []
    really, is_deadlock = translations.follow, door.is_deadlock

    def slowly(*args: Any, **options: Any) -> None:
        has_product.set()
        time.sleep(0.3)  # for the other to come as far as it gets
        really(*args, **options)

    monkeypatch.setattr(translations, "follow", slowly)
    monkeypatch.setattr(door, "is_deadlock", lambda error: let_go.append(error) or is_deadlock(error))

    def write_anew() -> str:
        try:
            change = ProductChange(product=pk, values={"name|de_DE": "Neu"})
            return door.write([change], by=SYSTEM)[0].status
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        writing = other.submit(write_anew)
        assert has_product.wait(20)
        translations.confirm(rows, by=admin)
        assert (writing.result(), let_go) == ("updated", [])
    assert not OutdatedTranslation.objects.filter(product=pk).exists()
