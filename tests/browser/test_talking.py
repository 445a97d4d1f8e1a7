"""Two people about one value: named by keyboard, read from the first screen, answered at the field, seen to be in it."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.rig import Rig
from tests.browser.walking import person

SKU = "TH-EMALJ"
NAME = "[data-cell='name|en_US']"


def test_who_is_named_in_a_comment_finds_it_and_answers(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as jonas, person(browser, rig, "manager") as marta:
        jonas.goto(f"{rig.admin}/catalog/product/?level=all&q={SKU}")
        row = jonas.get_by_role("row").filter(
            has=jonas.get_by_role("checkbox", name=f"Select {SKU}", exact=True)
        )
        row.get_by_role("rowheader").get_by_role("link").click()
        jonas.locator("form[data-ready]").wait_for()
        jonas.locator(NAME).locator("input:not([type=hidden]), textarea").first.focus()
        jonas.get_by_role("button", name="Comments").press("Enter")
        panel = jonas.get_by_role("dialog", name="Comments")
        expect(panel.get_by_label("Comment on")).to_have_value("name|en_US")
        text = panel.get_by_label("Your comment")
        expect(text).to_be_focused()
        text.press_sequentially("@mart")
        people = panel.get_by_role("listbox", name="People")
        expect(people.get_by_role("option")).to_have_text(["Marta Vogel@manager"])
        text.press("Enter")
        expect(text).to_have_value("@manager ")
        text.press_sequentially("is the colour meant?")
        text.press("Control+Enter")
        expect(panel.locator(".comment-text")).to_have_text("@Marta Vogel is the colour meant?")
        jonas.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(jonas.locator(f"{NAME} .cell-comments")).to_be_visible()

        marta.goto(f"{rig.admin}/")
        told = marta.get_by_role("link", name="1 comment for you")
        expect(told).to_be_visible()
        marta.get_by_role("link", name="Name · en_US").click()
        panel = marta.get_by_role("dialog", name="Comments")
        expect(panel.locator(".comment-text")).to_have_text("@Marta Vogel is the colour meant?")
        expect(told).to_be_hidden()
        panel.get_by_label("Your answer").fill("Yes, it is.")
        panel.get_by_role("button", name="Answer").click()
        expect(panel.locator(".comment-text")).to_have_count(2)
        panel.locator(".comment-edit summary").click()
        mine = panel.locator(".comment-edit").first.get_by_label("Your comment")
        mine.fill("Yes, the colour is.")
        panel.get_by_label("Your answer").fill("The red one.")
        panel.get_by_role("button", name="Answer").click()
        expect(panel.locator(".comment-text")).to_have_count(3)
        expect(mine).to_be_visible()
        expect(mine).to_have_value("Yes, the colour is.")
        panel.get_by_role("button", name="Save").first.click()
        expect(panel.locator(".comment-text").nth(1)).to_have_text("Yes, the colour is.")
        expect(mine).to_be_hidden()
        jonas.reload()
        expect(jonas.get_by_role("link", name="2 comments for you")).to_be_visible()

        panel.get_by_role("button", name="Close").click()
        with marta.expect_response(
            lambda answer: (
                "/presence/" in answer.url and b"name|en_US" in (answer.request.post_data_buffer or b"")
            )
        ):
            marta.locator(NAME).locator("input:not([type=hidden]), textarea").first.focus()
        jonas.reload()
        expect(jonas.locator("[data-presence]")).to_have_text("Marta Vogel is in Name · en_US.")
        expect(jonas.locator(f"{NAME} .cell-presence")).to_have_text("Marta Vogel edits this")
