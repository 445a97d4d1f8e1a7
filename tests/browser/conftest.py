"""One browser a test process; one demo a module, fresh, and gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, path_of_chromium
from tests.browser.rig import Rig


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = path_of_chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def rig(browser: Browser) -> Iterator[Rig]:
    """`browser` first: without one there is nothing to start."""
    with Rig() as made:
        yield made


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complains of in the pages it watches; the test fails when there is anything."""
    kept = Complaints()
    yield kept
    assert kept.said == []


# What the rich text editor's library says of each editor that begins after the first: it knows these schemes already.
LATE_EDITOR = "linkifyjs: already initialized"


class Complaints:
    """Console errors, exceptions of scripts, and what the content security policy stopped."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def watch(self, page: Page) -> Page:
        page.on("console", lambda message: self._console(message.type, message.text, page.url))
        page.on("pageerror", lambda error: self.said.append(f"{page.url}: {error}"))
        page.expose_function("pimViolation", lambda text: self.said.append(f"policy: {text}"))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (e) => "
            "window.pimViolation(`${location.pathname} ${e.violatedDirective} ${e.blockedURI} ${e.sample}`))"
        )
        return page

    def _console(self, kind: str, text: str, url: str) -> None:
        if kind in ("error", "warning") and not text.startswith(LATE_EDITOR):
            self.said.append(f"{url}: {text}")
