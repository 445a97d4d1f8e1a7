"""Tasks of an editor's day, each at or under what it may take (docs/editor-tasks.md): clicks and chords, counted."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import walking
from tests.browser.conftest import Complaints
from tests.browser.hand import Hand
from tests.browser.rig import Rig, manage
from tests.browser.walking import person, save
from tests.markup.payloads import MARK, PAYLOADS

GRID = "/catalog/product/"
LACKING = "TH-JERN32"  # comes with the price list, and lacks texts for the dealer shop


# Nothing goes there before it was looked at.
PAUSE = """
from channels import profiles
from channels.models import Channel
profiles.pause(channel_id=Channel.objects.get(code="b2b_shop").pk, reason="A test looks at what is pending.")
"""


CLAIM, INSTEAD = "recycled", "reclaimed"
# How many products claim it in an English text of their own.
CLAIMING = f"""
from catalog.models import ProductValues
texts = (" ".join(str(text) for key, text in values.items() if "|en_US" in key) for values in ProductValues.objects.values_list("values", flat=True))
print(sum("{CLAIM}" in text.lower() for text in texts))
"""


def control(page: Page, key: str) -> Locator:
    return page.locator(f"[data-cell='{key}'] :is(input, textarea):not([type=hidden])").first


def into(page: Page, rig: Rig, sku: str, query: str = "") -> None:
    """The product's page, by a way that is not counted."""
    page.goto(f"{rig.admin}{GRID}?level=all&q={sku}")
    page.get_by_role("row").filter(has=page.get_by_role("checkbox", name=f"Select {sku}", exact=True)).get_by_role("rowheader").get_by_role("link").click()  # fmt: skip
    page.locator("form[data-ready]").wait_for()
    if query:
        page.goto(page.url.partition("?")[0] + query)
        page.locator("form[data-ready]").wait_for()


def test_where_my_job_is(browser: Browser, rig: Rig) -> None:
    """In the tray of every page at once, after a reload too, and at its end one click from what it touched."""
    with person(browser, rig, "manager") as page:
        walking.upload(page, rig)
        walking.plan(page)
        page.get_by_role("radio", name=re.compile("Leave bad rows out")).check()
        with rig.workers_paused():
            page.get_by_role("button", name="Import", exact=True).click()
            expect(page.locator("[data-tray-text]")).to_have_text("1 job running")
            page.goto(f"{rig.admin}/")
            expect(page.locator("[data-tray-text]")).to_have_text("1 job running")
            page.locator("[data-tray] > summary").click()
            cancel = page.get_by_role("button", name=re.compile("^Cancel: Import of "))
            expect(cancel).to_be_visible()
            pressed = cancel.element_handle()
            with page.expect_response("**/catalog/product/jobs/"):
                pass
            with page.expect_response("**/catalog/product/jobs/"):
                pass  # what the first one brought is shown by now
            assert pressed.evaluate("button => button.isConnected")
            page.route("**/cancel/", lambda route: route.fulfill(status=403))
            cancel.click()
            expect(page.locator("[data-tray-said]")).to_have_text("You may not stop it: an operator may.")
            page.unroute("**/cancel/")
        products = page.get_by_role("link", name=re.compile("^Show the products: Import of "))
        expect(products).to_be_visible()
        hand = Hand()
        hand.click(products)
        page.wait_for_url(re.compile(r"[?&]import=\d+"))
        assert page.locator("tbody [data-select]").count() > 0
        assert hand.clicks == 1


