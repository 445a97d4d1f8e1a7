"""A queue and a review worked off by keyboard alone: how many keys and clicks, and never a page load."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Complaints
from tests.browser.effort import Effort
from tests.browser.rig import Rig
from tests.browser.walking import person

READY = "[data-item][data-ready]"
FRENCH = "Faite pour durer dehors, simple à réparer."


def into_the_french_queue(page: Page) -> None:
    """From the first screen."""
    place = page.locator(".home-places > li").filter(has_text="fr_FR").first
    place.get_by_role("link", name=re.compile("lacks? Description$")).click()
    page.locator(READY).wait_for()


def asked_key(page: Page) -> str:
    key = page.locator("[data-item] [data-cell]").first.get_attribute("data-cell")
    assert key
    return key


def written(page: Page) -> str:
    return page.locator("[data-item] [contenteditable=true]").first.inner_text().strip()


def drafts(page: Page) -> list[str]:
    kept = "Object.entries(localStorage).filter(([key]) => key.startsWith('pim-draft:')).map(([, draft]) => draft)"
    return [json.loads(draft)["text"] for draft in page.evaluate(kept)]


def drafted(page: Page, text: str) -> None:
    """Until the browser has kept it."""
    page.wait_for_function(
        "text => Object.entries(localStorage).some(([key, kept]) => key.startsWith('pim-draft:') && kept.includes(text))",
        arg=text,
    )


def test_five_french_descriptions_by_keyboard_alone(
    browser: Browser, rig: Rig, complaints: Complaints
) -> None:
    with person(browser, rig, "marketing") as page:
        complaints.watch(page)
        page.goto(f"{rig.admin}/")
        into_the_french_queue(page)
        total = int(page.locator("[data-queue]").get_attribute("data-total") or 0)
        assert total >= 5
        effort = Effort(page)
        for number in range(5):
            assert asked_key(page) == "description|fr_FR"
            expect(page.locator("[data-item] .queue-source")).to_contain_text(re.compile(r"\w{4}"))
            page.keyboard.type(f"{FRENCH} {number}")
            with effort.brings_another():
                effort.press("ControlOrMeta+Enter")
        effort.told("French description", 5)
        assert (effort.chords, effort.clicks, effort.loads) == (5, 0, 0)
        expect(page.locator("span[data-left]")).to_contain_text("5 done, 0 skipped")
        expect(page.locator("[data-trouble]")).to_be_hidden()


def test_skipping_and_going_back_by_keys(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        into_the_french_queue(page)
        effort = Effort(page)
        first = page.locator("#queue-title").inner_text()
        page.keyboard.type("Half a sentence")
        with effort.brings_another():
            effort.press("Alt+ArrowDown")
        expect(page.locator("span[data-left]")).to_contain_text("1 skipped")
        with effort.brings_another():
            effort.press("Alt+ArrowUp")
        expect(page.locator("#queue-title")).to_have_text(first)
        page.get_by_role("button", name="Take it").click()
        assert written(page) == "Half a sentence"
        page.locator("#queue-title").focus()
        effort.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        assert effort.loads == 0


def test_what_was_typed_is_offered_again_after_the_page_was_killed(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        into_the_french_queue(page)
        address, title = page.url, page.locator("#queue-title").inner_text()
        page.keyboard.type("Une longue phrase que personne ne veut retaper")
        drafted(page, "retaper")
        other = page.context.new_page()
        page.close(run_before_unload=False)
        other.goto(address)
        other.locator(READY).wait_for()
        expect(other.locator("#queue-title")).to_have_text(title)
        offer = other.get_by_role("group", name="Unsaved text")
        expect(offer).to_contain_text("Une longue phrase que personne ne veut retaper")
        offer.get_by_role("button", name="Take it").click()
        assert written(other) == "Une longue phrase que personne ne veut retaper"
        effort = Effort(other)
        with effort.brings_another():
            effort.press("ControlOrMeta+Enter")
        assert drafts(other) == []


def test_save_and_stay_leaves_what_is_typed_under_the_hands(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        into_the_french_queue(page)
        page.keyboard.type("Un")
        page.keyboard.press("ControlOrMeta+s")
        page.keyboard.type(" deux")
        expect(page.locator("[data-said]")).to_contain_text("Saved.")
        page.keyboard.type(" trois")
        assert written(page) == "Un deux trois"
        page.keyboard.press("ControlOrMeta+s")
        page.locator("[data-queue]:not([aria-busy])").wait_for()
        page.keyboard.type(" quatre")
        with Effort(page).brings_another():
            page.keyboard.press("ControlOrMeta+Enter")
        expect(page.locator("span[data-left]")).to_contain_text("1 done")
        assert drafts(page) == []
        page.keyboard.press("Alt+ArrowUp")
        page.locator("[data-item] [data-finished]").wait_for()
        page.locator(READY).wait_for()
        assert written(page) == "Un deux trois quatre"


def test_enter_in_a_line_saves_it_and_brings_the_next(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        into_the_french_queue(page)
        page.keyboard.type("Une ligne")
        page.evaluate(
            "document.querySelector('[data-item]').append(Object.assign(document.createElement('input'), { id: 'a-line' }))"
        )
        page.locator("#a-line").focus()
        with Effort(page).brings_another():
            page.keyboard.press("Enter")
        expect(page.locator("span[data-left]")).to_contain_text("1 done")


def test_a_tab_leaves_the_drafts_of_another_alone(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        into_the_french_queue(page)
        other = page.context.new_page()
        other.goto(page.url)
        other.locator(READY).wait_for()
        page.bring_to_front()
        page.keyboard.type("Brouillon")
        drafted(page, "Brouillon")
        other.reload()
        other.locator(READY).wait_for()
        expect(other.get_by_role("group", name="Unsaved text")).to_contain_text("Brouillon")
        assert drafts(other) == ["Brouillon"]


def test_whoever_signed_in_again_in_another_tab_saves(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        into_the_french_queue(page)
        # As a login does: the form's token is of the session before.
        page.context.add_cookies([{"name": "csrftoken", "value": "Q" * 32, "url": rig.admin}])
        page.keyboard.type("Encore")
        page.keyboard.press("ControlOrMeta+s")
        expect(page.locator("[data-said]")).to_contain_text("Saved.")


def test_a_draft_of_the_products_page_is_offered_there_too(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        page.goto(f"{rig.admin}/catalog/product/?q=TH-KOPP-CREAM")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        page.locator("form[data-ready]").wait_for()
        address = page.url
        name = page.locator("[data-cell='name|en_US'] :is(input, textarea):not([type=hidden])")
        before = name.input_value()
        name.press("End")
        page.keyboard.type(" anew")
        drafted(page, " anew")
        other = page.context.new_page()
        page.close(run_before_unload=False)
        other.goto(address)
        other.locator("form[data-ready]").wait_for()
        offer = other.get_by_role("group", name="Unsaved text")
        expect(offer).to_contain_text(f"{before} anew")
        offer.get_by_role("button", name="Take it").click()
        cell = other.locator("[data-cell='name|en_US'] :is(input, textarea):not([type=hidden])")
        expect(cell).to_have_value(f"{before} anew")
        other.keyboard.press("ControlOrMeta+s")
        expect(other.locator("[data-message]").first).to_be_visible()
        other.locator("form[data-ready]").wait_for()
        expect(other.get_by_role("group", name="Unsaved text")).to_have_count(0)


def test_a_server_that_restarts_loses_nothing(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page:
        into_the_french_queue(page)
        tries, is_down = [0], [True]

        def answer(route: Route) -> None:
            tries[0] += 1
            if is_down[0]:
                route.abort()
            else:
                route.continue_()

        page.route("**/queue/save/**", answer)
        page.keyboard.type(FRENCH)
        effort = Effort(page)
        with effort.brings_another():
            effort.press("ControlOrMeta+Enter")
            expect(page.locator("[data-trouble]")).to_contain_text("The server does not answer.")
            is_down[0] = False
        expect(page.locator("[data-trouble]")).to_be_hidden()
        expect(page.locator("span[data-left]")).to_contain_text("1 done")
        assert tries[0] > 1
        assert effort.loads == 0


def test_a_product_that_somebody_else_finishes_is_told(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as page, person(browser, rig, "manager") as other:
        # Not the French ones: those before have finished most, each for all variants of its model.
        page.goto(f"{rig.admin}/catalog/product/queue/?missing=b2b_shop%7Cde_DE%7Cdescription&level=all")
        page.locator(READY).wait_for()
        page.keyboard.type("Mine")
        other.goto(page.url)
        other.locator(READY).wait_for()
        other.keyboard.type("Theirs")
        with Effort(other).brings_another():
            other.keyboard.press("ControlOrMeta+Enter")
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(page.locator("[data-changed-note]")).to_contain_text("it was finished meanwhile (Marta Vogel")
        assert written(page) == "Mine"
        page.keyboard.press("ControlOrMeta+Enter")
        expect(page.locator(".conflict")).to_contain_text("Theirs")
        assert written(page) == "Mine"


def test_a_review_by_keys(browser: Browser, rig: Rig, complaints: Complaints) -> None:
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        page.goto(f"{rig.admin}/")
        page.get_by_role("link", name="To review").click()
        page.locator("[data-review] [data-item]").wait_for()
        page.wait_for_load_state("load")
        page.wait_for_function("performance.now() > 400")  # nobody approves what they have not looked at
        effort = Effort(page)
        for _turn in range(3):
            with effort.brings_another():
                effort.press("a")
            page.wait_for_timeout(400)
        expect(page.locator("span[data-left]")).to_have_text("3 approved, 0 returned")
        with effort.brings_another():
            effort.press("j")
        with effort.brings_another():
            effort.press("k")
        sku = page.locator(".queue-facts-line a").inner_text()
        effort.press("r")
        page.keyboard.type("Jack and Karla ask: is that a new colour?")
        expect(page.locator("span[data-left]")).to_have_text("3 approved, 0 returned")
        with effort.brings_another():
            effort.press("ControlOrMeta+Enter")
        expect(page.locator("span[data-left]")).to_have_text("3 approved, 1 returned")
        effort.told("Review", 4)
        assert (effort.clicks, effort.loads) == (0, 0)
        page.goto(f"{rig.admin}/catalog/product/?q={sku}&level=all")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        expect(page.get_by_label("Comment of the review")).to_contain_text("is that a new colour?")
