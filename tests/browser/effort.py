"""What it takes to work a queue off: counted, and timed for whoever reads it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page


class Effort:
    """What a task costs its person beside the typing of texts: chords, clicks, full page loads, and the waits in between."""

    def __init__(self, page: Page) -> None:
        self.page, self.chords, self.clicks, self.loads = page, 0, 0, 0
        self.waits: list[float] = []
        page.on("load", self._loaded)

    def _loaded(self, page: Page) -> None:
        self.loads += 1

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def press(self, chord: str) -> None:
        self.chords += 1
        self.page.keyboard.press(chord)

    @contextmanager
    def brings_another(self) -> Iterator[None]:
        """Until another product stands there, ready to be typed into."""
        before = self.page.locator("[data-item]").get_attribute("data-item")
        began = time.perf_counter()
        yield
        self.page.wait_for_function(
            "before => { const it = document.querySelector('[data-item]');"
            " return document.querySelector('[data-end]') || (it && it.dataset.item !== before && (it.dataset.ready || it.closest('[data-review]'))); }",
            arg=before,
        )
        self.waits.append(time.perf_counter() - began)

    def told(self, task: str, items: int) -> None:
        """For docs/editor-tasks.md: `pytest -s`."""
        middle = 1000 * statistics.median(self.waits)
        print(  # noqa: T201
            f"\n{task}: {items} items, {self.clicks} clicks, {self.chords} chords, {self.loads} page loads,"
            f" median {middle:.0f} ms, slowest {1000 * max(self.waits):.0f} ms"
        )
