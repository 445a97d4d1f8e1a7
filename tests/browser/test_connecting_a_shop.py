"""A manager connects a Shopify shop from nothing, with what docs/channels/shopify.md says and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer

from tests.browser import walking
from tests.browser.conftest import Complaints
from tests.browser.hand import Hand
from tests.browser.rig import Rig, manage, until
from tests.channels.connectors.shopify_shop import ShopifyShop

MODEL, NAME, GERMAN = "TH-KOPP", "Kopp Stoneware Mug", "Steinzeugbecher Kopp"
MOST_CLICKS = 15
ARRIVES = 90  # seconds
MAY_ENTER_CREDENTIALS = (
    "from catalog.models import Role; role = Role.objects.get(code='manager'); "
    "role.verbs.append('credentials.edit'); role.save()"
)


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    """Empty, in the languages of the demo."""
    with HTTPServer(host="127.0.0.1") as server:
        stands_in = ShopifyShop(server)
        stands_in.locales = ["en", "de", "fr"]
        yield stands_in


def test_a_shop_is_connected_in_fifteen_clicks(
    browser: Browser, rig: Rig, complaints: Complaints, shop: ShopifyShop
) -> None:
    manage(rig.env, "shell", "-c", MAY_ENTER_CREDENTIALS)
    with walking.person(browser, rig, "manager", reduced_motion="reduce") as page:
        complaints.watch(page)
        hand = Hand()
        hand.click(page.locator("a[href$='/admin/channels/channel/']").first)
        hand.click(page.locator("a[href*='/channels/channel/add/']").first)
        hand.click(page.get_by_role("link", name="Shopify", exact=True))
        page.get_by_label(re.compile(r"^Shop\W*$")).fill(shop.address)  # pasted, as the token is
        page.get_by_label("Client secret, or access token").fill(shop.token)
        hand.click(page.get_by_role("button", name="Save", exact=True))
        page.wait_for_url("**/mapping/")
        expect(page.locator("[data-message]").first).to_contain_text("Shopify is there.")
        title = page.locator("[data-row]").filter(has=page.locator("code", has_text="title")).first
        hand.click(title.locator("summary").first)
        hand.choose(title.locator("[data-kind]").first, value="template")
        hand.write(title.get_by_label("Attribute, or text").first, "{brand} {name}")
        expect(title.locator(".mapping-preview").first).to_contain_text("/255")
        hand.click(page.get_by_role("button", name="Save all fields"))
        expect(page.locator("[data-message]").first).to_contain_text("The fields are saved.")
    assert hand.clicks <= MOST_CLICKS
    until(
        "the mug is live, as it was previewed",
        lambda: (shown(shop, MODEL) or "").endswith(f" {NAME}"),
        seconds=ARRIVES,
    )
    made = shop.product(MODEL)
    assert len(made["variants"]) > 1
    until(
        "its German too",
        lambda: GERMAN in (shop.translated(made["id"], "title", "de") or ""),
        seconds=ARRIVES,
    )


def shown(shop: ShopifyShop, key: str) -> str | None:
    """The title that customers see; the shop may be taking other products just now."""
    for product in list(shop.products.values()):
        if shop.key_of(product) == key and product["status"] == "ACTIVE":
            return str(product["title"])
    return None
