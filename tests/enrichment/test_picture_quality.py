"""Pictures that a channel asks to be otherwise: said at the product and in a queue, found in the grid, set at the channel."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from PIL import Image

from catalog import assets
from catalog.assets.quality import PictureNeeds
from catalog.models import Asset
from channels import pictures, profiles
from channels.connectors.feed import Feed
from channels.connectors.google import GoogleMerchant
from channels.models import Channel
from tests.channels.admin.test_channel_screen import posted
from tests.enrichment.conftest import Desk
from tests.world import World

TOO_SMALL = "Too small for B2B shop: 60 × 40, it asks for at least 50 pixels on the shorter side."
NOT_WHITE = "Not on white, which B2B shop asks of the first picture: 0 % of its edge is white."


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def asking(channel: Channel) -> Channel:
    """It asks for 50 pixels on the shorter side, and for white."""
    channel.pictures = {"shortest": 50, "white": True}
    channel.save()
    profiles.changed(channel)
    return channel


def taken_in(color: str, size: tuple[int, int] = (60, 40)) -> Asset:
    with BytesIO() as out:
        Image.new("RGB", size, color).save(out, "PNG")
        return assets.store(out.getvalue(), name=f"{color}.png", user=None)


def test_what_a_kind_of_channel_asks_holds_until_the_manager_says_otherwise() -> None:
    assert pictures.merged(GoogleMerchant, {}, {}) == PictureNeeds(shortest=500)
    assert pictures.merged(Feed, {"format": "google_rss"}, {}) == PictureNeeds(shortest=500)
    assert pictures.merged(Feed, {"format": "csv"}, {}) == PictureNeeds()
    stored = pictures.clean({"shortest": 0, "longest": 1000, "white": False}, GoogleMerchant, {})
    assert stored == {"shortest": 0, "longest": 1000}
    assert pictures.merged(GoogleMerchant, {}, stored) == PictureNeeds(longest=1000)
    for wrong in ({"shortest": -1}, {"longest": 10_001}, {"shortest": True}, {"widest": 3}):
        with pytest.raises(ValidationError):
            pictures.clean(wrong, None, {})


def test_the_channels_page_stores_what_was_changed_there(world: World, client: Client) -> None:
    assert world.admin is not None
    client.force_login(world.admin)
    asked = {"picture_shortest": "0", "picture_longest": "1000", "picture_white": "on"}
    answer = client.post(reverse("admin:channels_channel_add"), posted(**asked))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert Channel.objects.get().pictures == {"longest": 1000, "white": True}


def test_the_product_says_what_its_pictures_lack_for_its_channels(
    desk: Desk, world: World, asking: Channel
) -> None:
    lacking, good = taken_in("navy"), taken_in("white", (50, 50))
    product = world.create("MUG-1", {"picture": lacking.sha256}, family="mugs").product
    page = desk.page(product).content.decode()
    assert TOO_SMALL in page
    assert NOT_WHITE in page
    other = world.create("MUG-2", {"picture": good.sha256}, family="mugs").product
    assert "B2B shop asks" not in desk.page(other).content.decode()
    asking.assortment = {"families": ["shirts"]}
    asking.save()
    profiles.changed(asking)
    assert "Too small" not in desk.page(product).content.decode()


def test_grid_and_queue_find_the_products_whose_picture_will_not_do(
    desk: Desk, world: World, asking: Channel
) -> None:
    made = {
        "DARK": taken_in("navy"),
        "LARGE": taken_in("red", (80, 80)),
        "GOOD": taken_in("white", (50, 50)),
    }
    for sku, asset in made.items():
        world.create(sku, {"picture": asset.sha256}, family="mugs")
    world.create("BARE", {}, family="mugs")
    assert desk.skus(picture="small:b2b") == ["DARK"]
    assert desk.skus(sort="sku", picture="ground:b2b") == ["DARK", "LARGE"]
    assert desk.skus(sort="sku", where="-if~picture~out~small:b2b") == ["BARE", "GOOD", "LARGE"]
    page = desk.client.get(reverse("admin:enrichment_queue"), {"picture": "small:b2b"}).content.decode()
    assert TOO_SMALL in page


def test_no_filter_is_offered_where_no_channel_asks(desk: Desk, world: World, channel: Channel) -> None:
    panel = desk.client.get(reverse("admin:catalog_product_filters"), {"fragment": "1"}).content.decode()
    assert 'name="picture"' not in panel
    assert 'name="listing"' in panel
