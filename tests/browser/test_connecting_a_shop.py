"""A manager connects a Shopify shop from nothing, with what docs/channels/shopify.md says and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from tests.browser import walking
from tests.browser.conftest import Complaints
from tests.browser.rig import Rig, manage, until
from tests.channels.connectors.shopify_shop import ShopifyShop

MOST_CLICKS = 15
ARRIVES = 90  # seconds
MAY_ENTER_CREDENTIALS = "from catalog.models import Role; role = Role.objects.get(code='manager'); role.verbs.append('credentials.edit'); role.save()"


@pytest.fixture
def shop() -> Iterator[ShopifyShop]:
    """Empty, in the languages of the demo."""
    with HTTPServer(host="127.0.0.1") as server:
        stands_in = ShopifyShop(server)
        stands_in.locales = ["en", "de", "fr"]
        yield stands_in


class Clicks:
    """Every press of the mouse on the page, and every field that was filled in without one."""

    def __init__(self, page: Page) -> None:
        self.count = 0
        page.expose_function("pimPressed", self._pressed)
        page.add_init_script("document.addEventListener('pointerdown', () => window.pimPressed(), true)")

    def _pressed(self) -> None:
        self.count += 1


def test_a_shop_is_connected_in_fifteen_clicks(
    browser: Browser, rig: Rig, complaints: Complaints, shop: ShopifyShop
) -> None:
    manage(rig.env, "shell", "-c", MAY_ENTER_CREDENTIALS)
    with walking.person(browser, rig, "manager") as page:
        complaints.watch(page)
        clicks = Clicks(page)
        page.reload()
        page.get_by_role("link", name="Channels", exact=True).click()
        page.get_by_role("link", name="Add channel").first.click()
        page.get_by_role("link", name="Shopify", exact=True).click()
        paste_the_credentials(page, shop)
        choose_the_mugs(page)
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url("**/mapping/")
        expect(page.get_by_text("Shopify is there.")).to_be_visible()
        title = page.locator("[data-row]").filter(has=page.locator("code", has_text="title")).first
        title.locator("summary").first.click()
        title.get_by_label("Made from", exact=True).first.select_option("template")
        clicks.count += 1  # a select's list is not of the page
        title.get_by_label("Attribute, or text").first.fill("{brand} {name}")
        expect(title.locator(".mapping-preview")).to_contain_text("/255")
        page.get_by_role("button", name="Save all fields").click()
        expect(page.get_by_text("The fields are saved.")).to_be_visible()
        pressed = clicks.count
    assert 6 <= pressed <= MOST_CLICKS, pressed
    until("the mugs are live in the shop", lambda: len(shop.items) >= 3, seconds=ARRIVES)
    kopp = shop.product("TH-KOPP")
    assert kopp["status"] == "ACTIVE"
    assert kopp["title"].startswith("Tarnholt ") or "Kopp" in kopp["title"]
    assert len(kopp["variants"]) > 1
    assert shop.translated(kopp["id"], "title", "de")


def paste_the_credentials(page: Page, shop: ShopifyShop) -> None:
    page.get_by_label(re.compile(r"^Shop\W*$")).fill(shop.address)
    page.get_by_label("Client secret, or access token").fill(shop.token)


def choose_the_mugs(page: Page) -> None:
    """To begin small."""
    page.get_by_role("link", name="What it carries").click()
    families = page.locator(".field-families")
    families.locator(".select2-selection").click()
    page.locator(".select2-results__option", has_text="Mugs").click()
