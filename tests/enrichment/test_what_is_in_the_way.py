"""On a product's page: what keeps it from its channels, and what changed since a channel was sent it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor
from channels import profile
from channels.models import Channel, Listing
from enrichment.workbench.page import blockers, listings
from tests.channels.stage import FULL, make_channel
from tests.enrichment.conftest import Desk
from tests.world import World


def in_the_way(desk: Desk, product: int) -> list[tuple[str, str, list[str]]]:
    found: blockers.Blockers = desk.page(product).context_data["blockers"]
    return [(each.text, each.where.href, each.channels) for each in (*found.first, *found.others)]


def test_what_is_missing_leads_to_its_field_once_for_all_channels(
    desk: Desk, world: World, channel: Channel
) -> None:
    make_channel(world, code="shop", required=("name",))
    Channel.objects.filter(code="shop").update(labels={"en_US": "Web shop"}, profile_rev=99)
    product = world.create("MUG-1", {**FULL, "name|de_DE": None, "weight": None}, family="mugs").product or 0
    assert in_the_way(desk, product) == [
        ("Weight is missing", "?#f-weight", ["B2B shop"]),
        ("Name (de_DE) is missing", "?locale=de_DE#f-name-de_DE", ["B2B shop", "Web shop"]),
    ]
    page = desk.page(product).content.decode()
    assert re.search(r'<a href="\?locale=de_DE#f-name-de_DE" data-goto>', page)
    world.edit(product, {"name|de_DE": "Tasse", "weight": FULL["weight"]})
    assert in_the_way(desk, product) == []


def test_what_a_channel_refused_comes_first_in_its_words(desk: Desk, mug: int, channel: Channel) -> None:
    said = {"field": "title", "locale": "de_DE", "attribute": "name", "code": "long", "message": "82 of 75 characters: shorten it by 7."}  # fmt: skip
    Listing.objects.update_or_create(
        product_id=mug, channel=channel,
        defaults={"errors": [said], "state_since": timezone.now(), "next_try_at": timezone.now()},
    )  # fmt: skip
    assert in_the_way(desk, mug) == [
        ("Name (de_DE): 82 of 75 characters: shorten it by 7.", "?locale=de_DE#f-name-de_DE", ["B2B shop"])
    ]


def test_nobody_is_told_of_fields_they_do_not_see(world: World, channel: Channel, person: Any) -> None:
    product = world.create("MUG-1", {"name|en_US": "Mug"}, family="mugs", categories=["cups"]).product or 0
    limited = Desk(person("anna", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    assert [text for text, _href, _channels in in_the_way(limited, product)] == ["Name (de_DE) is missing"]


@pytest.fixture
def sent(desk: Desk, mug: int, channel: Channel) -> int:
    """As it stands, the channel holds it."""
    structure = Structure.current()
    row = Product.objects.get(pk=mug)
    (panel,) = listings.panels(row, profile.current(structure))
    sheet = listings.payload(panel, structure, at=timezone.now())
    now = timezone.now()
    Listing.objects.update_or_create(
        product_id=mug, channel=channel,
        defaults={"sent_sheet": sheet, "sent_hash": "x", "sent_at": now, "state_since": now, "next_try_at": now, "state": "live"},
    )  # fmt: skip
    return mug


def pending(desk: Desk, product: int) -> Any:
    (panel,) = desk.page(product, tab="channels").context_data["panels"]
    return panel.pending


def test_what_changed_since_the_last_push_is_shown_word_by_word_with_who_wrote(
    desk: Desk, sent: int, world: World, person: Any
) -> None:
    assert pending(desk, sent) is None
    anna = Actor(person("anna", ["product.edit"]), origin="form")
    assert world.edit(sent, {"name|en_US": "Blue mug XL"}, by=anna).ok
    found = pending(desk, sent)
    assert [(each.field, each.locale, each.parts) for each in found.changes] == [
        ("title", "en_US", [("same", "Blue mug"), ("come", " XL")])
    ]
    assert [each.who for each in found.writers] == ["Anna"]
    assert "1 change since the last push" in desk.page(sent, tab="channels").content.decode()
    assert world.edit(sent, {"name|en_US": "Blue mug"}).ok
    assert pending(desk, sent) is None  # as it was: nothing is to be sent


def test_the_pending_changes_take_the_same_queries_whatever_changed(
    desk: Desk, sent: int, world: World
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            pending(desk, sent)
        return len(seen)

    world.edit(sent, {"name|en_US": "A"})
    before = queries()
    for number in range(9):
        world.edit(sent, {"name|de_DE": f"B {number}", "price": {"EUR": str(number), "USD": "1"}})
    assert queries() == before
