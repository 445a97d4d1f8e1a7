"""The reviewers' queue: what changed since the last approval, approved as it was seen, or back to its author with a comment."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Product, User
from catalog.values.changes import Actor
from enrichment import review
from enrichment.dashboard import build
from enrichment.models import ReviewNote
from tests.enrichment.conftest import Desk, status_of, values_of
from tests.world import World

ROOM = "/admin/catalog/product/review/"


@pytest.fixture
def author(person: Any) -> User:
    return person("anna", ["product.edit"])


@pytest.fixture
def waiting(world: World, mug: int, author: User) -> int:
    """Approved once, taken back, its name changed by Anna, and sent to review by her."""
    world.edit(mug, status="approved")
    world.edit(mug, status="draft")
    by = Actor(author, origin="form")
    assert world.edit(mug, {"name|en_US": "Blue mug XL", "capacity": "3"}, by=by).ok
    assert world.edit(mug, {"capacity": ""}, by=by).ok
    assert world.edit(mug, status="in_review", by=by).ok
    return mug


def shown(desk: Desk, product: int) -> Any:
    return desk.client.get(f"{ROOM}item/", {"ids": product}).json()


def decided(desk: Desk, product: int, decision: str, *, seen: int | None = None, **data: Any) -> Any:
    rev = Product.objects.get(pk=product).rev if seen is None else seen
    return desk.client.post(
        f"{ROOM}decide/", {"product": product, "seen": rev, "decision": decision, "next": "", **data}
    )


def test_what_changed_since_the_last_approval_is_shown_word_by_word(desk: Desk, waiting: int) -> None:
    since = desk.client.get(ROOM).context_data["shown"]["since"]
    assert [(change.label, change.place) for change in since.changes] == [("Name", "en_US")]
    assert since.changes[0].parts == [("same", "Blue mug"), ("come", " XL")]
    assert since.people == ["Anna"]
    assert since.approved_at is not None


def test_approving_brings_the_next_and_settles_the_comment(desk: Desk, world: World, waiting: int) -> None:
    other = world.create("MUG-2", {"name|en_US": "Two"}, family="mugs", status="in_review").product
    answer = decided(desk, waiting, "approve", next=f"{other}").json()
    assert status_of(waiting) == "approved"
    assert (answer["said"], answer["next"]["id"]) == (["MUG-1 is approved."], other)


def test_a_returned_product_tells_its_author_why(desk: Desk, waiting: int, author: User) -> None:
    assert decided(desk, waiting, "return", text="  The name is too long. ").status_code == 200
    assert status_of(waiting) == "draft"
    note = ReviewNote.objects.get()
    assert (note.text, note.to, note.by) == ("The name is too long.", author, desk.user)
    assert [each.pk for each in build(author).returned] == [note.pk]
    assert "The name is too long." in Desk(author).page(waiting).content.decode()
    assert "The name is too long." in Desk(author).client.get("/admin/").content.decode()
    assert build(desk.user).returned == []


def test_a_comment_waits_no_longer_once_the_product_is_sent_again(
    desk: Desk, world: World, waiting: int, author: User
) -> None:
    decided(desk, waiting, "return", text="Shorter, please.")
    world.edit(waiting, status="in_review", by=Actor(author, origin="form"))
    assert build(author).returned == []
    assert "Shorter, please." in shown(desk, waiting)["html"]
    decided(desk, waiting, "approve")
    assert review.note_on(Product.objects.get(pk=waiting)) is None
    assert ReviewNote.objects.get().settled_at is not None


def test_an_approval_by_any_other_way_answers_the_comment_too(
    desk: Desk, world: World, waiting: int, author: User
) -> None:
    decided(desk, waiting, "return", text="Shorter, please.")
    world.edit(waiting, status="approved")
    assert ReviewNote.objects.get().settled_at is not None
    world.edit(waiting, status="draft")
    assert build(author).returned == []
    assert review.note_on(Product.objects.get(pk=waiting)) is None


def test_nothing_goes_back_without_a_word(desk: Desk, waiting: int) -> None:
    assert decided(desk, waiting, "return", text="  ").status_code == 400
    assert status_of(waiting) == "in_review"
    assert not ReviewNote.objects.exists()


def test_what_was_changed_after_it_was_looked_at_is_not_approved(
    desk: Desk, world: World, waiting: int
) -> None:
    seen = Product.objects.get(pk=waiting).rev
    world.edit(waiting, {"name|en_US": "Something else"})
    assert decided(desk, waiting, "approve", seen=seen).status_code == 409
    assert status_of(waiting) == "in_review"
    assert values_of(waiting)["name|en_US"] == "Something else"


def test_only_who_may_publish_there_decides(desk: Desk, waiting: int, person: Any, author: User) -> None:
    assert Desk(author).client.get(ROOM).status_code == 403
    assert decided(Desk(author), waiting, "approve").status_code == 403
    elsewhere = Desk(person("eva", ["product.publish"], categories=["fashion"]))
    assert elsewhere.client.get(ROOM).context_data["ids"] == []
    assert decided(elsewhere, waiting, "approve").status_code == 404
    assert status_of(waiting) == "in_review"


def test_the_rest_is_approved_by_the_bulk_change_with_its_preview(
    desk: Desk, world: World, waiting: int
) -> None:
    query = desk.client.get(ROOM).context_data["queue"].query.query()
    preview = desk.post("catalog_product_bulk", action="approve", all="1", query=query)
    assert preview.context_data["preview"].changing == 1
