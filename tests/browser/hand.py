"""A hand that counts what it presses, for tests that fail where a journey takes a click more."""

from __future__ import annotations

from playwright.sync_api import Locator


class Hand:
    """A field that is filled in is pressed first; a list costs two, to open it and to choose."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, where: Locator) -> None:
        self.clicks += 1
        where.click()

    def write(self, where: Locator, text: str) -> None:
        self.clicks += 1
        where.fill(text)

    def choose(self, where: Locator, label: str | None = None, *, value: str | None = None) -> None:
        self.clicks += 2
        where.select_option(value, label=label)
