"""The first screen: numbers by channel, language and attribute, each with the queue or the grid that has the same products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from catalog.models import User
from channels import lacking, profiles
from channels.models import Channel, Completeness, Listing, MissingSet
from channels.recount import recount
from enrichment import numbers
from enrichment.dashboard import build
from tests.channels.stage import FULL
from tests.enrichment.conftest import Desk
from tests.world import World


@pytest.fixture
def mugs(world: World, channel: Channel) -> dict[str, int]:
    bare = {"price": FULL["price"]}
    made = {
        "FULL": dict(FULL),
        "BARE": bare,
        "NAMELESS": {**FULL, "name|de_DE": ""},
        "TRASHED": dict(bare),
    }
    ids = {
        sku: world.create(sku, values, family="mugs", categories=["cups"]).product
        for sku, values in made.items()
    }
    world.edit(ids["TRASHED"], trashed=True)
    return ids


def place(user: Any, locale: str) -> Any:
    return next(each for each in build(user).channels[0].places if each.locale == locale)


def test_each_place_says_what_is_missing_most_often_and_leads_to_it(desk: Desk, mugs: dict[str, int]) -> None:
    german = place(desk.user, "de_DE")
    assert (german.total, german.complete) == (3, 1)
    assert [(each.label, each.number) for each in german.lacking] == [("Name", 2), ("Weight", 1)]
    room = desk.client.get(german.lacking[0].href)
    assert sorted(room.context_data["ids"]) == sorted([mugs["BARE"], mugs["NAMELESS"]])
    assert desk.skus(missing="b2b|de_DE|weight", level="all") == ["BARE"]


def test_a_number_stays_right_when_values_come_and_go(desk: Desk, world: World, mugs: dict[str, int]) -> None:
    world.edit(mugs["BARE"], {"name|de_DE": "Becher"})
    world.edit(mugs["FULL"], {"weight": ""})
    german = place(desk.user, "de_DE")
    assert [(each.label, each.number) for each in german.lacking] == [("Weight", 2), ("Name", 1)]
    sets = lacking.sets()
    for row in Completeness.objects.all():
        assert len(sets.get(row.lacks, ())) == row.missing


def test_what_comes_between_the_two_counts_hurts_nobody(mugs: dict[str, int]) -> None:
    rows = list(Listing.objects.filter(product=mugs["TRASHED"]))
    Listing.objects.all().delete()
    statements = []

    def between(execute: Any, *said: Any) -> Any:
        statements.append(said[0])
        if len(statements) == 2:
            Listing.objects.bulk_create(rows)
        return execute(*said)

    with connection.execute_wrapper(between):
        assert numbers.by_state(None) == {}
    assert rows
    assert numbers.by_state(None) == {}


def test_what_was_counted_before_the_sets_came_is_filled_in_by_a_recount(
    desk: Desk, mugs: dict[str, int]
) -> None:
    before = sorted(Completeness.objects.values_list("product", "locale", "lacks"))
    wanted = sorted(Listing.objects.values_list("product", "desired_rev"))
    Completeness.objects.update(lacks=0)
    MissingSet.objects.all().delete()
    lacking.forget()
    assert place(desk.user, "de_DE").lacking == []
    recount(list(mugs.values()), channel=0)
    assert sorted(Completeness.objects.values_list("product", "locale", "lacks")) == before
    assert place(desk.user, "de_DE").lacking[0].number == 2
    assert sorted(Listing.objects.values_list("product", "desired_rev")) == wanted


def test_somebody_limited_gets_the_numbers_of_their_part_and_queues_of_what_they_write(
    world: World, mugs: dict[str, int], person: Any
) -> None:
    world.edit(mugs["BARE"], categories=["other"])
    lena = person("lena", ["product.edit"], categories=["kitchen"], locales=["de_DE"])
    german = place(lena, "de_DE")
    assert [(each.label, each.number) for each in german.lacking] == [("Name", 1)]
    assert "/queue/" in german.lacking[0].href
    viewer = person("vera", ["product.view"])
    assert "/queue/" not in place(viewer, "de_DE").lacking[0].href


def test_what_waits_is_what_the_person_may_do(
    desk: Desk, world: World, mugs: dict[str, int], person: Any
) -> None:
    world.edit(mugs["FULL"], status="in_review")
    Listing.objects.filter(product=mugs["BARE"]).update(state=Listing.State.REFUSED)
    waiting = {str(each.label): (each.number, each.href) for each in build(desk.user).waiting}
    assert waiting["To review"] == (1, "/admin/catalog/product/review/")
    number, href = waiting["Refused by B2B shop"]
    assert number == 1
    assert desk.client.get(href).context_data["ids"] == [mugs["BARE"]]
    writer = person("will", ["product.edit", "channel.view"])
    assert "To review" not in {str(each.label) for each in build(writer).waiting}
    assert build(person("vic", ["product.view"])).waiting == []


def test_a_filter_for_what_is_no_longer_there_shows_all(desk: Desk, mugs: dict[str, int]) -> None:
    assert len(desk.skus(missing="nowhere|de_DE|name", level="all")) == 3
    assert len(desk.skus(missing="b2b|xx|name|more", level="all")) == 3


def test_a_paused_channel_says_so_and_why_to_those_who_see_channels(
    desk: Desk, world: World, person: Callable[..., User], channel: Channel
) -> None:
    world.create("MUG-1", {}, family="mugs")
    profiles.pause(channel_id=channel.pk, reason="The key was refused.")
    said = "The channel is paused: The key was refused."
    assert said in desk.client.get(reverse("admin:index")).content.decode()
    others = Desk(person("lena", ["product.view"])).client.get(reverse("admin:index")).content.decode()
    assert 'id="hc-b2b"' in others
    assert said not in others
    profiles.resume(channel_id=channel.pk)
    assert said not in desk.client.get(reverse("admin:index")).content.decode()
