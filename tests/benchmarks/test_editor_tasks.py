"""The tasks of an editor's day that hang on the catalogue's size, by a real browser on a large one: clicks, keys, milliseconds.

`make bench ARGS=tests/benchmarks/test_editor_tasks.py`; PIM_BENCH_PRODUCTS names the size (its first one). On the demo the same
tasks are part of the suite (tests/browser), which fails where one takes a click more; here clicks are held to the same, and times
are printed beside what they may take (docs/editor-tasks.md).
"""

from __future__ import annotations

import os
import re
import statistics
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.benchmarks.large.desk import Desk, clock
from tests.benchmarks.large.structure import BOSS
from tests.benchmarks.large.waiting import CLAIM, CLAIMED
from tests.benchmarks.test_grid import SIZES
from tests.browser.chromium import ARGUMENTS, path_of_chromium
from tests.browser.effort import Effort
from tests.browser.hand import Hand
from tests.browser.test_spreadsheet import SAVED, quoted
from tests.browser.walking import person

pytestmark = pytest.mark.bench
GRID = "/catalog/product/"
READY = "[data-item][data-ready]"
CELLS = "name%7Cen_US~price~short_description%7Cen_US~bullet_1%7Cen_US"  # five a row: the price has two


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path_of_chromium(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk(SIZES[0]) as made:
        yield made


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    with person(browser, desk, BOSS) as made:  # type: ignore[arg-type]  # an address is all it asks for
        made.set_default_timeout(120_000)
        yield made


def told(task: str, may_take: str, **found: float) -> None:
    load = os.getloadavg()[0]
    figures = ", ".join(f"{name.replace('_', ' ')} {value:,.0f}" for name, value in found.items())
    print(f"\n{task}: {figures}  (may take: {may_take}; load {load:.0f})")


def opened(page: Page, address: str, ready: str) -> float:
    """Milliseconds until it stands there."""
    with clock() as took:
        page.goto(address)
        page.locator(ready).first.wait_for()
    return took[0]


def test_pages(page: Page, desk: Desk) -> None:
    """What everybody opens all day: the second time, as a process has loaded the structure by then."""
    places = {
        "first screen": (f"{desk.admin}/", ".home-places"),
        "grid": (f"{desk.admin}{GRID}", "tbody [data-select]"),
        "grid, filtered": (
            f"{desk.admin}{GRID}?family=family_03&incomplete=market%7Cen_US",
            "tbody [data-select]",
        ),
        "product": (f"{desk.admin}{GRID}?q=SKU00050001", "tbody [data-select]"),
        "queue": (f"{desk.admin}{GRID}queue/?missing=market%7Cen_US%7Cdescription", READY),
        "spreadsheet": (
            f"{desk.admin}{GRID}spreadsheet/?level=all&cols={CELLS}",
            "[data-spreadsheet][data-ready]",
        ),
        "review": (f"{desk.admin}{GRID}review/", "[data-review] [data-item]"),
        "calendar": (f"{desk.admin}{GRID}calendar/", "table"),
        "channels": (f"{desk.admin}/channels/channel/", "table"),
        "listings": (f"{desk.admin}/channels/listing/", "table"),
        "jobs": (f"{desk.admin}/catalog/job/", "#changelist"),
        "categories": (f"{desk.admin}{GRID}categories/", "#main"),
        "proposals": (f"{desk.admin}{GRID}proposals/", "#main"),
    }
    for name, (address, ready) in places.items():
        first = opened(page, address, ready)
        took = [opened(page, address, ready) for _turn in range(3)]
        told(f"page: {name}", "800 ms", first=first, median=statistics.median(took))


def test_five_of_a_queue(page: Page, desk: Desk) -> None:
    hand = Hand()
    page.goto(f"{desk.admin}/")
    place = page.locator(".home-places > li").filter(has_text="de_DE").first
    with clock() as into:
        hand.click(place.get_by_role("link", name=re.compile("lacks? Description$")).first)
        page.locator(READY).wait_for()
    effort = Effort(page)
    for number in range(5):
        page.keyboard.type(f"Hält draußen lange und lässt sich reparieren. {number}")
        with effort.brings_another():
            effort.press("ControlOrMeta+Enter")
    waits = [1000 * wait for wait in effort.waits]
    told(
        "queue: 5 products", "2 clicks in, 1 chord and 300 ms each, 0 loads", clicks=hand.clicks, chords=effort.chords,
        loads=effort.loads, into_ms=into[0], median_ms=statistics.median(waits), slowest_ms=max(waits),
    )  # fmt: skip
    assert (hand.clicks, effort.chords, effort.loads) == (1, 5, 0)


def test_what_blocks_a_product(page: Page, desk: Desk) -> None:
    sku = desk.asked(
        "SELECT sku FROM catalog_product p JOIN channels_listing l ON l.product_id = p.id WHERE l.state = 'incomplete'"
        " AND kind = 'simple' ORDER BY p.id OFFSET 5000 LIMIT 1"
    )
    page.goto(f"{desk.admin}{GRID}")
    hand = Hand()
    with clock() as whole:
        page.keyboard.press("ControlOrMeta+k")
        page.keyboard.type(sku)
        with clock() as offered:
            page.get_by_role("option").first.get_by_text(sku).wait_for()
        page.keyboard.press("Enter")
        page.locator("form[data-ready]").wait_for()
        blockers = page.get_by_role("region", name="What is in the way", exact=True)
        blockers.get_by_role("link").first.wait_for()
    hand.click(blockers.get_by_role("link").first)
    page.locator("form[data-ready]").wait_for()
    told(
        "what blocks it",
        "5,000 ms, 1 click a blocker",
        clicks=hand.clicks,
        offered_ms=offered[0],
        whole_ms=whole[0],
    )


def test_a_wrong_claim_in_300_products(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.admin}{GRID}?level=all&q={CLAIM.replace(' ', '+')}")
    expect(page.locator("[data-count]")).to_have_text(f"{CLAIMED} products")
    hand = Hand()
    hand.click(page.get_by_label("Select all on this page", exact=True))
    hand.click(page.locator("[data-select-every]"))
    hand.click(page.get_by_role("button", name="Change values …", exact=True))
    hand.click(page.get_by_role("button", name="Find and replace in every text", exact=True))
    hand.write(page.get_by_label("Find", exact=True), CLAIM)
    hand.write(page.get_by_label("Write instead", exact=True), "built to last")
    with clock() as looked:
        hand.click(page.get_by_role("button", name="See what would change", exact=True))
        page.locator("#preview").wait_for()
    with clock() as applied:
        hand.click(page.get_by_role("button", name=f"Change {CLAIMED} products", exact=True))
        page.wait_for_url(re.compile(r"[?&]ref="))
        page.locator("tbody [data-select]").first.wait_for()
    undoing = Hand()
    with clock() as undone:
        undoing.click(page.get_by_role("button", name="Undo it", exact=True))
        page.locator("[data-message]").get_by_text(f"{CLAIMED} products are as they were before.").wait_for()
    told(
        "claim in 300 products", "8 clicks, look 2,000 ms, apply 10,000 ms, undo 2 clicks", clicks=hand.clicks,
        look_ms=looked[0], apply_ms=applied[0], undo_clicks=undoing.clicks, undo_ms=undone[0],
    )  # fmt: skip
    assert (hand.clicks, undoing.clicks) == (8, 1)


def test_a_launch_of_50(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.admin}{GRID}?level=sellable&status=draft&sort=sku")
    assert page.locator("tbody [data-select]").count() == 50
    hand = Hand()
    hand.click(page.get_by_label("Select all on this page", exact=True))
    hand.click(page.get_by_role("button", name="Schedule launch …", exact=True))
    hand.write(page.get_by_label("Date", exact=True), "2100-06-01")
    hand.click(page.get_by_label("Market", exact=True))
    with clock() as gate:
        hand.click(page.get_by_role("button", name="See what is ready", exact=True))
        page.get_by_role("region", name="Channel by channel").wait_for()
    with clock() as scheduled:
        hand.click(page.locator("button[name=mode][value=approve]"))
        page.wait_for_url(re.compile(r"/launches/\d+/$"))
        page.locator("#launch-name").wait_for()
    told("launch of 50", "6 clicks", clicks=hand.clicks, gate_ms=gate[0], schedule_ms=scheduled[0])
    assert hand.clicks == 6


def test_what_changed_since_the_last_push(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.admin}{GRID}{desk.told['sent']}/change/")
    page.locator("form[data-ready]").wait_for()
    hand = Hand()
    with clock() as took:
        hand.click(page.get_by_role("link", name=re.compile("^Channels")))
        pending = page.locator("#pending-shop").locator("xpath=..")
        pending.locator("ins").first.wait_for()
    told("what changed since", "1 click, 1,000 ms", clicks=hand.clicks, ms=took[0])
    assert hand.clicks == 1


def test_100_rows_of_5_cells_pasted(page: Page, desk: Desk) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{desk.admin}{GRID}?level=sellable&sort=sku&cols={CELLS}")
    with clock() as into:
        page.get_by_role("link", name="Edit as a spreadsheet").press("Enter")
        page.locator("[data-spreadsheet][data-ready]").wait_for()
    rows = [[f"Name {n}", f"{n}.50", f"{n + 1}.00", f"Short {n}", f"Bullet {n}"] for n in range(1, 101)]
    page.evaluate(
        "text => navigator.clipboard.writeText(text)",
        "\r\n".join("\t".join(map(quoted, row)) for row in rows),
    )
    took, back = (saved(page, chord) for chord in ("ControlOrMeta+v", "ControlOrMeta+z"))
    told("paste 100 x 5", "2,000 ms", into_ms=into[0], ms=took, back_ms=back)


def saved(page: Page, chord: str) -> float:
    """Milliseconds until all cells that it writes are stored."""
    with clock() as took:
        with page.expect_response(lambda answer: "/spreadsheet/save/" in answer.url):
            page.keyboard.press(chord)
        expect(page.locator("[data-saved]")).to_have_text(SAVED, timeout=60_000)
    return took[0]


def test_a_change_of_10_000_cells_and_its_undo(page: Page, desk: Desk) -> None:
    page.goto(f"{desk.admin}{GRID}?family=family_03&family=family_05&level=all")
    hand = Hand()
    hand.click(page.get_by_label("Select all on this page", exact=True))
    hand.click(page.locator("[data-select-every]"))
    hand.click(page.get_by_role("button", name="Change values …", exact=True))
    hand.choose(page.get_by_label("What is to be changed"), value="warranty")
    hand.click(page.get_by_role("button", name="Go on", exact=True))
    hand.write(page.locator("[name='edit-value']"), "7")
    with clock() as looked:
        hand.click(page.get_by_role("button", name="See what would change", exact=True))
        page.locator("#preview").wait_for()
    with desk.job() as applied, clock() as begun:
        hand.click(page.get_by_role("button", name="Change all of them", exact=True))
        expect(page.locator("[data-tray-text]")).to_have_text("1 job running")
    page.reload()
    undoing = Hand()
    with desk.job() as undone:
        undoing.click(page.get_by_role("button", name="Undo it", exact=True))
    changed = desk.asked(
        "SELECT (result->>'changed')::int FROM catalog_job WHERE kind = 'grid.undo' ORDER BY id DESC LIMIT 1"
    )
    told(
        "change of many cells", "undo 3 clicks, 30 s for 10,000; first progress 1,000 ms", cells=changed, clicks=hand.clicks,
        look_ms=looked[0], seen_in_the_tray_ms=begun[0], apply_seconds=applied["seconds"], undo_clicks=undoing.clicks,
        undo_seconds=undone["seconds"],
    )  # fmt: skip
    assert changed > 0
    assert undoing.clicks == 1


def test_a_review(page: Page, desk: Desk) -> None:
    hand = Hand()
    page.goto(f"{desk.admin}/")
    hand.click(page.get_by_role("link", name="To review"))
    page.locator("[data-review] [data-item]").wait_for()
    page.wait_for_load_state("load")
    effort = Effort(page)
    for _turn in range(5):
        page.wait_for_timeout(400)  # nobody approves what they have not looked at
        with effort.brings_another():
            effort.press("a")
    waits = [1000 * wait for wait in effort.waits]
    told(
        "review: 5 products", "2,000 ms each", clicks=hand.clicks, keys=effort.chords, loads=effort.loads,
        median_ms=statistics.median(waits), slowest_ms=max(waits),
    )  # fmt: skip
