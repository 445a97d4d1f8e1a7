"""Pictures at work by hand: dropped on the grid and put on their products; a part of one chosen for a preset."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import Browser, expect

from tests.browser.hand import Hand
from tests.browser.rig import Rig
from tests.browser.walking import person
from tests.catalog.decoding.harmless import picture

SKUS = ("TH-KOPP-CREAM", "TH-JERN20")
DROP = """files => {
    const transfer = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: "image/png" }));
    }
    document.querySelector(".grid-page").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def test_files_dropped_on_the_grid_are_on_their_products_after_one_press(browser: Browser, rig: Rig) -> None:
    files = [
        (f"{sku}_9.png", base64.b64encode(picture(size=(90, 60 + number), color="#1d4ed8")).decode())
        for number, sku in enumerate(SKUS)
    ]
    with person(browser, rig, "marketing") as page:
        hand = Hand()
        page.goto(f"{rig.admin}/catalog/product/")
        page.locator("[data-grid-drop]").wait_for(state="attached")
        hand.clicks += 1  # the drop
        page.evaluate(DROP, files)
        page.wait_for_url(re.compile(r"/catalog/product/pictures/\d+/$"))
        for sku in SKUS:
            expect(page.get_by_label(f"Product of {sku}_9.png", exact=True)).to_have_value(sku)
        hand.click(page.get_by_role("button", name="Put 2 files on their products", exact=True))
        expect(page.get_by_role("link", name="Show the changed products, or undo", exact=True)).to_be_visible(
            timeout=30_000
        )
        assert hand.clicks == 2


UNREADABLE = """name => {
    const entry = { name, fullPath: `/${name}`, isFile: true, file: (_taken, failed) => failed(new Error("NotReadableError")) };
    const drop = new Event("drop", { bubbles: true, cancelable: true });
    drop.dataTransfer = { types: ["Files"], files: [], items: [{ webkitGetAsEntry: () => entry }] };
    document.querySelector(".grid-page").dispatchEvent(drop);
}"""


def test_no_file_dropped_on_the_grid_vanishes(browser: Browser, rig: Rig) -> None:
    """One that cannot be read is told, and what is dropped while others go up goes up with them."""
    files = [
        [f"{sku}_8.png", base64.b64encode(picture(size=(80, 60 + number), color="#0f766e")).decode()]
        for number, sku in enumerate(SKUS)
    ]
    with person(browser, rig, "marketing") as page:
        page.goto(f"{rig.admin}/catalog/product/")
        page.locator("[data-grid-drop]").wait_for(state="attached")
        page.evaluate(UNREADABLE, "away.png")
        expect(page.locator("[data-grid-drop-refused]")).to_have_text(
            "away.png: it cannot be read here: copy it elsewhere first"
        )
        page.evaluate(f"drops => drops.forEach({DROP})", [files[:1], files[1:]])
        page.wait_for_url(re.compile(r"/catalog/product/pictures/\d+/$"))
        for sku in SKUS:
            expect(page.get_by_label(f"Product of {sku}_8.png", exact=True)).to_have_value(sku)


def test_a_part_of_a_picture_is_chosen_by_mouse_and_by_keyboard(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "admin") as page:
        page.goto(f"{rig.admin}/catalog/asset/?q=emalj-side")
        page.locator(".library-link").first.click()
        page.get_by_role("link", name="Crop: Square", exact=True).click()
        page.wait_for_load_state()
        page.wait_for_function(
            "document.fonts.status === 'loaded' && document.querySelector('[data-crop-picture]').complete"
        )
        frame = page.locator("[data-crop-frame]")
        expect(frame).to_be_visible()
        width, left = page.get_by_label("Width", exact=True), page.get_by_label("From the left", exact=True)
        expect(width).to_have_value("1200")
        corner = page.locator("[data-crop-corner=se]")
        corner.hover()  # waits until it stands still and nothing lies over it
        box = corner.bounding_box()
        assert box is not None
        page.mouse.down()
        page.mouse.move(box["x"] - 150, box["y"] - 150, steps=4)
        page.mouse.up()
        expect(width).not_to_have_value("1200")
        width.fill("500")
        width.press("Tab")
        expect(page.get_by_label("Height", exact=True)).to_have_value("500")
        frame.focus()
        frame.press("Shift+ArrowRight")
        expect(left).to_have_value("10")
        page.get_by_role("button", name="Keep this crop", exact=True).click()
        expect(page.get_by_role("button", name="Let the preset cut", exact=True)).to_be_visible()
        expect(left).to_have_value("10")
