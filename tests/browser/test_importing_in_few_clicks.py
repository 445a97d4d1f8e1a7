"""A file of a supplier nobody knows, the next one, a class of errors and the way back: each in so many clicks and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Complaints
from tests.browser.hand import Hand
from tests.browser.lamp_maker import HEADERS, LATER, UNKNOWN, lamps
from tests.browser.rig import Rig
from tests.browser.test_journey import counters
from tests.browser.walking import WAIT, person

FIRST_FILE, NEXT_FILE, A_CLASS, UNDO = 11, 4, 3, 2
MAY_TAKE = {"first": 12, "next": 4, "class": 3, "undo": 3}  # what was asked for


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lamp maker price list 2026.csv"


def upload(hand: Hand, page: Page, path: Path) -> None:
    """From anywhere in the admin; a file is one click."""
    hand.click(page.locator("a[href$='/admin/catalog/importrun/']").first)
    hand.clicks += 1
    page.get_by_label("File", exact=True).set_input_files(path)
    hand.click(page.get_by_role("button", name="Upload"))


def is_planned(page: Page) -> None:
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible(timeout=WAIT)


def is_imported(page: Page) -> None:
    expect(page.get_by_role("link", name="Show these products")).to_be_visible(timeout=WAIT)


def test_the_first_file_of_an_unknown_supplier(
    browser: Browser, rig: Rig, complaints: Complaints, file: Path
) -> None:
    file.write_bytes(lamps(1, 14))
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        hand = Hand()
        upload(hand, page, file)
        page.wait_for_url(re.compile(r"/importrun/\d+/columns/"))
        expect(page.locator("[data-unmapped]")).to_have_text("4 columns are left out")
        assert page.locator("tbody[data-position]").count() == len(HEADERS) == 20

        # What holds for the whole file is asked for all columns at once.
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for decimal in (".", ","):
            with page.expect_response(re.compile(r"/columns/try/")):
                page.locator("form[data-columns] [name=decimal]").select_option(decimal)
        assert [address for address in asked if "/columns/try/" in address] == [
            page.url.split("?")[0] + "try/"
        ] * 2

        # What a text means is the file's own matter, and not counted: the supplier's word for one of our colours.
        page.get_by_role("link", name=re.compile("Options.*Farbton")).click()
        page.get_by_label(UNKNOWN).select_option(label="Pine")

        hand.click(page.get_by_role("link", name=re.compile("New attribute.*Lichtfarbe")))
        expect(page.get_by_label("Type")).to_have_value("select")
        hand.click(page.get_by_role("button", name="Make the attribute"))
        expect(page.locator("[data-unmapped]")).to_have_text("3 columns are left out")
        page.wait_for_load_state()
        hand.write(page.get_by_role("combobox", name="Kurztext DE"), "short_description-de_DE")
        hand.write(page.get_by_label("One more field"), "name-de_DE")
        hand.write(page.get_by_label("Its value"), "{Serie} {Ausführung}")
        expect(page.locator("[data-position=new] [data-previews]")).to_contain_text("Holm Laterne 1")
        hand.click(page.get_by_label("Remember these columns in a profile"))
        hand.click(page.get_by_role("button", name="See what would change"))
        is_planned(page)
        assert counters(page) == {"to create": 14, "to change": 0, "unchanged": 0, "bad rows": 0}
        expect(page.locator(".notice")).to_contain_text(
            ["3 new options of Lichtfarbe are made when this is imported"]
        )
        hand.click(page.get_by_role("button", name="Import", exact=True))
        is_imported(page)
        assert counters(page)["created"] == 14
    assert hand.clicks == FIRST_FILE <= MAY_TAKE["first"]


def test_the_next_file_of_that_supplier(
    browser: Browser, rig: Rig, complaints: Complaints, file: Path
) -> None:
    file.write_bytes(lamps(8, 14))
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        hand = Hand()
        upload(hand, page, file)
        is_planned(page)
        expect(page.locator(".run-head")).to_contain_text("lamp maker price list")
        assert counters(page) == {"to create": 7, "to change": 0, "unchanged": 7, "bad rows": 0}
        hand.click(page.get_by_role("button", name="Import", exact=True))
        is_imported(page)
    assert hand.clicks == NEXT_FILE <= MAY_TAKE["next"]


def test_a_class_of_errors_and_the_way_back(
    browser: Browser, rig: Rig, complaints: Complaints, file: Path
) -> None:
    file.write_bytes(lamps(30, 6, color=LATER))
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        hand = Hand()
        upload(hand, page, file)
        is_planned(page)
        assert counters(page)["bad rows"] == 2
        hand.clicks = 0
        colors = page.locator(".kind").filter(has_text="unknown option")
        hand.choose(colors.get_by_label("Read instead"), "Slate grey")
        hand.click(colors.get_by_role("button", name="Use and check"))
        expect(page.locator("[data-message]")).to_have_text("2 rows are no longer bad.")
        assert counters(page)["to create"] == 6
        assert hand.clicks == A_CLASS <= MAY_TAKE["class"]

        page.get_by_role("button", name="Import", exact=True).click()
        is_imported(page)
        hand.clicks = 0
        hand.click(page.get_by_role("link", name="Undo"))
        hand.click(page.get_by_role("button", name="Undo this import"))
        expect(page.get_by_text("Undone: 6 rows taken back, 0 kept")).to_be_visible(timeout=WAIT)
    assert hand.clicks == UNDO <= MAY_TAKE["undo"]
