"""The translation memory: what is found again, for whom, and that it follows the products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import User
from catalog.values.changes import ProductChange
from enrichment.memory.finding import Earlier, Wanted, earlier
from enrichment.memory.following import follow, is_behind, note_all
from enrichment.memory.marks import likeness, marks
from enrichment.models import MemoryMark, MemoryStale
from tests.enrichment.conftest import Desk
from tests.world import World

LINE = "Keeps drinks hot for eight hours"


def test_the_same_text_has_the_same_marks_and_a_similar_one_shares_some() -> None:
    assert marks("en_US", f" {LINE.upper()}\n") == marks("en_US", LINE)
    assert marks("en_US", LINE)[0] != marks("de_DE", LINE)[0]
    assert set(marks("en_US", LINE)) & set(marks("en_US", "Keeps drinks hot for twelve hours"))
    assert not set(marks("en_US", LINE)) & set(marks("en_US", "A jacket of recycled wool with hood"))
    assert set(marks("ja_JP", "軽くて丈夫なチタン製マグカップ")) & set(
        marks("ja_JP", "軽くて丈夫なチタン製ボウル")
    )
    assert (marks("en_US", "  "), len(marks("en_US", "Blue mug"))) == ([], 1)
    assert all(-(2**63) <= mark < 2**63 for mark in marks("en_US", LINE))


@pytest.mark.parametrize(
    ("one", "other", "percent"),
    [
        (LINE, f"{LINE}\n", 100),
        (LINE, LINE.upper(), 99),
        (LINE, "Keeps drinks hot for ten hours", 83),
        (LINE, f"{LINE}.", 92),
        ("Blue mug", "Red hat", 0),
    ],
)
def test_likeness_is_in_percent_of_words_and_signs(one: str, other: str, percent: int) -> None:
    assert likeness(one, other) == percent


def made(world: World, sku: str, english: str, german: str = "", **fields: Any) -> int:
    values = {"name|en_US": english, **({"name|de_DE": german} if german else {}), **fields.pop("values", {})}
    product = world.create(sku, values, family="mugs", categories=fields.pop("categories", ["cups"])).product
    assert product is not None
    return product


def offered(user: User, world: World, source: str, *, attribute: str = "name", own: int = 0) -> list[Earlier]:
    spec = world.structure.attributes[attribute]
    key = f"{attribute}|de_DE"
    wanted = Wanted(key, spec, "de_DE", "en_US", source, frozenset([own]))
    return earlier([wanted], user=user, structure=world.structure).get(key, [])


def test_an_earlier_translation_of_the_same_or_a_similar_text_is_offered(world: World) -> None:
    assert world.admin is not None
    made(world, "A", LINE, "Hält acht Stunden heiß")
    made(world, "B", LINE, "Hält acht Stunden heiß", status="approved")
    made(world, "C", "Keeps drinks hot for ten hours", "Hält zehn Stunden heiß")
    made(world, "D", "Keeps drinks hot for six hours")
    follow()
    found = offered(world.admin, world, LINE)
    assert [(each.value, each.percent, each.sku, each.times, each.source) for each in found] == [
        ("Hält acht Stunden heiß", 100, "B", 2, ""),
        ("Hält zehn Stunden heiß", 83, "C", 1, "Keeps drinks hot for ten hours"),
    ]


def test_what_is_outdated_in_the_trash_or_its_own_is_not_offered(world: World) -> None:
    assert world.admin is not None
    old = made(world, "A", "Blue mug", "Blauer Becher")
    world.edit(old, {"name|en_US": LINE})
    gone = made(world, "B", LINE, "Weg")
    world.put(ProductChange(product=gone, fields={"trashed": True}))
    own = made(world, "C", LINE, "Eigenes")
    follow()
    assert offered(world.admin, world, LINE, own=own) == []
    assert [each.sku for each in offered(world.admin, world, LINE)] == ["C"]


def test_a_text_goes_into_a_field_of_another_type_as_that_takes_it(world: World) -> None:
    assert world.admin is not None
    made(world, "A", LINE, "Heiß & <gut>")
    made(
        world,
        "B",
        "x",
        values={"description|en_US": f"<p>{LINE}</p>", "description|de_DE": "<p>Sehr <em>heiß</em></p>"},
    )
    follow()
    assert [each.value for each in offered(world.admin, world, LINE, attribute="description")] == [
        "<p>Sehr <em>heiß</em></p>",
        "<p>Heiß &amp; &lt;gut&gt;</p>",
    ]
    assert [each.value for each in offered(world.admin, world, LINE)] == ["Heiß & <gut>", "Sehr heiß"]


def test_the_index_follows_what_is_written_and_taken_away(world: World) -> None:
    product = made(world, "A", LINE, "Hält heiß")
    assert is_behind()
    assert follow() is False
    keys = lambda: sorted(set(MemoryMark.objects.values_list("product", "key")))  # noqa: E731
    assert (keys(), is_behind()) == ([(product, "name|en_US")], False)
    assert MemoryMark.objects.count() == len(marks("en_US", LINE))
    world.edit(product, {"capacity": "3"})
    assert not is_behind()
    world.edit(product, {"name|en_US": "Blue mug"})
    follow()
    assert list(MemoryMark.objects.values_list("mark", flat=True)) == marks("en_US", "Blue mug")
    world.edit(product, {"name|de_DE": None})
    follow()
    assert keys() == []
    assert note_all(type("Handle", (), {"progress": lambda *_args: None})()) == {"products": 1}
    assert MemoryStale.objects.get().product_id == product


def test_nothing_is_offered_from_what_a_person_does_not_see(
    world: World, person: Callable[..., User]
) -> None:
    made(world, "A", LINE, "Hält heiß", categories=["cups"])
    made(world, "B", LINE, "Bleibt heiß", categories=["other"])
    follow()
    kitchen = person("anna", ["product.edit"], categories=["kitchen"])
    assert [each.sku for each in offered(kitchen, world, LINE)] == ["A"]
    # She may write German, and sees English nowhere.
    german = person("ben", ["product.edit"], locales=["de_DE"])
    assert offered(german, world, LINE) == []
    technical = person("cora", ["product.edit"], groups=["technical"])
    assert offered(technical, world, LINE) == []


@pytest.mark.parametrize("limited", [False, True])
def test_it_asks_as_often_for_twice_as_many(world: World, person: Callable[..., User], limited: bool) -> None:
    user = person("anna", ["product.edit"], categories=["kitchen"]) if limited else world.admin
    assert user is not None

    def queries(upto: int) -> int:
        for number in range(upto - 10, upto):
            made(world, f"M{number}", LINE, f"Hält heiß {number}")
        follow()
        offered(user, world, LINE)
        with CaptureQueriesContext(connection) as captured:
            assert len(offered(user, world, LINE)) == 3
        return len(captured)

    few = queries(10)
    assert queries(20) == few
    assert few <= 7  # with the roles


def test_the_page_shows_it_escaped_with_what_differs_and_saves_nothing(world: World, desk: Desk) -> None:
    made(world, "A", "Keeps <b>drinks</b> hot for ten hours", "<script>alert(1)</script>")
    product = made(world, "B", "Keeps <b>drinks</b> hot for two hours")
    follow()
    data = {"product": product, "locale": "de_DE", "beside": "en_US", "t:name|de_DE": "", "memory": "1"}
    fields = desk.client.post("/admin/catalog/product/hints/", data).json()["fields"]
    html = fields["name|de_DE"]["memory"]
    assert 'data-take="&lt;script&gt;alert(1)&lt;/script&gt;"' in html
    assert "<script" not in html
    assert "<b>" not in html
    assert "there:" in html
    assert (
        "memory"
        not in desk.client.post("/admin/catalog/product/hints/", {**data, "memory": ""}).json()["fields"][
            "name|de_DE"
        ]
    )
