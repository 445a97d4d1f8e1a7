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

    def behind(self, text: str) -> None:
        """The first product's name is written while this page does not look."""
        known = self.page.evaluate("JSON.parse(document.getElementById('spreadsheet-known').textContent)")
        view, pk, name = (
            f"{self.rig.admin}/catalog/product/spreadsheet",
            known["ids"][0],
            known["columns"][0]["name"],
        )
        row = self.page.request.get(f"{view}/rows/?cols={COLUMNS}&ids={pk}").json()["rows"][0]
        token = self.page.locator("[data-spreadsheet] [name=csrfmiddlewaretoken]").input_value()
        answer = self.page.request.post(
            f"{view}/save/?cols={COLUMNS}",
            data={"cells": [{"id": pk, "col": name, "text": text, "base": row["cells"][0][1]}]},
            headers={"X-CSRFToken": token},
        )
        assert [cell["state"] for cell in answer.json()["cells"]] == ["saved"]


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


def test_what_somebody_else_wrote_is_not_taken_back(
    browser: Browser, rig: Rig, complaints: Complaints
) -> None:
    with person(browser, rig, "marketing") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        complaints.watch(page)
        page.goto(f"{rig.admin}/catalog/product/spreadsheet/?level=all&sort=sku&cols={COLUMNS}")
        page.locator("[data-spreadsheet][data-ready]").wait_for()
        desk, keys, told = Desk(page, rig), page.keyboard, page.locator("[data-said]")

        # In conflict: what is taken back is mine, and theirs stays.
        desk.behind("Theirs")
        keys.press("ControlOrMeta+Home")
        keys.type("Mine")
        keys.press("Enter")
        expect(page.locator("[data-saved]")).to_have_text("Not saved: 1.")
        keys.press("ArrowUp")
        keys.press("Delete")
        expect(told).to_contain_text("left until you decide: 1.")
        keys.press("ControlOrMeta+z")
        expect(told).to_have_text("Taken back: 1.")
        expect(page.locator("[data-saved]")).to_have_text(SAVED)
        assert desk.stored(1)[0][0] == "Theirs"

        # Saved, then written by somebody else, and here again with another cell of the same product.
        keys.type("Mine")
        with desk.saving():
            keys.press("Enter")
        desk.behind("Theirs again")
        keys.press("ArrowUp")
        keys.press("ArrowRight")
        keys.type("7.25")
        with desk.saving():
            keys.press("Enter")
        with desk.saving():
            keys.press("ControlOrMeta+z")
        keys.press("ControlOrMeta+z")
        expect(told).to_have_text("Changed by somebody else since, and kept: 1.")
        assert desk.stored(1)[0][0] == "Theirs again"

        # A row with its product goes under another with its product.
        keys.press("ControlOrMeta+Home")
        keys.press("ArrowLeft")
        keys.press("Shift+ArrowRight")
        keys.press("ControlOrMeta+c")
        keys.press("ArrowLeft")
        keys.press("ArrowDown")
        with desk.saving():
            keys.press("ControlOrMeta+v")
        assert [row[0] for row in desk.stored(2)] == ["Theirs again"] * 2
