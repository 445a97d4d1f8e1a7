"""The main job from end to end, by mouse: a supplier's spreadsheet becomes products in a shop, and is taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from pim.demo.supplier import planted_errors
from tests.browser import walking
from tests.browser.conftest import Complaints
from tests.browser.rig import Rig, until
from tests.browser.walking import EDITED, FRENCH, NEW, NEW_NAME, WAIT, person

ARRIVES = 60  # seconds; one or two without other work on the machine


@pytest.fixture(scope="module")
def told() -> dict[str, int]:
    """What one step of the journey tells the next."""
    return {}


def test_a_manager_imports_the_suppliers_file(
    browser: Browser, rig: Rig, complaints: Complaints, told: dict[str, int]
) -> None:
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        walking.upload(page, rig)
        expect(page.locator("[data-unmapped]")).to_have_text("0 columns are left out")
        expect(page.get_by_role("row", name="Art.-Nr.").get_by_role("combobox").first).to_have_value("sku")
        walking.plan(page)
        assert counters(page) == {"to create": 52, "to change": 51, "unchanged": 0, "bad rows": 17, "with warnings": 1, "outranked: kept as proposals": 15, "duplicates": 2}  # fmt: skip
        page.get_by_role("link", name="17 bad rows").click()
        assert refused(page) == sorted(
            (error.row, error.column) for error in planted_errors() if error.severity == "error"
        )
        page.get_by_role("radio", name=re.compile("Leave bad rows out")).check()
        with rig.workers_paused():
            page.get_by_role("button", name="Import", exact=True).click()
            expect(page.get_by_role("progressbar")).to_be_visible()
            expect(page.get_by_text("Waiting for a worker …")).to_be_visible()
            expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        expect(page.get_by_role("link", name="Show these products")).to_be_visible(timeout=WAIT)
        assert counters(page) == {"created": 52, "changed": 51, "unchanged": 0, "bad rows": 17, "with warnings": 1, "with proposals": 15, "duplicates": 2}  # fmt: skip
        told["run"] = walking.run_number(page)


def test_marketing_completes_and_approves_twenty_and_the_shop_shows_them(
    browser: Browser, rig: Rig, complaints: Complaints, told: dict[str, int]
) -> None:
    assert [sku for sku in NEW if rig.shows(sku)] == []
    with person(browser, rig, "marketing") as page:
        complaints.watch(page)
        complete_the_tea_cup(page, rig)
        page.goto(f"{rig.admin}/catalog/importrun/{told['run']}/change/")
        page.get_by_role("link", name="Show these products").click()
        page.get_by_role("navigation", name="Which products").get_by_role("link", name="What is sold").click()
        expect(page.get_by_role("link", name="What is sold")).to_have_attribute("aria-current", "true")
        page.get_by_role("button", name="Filter").click()
        panel = page.get_by_role("dialog", name="Filter products")
        panel.get_by_label("Complete for", exact=True).select_option("Dealer shop · fr_FR")
        panel.get_by_label("Status").select_option("Draft")
        panel.get_by_role("button", name="Show products").click()
        expect(page.locator("[data-count]")).to_have_text("33 products")
        for sku in NEW:
            page.get_by_role("checkbox", name=f"Select {sku}", exact=True).check()
        expect(page.locator("[data-selected]")).to_have_text("20 selected")
        page.get_by_role("button", name="Approve …").click()
        expect(page.get_by_text("20 of 20 selected products will be changed.")).to_be_visible()
        page.get_by_role("button", name="Change 20 products").click()
        expect(page.get_by_role("button", name="Undo it")).to_be_visible()
    until("the shop shows all 20", lambda: all(map(rig.shows, NEW)), seconds=ARRIVES)
    assert FRENCH in (rig.shows(NEW[0], locale="fr_FR") or "")


def test_an_edit_is_seen_in_the_shop(browser: Browser, rig: Rig, complaints: Complaints) -> None:
    with person(browser, rig, "marketing") as page:
        complaints.watch(page)
        open_product(page, rig, EDITED)
        name = page.get_by_role("textbox", name="Name", exact=True)
        expect(name).to_have_value("Kopp Stoneware Mug")
        name.fill(NEW_NAME)
        expect(page.locator("[data-dirty-count]")).to_have_text("1 unsaved change")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("[data-message]").first).to_be_visible()
        expect(page.get_by_role("heading", name=NEW_NAME, level=2)).to_be_visible()
        until("the shop shows the edit", lambda: NEW_NAME in (rig.shows(EDITED) or ""), seconds=ARRIVES)
        with person(browser, rig) as customer:
            complaints.watch(customer)
            customer.goto(f"{rig.shop}/en_US/p/{EDITED}")
            expect(customer.get_by_role("heading", level=1)).to_contain_text(NEW_NAME)


def test_undoing_the_import_withdraws_nineteen_and_keeps_the_edited_one(
    browser: Browser, rig: Rig, complaints: Complaints, told: dict[str, int]
) -> None:
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        page.goto(f"{rig.admin}/catalog/importrun/{told['run']}/change/")
        page.get_by_role("link", name="Undo").click()
        expect(page.get_by_text("1 product was edited since. That edit stays:")).to_be_visible()
        kept = page.locator(".kept > li")
        expect(kept).to_have_count(1)
        expect(kept).to_contain_text(re.compile(rf"{EDITED}.*Name .*: Changed by marketing on \d{{4}}-\d\d-\d\d \d\d:\d\d\.", re.S))  # fmt: skip
        page.get_by_role("button", name="Undo this import").click()
        expect(page.get_by_text("Undone: 102 rows taken back, 1 kept because somebody edited them since, 0 could not be taken back.")).to_be_visible(timeout=WAIT)  # fmt: skip
        page.get_by_role("link", name="Show what was kept").click()
        rows = page.get_by_role("region", name="Rows").get_by_role("row").filter(has_text="TH-")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(re.compile(rf"{EDITED}.*Changed by marketing on", re.S))
    until(
        "19 are withdrawn", lambda: [sku for sku in NEW if rig.shows(sku)] == [EDITED], seconds=ARRIVES
    )  # fmt: skip
    assert NEW_NAME in (rig.shows(EDITED) or "")
    with person(browser, rig) as customer:
        customer.goto(f"{rig.shop}/en_US/p/{NEW[0]}")
        expect(
            customer.get_by_role("heading", name="This article is not available any more.")
        ).to_be_visible()


def counters(page: Page) -> dict[str, int]:
    page.wait_for_load_state()
    tiles = page.get_by_role("navigation", name="Filter the rows").locator(".counter")
    return {
        tile.locator(".counter-label").inner_text(): int(tile.locator(".counter-number").inner_text())
        for tile in tiles.all()
    }


def refused(page: Page) -> list[tuple[int, str]]:
    """(row, column) of each refused cell the page lists."""
    page.wait_for_load_state()
    rows = page.get_by_role("region", name="Rows").locator("tbody tr").all()
    return sorted(
        (int(row.locator("td").first.inner_text()), cell.locator(".cell-name").text_content() or "")
        for row in rows
        for cell in row.locator("td:has(.problem)").all()
    )


def open_product(page: Page, rig: Rig, sku: str) -> None:
    page.goto(f"{rig.admin}/catalog/product/?level=all")
    search = page.get_by_role("searchbox", name="Search products")
    search.fill(sku)
    row = page.get_by_role("row").filter(has=page.get_by_role("checkbox", name=f"Select {sku}", exact=True))
    expect(page.locator("[data-count]")).not_to_have_text(re.compile(r"\d{3}"))
    row.get_by_role("rowheader").get_by_role("link").click()
    page.locator("form[data-ready]").wait_for()


def complete_the_tea_cup(page: Page, rig: Rig) -> None:
    """What its variants lack is written once, on the model."""
    open_product(page, rig, "TH-TEKOPP")
    expect(
        page.locator("summary").filter(has_text="fr_FR").filter(has_text="0 of 10 variants")
    ).to_be_visible()
    page.get_by_role("navigation", name="Locale").get_by_role("link", name="fr_FR").click()
    page.locator("form[data-ready]").wait_for()
    page.locator("[data-cell='description|fr_FR'] [contenteditable=true]").click()
    page.keyboard.type(FRENCH)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-message]").first).to_be_visible()
    expect(page.locator(".ready-chip").filter(has_text="fr_FR")).to_contain_text("all 10 variants")
