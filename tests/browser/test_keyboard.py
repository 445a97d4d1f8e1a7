"""The main job by keyboard alone: each stop of Tab can be seen, and nothing lies over it."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, Route, expect

from pim.demo.loading.people import PASSWORD
from tests.browser import walking
from tests.browser.keys import Keyboard
from tests.browser.rig import Rig, until
from tests.browser.walking import EDITED, FRENCH, NEW, NEW_NAME, WAIT, person, save


def test_the_journey_can_be_walked_by_keyboard_alone(browser: Browser, rig: Rig) -> None:
    with person(browser, rig) as page:
        keys = Keyboard(page)
        signs_in(page, keys, rig)
        imports(page, keys, rig)
        completes_the_tea_cup(page, keys)
        approves_twenty(page, keys, rig)
        until("the shop shows all 20", lambda: all(map(rig.shows, NEW)), seconds=60)
        edits(page, keys)
        until("the shop shows the edit", lambda: NEW_NAME in (rig.shows(EDITED) or ""), seconds=60)
        undoes(page, keys)
        until("19 are withdrawn", lambda: [sku for sku in NEW if rig.shows(sku)] == [EDITED], seconds=60)
    assert "\n".join(keys.trouble) == ""
    assert keys.stops > 300


def test_hints_that_come_late_do_not_push_the_focus_out_of_sight(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "manager") as page:
        keys = Keyboard(page)
        page.goto(f"{rig.admin}/catalog/product/?level=all&q=TH-TEKOPP")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        page.wait_for_url("**/change/*")
        late: list[Route] = []
        is_late = [True]
        page.route("**/hints/", lambda route: late.append(route) if is_late[0] else route.continue_())
        page.goto(f"{page.url.partition('?')[0]}?locale=fr_FR")
        page.locator("form[data-ready]").wait_for()
        keys.to("[data-cell='name|fr_FR'] :is(input, textarea):not([type=hidden])")
        keys.to("[data-cell=brand] select")
        brand = page.locator("[data-cell=brand] select")
        place = brand.evaluate("it => it.getBoundingClientRect().bottom + scrollY")
        # As far down as can be seen: whatever is put above it pushes it out.
        page.set_viewport_size({"width": 1280, "height": int(place) + 10})
        until(
            "the memory is asked for",
            lambda: page.wait_for_timeout(50) or any(map(asks_memory, late)),
            seconds=30,
        )
        is_late[0] = False
        for route in late:
            route.continue_()
        expect(page.locator("[data-cell='name|fr_FR'] [data-take]").first).to_be_visible()
        expect(brand).to_be_in_viewport(ratio=1)
        assert brand.evaluate("it => it.getBoundingClientRect().bottom + scrollY") > place
        assert keys.trouble == []


def test_a_translation_is_said_to_be_still_right_without_a_change(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "manager") as page:
        page.goto(f"{rig.admin}/catalog/product/?outdated=de_DE")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        page.wait_for_url("**/change/*")
        page.goto(f"{page.url.partition('?')[0]}?locale=de_DE")
        page.locator("form[data-ready]").wait_for()
        buttons = page.get_by_role("button", name=re.compile("^Still right"))
        before = buttons.count()
        assert before > 0
        buttons.first.press("Enter")
        expect(page.locator("#main").get_by_text("Marked as still right.")).to_be_visible()
        expect(buttons).to_have_count(before - 1)


def test_a_product_is_two_keys_and_its_sku_away_from_any_page(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "manager") as page:
        page.goto(f"{rig.admin}/catalog/importrun/")
        page.keyboard.press("Control+k")
        field = page.get_by_role("combobox", name="Product, page or action")
        expect(field).to_be_focused()
        expect(page.get_by_role("option", name="Import a file")).to_be_visible()
        page.keyboard.type("th-kopp")
        found = page.get_by_role("listbox", name="Found").get_by_role("option")
        expect(found.first).to_contain_text("TH-KOPP")
        expect(found.first).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Escape")
        expect(field).to_be_hidden()
        page.keyboard.press("Control+k")
        expect(field).to_have_value("")
        with page.expect_response(re.compile(r"q=th-kopp$")):
            page.keyboard.type("th-kopp")
        expect(found.first).to_contain_text("TH-KOPP")
        expect(found.first).to_have_attribute("aria-selected", "true")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        page.wait_for_url("**/product/*/change/")
        expect(page.get_by_text("TH-KOPP", exact=True).first).to_be_visible()


def test_the_menu_of_the_bar_opens_is_walked_and_closes_by_keys(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "manager") as page:
        keys = Keyboard(page)
        page.goto(f"{rig.admin}/catalog/product/")
        page.get_by_label("Select all on this page", exact=True).check()
        more = page.locator("[data-bulk-bar] summary")
        more.focus()
        keys.press("Enter")
        assign = page.get_by_role("button", name="Assign …", exact=True)
        expect(assign).to_be_visible()
        keys.press("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp")
        expect(more).to_be_focused()
        keys.press("End")
        expect(page.get_by_role("button", name="Move to trash …", exact=True)).to_be_focused()
        keys.press("Escape")
        expect(assign).to_be_hidden()
        expect(more).to_be_focused()
        keys.press("Enter")
        expect(assign).to_be_visible()
        keys.press("Shift+Tab")  # what the focus leaves closes: nothing lies over the next stop
        expect(assign).to_be_hidden()
        keys.press("Tab", "Enter")
        keys.activate("[data-bulk-bar] button", text="Assign", key="Space")
        page.wait_for_url("**/assign/")
        assert keys.trouble == []


def test_the_language_is_chosen_by_keys(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "manager") as page:
        keys = Keyboard(page)
        page.goto(f"{rig.admin}/catalog/importrun/")
        opener = page.locator(".user-opener")
        german = page.get_by_role("button", name=re.compile("^Deutsch"))
        opener.focus()
        keys.press("Enter")
        expect(german).to_be_visible()
        keys.press("Escape")
        expect(german).to_be_hidden()
        expect(opener).to_be_focused()
        keys.press("Enter")
        expect(german).to_be_visible()  # it opens a moment after the key
        keys.activate("#user-links button", text="Dark", key="Space")
        expect(page.locator("html.dark")).to_be_attached()
        keys.activate("#user-links button", text="Deutsch")
        expect(page.locator("html[lang=de]")).to_be_attached()
        assert page.url == f"{rig.admin}/catalog/importrun/"
        expect(page.get_by_role("button", name="Hochladen", exact=True)).to_be_visible()
        assert keys.trouble == []


def asks_memory(route: Route) -> bool:
    return b'name="memory"' in (route.request.post_data_buffer or b"")


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
    page.wait_for_url(re.compile(r"/change/"))
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible(timeout=WAIT)
    keys.to("input[type=radio]")
    keys.press("ArrowDown", "ArrowUp")  # a group of radio buttons is one stop, its arrows choose
    expect(page.get_by_role("radio", name=re.compile("Leave bad rows out"))).to_be_checked()
    keys.activate("button", text="Import")
    expect(page.get_by_role("link", name="Show these products")).to_be_visible(timeout=WAIT)


def completes_the_tea_cup(page: Page, keys: Keyboard) -> None:
    """What its variants lack is written once, on the model."""
    finds(page, keys, "TH-TEKOPP")
    keys.activate("[aria-label='Locale'] a", text="fr_FR")
    page.wait_for_url("**locale=fr_FR*")
    page.locator("form[data-ready]").wait_for()
    keys.to("[data-cell='description|fr_FR'] [contenteditable=true]")
    page.keyboard.type(FRENCH)
    save(page)


def approves_twenty(page: Page, keys: Keyboard, rig: Rig) -> None:
    keys.to("a", text="Imports", back=True)
    keys.press("Enter")
    page.wait_for_url("**/importrun/")
    keys.activate("a", text="nordwerk-price-list.xlsx")
    page.wait_for_url("**/change/")
    keys.activate("a", text="Show these products")
    page.wait_for_url("**/product/?import=*")
    keys.activate("a", text="What is sold")
    expect(page.get_by_role("link", name="What is sold")).to_have_attribute("aria-current", "true")
    keys.activate("[data-open-drawer=filters]")
    page.locator("dialog .filter-fields").wait_for()
    chooses(page, keys, "Complete for", "Dealer shop · fr_FR")
    chooses(page, keys, "Status", "Draft")
    keys.activate("button", text="Show products")
    expect(page.locator("[data-count]")).to_have_text("33 products")
    for value in in_order(page):
        keys.to(f"input[data-select][value='{value}']")
        keys.press("Space")
    expect(page.locator("[data-selected]")).to_have_text("20 selected")
    keys.activate("button", text="Approve")
    expect(page.get_by_text("20 of 20 selected products will be changed.")).to_be_visible()
    keys.activate("button", text="Change 20 products")
    expect(page.get_by_role("button", name="Undo it")).to_be_visible()


def in_order(page: Page) -> list[str]:
    """The twenty's checkboxes as Tab comes to them."""
    wanted = {
        page.get_by_role("checkbox", name=f"Select {sku}", exact=True).get_attribute("value") for sku in NEW
    }
    values: list[str] = page.locator("input[data-select]").evaluate_all("boxes => boxes.map(it => it.value)")
    return [value for value in values if value in wanted]


