"""The library by hand and by keyboard: files dropped, chosen for a product, put in order, focus set, saved."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.rig import Rig
from tests.browser.walking import person
from tests.catalog.decoding.harmless import picture
from tests.catalog.decoding.hostile import SVG


def test_files_are_dropped_described_and_put_into_a_product(
    browser: Browser, rig: Rig, tmp_path: Path
) -> None:
    (tmp_path / "new-mug.png").write_bytes(picture(size=(300, 200), color="#307050"))
    (tmp_path / "drawing.svg").write_bytes(SVG)
    with person(browser, rig, "marketing") as page:
        page.goto(f"{rig.admin}/catalog/asset/")
        page.locator("[data-library-files]").set_input_files(
            [tmp_path / "new-mug.png", tmp_path / "drawing.svg"]
        )
        uploads = page.locator("[data-library-uploads] li")
        expect(uploads.nth(0)).to_contain_text("taken in")
        expect(uploads.nth(1)).to_contain_text("An SVG drawing is a program to whoever opens it")
        page.reload()
        page.locator("[data-library-files]").set_input_files([tmp_path / "new-mug.png"])
        uploads.nth(0).get_by_role("link", name="open it").click()
        expect(page.locator("[data-focus-mark]")).to_have_attribute("style", "left: 50%; top: 50%;")
        page.locator("[data-focus-picture]").click(position={"x": 0, "y": 0})
        expect(page.locator("#id_focus_x")).to_have_value("0")
        page.locator("#id_alts__en_US").fill("A green mug")
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url("**/catalog/asset/")

        page.goto(f"{rig.admin}/catalog/product/?q=TH-EMALJ&level=all")
        page.get_by_role("row").filter(
            has=page.get_by_role("checkbox", name="Select TH-EMALJ", exact=True)
        ).get_by_role("rowheader").get_by_role("link").click()
        page.locator("form[data-ready]").wait_for()
        gallery = page.locator("[data-cell=gallery]")
        names = gallery.locator("[data-asset-items] [data-asset-name]")
        before = names.all_inner_texts()
        gallery.get_by_role("button", name="Choose from the library").click()
        page.get_by_role("searchbox", name="Search the library").fill("green mug")
        choice = page.locator("dialog .library-choice")
        expect(choice).to_have_count(1)
        choice.press("Enter")
        expect(names).to_have_text([*before, "new-mug.png"])
        gallery.get_by_role("button", name="Move earlier: new-mug.png").press("Enter")
        expect(names).to_have_text([*before[:-1], "new-mug.png", before[-1]])
        page.keyboard.press("Enter")  # the focus stays on the button that moves it
        expect(names).to_have_text([*before[:-2], "new-mug.png", *before[-2:]])
        page.keyboard.press("Control+s")
        expect(page.locator("[data-message]")).to_have_text("1 value saved.")
        page.locator("form[data-ready]").wait_for()
        expect(names).to_have_text([*before[:-2], "new-mug.png", *before[-2:]])
