"""On a product's page: what keeps it from its channels, and what changed since a channel was sent it."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.changes import Actor
from channels import profile
from channels.connectors.webhook import Webhook
from channels.models import Channel, Listing
from enrichment.workbench.page import blockers, listings
from enrichment.workbench.queue import asked
from tests.channels.stage import FULL, make_channel
from tests.enrichment.conftest import Desk
from tests.world import World


def in_the_way(desk: Desk, product: int) -> list[tuple[str, str, list[str]]]:
    return [(each.text, each.href, each.channels) for each in lines(desk, product)]


def lines(desk: Desk, product: int) -> list[blockers.Blocker]:
    found: blockers.Blockers = desk.page(product).context_data["blockers"]
    return [*found.first, *found.others]


def says(
    product: int, channel: Channel, *errors: dict[str, Any], is_stale: bool = False, **more: Any
) -> None:
    """What the channel's listing of a product says, of how it is now or was before the last change."""
    now = timezone.now()
    Listing.objects.update_or_create(
        product_id=product, channel=channel,
        defaults={"errors": list(errors), "desired_rev": 1 + is_stale, "sent_rev": 1, "state_since": now, "next_try_at": now, **more},
    )  # fmt: skip


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


LONG = {"field": "title", "locale": "de_DE", "attribute": "name", "code": "long", "message": "82 of 75 characters: shorten it by 7."}  # fmt: skip


def test_what_a_channel_refused_comes_first_in_its_words(desk: Desk, mug: int, channel: Channel) -> None:
    says(mug, channel, LONG)
    assert in_the_way(desk, mug) == [
        ("Name (de_DE): 82 of 75 characters: shorten it by 7.", "?locale=de_DE#f-name-de_DE", ["B2B shop"])
    ]


def test_what_delivery_found_missing_is_not_said_beside_what_is_missing_now(
    desk: Desk, mug: int, world: World, channel: Channel
) -> None:
    lacks = {"field": "", "locale": "de_DE", "attribute": "name", "code": "missing", "message": "Name is missing for de_DE."}  # fmt: skip
    world.edit(mug, {"name|de_DE": None})
    says(mug, channel, lacks, state="incomplete")
    assert [text for text, *_rest in in_the_way(desk, mug)] == ["Name (de_DE) is missing"]
    world.edit(mug, {"name|de_DE": "Tasse"})  # on a channel that is paused the listing still says it
    assert in_the_way(desk, mug) == []


def test_what_was_said_before_the_last_change_comes_last_and_says_so(
    desk: Desk, mug: int, world: World, channel: Channel
) -> None:
    world.edit(mug, {"weight": None})
    says(mug, channel, LONG, is_stale=True)
    assert [(each.text, each.is_earlier) for each in lines(desk, mug)] == [
        ("Weight is missing", False), ("Name (de_DE): 82 of 75 characters: shorten it by 7.", True),
    ]  # fmt: skip
    assert "said before the last change" in desk.page(mug).content.decode()


def test_what_is_about_no_field_is_said_without_a_link(desk: Desk, mug: int, channel: Channel) -> None:
    block = {"field": "", "code": "brand", "message": "Names another brand."}
    says(mug, channel, block, {"field": "gtin", "code": "gone", "message": "No such code."}, state="blocked")
    assert in_the_way(desk, mug) == [
        ("Names another brand.", "", ["B2B shop"]), ("gtin: No such code.", "", ["B2B shop"]),
    ]  # fmt: skip
    says(mug, channel, state="refused", reason="The shop is closed for this seller.")
    assert in_the_way(desk, mug) == [("The shop is closed for this seller.", "", ["B2B shop"])]


@pytest.fixture
def shirts(world: World) -> tuple[dict[str, int], Channel]:
    """A model with two variants on a channel that is sent them as one item; only the second one is in the kitchen."""
    made = {
        "SHIRT": world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size").product or 0
    }
    for sku, place in (("SHIRT-M", "fashion"), ("SHIRT-L", "kitchen")):
        variant = world.create(sku, {"size": sku[-1].lower()}, parent="SHIRT", categories=[place])
        made[sku] = variant.product or 0
    portal = make_channel(world, code="shop", connector="portal", settings={"access": "public"}, credentials={}, required=())  # fmt: skip
    lacks = {"field": "", "attribute": "price", "code": "missing", "message": "Price is missing.", "sku": "SHIRT-L"}  # fmt: skip
    says(made["SHIRT"], portal, lacks, {**LONG, "message": "Too long."})
    return made, portal


def test_what_is_about_another_variant_names_it_and_leads_there(
    desk: Desk, shirts: tuple[dict[str, int], Channel]
) -> None:
    made, _portal = shirts
    other = ("Price is missing", "SHIRT-L", f"../../{made['SHIRT-L']}/change/#f-price")
    there = f"../../{made['SHIRT']}/change/"
    model = ("Name (de_DE): Too long.", "SHIRT", f"{there}?locale=de_DE#f-name-de_DE")
    own = ("Name (de_DE): Too long.", "", "?locale=de_DE#f-name-de_DE")

    def on(sku: str) -> list[tuple[str, str, str]]:
        return [(each.text, each.level, each.href) for each in lines(desk, made[sku])]

    assert on("SHIRT-M") == [other, model]
    assert on("SHIRT") == [own, other]
    assert on("SHIRT-L") == [model]  # its readiness says what it lacks itself