def chooses(page: Page, keys: Keyboard, label: str, option: str) -> None:
    select = page.get_by_role("dialog").get_by_label(label, exact=True)
    keys.to(f"#{select.get_attribute('id')}")
    options = [text.strip() for text in select.locator("option").all_inner_texts()]
    keys.press("Home", *["ArrowDown"] * options.index(option))
    expect(select.locator("option:checked")).to_have_text(option)


def finds(page: Page, keys: Keyboard, sku: str) -> None:
    keys.to("a", text="Products", back=True)
    keys.press("Enter")
    page.wait_for_url("**/catalog/product/")
    keys.to("#grid-q")
    keys.write(sku)
    page.wait_for_url(re.compile(rf"[?&]q={re.escape(sku)}(&|$)"))
    page.locator(
        ".grid-page:not([aria-busy])"
    ).wait_for()  # rows that are exchanged under the keys lose the place
    target = page.get_by_role("row").filter(
        has=page.get_by_role("checkbox", name=f"Select {sku}", exact=True)
    )
    address = target.get_by_role("rowheader").get_by_role("link").get_attribute("href")
    keys.activate(f"a[href='{address}']")
    page.locator("form[data-ready]").wait_for()


def edits(page: Page, keys: Keyboard) -> None:
    finds(page, keys, EDITED)
    keys.to("[data-cell='name|en_US'] :is(input, textarea):not([type=hidden])")
    keys.write(NEW_NAME)
    save(page)
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
