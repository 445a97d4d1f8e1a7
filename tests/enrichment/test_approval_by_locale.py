"""A language that is approved by itself, at the desk: its queue, its filter, its state on the page, and moving many at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import approval
from catalog.jobs import run_due
from catalog.models import Product, ProductValues, Revision, User
from catalog.values.changes import Actor
from enrichment.dashboard import build
from enrichment.models import ReviewNote
from enrichment.workbench.grid import bulk
from tests.enrichment.conftest import Desk
from tests.world import World

ROOM = "/admin/catalog/product/review/"
GERMAN = {"approving": "de_DE"}


@pytest.fixture
def author(person: Any) -> User:
    return person("anna", ["product.edit"])


@pytest.fixture
def reviewer(person: Any) -> User:
    """May approve German, and nothing else."""
    return person("gerda", ["product.edit", "product.publish"], locales=["de_DE"])


@pytest.fixture
def waiting(world: World, mug: int, author: User) -> int:
    """Approved before German was by itself; then Anna wrote English and German, and sent the German to review."""
    world.edit(mug, status="approved")
    world.approve_by_itself("de_DE")
    while run_due("interactive"):
        pass
    world.edit(mug, **{"status|de_DE": "draft"})
    by = Actor(author, origin="form")
    world.edit(mug, {"name|de_DE": "Blaue Tasse XL"}, by=by)
    world.edit(mug, {"name|en_US": "Blue mug XL"})
    assert world.edit(mug, by=by, **{"status|de_DE": "in_review"}).ok
    return mug


def german(product: int) -> str:
    return approval.state(Product.objects.get(pk=product), "de_DE")


def decided(desk: Desk, product: int, decision: str, *, seen: int | None = None, **data: Any) -> Any:
    rev = Product.objects.get(pk=product).rev if seen is None else seen
    data |= {"product": product, "seen": rev, "decision": decision, "next": ""}
    return desk.client.post(f"{ROOM}decide/", data, query_params=GERMAN)


def test_the_queue_of_a_language_shows_its_before_and_after_alone(desk: Desk, waiting: int) -> None:
    assert desk.client.get(ROOM).context_data["ids"] == []
    context = desk.client.get(ROOM, GERMAN).context_data
    since = context["shown"]["since"]
    assert context["ids"] == [waiting]
    assert [(change.label, change.place, change.parts) for change in since.changes] == [
        ("Name", "de_DE", [("same", "Blaue Tasse"), ("come", " XL")])
    ]
    assert (since.people, since.approved_at is not None) == (["Anna"], True)
    assert [(room["label"], room["is_current"]) for room in context["rooms"]] == [
        ("Products", False),
        ("German (Germany)", True),
    ]


def test_who_may_approve_german_alone_is_led_to_german_and_decides_it(
    world: World, waiting: int, reviewer: User
) -> None:
    desk = Desk(reviewer)
    page = desk.client.get(ROOM)
    assert page.context_data["ids"] == [waiting]
    assert 'data-approving="de_DE"' in page.content.decode()  # what the decision's address names
    assert decided(desk, waiting, "approve").json()["said"] == ["MUG-1 is approved in German (Germany)."]
    assert (german(waiting), Product.objects.get(pk=waiting).status) == ("approved", "approved")


def test_a_tab_of_a_language_that_is_reviewed_no_more_approves_nothing_else(
    desk: Desk, world: World, waiting: int
) -> None:
    world.edit(waiting, status="in_review")
    world.approve_by_itself("de_DE", on=False)
    answer = decided(desk, waiting, "approve")
    assert (answer.status_code, len(answer.json()["said"])) == (409, 1)
    assert Product.objects.get(pk=waiting).status == "in_review"


def test_undo_of_a_language_that_is_approved_by_itself_no_more_gives_back_the_rest(
    desk: Desk, world: World, waiting: int
) -> None:
    by = Actor(world.admin, origin="bulk", ref="bulk:x")
    world.edit(waiting, {"color": "red"}, by=by, **{"status|de_DE": "approved"})
    world.approve_by_itself("de_DE", on=False)
    result = bulk.undo(bulk.revisions_of("bulk:x", desk.user), user=desk.user, ref="bulk:x")
    assert (result.changed, result.refused) == (1, 0)
    assert "color" not in ProductValues.objects.get(pk=waiting).values


def test_what_is_written_in_other_languages_meanwhile_does_not_stop_the_decision(
    desk: Desk, world: World, waiting: int
) -> None:
    seen = Product.objects.get(pk=waiting).rev
    world.edit(waiting, {"name|en_US": "Another mug"})
    assert decided(desk, waiting, "approve", seen=seen).status_code == 200
    world.edit(waiting, **{"status|de_DE": "in_review"})
    seen = Product.objects.get(pk=waiting).rev
    world.edit(waiting, {"name|de_DE": "Andere Tasse"})
    assert decided(desk, waiting, "approve", seen=seen).status_code == 409
    assert german(waiting) == "in_review"


def test_a_returned_language_tells_its_author_until_it_is_sent_again(
    desk: Desk, world: World, waiting: int, author: User
) -> None:
    assert decided(desk, waiting, "return", text="Too long.").status_code == 200
    note = ReviewNote.objects.get()
    assert (german(waiting), note.locale, note.to) == ("draft", "de_DE", author)
    assert [each.pk for each in build(author).returned] == [note.pk]
    assert "Too long." in Desk(author).page(waiting).content.decode()
    world.edit(waiting, **{"status|de_DE": "in_review"})
    assert build(author).returned == []
    world.edit(waiting, **{"status|de_DE": "approved"})
    assert ReviewNote.objects.get().settled_at is not None


def test_the_first_screen_counts_it_and_the_grid_finds_it(
    desk: Desk, world: World, waiting: int, reviewer: User
) -> None:
    world.create("MUG-2", {"name|en_US": "Two"}, family="mugs", categories=["cups"])
    tiles = [(each.label, each.number) for each in build(reviewer).waiting]
    assert ("To review in German (Germany)", 1) in tiles
    assert desk.skus(approval="de_DE|in_review") == ["MUG-1"]
    assert desk.skus(approval="de_DE|draft") == ["MUG-2"]
    assert desk.skus(where="-if~approval~out~de_DE|draft", level="all") == ["MUG-1"]
    assert "German (Germany): In review" in desk.grid(approval="de_DE|in_review").content.decode()


def test_the_page_has_a_state_by_language_and_moves_it(
    desk: Desk, world: World, waiting: int, author: User
) -> None:
    moves = {t.status for t in desk.page(waiting).context_data["by_locale"][0].transitions}
    assert moves == {"approved", "draft"}
    assert [t.status for t in Desk(author).page(waiting).context_data["by_locale"][0].transitions] == [
        "draft"
    ]
    desk.post("catalog_product_status", waiting, status="approved", approving="de_DE")
    assert (german(waiting), Product.objects.get(pk=waiting).status) == ("approved", "approved")
    entry = desk.page(waiting, tab="history").context_data["entries"][0]
    assert [(each.label, each.place, each.after) for each in entry.changes] == [
        ("Status", "de_DE", "Approved")
    ]
    world.approve_by_itself("de_DE", on=False)
    assert desk.page(waiting).context_data["by_locale"] == []


def test_many_are_approved_in_a_language_and_taken_back(
    desk: Desk, world: World, waiting: int, reviewer: User
) -> None:
    other = world.create("MUG-2", {"name|de_DE": "Zwei"}, family="mugs").product or 0
    query = desk.client.get(ROOM, GERMAN).context_data["queue"].query.query()
    preview = desk.post("catalog_product_bulk", action="approve|de_DE", all="1", query=query)
    assert preview.context_data["preview"].changing == 1
    mine = Desk(reviewer)
    assert mine.post("catalog_product_bulk_run", action="approve", id=[waiting, other]).status_code == 302
    assert Product.objects.get(pk=other).status == "draft"
    mine.post("catalog_product_bulk_run", action="approve|de_DE", id=[waiting, other])
    assert (german(waiting), german(other), Product.objects.get(pk=other).status) == ("approved", "approved", "draft")  # fmt: skip
    ref = Revision.objects.filter(product=other).order_by("-rev")[0].ref
    bulk.undo(bulk.revisions_of(ref, reviewer), user=reviewer, ref=ref)
    assert (german(waiting), german(other)) == ("in_review", "draft")
    assert desk.post("catalog_product_bulk", action="approve|fr_FR", id=waiting).status_code == 404


def test_states_by_language_cost_no_query_a_row(desk: Desk, world: World, waiting: int) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.grid(approval="de_DE|draft", level="all")
            desk.client.get(ROOM, GERMAN)
        return len(queries)

    world.create("MUG-2", {"name|de_DE": "Zwei"}, family="mugs")
    asked()
    few = asked()
    for number in range(3, 9):
        world.create(f"MUG-{number}", {"name|de_DE": f"Tasse {number}"}, family="mugs")
    assert asked() == few
