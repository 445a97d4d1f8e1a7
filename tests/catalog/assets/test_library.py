"""The library's page: found, filtered, paged, in a constant number of queries, by whoever may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.assets import library
from catalog.assets.describing import refresh_search, set_tags
from catalog.assets.library import LibraryQuery
from catalog.models import Asset, User
from tests.catalog.assets.conftest import stored
from tests.world import World

LIST = reverse("admin:catalog_asset_changelist")


def made(number: int, **columns: Any) -> Asset:
    """A row without its file: enough for a list."""
    values = {
        "name": f"mug-{number:03}.png",
        "file": "x.png",
        "mime": "image/png",
        "size": 1,
        "created_at": timezone.now(),
    }
    return Asset.objects.create(
        sha256=f"{number:064x}", **{**values, "search": f"mug-{number:03}.png", **columns}
    )


def names(user: User, **asked: Any) -> list[str]:
    return [card.asset.name for card in library.page(LibraryQuery(**asked), user).cards]


def test_everything_is_found_by_its_words_kind_tag_and_state(world: World) -> None:
    now, boss = timezone.now(), world.admin
    assert boss is not None
    first = stored("#ff0000", name="front.png", alts={"en_US": "x"}, valid_until=now + timedelta(days=5))
    second = stored("#00ff00", name="back.png", valid_until=now - timedelta(days=5))
    third = made(3, kind="file", name="manual.pdf", search="manual.pdf", created_by=boss)
    first.titles = {"de_DE": "Grüner Becher"}
    first.save()
    set_tags(first, ["studio"])
    refresh_search(first)
    world.create("MUG-1", {"picture": second.sha256}, family="mugs")
    assert names(boss) == [third.name, second.name, first.name]
    assert names(boss, words="GRUNER studio") == [first.name]
    assert names(boss, kind="file") == names(boss, by=boss.pk) == [third.name]
    assert names(boss, tag="studio") == names(boss, state="ending") == [first.name]
    assert names(boss, state="ended") == names(boss, state="undescribed") == [second.name]
    assert names(boss, state="unused") == [third.name, first.name]
    assert names(boss, sort="name") == [second.name, first.name, third.name]


@pytest.mark.parametrize("sort", ["newest", "name"])
def test_pages_follow_each_other_by_key_without_gap_or_repetition(world: World, sort: str) -> None:
    for number in range(7):
        made(number, name="same.png" if number < 4 else f"{number}.png")
    boss = world.admin
    forwards, after = [], ""
    for _turn in range(4):
        page = library.page(LibraryQuery(sort=sort, after=after), boss, size=2)
        forwards.append([card.asset.pk for card in page.cards])
        after = page.after
    assert after == ""
    assert sorted(pk for listed in forwards for pk in listed) == list(
        Asset.objects.order_by("pk").values_list("pk", flat=True)
    )
    back = library.page(LibraryQuery(sort=sort, before=page.before), boss, size=2)
    assert [card.asset.pk for card in back.cards] == forwards[2]


def test_a_page_key_that_is_none_of_ours_shows_the_first_page(world: World) -> None:
    made(1)
    assert names(world.admin, after="x'--") == ["mug-001.png"]  # type: ignore[arg-type]


@pytest.mark.parametrize("verbs", [(), ("product.view",)])
def test_twice_as_many_files_take_as_many_queries(
    world: World, boss: Client, signed_in: Callable[..., Client], verbs: tuple[str, ...]
) -> None:
    client = signed_in(*verbs) if verbs else boss
    picker = reverse("admin:catalog_asset_picker")

    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    for number in range(5):
        world.create(f"MUG-{number}", {"picture": made(number).sha256}, family="mugs")
    once = [queries(LIST), queries(picker), queries(f"{LIST}?state=unused"), queries(f"{LIST}?q=mug")]
    for number in range(5, 10):
        world.create(f"MUG-{number}", {"picture": made(number).sha256}, family="mugs")
    assert [queries(LIST), queries(picker), queries(f"{LIST}?state=unused"), queries(f"{LIST}?q=mug")] == once
    assert max(once) < 20


def test_a_card_says_how_many_products_show_it(world: World) -> None:
    asset = stored()
    world.create("SHIRT", {"picture": asset.sha256}, family="shirts", family_variant="shirts_size")
    world.create("SHIRT-S", {"size": "s"}, parent="SHIRT")
    world.create("MUG-1", {}, family="mugs")
    [card] = library.page(LibraryQuery(), world.admin).cards
    assert card.used == 2


def test_the_page_of_a_file_tells_where_it_is_used_and_what_is_made_of_it(world: World, boss: Client) -> None:
    asset = stored()
    world.create("MUG-1", {"picture": asset.sha256, "name|en_US": "Blue mug"}, family="mugs")
    text = boss.get(reverse("admin:catalog_asset_change", args=[asset.pk])).content.decode()
    for part in ("Blue mug", "MUG-1", "Marketplace, white ground", "make it now", "image/png"):
        assert part in text


def test_editing_keeps_texts_tags_rights_and_focus_and_lets_renditions_be_made_anew(
    world: World, boss: Client
) -> None:
    asset = stored()
    Asset.objects.update(renditions_due=False)
    address = reverse("admin:catalog_asset_change", args=[asset.pk])
    form = {
        "name": "mug.png", "titles__en_US": "Mug", "alts__de_DE": "Ein Becher", "tag_words": "Studio, spring;STUDIO", "credit": "Ann",
        "copyright": "", "licence": "", "valid_from_0": "", "valid_from_1": "", "valid_until_0": "2027-01-01",
        "valid_until_1": "00:00:00", "focus_x": "20", "focus_y": "80",
    }  # fmt: skip
    assert boss.post(address, form).status_code == 302
    asset.refresh_from_db()
    assert (asset.titles, asset.alts, asset.focus) == ({"en_US": "Mug"}, {"de_DE": "Ein Becher"}, (20, 80))
    assert [tag.name for tag in asset.tags.all()] == ["spring", "studio"]
    assert asset.search == "mug.png mug ein becher ann spring studio"
    assert asset.renditions_due
    assert asset.valid_until is not None
    refused = boss.post(address, {**form, "valid_from_0": "2027-02-01", "valid_from_1": "00:00:00"})
    assert "The rights end before they begin: correct one of the two dates." in refused.content.decode()


def test_who_may_only_look_sees_the_library_and_changes_nothing(
    world: World, signed_in: Callable[..., Client]
) -> None:
    asset = stored()
    reader = signed_in("product.view")
    assert reader.get(LIST).status_code == 200
    page = reverse("admin:catalog_asset_change", args=[asset.pk])
    assert reader.get(page).status_code == 200
    assert reader.post(page, {"name": "x"}).status_code == 403
    assert reader.post(reverse("admin:catalog_asset_remove"), {"id": asset.pk}).status_code == 403
    assert reader.post(reverse("admin:catalog_asset_replace", args=[asset.sha256])).status_code == 403
    assert Asset.objects.get().name == "mug.png"
    assert signed_in("job.view").get(LIST).status_code == 403


@pytest.mark.parametrize("asked", ["tag=%00", "sort=name&after=1.%00", "q=%00"])
def test_an_address_with_a_character_no_database_takes_finds_nothing_and_fails_not(
    world: World, boss: Client, asked: str
) -> None:
    assert boss.get(f"{LIST}?{asked}").status_code == 200
