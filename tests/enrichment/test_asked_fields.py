"""Which fields the product page asks for, which it only shows, and what it says about them."""

from __future__ import annotations

import pytest

from tests.attributes import add
from tests.enrichment.conftest import Desk, values_of
from tests.world import World


def row_of(desk: Desk, product: int, code: str, **query: str):
    sheet = desk.page(product, **query).context_data["sheet"]
    return next((row for group in sheet.groups for row in group.rows if row.spec.code == code), None)


def test_help_is_read_with_the_field(world: World, desk: Desk, mug: int) -> None:
    add(world, "lid", "boolean", help={"en_US": "Does it close?"})
    html = desk.page(mug).content.decode()
    assert '<div class="field-notes" id="f-lid-row">' in html
    assert "<p>Does it close?</p>" in html
    assert 'aria-describedby="f-lid-notes f-lid-row"' in html


def test_a_read_only_field_is_shown_and_cannot_be_posted(world: World, desk: Desk, mug: int) -> None:
    add(world, "stock_class", "text", read_only=True)
    world.edit(mug, {"stock_class": "A"})
    row = row_of(desk, mug, "stock_class")
    assert (row.cells[0].locked, row.cells[0].display, row.cells[0].bound) == (
        "written by imports and rules only", "A", None,
    )  # fmt: skip
    form = {**desk.form(mug), "b:stock_class": "", "s:stock_class": "", "v:stock_class:": "B"}
    response = desk.save(mug, form)
    assert response.status_code == 422
    assert "Stock class is written by imports and rules only, not by hand." in response.content.decode()
    assert values_of(mug)["stock_class"] == "A"


def test_a_field_is_there_only_in_its_locales(world: World, desk: Desk, mug: int) -> None:
    add(world, "note", "text", localizable=True, locales=["de_DE"])
    assert row_of(desk, mug, "note", locale="en_US") is None
    assert [cell.key for cell in row_of(desk, mug, "note", locale="de_DE").cells] == ["note|de_DE"]


@pytest.fixture
def lid(world: World, mug: int) -> int:
    add(world, "lid", "boolean")
    add(world, "lid_size", "number", depends_on=world.attributes["lid"], depends_values=["true"])
    return mug


def test_a_field_whose_condition_is_not_met_is_explained_and_hidden(lid: int, desk: Desk) -> None:
    row = row_of(desk, lid, "lid_size")
    assert row.is_hidden
    assert row.condition.text == "Asked only where Lid is Yes."
    assert (row.condition.key, row.condition.values) == ("lid", '["true"]')


def test_it_is_asked_for_once_the_condition_is_met(lid: int, desk: Desk, world: World) -> None:
    world.edit(lid, {"lid": "yes"})
    row = row_of(desk, lid, "lid_size")
    assert not row.is_hidden
    assert row.condition.is_met


def test_a_value_is_kept_and_shown_though_it_is_no_longer_asked_for(
    lid: int, desk: Desk, world: World
) -> None:
    world.edit(lid, {"lid": "yes", "lid_size": "8"})
    form = desk.form(lid)
    assert desk.save(lid, {**form, "v:lid:": "false"}).status_code == 302
    assert values_of(lid)["lid_size"] == "8"
    row = row_of(desk, lid, "lid_size")
    assert not row.is_hidden
    assert not row.condition.is_met
    assert "The value it has is kept." in desk.page(lid).content.decode()


def test_both_fields_are_saved_at_once(lid: int, desk: Desk) -> None:
    form = {**desk.form(lid), "v:lid:": "true", "v:lid_size:": "8"}
    assert desk.save(lid, form).status_code == 302
    assert values_of(lid)["lid_size"] == "8"


def test_times_are_read_on_the_readers_own_clock(world: World, desk: Desk, mug: int) -> None:
    add(world, "online_from", "datetime")
    desk.user.time_zone = "Asia/Tokyo"
    desk.user.save()
    form = {**desk.form(mug), "v:online_from:_at": "2026-07-01T09:00"}
    assert desk.save(mug, form).status_code == 302
    assert values_of(mug)["online_from"] == "2026-07-01T00:00:00Z"
    assert desk.form(mug)["v:online_from:_at"] == ["2026-07-01T09:00"]
