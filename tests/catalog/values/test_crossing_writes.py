"""Writes that wait for each other's products: both come to their end, whoever the database lets go first."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, local
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from catalog.models import Campaign, CampaignValues, OutdatedTranslation, Product, User
from catalog.values import campaigns, store, translations
from catalog.values import write as door
from catalog.values.changes import ProductChange
from catalog.values.rederive import rederive
from channels.recount import recount
from pim.lib import deadlocks
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
def test_a_campaign_is_written_crosswise(shirts: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    really, both, mine = campaigns.descendants, Barrier(2), local()

    def after_both_have_their_own(models: Any) -> list[int]:
        if not hasattr(mine, "waited"):
            mine.waited = True
            both.wait(20)
        return really(models)

    monkeypatch.setattr(campaigns, "descendants", after_both_have_their_own)
    now = timezone.now()
    summer = Campaign.objects.create(code="summer", starts_at=now, ends_at=now + timedelta(days=9))

    def save(model: str, variant: str) -> list[str]:
        values = {shirts[model]: {"name|en_US": "Hot"}, shirts[variant]: {"price": {"EUR": "9"}}}
        try:
            return [outcome.status for outcome in campaigns.write_campaign(summer, values, by=SYSTEM)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        saves = [people.submit(save, "A", "B-m"), people.submit(save, "B", "A-m")]
        assert [each.result() for each in saves] == [["updated", "updated"]] * 2
    assert CampaignValues.objects.filter(campaign=summer).count() == 4


def _somebody_waits_for_us() -> bool:
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        cursor.execute(waiting)
        return cursor.fetchone() is not None


@crossing
@pytest.mark.parametrize("derive", [rederive, recount])
def test_products_are_derived_while_a_model_among_them_is_written(
    shirts: dict[str, int], monkeypatch: pytest.MonkeyPatch, derive: Callable[[list[int]], Any]
) -> None:
    """The write has B's variant, and waits for A's, which the other has and waits for B's: one of them is let go."""
    has_its_own, let_go = Event(), []
    really, is_deadlock = door.descendants, deadlocks.is_deadlock

    def once_the_other_waits(models: Any) -> list[int]:
        has_its_own.set()
        for _look in range(400):
            if let_go or _somebody_waits_for_us():
                break
            time.sleep(0.05)
        return really(models)

    monkeypatch.setattr(door, "descendants", once_the_other_waits)
    monkeypatch.setattr(deadlocks, "is_deadlock", lambda error: let_go.append(error) or is_deadlock(error))

    def save() -> list[str]:
        changes = [
            ProductChange(product=shirts["A"], values={"name|en_US": "Model A"}),
            ProductChange(product=shirts["B-m"], values={"price": {"EUR": "9"}}),
        ]
        try:
            return [outcome.status for outcome in door.write(changes, by=SYSTEM)]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        saving = other.submit(save)
        assert has_its_own.wait(20)
        derive([shirts["A-m"], shirts["B-m"]])
        assert saving.result() == ["updated", "updated"]
    assert let_go
    assert Product.objects.get(sku="A-m").label == "Model A"


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
    really, is_deadlock = translations.follow, deadlocks.is_deadlock

    def slowly(*args: Any, **options: Any) -> None:
        has_product.set()
        time.sleep(0.3)  # for the other to come as far as it gets
        really(*args, **options)

    monkeypatch.setattr(translations, "follow", slowly)
    monkeypatch.setattr(deadlocks, "is_deadlock", lambda error: let_go.append(error) or is_deadlock(error))

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


@crossing
@pytest.mark.parametrize("comes", ["made", "moved"])
def test_a_model_that_is_written_while_a_variant_comes_under_it_hands_its_new_name_down(
    shirts: dict[str, int], monkeypatch: pytest.MonkeyPatch, comes: str
) -> None:
    """The variant is worked out with what its model says; who renames the model meanwhile cannot see it yet, and waits."""
    worked_out, renamed = Event(), Event()
    really = store.store_revisions

    def once_the_other_is_done_or_waits(drafts: Any, *args: Any) -> None:
        if drafts[0].row.parent_id == shirts["A"] and not worked_out.is_set():
            worked_out.set()
            for _look in range(400):
                if renamed.is_set() or _somebody_waits_for_us():
                    break
                time.sleep(0.05)
        really(drafts, *args)

    monkeypatch.setattr(store, "store_revisions", once_the_other_is_done_or_waits)

    def come() -> str:
        change = ProductChange(values={"size": "l"}, fields={"sku": "A-l", "parent": "A"})
        if comes == "moved":
            change = ProductChange(
                product=shirts["B-m"], values={"size": "l"}, fields={"parent": "A"}, moves="along"
            )
        try:
            return door.write([change], by=SYSTEM)[0].status
        finally:
            connection.close()

    def rename() -> str:
        worked_out.wait(20)
        try:
            change = ProductChange(product=shirts["A"], values={"name|en_US": "New name"})
            return door.write([change], by=SYSTEM)[0].status
        finally:
            renamed.set()
            connection.close()

    with ThreadPoolExecutor(2) as people:
        both = [people.submit(come), people.submit(rename)]
        assert [each.result() for each in both] == ["created" if comes == "made" else "updated", "updated"]
    sku = "A-l" if comes == "made" else "B-m"
    assert Product.objects.get(sku=sku).label == "New name"
