"""axe-core on every page, in light and dark, wide and narrow: nothing in ours, nothing grave in the theme's.

axe sees a good half of what can be wrong; test_keyboard.py walks the rest that a machine can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import pages, walking
from tests.browser.pages import Place
from tests.browser.rig import Rig

pytestmark = pytest.mark.screens
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = {"1280 px": {"width": 1280, "height": 900}, "320 px": {"width": 320, "height": 800}}
COLOURS = ["color-contrast", "link-in-text-block"]
GRAVE = ("serious", "critical")
# What is left of the theme's own, which axe calls minor or moderate: rule → why it stays. docs/accessibility.md lists them.
THEME: dict[str, str] = {}


@pytest.fixture(scope="module")
def places(browser: Browser, rig: Rig) -> list[Place]:
    with walking.person(browser, rig, "admin") as page:
        return pages.prepare(page, rig)


def test_axe_finds_nothing_on_any_page(browser: Browser, rig: Rig, places: list[Place]) -> None:
    found: list[str] = []
    for is_public in (True, False):
        with walking.person(browser, rig, "" if is_public else "admin") as page:
            for place in places:
                if place.is_public == is_public:
                    found += look_at(page, place)
    assert "\n".join(found) == ""


def look_at(page: Page, place: Place) -> Iterator[str]:
    """Every violation there as a line: where, in which theme and width, which rule, which element, what to do."""
    page.set_viewport_size(WIDTHS["1280 px"])
    page.goto(place.address)
    if place.act:
        place.act(page)
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.evaluate(AXE)
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            pages.put_on(page, theme)
            # A theme changes colours only, and a form for a new row is the form of an old one.
            if theme == "dark" and place.is_alike:
                continue
            for violation in violations(page, COLOURS if theme == "dark" else TAGS):
                if violation["id"] in THEME and violation["impact"] not in GRAVE:
                    continue
                for node in violation["nodes"]:
                    yield (
                        f"{place.name}, {theme}, {width}: {violation['id']} ({violation['impact']}) "
                        f"{json.dumps(node['target'])} {node['failureSummary']}"
                    )


def violations(page: Page, only: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations']}).then(result => result.violations)",
        only,
    )
    return found
