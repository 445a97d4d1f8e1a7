"""The main job by keyboard alone: each stop of Tab can be seen, and nothing lies over it."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from pim.demo.loading.people import PASSWORD
from tests.browser import walking
from tests.browser.keys import Keyboard
from tests.browser.rig import Rig, until
from tests.browser.walking import WAIT, person

APPROVED = ("TH-ESPR-BERRY", "TH-ESPR-GLACIER", "TH-ESPR-MIDNIGHT")
EDITED, NEW_NAME = "TH-ESPR-BERRY", "Espresso Cup of the Forest Hut"


def test_the_journey_can_be_walked_by_keyboard_alone(browser: Browser, rig: Rig) -> None:
    with person(browser, rig) as page:
        keys = Keyboard(page)
        signs_in(page, keys, rig)
        imports(page, keys, rig)
        approves(page, keys)
        until("the shop shows them", lambda: all(map(rig.shows, APPROVED)), seconds=60)
        edits(page, keys)
        until("the shop shows the edit", lambda: NEW_NAME in (rig.shows(EDITED) or ""), seconds=60)
        undoes(page, keys)
        until(
            "two are withdrawn", lambda: [sku for sku in APPROVED if rig.shows(sku)] == [EDITED], seconds=60
        )
    assert "\n".join(keys.trouble) == ""
    assert keys.stops > 100


def signs_in(page: Page, keys: Keyboard, rig: Rig) -> None:
    page.goto(f"{rig.admin}/login/")
    page.wait_for_timeout(500)  # the first field takes the focus by itself, once the theme shows the page
    if not keys.is_at("[name=username]"):
        keys.to("[name=username]")
    keys.write("manager")
    keys.to("[name=password]")
    keys.write(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(f"{rig.admin}/")


def imports(page: Page, keys: Keyboard, rig: Rig) -> None:
    keys.activate("a", text="Imports")
    page.wait_for_url("**/importrun/")
    keys.to("input[type=file]")
    page.locator("input[type=file]:focus").set_input_files(rig.price_list)
    keys.to("select[name=profile]")
    page.keyboard.type("Nordwerk price list")
    expect(page.get_by_label("Profile")).to_have_value(walking.PROFILE)
    keys.activate("button", text="Upload")
    page.wait_for_url(re.compile(r"/columns/"))
    keys.activate("button", text="See what would change")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible(timeout=WAIT)
    keys.to("input[type=radio]")
    keys.press("ArrowDown", "ArrowUp")  # a group of radio buttons is one stop, its arrows choose
    expect(page.get_by_role("radio", name=re.compile("Leave bad rows out"))).to_be_checked()
    keys.activate("button", text="Import")
    expect(page.get_by_role("link", name="Show these products")).to_be_visible(timeout=WAIT)


def approves(page: Page, keys: Keyboard) -> None:
    keys.activate("a", text="Show these products")
    page.wait_for_url("**/product/?import=*")
    keys.to("#grid-q")
    keys.write("TH-ESPR")
    expect(page.locator("[data-count]")).to_have_text("6 products")
    for sku in APPROVED:
        keys.to(f"input[data-select][value='{value_of(page, sku)}']")
        keys.press("Space")
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    keys.activate("button", text="Approve")
    expect(page.get_by_text("3 of 3 selected products will be changed.")).to_be_visible()
    keys.activate("button", text="Change 3 products")
    expect(page.get_by_role("button", name="Undo it")).to_be_visible()


def value_of(page: Page, sku: str) -> str:
    value = page.get_by_role("checkbox", name=f"Select {sku}", exact=True).get_attribute("value")
    assert value
    return value


def edits(page: Page, keys: Keyboard) -> None:
    target = page.get_by_role("row").filter(
        has=page.get_by_role("checkbox", name=f"Select {EDITED}", exact=True)
    )
    address = target.get_by_role("rowheader").get_by_role("link").get_attribute("href")
    keys.activate(f"a[href='{address}']")
    page.locator("form[data-ready]").wait_for()
    keys.to("[data-cell='name|en_US'] :is(input, textarea):not([type=hidden])")
    keys.write(NEW_NAME)
    keys.press("ControlOrMeta+s")
    expect(page.get_by_role("heading", name=NEW_NAME, level=2)).to_be_visible()


def undoes(page: Page, keys: Keyboard) -> None:
    keys.to("a", text="Imports", back=True)
    keys.press("Enter")
    page.wait_for_url("**/importrun/")
    keys.activate("a", text="nordwerk-price-list.xlsx")
    page.wait_for_url("**/change/")
    keys.activate("a", text="Undo")
    page.wait_for_url("**/undo/")
    expect(page.get_by_text("1 product was edited since. That edit stays:")).to_be_visible()
    keys.activate("button", text="Undo this import")
    expect(page.get_by_text(re.compile("Undone: 102 rows taken back, 1 kept"))).to_be_visible(timeout=WAIT)
