"""A server that is slow: what it says too late is put nowhere, and what is typed meanwhile is not lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.rig import Rig
from tests.browser.walking import person

SKU = "TH-EMALJ"


class Held:
    """Requests of an address that wait until they are let go. `most`: the others go through."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.routes: list[Route] = []

    def take(self, route: Route) -> None:
        if len(self.routes) < self.most:
            self.routes.append(route)
        else:
            route.continue_()

    def has(self, page: Page) -> None:
        for _turn in range(300):
            if self.routes:
                return
            page.wait_for_timeout(20)
        raise AssertionError("nothing was asked")

    def let_go(self, page: Page) -> None:
        """Until the page has the answer, and its scripts have done with it what they do."""
        (route,) = self.routes
        with page.expect_response(lambda answer: answer.request == route.request) as came:
            route.continue_()
        came.value.finished()
        page.evaluate("() => new Promise((done) => setTimeout(done, 50))")


@contextmanager
def held(page: Page, address: str, most: int = 1) -> Iterator[Held]:
    made = Held(most)
    page.route(address, made.take)
    yield made
    page.unroute(address)


def test_rows_of_a_list_that_is_gone_come_into_no_other(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "manager") as page:
        page.goto(f"{rig.admin}/catalog/product/?level=all")
        with held(page, "**/product/rows/**") as rows:
            page.get_by_role("link", name="Show more").click()
            rows.has(page)
            page.get_by_role("searchbox", name="Search products").fill(SKU)
            count = page.locator("[data-count]")
            expect(count).to_have_text(re.compile(r"^\d\d? products?$"))  # fewer than a page
            rows.let_go(page)
        expect(page.locator("[data-rows] tr")).to_have_count(int(count.inner_text().split()[0]))


def open_product(page: Page, rig: Rig) -> None:
    page.goto(f"{rig.admin}/catalog/product/?level=all&q={SKU}")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    page.locator("form[data-ready]").wait_for()


def test_a_panel_shows_what_was_opened_last(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        open_product(page, rig)
        panel = page.get_by_role("dialog", name="Comments")
        buttons = page.locator(".cell-buttons [data-comments-of]:visible")
        first, second = (buttons.nth(place).get_attribute("data-comments-of") for place in (0, 1))
        assert first != second
        with held(page, "**/comments/?**") as asked:
            buttons.nth(0).click()
            asked.has(page)
            page.keyboard.press("Escape")
            buttons.nth(1).click()
            expect(panel.locator("[name=place]").first).to_have_value(second or "")
            panel.get_by_label("Your comment").fill("About the second")
            asked.let_go(page)
        expect(panel.locator("[name=place]").first).to_have_value(second or "")
        expect(panel.get_by_label("Your comment")).to_have_value("About the second")


def test_what_is_typed_while_a_comment_is_sent_is_the_next_one(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        open_product(page, rig)
        page.locator(".cell-buttons [data-comments-of]:visible").first.click()
        panel = page.get_by_role("dialog", name="Comments")
        text = panel.get_by_label("Your comment")
        with held(page, "**/comments/act/**") as sent:
            text.press_sequentially("Is it red?")
            text.press("Control+Enter")
            sent.has(page)
            text.press_sequentially(" Or blue?")
            sent.let_go(page)
        expect(panel.locator(".comment-text")).to_have_text("Is it red?")
        answer = panel.get_by_label("Your answer")
        expect(answer).to_have_value("Or blue?")
        answer.press("Control+Enter")
        expect(panel.locator(".comment-text")).to_have_text(["Is it red?", "Or blue?"])
        expect(panel.get_by_label("Your answer")).to_have_value("")


def test_a_word_of_a_condition_that_is_typed_while_the_form_is_drawn_anew_stays(
    browser: Browser, rig: Rig
) -> None:
    with person(browser, rig, "manager") as page:
        page.goto(f"{rig.admin}/catalog/product/where/?where=-if~sku~contains~TH~-if~label~contains~x")
        with held(page, "**/product/where/") as asked:
            page.get_by_label("Condition 1: how").select_option("starts")
            asked.has(page)
            word = page.get_by_label("Condition 2: text")
            word.fill("")
            word.press_sequentially("mug")
            asked.let_go(page)
        expect(word).to_have_value("mug")
        expect(word).to_be_focused()
        page.keyboard.type("s")
        expect(word).to_have_value("mugs")
        page.get_by_role("button", name="Show products").click()
        page.wait_for_url("**/product/?where=**")
        assert "sku~starts~TH" in page.url
        assert "label~contains~mugs" in page.url
