"""One product on all channels: lines by what they mean, where the channels differ and why, limits, problems, rights."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.models import Listing
from enrichment.workbench.page.side_by_side import Cell, Table
from tests.channels.stage import FIELDS, make_channel, work_off_jobs
from tests.enrichment.conftest import Desk

PARTNER: list[dict[str, Any]] = [
    {"target": "artikelbezeichnung", "source": {"attribute": "name"}, "localized": True},
    {"target": "gewicht", "source": {"attribute": "weight"}},
    {"target": "price", "source": {"attribute": "price"}},
    {"target": "colour", "source": {"attribute": "color"}},
]


@pytest.fixture
def partner(world: Any, channel: Any) -> Any:
    made = make_channel(world, code="shop", fields=PARTNER)
    work_off_jobs()
    return made


def table(desk: Desk, product: int, **query: str) -> Table:
    return desk.page(product, tab="compare", locale="en_US", **query).context_data["table"]


def cells(found: Table, label: str) -> dict[str, Cell]:
    line = next(line for line in found.lines if line.label == label)
    columns = [column.channel.code for column in found.columns]
    return {code: cell for code, cell in zip(columns, line.cells, strict=True) if cell is not None}


def test_fields_of_other_names_stand_on_one_line_and_a_unit_is_no_difference(
    desk: Desk, mug: int, partner: Any
) -> None:
    found = table(desk, mug)
    assert [line.label for line in found.lines] == ["Name", "Price", "Weight", "Color"]
    weight = cells(found, "Weight")
    assert (weight["b2b"].text, weight["b2b"].verdict) == ("0.35 KILOGRAM", "same")
    assert (weight["shop"].text, weight["shop"].verdict) == ("350 GRAM", "shaped")
    assert found.differing == 0


def test_what_was_written_for_one_channel_differs_with_its_reason_word_by_word(
    desk: Desk, world: Any, mug: int, partner: Any
) -> None:
    world.edit(mug, {"name|en_US|shop": "Blue coffee mug", "price||shop": {"EUR": "8", "USD": "12"}})
    found = table(desk, mug)
    name = cells(found, "Name")["shop"]
    assert (name.verdict, str(name.mark)) == ("different", "written for this channel")
    assert name.parts == [("same", "Blue "), ("come", "coffee "), ("same", "mug")]
    assert cells(found, "Price")["shop"].differs
    assert [line.label for line in table(desk, mug, only="differences").shown] == ["Name", "Price"]


def test_a_value_that_one_channel_lacks_is_told(desk: Desk, world: Any, mug: int, partner: Any) -> None:
    world.edit(mug, {"name|en_US|shop": None})
    found = cells(table(desk, mug), "Name")["shop"]
    assert (found.text, found.verdict, str(found.mark)) == ("", "missing", "not sent")


def test_a_text_beyond_the_limit_says_so_at_its_field(desk: Desk, world: Any, mug: int, partner: Any) -> None:
    world.edit(mug, {"name|en_US": "B" * 80})
    cell = cells(table(desk, mug), "Name")["b2b"]
    assert (cell.length, cell.limit, cell.over) == (80, 75, True)
    assert "80 of 75 characters" in cell.problems[0].message
    assert cell.problems[0].href.endswith("?locale=en_US#f-name-en_US")
    assert not cells(table(desk, mug), "Name")["shop"].problems


def test_what_the_channel_shows_otherwise_stands_beside_the_value(desk: Desk, mug: int, partner: Any) -> None:
    drift = [{"field": "locales.en_US.title", "sent": "Blue mug", "seen": "Bleu mug", "kind": "edited"}]
    Listing.objects.filter(product=mug, channel__code="b2b").update(drift=drift)
    assert cells(table(desk, mug), "Name")["b2b"].shown == "Bleu mug"
    german = desk.page(mug, tab="compare", locale="de_DE").context_data["table"]
    assert cells(german, "Name")["b2b"].shown == ""


def test_who_may_not_see_an_attribute_does_not_see_it_here(person: Any, mug: int, partner: Any) -> None:
    seller = Desk(person("lena", ["product.view"], groups=["technical"], locales=["en_US"]))
    seller.user.roles.get().grants.update(unlocalized=True)
    page = seller.page(mug, tab="compare", locale="en_US")
    assert [line.label for line in page.context_data["table"].lines] == ["Weight", "Color"]
    assert "Blue mug" not in page.content.decode().partition("compare-frame")[2]
    assert "fields are not shown" in page.content.decode()


def test_a_variant_is_read_out_of_its_models_sheet(desk: Desk, world: Any, channel: Any) -> None:
    make_channel(
        world, code="shop", connector="portal", settings={"access": "public"}, credentials={}, fields=FIELDS
    )
    world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size")
    variant = world.create(
        "SHIRT-M", {"size": "m", "weight": {"amount": "1", "unit": "KILOGRAM"}}, parent="SHIRT"
    ).product
    weight = cells(table(desk, variant), "Weight")
    assert {code: cell.text for code, cell in weight.items()} == {"b2b": "1 KILOGRAM", "shop": "1 KILOGRAM"}


def test_more_channels_and_values_cost_no_more_queries(
    desk: Desk, world: Any, mug: int, partner: Any
) -> None:
    def count() -> int:
        desk.page(mug, tab="compare")
        with CaptureQueriesContext(connection) as captured:
            desk.page(mug, tab="compare")
        return len(captured)

    few = count()
    make_channel(world, code="amazon", fields=PARTNER)
    work_off_jobs()
    world.edit(mug, {"color": "red", "description|en_US": "<p>Text</p>", "name|en_US|amazon": "Mug"})
    assert count() == few