def test_what_blocks_a_product_from_a_channel(browser: Browser, rig: Rig, complaints: Complaints) -> None:
    """Two chords into it, and one click a blocker."""
    with person(browser, rig, "marketing") as page:
        complaints.watch(page)
        hand = Hand()
        page.keyboard.press("ControlOrMeta+k")
        page.keyboard.type(LACKING)
        page.get_by_role("option").first.get_by_text(LACKING).wait_for()
        page.keyboard.press("Enter")
        page.locator("form[data-ready]").wait_for()
        blockers = page.get_by_role("region", name="What is in the way", exact=True)
        first = blockers.get_by_role("link").first
        expect(first).to_contain_text("is missing")
        expect(blockers.get_by_role("listitem").first).to_contain_text("Dealer shop")
        field = (first.get_attribute("href") or "").partition("#")[2]
        hand.click(first)
        page.locator("form[data-ready]").wait_for()
        expect(page.locator(f"#{field} :focus, #{field}:focus").first).to_be_visible()
        assert hand.clicks == 1


def test_what_changed_since_the_last_push(browser: Browser, rig: Rig, complaints: Complaints) -> None:
    """One click from the product: what was sent beside what is now, and by whom."""
    manage(rig.env, "shell", "--no-imports", "-c", PAUSE)
    with person(browser, rig, "marketing") as page:
        complaints.watch(page)
        page.goto(f"{rig.admin}{GRID}?family=pans&level=sellable&sort=sku&listing=b2b_shop%7Clive")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        page.locator("form[data-ready]").wait_for()
        name = control(page, "name|en_US")
        before = name.input_value()
        name.fill(f"{before} anew")
        save(page)
        hand = Hand()
        hand.click(page.get_by_role("link", name=re.compile("^Channels")))
        pending = page.locator("#pending-b2b_shop").locator("xpath=..")
        expect(pending).to_contain_text("since the last push")
        expect(pending).to_contain_text("Jonas")
        expect(pending.locator("ins").first).to_contain_text("anew")
        assert hand.clicks == 1


def claiming(rig: Rig) -> int:
    return int(manage(rig.env, "shell", "--no-imports", "-c", CLAIMING).split()[-1])


def test_a_wrong_claim_in_every_text_of_all_products(
    browser: Browser, rig: Rig, complaints: Complaints
) -> None:
    """Eight clicks, what would change is read before, and one takes it back."""
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        before = claiming(rig)
        assert before > 5
        page.goto(f"{rig.admin}{GRID}")
        hand = Hand()
        hand.click(page.get_by_label("Select all on this page", exact=True))
        hand.click(page.get_by_role("button", name=re.compile(r"^Select all \d+\+? that match$")))
        hand.click(page.get_by_role("button", name="Change values …", exact=True))
        hand.click(page.get_by_role("button", name="Find and replace in every text", exact=True))
        hand.write(page.get_by_label("Find", exact=True), CLAIM)
        hand.write(page.get_by_label("Write instead", exact=True), INSTEAD)
        hand.click(page.get_by_role("button", name="See what would change", exact=True))
        preview = page.get_by_role("region", name="What would change", exact=True)
        expect(preview.locator("del").first).to_contain_text(re.compile(CLAIM, re.IGNORECASE))
        hand.click(page.get_by_role("button", name=f"Change {before} products", exact=True))
        undo = page.get_by_role("button", name="Undo it", exact=True)
        expect(undo).to_be_visible()
        assert hand.clicks == 8
        assert claiming(rig) == 0
        undone = Hand()
        undone.click(undo)
        expect(page.locator("[data-message]")).to_have_text(f"{before} products are as they were before.")
        expect(page.get_by_role("button", name="Undo what is left", exact=True)).to_be_visible()
        assert undone.clicks == 1
        assert claiming(rig) == before


def test_two_people_on_one_product_lose_no_word(browser: Browser, rig: Rig) -> None:
    with person(browser, rig, "marketing") as mine, person(browser, rig, "manager") as theirs:
        for page in (mine, theirs):
            into(page, rig, LACKING, "?locale=de_DE")
        control(mine, "name|de_DE").fill("Meine Pfanne")
        control(theirs, "name|de_DE").fill("Ihre Pfanne")
        save(theirs)
        mine.keyboard.press("ControlOrMeta+s")
        conflict = mine.locator(".conflict")
        expect(conflict).to_contain_text("Ihre Pfanne")
        expect(control(mine, "name|de_DE")).to_have_value("Meine Pfanne")
        save(mine)
        theirs.reload()
        expect(control(theirs, "name|de_DE")).to_have_value("Meine Pfanne")


