"""A supplier's file with its twenty kinds of error, mended where its rows are: by class, by cell, before and after the import."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import walking
from tests.browser.conftest import Complaints
from tests.browser.hand import Hand
from tests.browser.rig import Rig
from tests.browser.test_journey import counters
from tests.browser.walking import WAIT, person

BAD = 17
MOST_CLICKS = 3  # for a class of errors, and for an undo


@pytest.fixture(scope="module")
def told() -> dict[str, int]:
    """What one step tells the next."""
    return {}


def kind(page: Page, column: str, title: str) -> Locator:
    heading = page.get_by_role("heading", name=re.compile(rf"{re.escape(column)} {title}"), level=3)
    return page.locator(".kind").filter(has=heading)


def test_a_class_is_mended_in_three_clicks_and_a_cell_in_its_column(
    browser: Browser, rig: Rig, complaints: Complaints, told: dict[str, int]
) -> None:
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        walking.upload(page, rig)
        walking.plan(page)
        told["run"] = walking.run_number(page)
        assert counters(page)["bad rows"] == BAD

        hand, colours = Hand(), kind(page, "Farbe", "unknown option")
        expect(colours).to_contain_text("Fliederglanz")
        hand.choose(colours.get_by_label("Read instead"), "Wild berry")
        expect(colours.get_by_label("in the next files too")).to_be_checked()
        hand.click(colours.get_by_role("button", name="Use and check"))
        expect(page.locator("[data-message]")).to_have_text("1 row is no longer bad. 16 bad rows are left.")
        assert hand.clicks <= MOST_CLICKS
        assert counters(page)["bad rows"] == BAD - 1

        kind(page, "Garantie (Jahre)", "not a number").get_by_role("link", name="Edit the cells").click()
        cell = page.get_by_role("textbox", name=re.compile(r"Garantie \(Jahre\), row \d+"))
        expect(cell).to_have_value("zwei")
        expect(cell).to_have_accessible_description(re.compile("is not a number"))
        cell.fill("2")
        page.get_by_role("button", name="Save and check again").click()
        expect(page.locator("[data-message]")).to_have_text("1 row is no longer bad. 15 bad rows are left.")
        assert counters(page)["to create"] == 54


def test_what_is_mended_after_the_import_is_imported_too_and_taken_back_with_it(
    browser: Browser, rig: Rig, complaints: Complaints, told: dict[str, int]
) -> None:
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        page.goto(f"{rig.admin}/catalog/importrun/{told['run']}/change/")
        walking.apply(page)
        assert counters(page)["created"] == 54

        dates = kind(page, "Lieferbar ab", "not a date")
        dates.get_by_label("Read instead").fill("28.02.2026")
        dates.get_by_role("button", name="Use and check").click()
        expect(page.get_by_text("1 mended row is ready.")).to_be_visible()
        page.get_by_role("button", name="Import the mended rows").click()
        expect(page.get_by_role("link", name="Show these products")).to_be_visible(timeout=WAIT)
        found = counters(page)
        assert (found["created"], found["bad rows"]) == (55, BAD - 3)

        hand = Hand()
        hand.click(page.get_by_role("link", name="Undo"))
        hand.click(page.get_by_role("button", name="Undo this import"))
        expect(page.get_by_text("Undone: 106 rows taken back, 0 kept")).to_be_visible(timeout=WAIT)
        assert hand.clicks <= MOST_CLICKS
        assert counters(page)["taken back"] == 106


def test_the_next_file_of_this_supplier_needs_nothing(
    browser: Browser, rig: Rig, complaints: Complaints
) -> None:
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        walking.upload(page, rig)
        walking.plan(page)
        assert counters(page)["bad rows"] == BAD - 1
        expect(kind(page, "Farbe", "unknown option")).to_have_count(0)
