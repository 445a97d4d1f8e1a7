"""Many cells at once by keyboard alone: pasted, filled, taken back, and what is refused stays under its cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Complaints
from tests.browser.rig import Rig
from tests.browser.walking import person

COLUMNS = "name%7Cen_US~price~keywords%7Cen_US~seo_title%7Cen_US"  # five cells a row: the price has two
ROWS = 100
SAVED = "All is saved."


class Desk:
    """A browser window in which cells are saved: how many requests that takes, and what stands there afterwards."""

    def __init__(self, page: Page, rig: Rig) -> None:
        self.page, self.rig, self.requests = page, rig, 0
        page.on("request", self._sent)

    def _sent(self, request: Any) -> None:
        self.requests += "/spreadsheet/save/" in request.url

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Until all that is written within is answered."""
        with self.page.expect_response(lambda answer: "/spreadsheet/save/" in answer.url):
            yield
        expect(self.page.locator("[data-saved]")).to_have_text(SAVED)

    def stored(self, count: int) -> list[list[str]]:
        """The texts of the first rows, as the server has them."""
        known = self.page.evaluate("JSON.parse(document.getElementById('spreadsheet-known').textContent).ids")
        ids = ",".join(map(str, known[:count]))
        address = f"{self.rig.admin}/catalog/product/spreadsheet/rows/?cols={COLUMNS}&ids={ids}"
        rows = {row["id"]: row["cells"] for row in self.page.request.get(address).json()["rows"]}
        return [[cell[0] for cell in rows[pk]] for pk in known[:count]]


def pasted() -> list[list[str]]:
    return [
        [f"Name {row}", f"{row}.50", f"{row + 1}.00", f"word {row}", f'A "title" {row}'] for row in range(1, ROWS + 1)
    ]  # fmt: skip


def quoted(cell: str) -> str:
    """As a spreadsheet program puts it on the clipboard."""
    inner = cell.replace('"', '""')
    return f'"{inner}"' if inner != cell else cell


def test_pasting_filling_and_taking_back_by_keyboard(
    browser: Browser, rig: Rig, complaints: Complaints
) -> None:
    with person(browser, rig, "marketing") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        complaints.watch(page)
        page.goto(f"{rig.admin}/catalog/product/?level=all&sort=sku&cols={COLUMNS}")
        page.get_by_role("link", name="Edit as a spreadsheet").press("Enter")
        page.locator("[data-spreadsheet][data-ready]").wait_for()
        desk, keys = Desk(page, rig), page.keyboard

        table = "\r\n".join("\t".join(map(quoted, row)) for row in pasted())
        page.evaluate("text => navigator.clipboard.writeText(text)", table)
        with desk.saving():
            keys.press("ControlOrMeta+v")
        assert desk.stored(ROWS) == pasted()
        assert desk.requests == 3  # of 200 cells at most, a product's together
        assert page.locator("[data-body] [role=row]").count() < 60  # of all the products only those in sight

        keys.press("ControlOrMeta+Home")
        keys.type("Kopp")
        with desk.saving():
            keys.press("Enter")
        keys.press("ArrowUp")
        for _row in range(9):
            keys.press("Shift+ArrowDown")
        with desk.saving():
            keys.press("ControlOrMeta+d")
        assert [row[0] for row in desk.stored(11)] == ["Kopp"] * 10 + ["Name 11"]

        keys.press("ControlOrMeta+Home")
        keys.press("ArrowRight")
        keys.type("much")
        with page.expect_response(lambda answer: "/spreadsheet/save/" in answer.url):
            keys.press("Enter")
        expect(page.locator("[data-saved]")).to_have_text("Not saved: 1.")
        cell = page.locator("[data-at='0'][data-col='2']")
        expect(cell.locator(".spread-told")).to_contain_text("is no price")
        expect(cell).to_have_attribute("aria-invalid", "true")
        page.once("dialog", lambda dialog: dialog.accept())
        page.reload()
        expect(cell.locator(".spread-told")).to_contain_text("is no price")
        expect(cell.locator(".spread-text")).to_have_text("much")
        assert desk.stored(1)[0][1] == "1.50"
        page.locator("[data-at='0'][data-col='1']").focus()
        keys.press("ArrowRight")
        keys.type("1.50")
        keys.press("Enter")
        expect(page.locator("[data-saved]")).to_have_text(SAVED)

        # A page that was loaded anew knows no steps: what is taken back is what is written from here on.
        page.evaluate("text => navigator.clipboard.writeText(text)", table)
        keys.press("ControlOrMeta+Home")
        with desk.saving():
            keys.press("ControlOrMeta+v")
        assert [row[0] for row in desk.stored(11)] == [f"Name {row}" for row in range(1, 12)]
        with desk.saving():
            keys.press("ControlOrMeta+z")
        assert [row[0] for row in desk.stored(11)] == ["Kopp"] * 10 + ["Name 11"]
