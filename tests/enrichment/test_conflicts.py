"""Two people on one product: different fields merge without a word, the same field is chosen, no text is lost."""

from __future__ import annotations

from typing import Any

from catalog.values.changes import Actor
from tests.enrichment.conftest import Desk, values_of


def test_different_fields_are_both_kept(desk: Desk, world: Any, mug: int) -> None:
    mine = desk.form(mug)
    world.edit(mug, {"name|de_DE": "Neue Tasse"})
    mine["v:name|en_US:"] = ["My mug"]
    assert desk.save(mug, mine).status_code == 302
    assert (values_of(mug)["name|en_US"], values_of(mug)["name|de_DE"]) == ("My mug", "Neue Tasse")


def test_a_field_i_did_not_touch_is_not_written_back_over_a_newer_one(
    desk: Desk, world: Any, mug: int
) -> None:
    mine = desk.form(mug)
    world.edit(mug, {"name|en_US": "Their mug"})
    mine["v:capacity:"] = ["7"]
    desk.save(mug, mine)
    assert (values_of(mug)["name|en_US"], values_of(mug)["capacity"]) == ("Their mug", "7")


def test_the_same_field_shows_theirs_keeps_mine_on_the_screen_and_saves_the_rest(
    desk: Desk, world: Any, mug: int
) -> None:
    mine = desk.form(mug)
    world.edit(mug, {"name|en_US": "Their mug"})
    mine["v:name|en_US:"], mine["v:capacity:"] = ["My mug"], ["7"]
    response = desk.save(mug, mine)
    assert response.status_code == 422
    assert (values_of(mug)["name|en_US"], values_of(mug)["capacity"]) == ("Their mug", "7")
    cell = response.context_data["sheet"].cell("name|en_US")
    assert cell.theirs == "Their mug"
    assert "My mug" in response.content.decode()


def test_keeping_mine_writes_it_with_the_next_save(desk: Desk, world: Any, mug: int) -> None:
    again = _conflicting(desk, world, mug)
    assert again["c:name|en_US"] == ["mine"]
    assert desk.save(mug, again).status_code == 302
    assert values_of(mug)["name|en_US"] == "My mug"


def test_taking_theirs_writes_nothing(desk: Desk, world: Any, mug: int) -> None:
    again = _conflicting(desk, world, mug)
    again["c:name|en_US"] = ["theirs"]
    assert desk.save(mug, again).status_code == 302
    assert values_of(mug)["name|en_US"] == "Their mug"


def test_editing_the_two_together_writes_the_edit(desk: Desk, world: Any, mug: int) -> None:
    again = _conflicting(desk, world, mug)
    again["v:name|en_US:"] = ["Our mug"]
    desk.save(mug, again)
    assert values_of(mug)["name|en_US"] == "Our mug"


def test_prices_in_two_currencies_are_two_edits(desk: Desk, world: Any, mug: int) -> None:
    mine = desk.form(mug)
    world.edit(mug, {"price": {"EUR": "11", "USD": "12"}})
    mine["v:price:_USD"] = ["15"]
    assert desk.save(mug, mine).status_code == 302
    assert values_of(mug)["price"] == {"EUR": "11", "USD": "15"}


def _conflicting(desk: Desk, world: Any, mug: int) -> dict[str, Any]:
    from tests.enrichment.forms import controls

    mine = desk.form(mug)
    world.edit(mug, {"name|en_US": "Their mug"})
    mine["v:name|en_US:"] = ["My mug"]
    return controls(desk.save(mug, mine).content.decode())


def test_who_wrote_theirs_is_called_as_everywhere_else(desk: Desk, world: Any, mug: int, person: Any) -> None:
    mine = desk.form(mug)
    world.edit(mug, {"name|en_US": "Their mug"}, by=Actor(person("anna", ["product.edit"]), origin="form"))
    mine["v:name|en_US:"] = ["My mug"]
    page = desk.save(mug, mine).content.decode()
    assert "Anna changed this on" in page
    assert "choose whose text stays, and save." in page
