"""What a channel gets, was sent and refused, read by somebody whose roles do not show all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product, User
from catalog.structure.snapshot import Structure
from channels import profile
from channels.models import Channel, Listing
from enrichment.workbench.page import listings
from tests.channels.stage import make_channel
from tests.enrichment.conftest import Desk
from tests.world import World

SECRET = "98765.43"


@pytest.fixture
def priced(world: World, mug: int) -> int:
    world.edit(mug, {"price": {"EUR": SECRET}})
    return mug


@pytest.fixture
def writer(person: Callable[..., User]) -> Desk:
    """Of German texts, and of nothing else."""
    return Desk(person("tina", ["product.edit"], groups=["marketing"], locales=["de_DE"]))


def sheet_of(desk: Desk, product: int, channel: Channel) -> Any:
    return desk.client.get(reverse("admin:catalog_product_sheet", args=[product, channel.code]))


def test_a_sheet_is_previewed_without_the_values_that_ones_roles_do_not_show(
    desk: Desk, writer: Desk, priced: int, channel: Channel
) -> None:
    whole, part = sheet_of(desk, priced, channel), sheet_of(writer, priced, channel)
    assert (whole.context_data["preview"].hidden, part.context_data["preview"].hidden) == (0, 3)
    for text in (SECRET, "Blue mug", "KILOGRAM"):
        assert (text in whole.content.decode(), text in part.content.decode()) == (True, False), text
    assert "Blaue Tasse" in part.content.decode()
    assert "3 fields are not shown" in part.content.decode()


def test_a_variants_part_of_a_models_sheet_is_read_likewise(
    monkeypatch: pytest.MonkeyPatch, world: World, channel: Channel, writer: Desk, desk: Desk
) -> None:
    from channels.connectors.webhook import Webhook

    monkeypatch.setattr(Webhook, "unit", "model")
    profile.forget()
    texts = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
    model = world.create("SHIRT", texts, family_variant="shirts_size", categories=["cups"]).product or 0
    world.create("SHIRT-M", {"size": "m", "price": {"EUR": SECRET}}, parent="SHIRT")
    whole, part = (sheet_of(each, model, channel).context_data["preview"].json for each in (desk, writer))
    assert SECRET in whole
    assert '"size"' in whole
    assert "SHIRT-M" in part
    assert SECRET not in part
    assert '"size"' not in part
    assert "Hemd" in part


def test_a_portals_page_is_previewed_likewise(desk: Desk, writer: Desk, world: World, priced: int) -> None:
    portal = make_channel(
        world, code="shop", connector="portal", settings={"access": "public"}, credentials={}, required=()
    )
    address = reverse("admin:catalog_product_portal", args=[priced, portal.code]) + "?locale=de_DE"
    whole, part = (each.client.get(address).content.decode() for each in (desk, writer))
    assert ("765" in whole, "765" in part) == (True, False)  # however a page writes thousands
    assert "Blaue Tasse" in part


def test_what_channels_refused_show_and_would_get_is_told_of_fields_one_may_see(
    desk: Desk, writer: Desk, world: World, priced: int, channel: Channel
) -> None:
    now = timezone.now()
    (panel,) = listings.panels(Product.objects.get(pk=priced), profile.current(Structure.current()))
    sheet = listings.payload(panel, Structure.current(), at=now, as_sent=True)
    Listing.objects.update_or_create(
        product_id=priced, channel=channel,
        defaults={
            "sent_sheet": sheet, "sent_hash": "x", "sent_at": now, "state_since": now, "next_try_at": now, "state": "refused",
            "errors": [
                {"field": "price", "attribute": "price", "message": "Dear at 11111"},
                {"field": "title", "attribute": "name", "locale": "de_DE", "message": "Zu kurz"},
                {"field": "title", "locale": "en_US", "message": "Too short"},
                {"message": "Nothing about a field"},
            ],
            "drift": [
                {"field": "fields.price", "sent": "22222", "seen": "33333", "kind": "edited"},
                {"field": "locales.de_DE.title", "sent": "Tasse", "seen": "Becher", "kind": "edited"},
            ],
        },
    )  # fmt: skip
    world.edit(priced, {"price": {"EUR": "44444"}, "name|de_DE": "Neue Tasse"})
    whole, part = (each.page(priced, tab="channels").content.decode() for each in (desk, writer))
    for text in ("11111", "22222", "33333", "44444", "Too short"):
        assert (text in whole, text in part) == (True, False), text
    for text in ("Zu kurz", "Becher", "Neue", "Nothing about a field", "1 change since the last push"):
        assert text in part, text
    assert "2 changes since the last push" in whole
