"""Comments on a product and its values: who sees them, who is told, what one may take back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Role, User
from catalog.retention import thin
from enrichment.comments import mentions, reading
from enrichment.models import Comment, Notification, Thread
from tests.enrichment.conftest import Desk
from tests.world import World

GERMAN = "name|de_DE"


def panel(desk: Desk, product: int, **query: str) -> Any:
    return desk.client.get(f"/admin/catalog/product/{product}/comments/", query)


def act(desk: Desk, product: int, do: str, **data: Any) -> Any:
    return desk.client.post(f"/admin/catalog/product/{product}/comments/act/?fragment=1", {"do": do, **data})


def say(desk: Desk, product: int, text: str, place: str = "") -> Any:
    return act(desk, product, "say", text=text, place=place)


def said_to(user: User) -> list[tuple[str, str]]:
    user = User.objects.get(pk=user.pk)
    return [(each.notification.comment.text, each.notification.because) for each in reading.waiting(user)]


def unread(desk: Desk) -> int:
    return desk.client.get("/admin/catalog/product/jobs/").json()["comments"]


@pytest.fixture
def anna(person: Any) -> Desk:
    return Desk(person("anna", ["product.edit"]))


@pytest.fixture
def ben(person: Any) -> Desk:
    """Sees the kitchen, in German."""
    return Desk(person("ben", ["product.edit"], categories=["kitchen"], locales=["de_DE"]))


def test_who_is_named_reads_it_on_the_first_screen_and_at_the_field(anna: Desk, ben: Desk, mug: int) -> None:
    say(anna, mug, "@ben, is this right?", GERMAN)
    assert said_to(ben.user) == [("@ben, is this right?", "mention")]
    assert (unread(ben), unread(anna)) == (1, 0)
    home = ben.client.get("/admin/").content.decode()
    assert "Comments for you" in home
    assert f'name="seen" value="{Comment.objects.get().pk}"' in home
    page = ben.page(mug, locale="de_DE")
    cells = {cell.key: cell.comments for cell in page.context_data["sheet"].cells}
    assert cells[GERMAN] == 1
    shown = panel(ben, mug, key=GERMAN).context_data["open"][0].comments[0]
    assert shown.parts == [("named", "@Ben"), ("", ", is this right?")]
    assert shown.is_unread
    thread = Thread.objects.get()
    seen = shown.row.pk
    say(anna, mug, "@ben, or this?", GERMAN)
    data = {"thread": thread.pk, "fragment": "1", "seen": seen}
    assert ben.client.post("/admin/catalog/product/comments/read/", data).json() == {"unread": 1}
    assert said_to(ben.user) == [("@ben, or this?", "mention")]
    data["seen"] = panel(ben, mug, key=GERMAN).context_data["seen"]
    assert ben.client.post("/admin/catalog/product/comments/read/", data).json() == {"unread": 0}


def test_who_answers_or_resolves_has_read_what_they_were_shown(anna: Desk, ben: Desk, mug: int) -> None:
    say(anna, mug, "@ben one", GERMAN)
    seen = panel(ben, mug).context_data["seen"]
    say(anna, mug, "@ben two", GERMAN)
    act(ben, mug, "say", text="Yes.", place=GERMAN, seen=seen)
    assert [text for text, _because in said_to(ben.user)] == ["@ben two"]
    act(ben, mug, "resolve", thread=Thread.objects.get().pk, seen=seen)
    assert [text for text, _because in said_to(ben.user)] == ["@ben two"]
    assert f'name="seen" value="{Comment.objects.latest("pk").pk}"' in panel(ben, mug).content.decode()


def test_an_answer_is_for_who_took_part_and_a_new_talk_is_not(anna: Desk, ben: Desk, mug: int) -> None:
    say(anna, mug, "Who writes the German name?", GERMAN)
    say(ben, mug, "I do.", GERMAN)
    assert said_to(anna.user) == [("I do.", "reply")]
    act(anna, mug, "resolve", thread=Thread.objects.get().pk, seen=Comment.objects.latest("pk").pk)
    assert said_to(anna.user) == []
    say(ben, mug, "Something else.", GERMAN)
    assert Thread.objects.count() == 2
    assert said_to(anna.user) == []


def test_what_one_may_not_see_is_not_counted_shown_or_told(anna: Desk, ben: Desk, mug: int) -> None:
    said = say(anna, mug, "@ben look", "name|en_US")
    assert "Ben may not see this" in said.content.decode()
    assert said_to(ben.user) == []
    assert panel(ben, mug).context_data["open"] == []
    assert ben.page(mug, locale="de_DE").context_data["comment_count"] == 0
    assert panel(ben, mug, key="name|en_US").status_code == 404
    assert say(ben, mug, "hello", "name|en_US").status_code == 404
    assert act(ben, mug, "resolve", thread=Thread.objects.get().pk).status_code == 404
    assert (Comment.objects.count(), Thread.objects.get().resolved_at) == (1, None)
    asked = {"key": "name|en_US", "q": "be"}
    people = anna.client.get(f"/admin/catalog/product/{mug}/comments/people/", asked)
    assert people.json() == {"people": []}
    people = anna.client.get(f"/admin/catalog/product/{mug}/comments/people/", {**asked, "key": GERMAN})
    assert people.json() == {"people": [{"username": "ben", "name": "Ben"}]}


def test_who_lost_access_or_whose_product_went_is_told_nothing(
    anna: Desk, ben: Desk, world: World, mug: int
) -> None:
    say(anna, mug, "@ben look", GERMAN)
    world.edit(mug, categories=["other"])
    assert said_to(ben.user) == []
    say(anna, mug, "@ben look again", GERMAN)
    world.edit(mug, categories=["cups"])
    assert [text for text, _because in said_to(ben.user)] == ["@ben look"]
    Role.objects.filter(code="ben").update(verbs=[])
    assert said_to(ben.user) == []
    Role.objects.filter(code="ben").update(verbs=["product.edit"])
    world.edit(mug, trashed=True)
    assert said_to(ben.user) == []
    assert say(anna, mug, "in the trash").status_code == 404


def test_only_the_author_changes_and_deletes(anna: Desk, ben: Desk, desk: Desk, mug: int) -> None:
    say(anna, mug, "Frist", GERMAN)
    first = Comment.objects.get()
    for other in (ben, desk):
        assert act(other, mug, "edit", comment=first.pk, text="Mine now").status_code == 404
        assert act(other, mug, "delete", comment=first.pk).status_code == 404
    first.refresh_from_db()
    assert (first.text, first.deleted_at) == ("Frist", None)
    act(anna, mug, "edit", comment=first.pk, text="First, @ben")
    first.refresh_from_db()
    assert (first.text, first.edited_at is not None) == ("First, @ben", True)
    assert said_to(ben.user) == [("First, @ben", "mention")]
    say(ben, mug, "Second", GERMAN)
    act(anna, mug, "delete", comment=first.pk)
    first.refresh_from_db()
    assert first.text == ""
    assert "Deleted by its author." in panel(ben, mug).content.decode()
    act(ben, mug, "delete", comment=Comment.objects.get(text="Second").pk)
    assert not Thread.objects.exists()


def test_who_is_no_longer_named_waits_no_longer_unless_they_take_part(
    anna: Desk, ben: Desk, desk: Desk, mug: int
) -> None:
    say(ben, mug, "Mine?", GERMAN)
    say(anna, mug, "@ben @boss yes", GERMAN)
    last = Comment.objects.latest("pk")
    act(anna, mug, "edit", comment=last.pk, text="Yes")
    assert said_to(ben.user) == [("Yes", "reply")]
    assert said_to(desk.user) == []


def test_one_thread_is_open_at_a_place_and_resolved_ones_go_with_the_time(anna: Desk, mug: int) -> None:
    say(anna, mug, "One")
    say(anna, mug, "Two")
    old = Thread.objects.get()
    assert old.comments.count() == 2
    act(anna, mug, "resolve", thread=old.pk)
    say(anna, mug, "Three")
    assert "Another thread is open there" in act(anna, mug, "reopen", thread=old.pk).content.decode()
    assert Thread.objects.get(resolved_at=None).comments.get().text == "Three"
    Thread.objects.filter(pk=old.pk).update(resolved_at=timezone.now() - timedelta(days=731))
    thin()
    assert [each.text for each in Comment.objects.all()] == ["Three"]
    assert Thread.objects.count() == 1


def test_what_is_typed_is_text_and_nothing_else(anna: Desk, ben: Desk, mug: int) -> None:
    hostile = "<script>alert(1)</script> @ben {{ 7|add:1 }} <img src=x onerror=alert(1)>\n\x00end"
    say(anna, mug, hostile, GERMAN)
    for html in (panel(ben, mug).content.decode(), ben.client.get("/admin/").content.decode()):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert Comment.objects.get().text.endswith("\nend")
    refused = say(anna, mug, "x" * 4001)
    assert refused.status_code == 422
    assert refused.context_data["panel"].typed == "x" * 4001
    assert say(anna, mug, "  ").status_code == 422
    for place in ("nothing", "name", "name|xx_XX", "color|de_DE", "a|b|c|d"):
        assert say(anna, mug, "x", place).status_code == 404
    assert Comment.objects.count() == 1


def test_somebody_who_left_leaves_what_they_said(anna: Desk, desk: Desk, mug: int) -> None:
    say(anna, mug, "@boss remember this")
    User.objects.filter(pk=anna.user.pk).delete()
    assert "Somebody who left" in panel(desk, mug).content.decode()
    assert said_to(desk.user) == [("@boss remember this", "mention")]


def test_names_beyond_a_to_z_are_found_however_they_are_typed(anna: Desk, person: Any, mug: int) -> None:
    person("strauß", ["product.view"])
    person("Ärne", ["product.view"])
    say(anna, mug, "@strauß. and @ärne see")
    assert Notification.objects.filter(because="mention").count() == 2
    shown = panel(anna, mug).context_data["open"][0].comments[0].parts
    assert shown == [("named", "@Strauß"), ("", ". and "), ("named", "@Ärne"), ("", " see")]
    people = anna.client.get(f"/admin/catalog/product/{mug}/comments/people/", {"q": "är"})
    assert people.json() == {"people": [{"username": "Ärne", "name": "Ärne"}]}


def test_names_end_where_people_end_them() -> None:
    people = [User(username="ben"), User(username="ben.k"), User(username="eva@shop.com", first_name="Eva")]
    text = "@ben.k. and @BEN, not a@ben or @ben.x; @eva@shop.com"
    assert mentions.parts(text, people) == [
        ("named", "@ben.k"), ("", ". and "), ("named", "@ben"), ("", ", not a@ben or @ben.x; "), ("named", "@Eva"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/catalog/product/{}/comments/", "/admin/catalog/product/jobs/"]
)
def test_twice_the_talk_asks_the_database_as_often(
    anna: Desk, ben: Desk, world: World, mug: int, address: str
) -> None:
    def talk(count: int) -> None:
        for _number in range(count):
            sku = f"TALK-{Comment.objects.count()}"
            product = world.create(sku, {}, family="mugs", categories=["cups"]).product
            say(anna, product, "@ben here", GERMAN)
            say(anna, mug, "@ben there", GERMAN)
            say(anna, mug, "@ben and on the whole")

    def queries() -> int:
        fresh = Desk(User.objects.get(pk=ben.user.pk))
        fresh.client.get(address.format(mug))
        with CaptureQueriesContext(connection) as captured:
            assert fresh.client.get(address.format(mug)).status_code == 200
        return len(captured)

    talk(2)
    few = queries()
    talk(3)
    assert Notification.objects.filter(user=ben.user).count() == 15
    assert queries() == few