def test_a_field_and_the_tab_do_not_take_anothers_errors_for_their_own(
    desk: Desk, shirts: tuple[dict[str, int], Channel]
) -> None:
    made, portal = shirts
    errors = [{**LONG, "attribute": "weight", "locale": "", "sku": sku, "message": f"{sku} is heavy."} for sku in made]  # fmt: skip
    lacks = {"field": "", "attribute": "weight", "code": "missing", "message": "Weight is missing."}
    says(made["SHIRT"], portal, *errors, {**lacks, "sku": "SHIRT-M"})
    sheet = desk.page(made["SHIRT-M"]).context_data["sheet"]
    assert sheet.cell("weight").channel_errors == [("B2B shop", "SHIRT-M is heavy.")]
    page = desk.page(made["SHIRT-M"], tab="channels").content.decode()
    assert page.count("Go to the field") == 2
    assert re.search(r"<span>SHIRT-L <strong>title", page)
    says(made["SHIRT"], portal, LONG, {**errors[2], "attribute": "price"}, lacks | {"sku": "SHIRT-M"})
    structure, row = Structure.current(), Product.objects.get(pk=made["SHIRT-M"])
    (panel,) = listings.panels(row, profile.current(structure))
    queue: Any = SimpleNamespace(
        fields=(),
        chosen={"listing": "shop|refused"},
        channel=panel.channel,
        locale="de_DE",
        structure=structure,
    )
    assert asked.codes(queue, bundles.load([row.pk])[row.pk], [panel]) == ["name", "weight"]


def test_another_variant_is_not_named_to_who_may_not_see_it(
    shirts: tuple[dict[str, int], Channel], person: Any
) -> None:
    made, _portal = shirts
    limited = Desk(person("anna", ["product.edit"], categories=["fashion"]))
    (line,) = lines(limited, made["SHIRT-M"])
    assert (line.href, line.level) == ("", "")
    assert "SHIRT-L" not in line.text


def test_nobody_is_told_of_fields_they_do_not_see(world: World, channel: Channel, person: Any) -> None:
    product = world.create("MUG-1", {"name|en_US": "Mug"}, family="mugs", categories=["cups"]).product or 0
    limited = Desk(person("anna", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    assert [text for text, _href, _channels in in_the_way(limited, product)] == ["Name (de_DE) is missing"]


@pytest.fixture
def sent(desk: Desk, mug: int, channel: Channel) -> int:
    """As it stands, the channel holds it."""
    is_sent(mug, channel)
    return mug


def is_sent(product: int, channel: Channel) -> None:
    structure, now = Structure.current(), timezone.now()
    (panel,) = listings.panels(Product.objects.get(pk=product), profile.current(structure))
    sheet = listings.payload(panel, structure, at=now, as_sent=True)
    Listing.objects.update_or_create(
        product_id=product, channel=channel,
        defaults={"sent_sheet": sheet, "sent_hash": "x", "sent_at": now, "state_since": now, "next_try_at": now, "state": "live"},
    )  # fmt: skip


def test_a_variant_that_is_not_sold_is_no_change_that_waits(
    desk: Desk, world: World, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Webhook, "unit", "model")
    model = (
        world.create("SHIRT", {"name|en_US": "Shirt"}, family="shirts", family_variant="shirts_size").product
        or 0
    )
    world.create("SHIRT-S", {"size": "s"}, parent="SHIRT", status="approved")
    medium = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product or 0
    is_sent(model, channel)
    assert pending(desk, model) is None
    world.edit(medium, status="approved")
    assert {each.sku for each in pending(desk, model).changes} == {"SHIRT-M"}


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


def test_what_is_the_channels_own_is_no_change_that_waits(
    desk: Desk, sent: int, world: World, channel: Channel
) -> None:
    """Left to it on this product, protected by its profile, or waiting for somebody's decision: it is not sent."""
    theirs, row = "locales.en_US.title", Listing.objects.filter(product_id=sent)
    assert world.edit(sent, {"name|en_US": "Ours", "price": {"EUR": "1", "USD": "1"}}).ok

    def fields() -> list[str]:
        found = pending(desk, sent)
        return [each.field for each in found.changes] if found else []

    assert fields() == ["price", "title"]
    row.update(kept=[theirs])
    assert fields() == ["price"]
    Channel.objects.update(protected={"overwrite": ["price"]}, profile_rev=98)
    assert fields() == []
    drifted = {"field": theirs, "sent": "Blue mug", "seen": "Theirs", "kind": "edited"}
    row.update(kept=[], drift=[drifted], drifted_at=timezone.now())
    assert fields() == ["title"]
    Channel.objects.update(on_drift="ask", profile_rev=99)
    assert fields() == []
    Channel.objects.update(protected={}, on_drift="push", profile_rev=100)
    row.update(kept=[""], drift=[])
    assert fields() == []  # the whole product


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


def test_the_head_says_for_which_channels_and_languages_it_is_not_complete(
    desk: Desk, world: World, channel: Channel
) -> None:
    values = {**FULL, "name|de_DE": None, "name|en_US": None}
    product = world.create("MUG-1", values, family="mugs").product or 0
    told = "Not complete yet for B2B shop (en_US, de_DE): it will not go there even when approved."
    assert told in desk.page(product).content.decode()
    world.edit(product, {"name|de_DE": "Tasse", "name|en_US": "Mug"})
    assert "Not complete yet" not in desk.page(product).content.decode()
