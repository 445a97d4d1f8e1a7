"""Pictures of the main screens to look at: `python -m tests.browser.screens FOLDER [PART OF A NAME]`. Not a test."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()

from playwright.sync_api import Page, sync_playwright

from tests.browser import pages, walking
from tests.browser.chromium import ARGUMENTS, path_of_chromium
from tests.browser.pages import Place
from tests.browser.rig import Rig

SIZES = {"wide": (1440, 900), "narrow": (400, 860)}
TALLEST = 2600  # px


def main(folder: Path, part: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, Rig() as rig:
        browser = playwright.chromium.launch(executable_path=path_of_chromium(), args=ARGUMENTS)
        with walking.person(browser, rig, "admin") as page:
            listed = pages.prepare(page, rig)
        for is_public in (True, False):
            with walking.person(browser, rig, "" if is_public else "admin") as page:
                for place in listed:
                    if part in place.name and place.is_public == is_public:
                        shoot(page, place, folder)
        browser.close()


def shoot(page: Page, place: Place, folder: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(place.address)
    if place.act:
        place.act(page)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            pages.put_on(page, theme)
            tall = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            path = folder / f"{place.name}-{size}-{theme}.png"
            page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": tall})
            print(f"{path.name}{f'  {over} px too wide' if over > 0 else ''}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="screens-")), *sys.argv[2:3])