STORE = """
from django.utils import timezone
from catalog.models import Job, Product, User
from catalog.values.changes import Actor, ProductChange
from catalog.values.write import write
from enrichment.comments import writing
from enrichment.models import SavedView
from tests.markup.payloads import PAYLOADS

marta, now = User.objects.get(username="manager"), timezone.now()
rows = list(Product.objects.filter(parent=None, trashed_at=None).order_by("sku")[:len(PAYLOADS)])
changes = [
    ProductChange(row.pk, values={"name|en_US": text, "name|de_DE": text, "description|en_US": text + "<p>so</p>"})
    for row, text in zip(rows, PAYLOADS)
]
outcomes = write(changes, by=Actor(None, origin="api", trusted=True))
assert all(outcome.ok for outcome in outcomes), outcomes
for text in PAYLOADS:
    writing.say(rows[6], "name|en_US", text, by=marta)
    SavedView.objects.create(name=text, owner=marta, query="level=all")
    Job.objects.create(kind="test", title=text, message=text, state="done", created_at=now, run_at=now, finished_at=now, created_by=marta)
print(rows[6].pk)
"""


def test_stored_markup_runs_nowhere(browser: Browser, rig: Rig, complaints: Complaints) -> None:
    """Where scripts of ours put markup or texts into a page: the rest is looked at in tests/markup."""
    pk = manage(rig.env, "shell", "--no-imports", "-c", STORE).split()[-1]
    ran: list[str] = []
    with person(browser, rig, "manager") as page:
        complaints.watch(page)
        page.expose_function(MARK, lambda *said: ran.append(f"{page.url}: {said}"))
        page.on("dialog", lambda dialog: ran.append(dialog.message))
        page.goto(f"{rig.admin}{GRID}?sort=sku&cols=name%7Cen_US~name%7Cde_DE~description%7Cen_US")
        page.locator("[data-grid-search] [name=q]").press_sequentially(MARK)
        expect(page.locator("[data-count]")).to_contain_text("product")
        page.wait_for_url(re.compile(f"q={MARK}"))
        page.locator("[data-tray] > summary").click()
        expect(page.locator("[data-tray-list]")).to_contain_text(PAYLOADS[-1])
        page.keyboard.press("ControlOrMeta+k")
        page.keyboard.type(MARK)
        page.get_by_role("option").nth(9).wait_for()
        page.goto(f"{rig.admin}{GRID}{pk}/change/?locale=en_US&beside=de_DE")
        page.locator("form[data-ready]").wait_for()
        control(page, "name|en_US").focus()
        page.get_by_role("button", name=re.compile("^Comments")).click()
        expect(page.get_by_role("dialog", name="Comments").locator(".comment-text")).to_have_count(
            len(PAYLOADS)
        )
        for tab in ("channels", "compare", "history"):
            page.goto(f"{rig.admin}{GRID}{pk}/change/?tab={tab}")
        page.goto(
            f"{rig.admin}{GRID}queue/?q={MARK}&fields=name&fields=description&locale=de_DE&beside=en_US"
        )
        page.locator("[data-item][data-ready]").wait_for()
        for _turn in range(2):
            before = page.locator("[data-item]").get_attribute("data-item")
            page.keyboard.press("Alt+ArrowDown")
            page.locator(f"[data-item][data-ready]:not([data-item='{before}'])").wait_for()
        page.goto(f"{rig.admin}{GRID}spreadsheet/?q={MARK}&cols=name%7Cen_US~name%7Cde_DE")
        page.locator("[data-spreadsheet][data-ready]").wait_for()
        expect(page.locator("[data-at='0'][data-col='1']")).to_contain_text(MARK)
    assert ran == []
