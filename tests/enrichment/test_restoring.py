"""History: who changed what, and giving a value back."""

from __future__ import annotations

from typing import Any

from catalog.models import Revision
from tests.enrichment.conftest import Desk, values_of


def test_history_tells_before_and_after_and_restores_a_value(desk: Desk, world: Any, mug: int) -> None:
    world.edit(mug, {"name|en_US": "Green mug"})
    entry = desk.page(mug, tab="history").context_data["entries"][0]
    change = entry.changes[0]
    assert (change.label, change.place, change.before, change.after) == (
        "Name",
        "en_US",
        "Blue mug",
        "Green mug",
    )
    desk.post("catalog_product_restore", mug, rev=entry.rev, key="name|en_US")
    assert values_of(mug)["name|en_US"] == "Blue mug"
    latest = Revision.objects.filter(product=mug).latest("rev")
    assert (latest.changes, latest.user) == ({"name|en_US": ["Green mug", "Blue mug"]}, desk.user)


def test_restoring_what_was_absent_removes_the_value(desk: Desk, world: Any, mug: int) -> None:
    world.edit(mug, {"capacity": "5"})
    rev = Revision.objects.filter(product=mug).latest("rev").rev
    desk.post("catalog_product_restore", mug, rev=rev, key="capacity")
    assert "capacity" not in values_of(mug)


def test_a_value_one_may_not_edit_is_not_restored(world: Any, mug: int, person: Any) -> None:
    world.edit(mug, {"capacity": "5"})
    rev = Revision.objects.filter(product=mug).latest("rev").rev
    writer = Desk(person("wim", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    writer.post("catalog_product_restore", mug, rev=rev, key="capacity")
    assert values_of(mug)["capacity"] == "5"


def test_values_one_may_not_see_are_not_in_the_history(world: Any, mug: int, person: Any) -> None:
    world.edit(mug, {"capacity": "5", "name|de_DE": "Neue Tasse"})
    writer = Desk(person("wim", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    entry = writer.page(mug, tab="history").context_data["entries"][0]
    assert [change.key for change in entry.changes] == ["name|de_DE"]


def test_values_of_an_attribute_that_is_gone_are_for_who_sees_every_group(
    desk: Desk, world: Any, mug: int, person: Any
) -> None:
    world.edit(mug, {"name|de_DE": "Tasse"})
    last = Revision.objects.filter(product=mug).order_by("-rev").first()
    assert last is not None
    last.changes |= {"cost": ["4.10", "4.25"], "cost|de_DE": ["5.10", "5.25"]}
    last.save(update_fields=["changes"])

    def keys(reader: Desk) -> set[str]:
        return {each.key for each in reader.page(mug, tab="history").context_data["entries"][0].changes}

    of_texts = Desk(person("tina", ["product.view"], groups=["marketing"]))
    of_german = Desk(person("gerd", ["product.view"], locales=["de_DE"]))
    of_cups = Desk(person("cora", ["product.view"], categories=["cups"]))
    assert keys(desk) == keys(of_cups) == {"name|de_DE", "cost", "cost|de_DE"}
    assert keys(of_texts) == {"name|de_DE"}
    assert keys(of_german) == {"name|de_DE", "cost|de_DE"}


def test_a_made_up_revision_is_not_found(desk: Desk, mug: int) -> None:
    before = values_of(mug)
    for data in (
        {"rev": "999", "key": "name|en_US"},
        {"rev": "1", "key": "nothing"},
        {"rev": "x", "key": "name|en_US"},
    ):
        assert desk.post("catalog_product_restore", mug, **data).status_code == 404
    assert values_of(mug) == before
