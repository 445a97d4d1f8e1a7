"""Fifty products on a date: six clicks, and nothing blocked that is not named."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Complaints
from tests.browser.hand import Hand
from tests.browser.rig import Rig
from tests.browser.walking import person

MAY_TAKE = 6
PRODUCTS = 50
DAY, MONTH = "2100-06-01", "2100-06"  # never over


def counted(page: Page) -> dict[str, int]:
    """What the gate says of the dealer shop, by the heads of its columns."""
    table = page.get_by_role("region", name="Channel by channel").get_by_role("table")
    table.get_by_role("row", name=re.compile("^Dealer shop")).wait_for()
    page.wait_for_load_state()
    heads = table.get_by_role("columnheader").all_inner_texts()[1:]
    numbers = table.get_by_role("row", name=re.compile("^Dealer shop")).get_by_role("cell").all_inner_texts()
    return dict(zip(heads, map(int, numbers), strict=True))


def test_fifty_products_launched_on_a_date(browser: Browser, rig: Rig, complaints: Complaints) -> None:
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        page.goto(f"{rig.admin}/catalog/product/?level=sellable&status=in_review&status=draft&sort=sku")
        assert page.locator("tbody [data-select]").count() == PRODUCTS
        hand = Hand()
        hand.click(page.get_by_label("Select all on this page", exact=True))
        hand.click(page.get_by_role("button", name="Schedule launch …", exact=True))
        hand.write(page.get_by_label("Date", exact=True), DAY)
        hand.click(page.get_by_label("Dealer shop", exact=True))
        hand.click(page.get_by_role("button", name="See what is ready", exact=True))

        told = counted(page)
        assert sum(told.values()) == PRODUCTS
        blocked = page.locator(".launch-products > li")
        assert 0 < blocked.count() == told["Blocked"] < PRODUCTS
        for number in range(blocked.count()):  # each says why, and where that is mended
            link = blocked.nth(number).locator("dd a").first.get_attribute("href")
            assert link is not None
            assert re.fullmatch(r"/admin/catalog/product/\d+/change/(\?locale=\w+)?(#f-.+)?", link)

        hand.click(page.locator("button[name=mode][value=approve]"))
        page.wait_for_url(re.compile(r"/launches/\d+/$"))
        expect(page.locator("#launch-name")).to_have_text(f"{told['Only not approved']} products")
        assert hand.clicks == MAY_TAKE

        page.goto(f"{rig.admin}/catalog/product/calendar/?month={MONTH}")
        expect(page.get_by_role("table").get_by_role("link", name=re.compile("^9 a.m. "))).to_be_visible()
