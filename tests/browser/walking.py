"""What people do on the screens, step by step: shared by the journey, the accessibility check and the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from pim.demo.loading.people import PASSWORD
from tests.browser.rig import Rig

PROFILE = "nordwerk_price_list"
WAIT = 30_000  # ms; a worker's job may stand behind others
expect.set_options(timeout=WAIT)  # a context's own patience does not hold for what is expected
# New colours of models that are in the shop; the tea cup lacks one thing until marketing has written it.
NEW = (
    *(f"TH-TEKOPP-{color}" for color in ("MOSS", "OCHRE", "BERRY", "CHARCOAL", "MIDNIGHT")),
    *(f"TH-KOPP-{color}" for color in ("MOSS", "OCHRE", "BERRY", "GLACIER", "CHARCOAL")),
    *(f"TH-ESPR-{color}" for color in ("MOSS", "BERRY", "GLACIER", "MIDNIGHT", "SLATE")),
    *(f"TH-FURA45-{color}" for color in ("SLATE", "OCHRE", "BERRY")),
    *(f"TH-GLIMT-{color}" for color in ("RUST", "MIDNIGHT")),
)
EDITED = "TH-KOPP-MOSS"
FRENCH = "Une tasse à thé fine, émaillée à la main."
NEW_NAME = "Kopp Mug of the Forest Hut"


@contextmanager
def person(browser: Browser, rig: Rig, name: str = "", **options: Any) -> Iterator[Page]:
    """A browser window of one of the demo's people, signed in (or of nobody)."""
    context = browser.new_context(viewport=options.pop("viewport", {"width": 1280, "height": 900}), **options)
    context.set_default_timeout(WAIT)
    page = context.new_page()
    try:
        if name:
            sign_in(page, rig, name)
        yield page
    finally:
        context.close()


def sign_in(page: Page, rig: Rig, name: str) -> None:
    page.goto(f"{rig.admin}/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{rig.admin}/")


def save(page: Page) -> None:
    """By its keys, until the page that says so stands; a message of the page before is not taken for its own."""
    page.locator("form[data-ready]").wait_for()
    with page.expect_event("load"):
        page.keyboard.press("ControlOrMeta+s")
    page.locator("[data-message]").first.wait_for()
    page.locator("form[data-ready]").wait_for()


def upload(page: Page, rig: Rig) -> None:
    """The supplier's workbook with its profile, which knows all its columns; ends on them, though its plan is there."""
    page.goto(f"{rig.admin}/catalog/importrun/")
    page.get_by_label("Profile").select_option(PROFILE)
    page.get_by_label("File", exact=True).set_input_files(rig.price_list)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/importrun/\d+/change/"))
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible(timeout=WAIT)
    page.get_by_role("link", name="Back to the columns").click()
    page.wait_for_url(re.compile(r"/importrun/\d+/columns/"))


def plan_moving(page: Page, rig: Rig, packed: bytes) -> None:
    """A zip of Akeneo's exports, up to the plan of moving it here."""
    page.goto(f"{rig.admin}/catalog/importrun/")
    page.get_by_role("link", name="Move here from Akeneo").click()
    given: Any = {"name": "akeneo.zip", "mimeType": "application/zip", "buffer": packed}
    page.get_by_label("A zip, or several files").set_input_files(given)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("button", name="Move it all here")).to_be_visible(timeout=4 * WAIT)


def move(page: Page) -> None:
    """From that plan to the report."""
    page.get_by_role("button", name="Move it all here").click()
    expect(page.get_by_text("It is done.")).to_be_visible(timeout=4 * WAIT)


def plan(page: Page) -> None:
    """From the columns to the plan."""
    page.get_by_role("button", name="See what would change").click()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible(timeout=WAIT)


def apply(page: Page) -> None:
    """From the plan to the report, leaving bad rows out."""
    page.get_by_role("radio", name=re.compile("Leave bad rows out")).check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="Show these products")).to_be_visible(timeout=WAIT)


def run_number(page: Page) -> int:
    found = re.search(r"/importrun/(\d+)/", page.url)
    assert found, page.url
    return int(found[1])
