"""Finding products in the grid: filters grown from the structure, search, sort, pages by key."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from channels.models import Listing
from tests.channels.stage import FULL
from tests.enrichment.conftest import Desk


@pytest.fixture
def range_(world: Any, channel: Any) -> dict[str, int]:
    """Three mugs and a shirt with a variant."""
    made = {}
    for sku, color, capacity, category in (
        ("MUG-1", "red", "300", "cups"),
        ("MUG-2", "navy", "400", "cups"),
        ("MUG-3", "red", "500", "other"),
    ):
        values = {**FULL, "color": color, "capacity": capacity, "name|en_US": f"{color.title()} mug"}
        made[sku] = world.create(sku, values, family="mugs", categories=[category]).product
    made["SHIRT"] = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size").product
    made["SHIRT-M"] = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    return made


def test_the_grid_begins_with_models_and_products_and_leaves_variants_to_who_asks(
    desk: Desk, range_: Any
) -> None:
    assert desk.skus(sort="sku") == ["MUG-1", "MUG-2", "MUG-3", "SHIRT"]
    assert desk.skus(sort="sku", level="sellable") == ["MUG-1", "MUG-2", "MUG-3", "SHIRT-M"]
    assert desk.skus(sort="sku", level="all") == ["MUG-1", "MUG-2", "MUG-3", "SHIRT", "SHIRT-M"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"family": "mugs"}, ["MUG-1", "MUG-2", "MUG-3"]),
        ({"family": ["mugs", "shirts"], "kind": "variant"}, ["SHIRT-M"]),
        ({"category": "kitchen"}, ["MUG-1", "MUG-2"]),
        ({"a.color": "red"}, ["MUG-1", "MUG-3"]),
        ({"a.color": ["red", "navy"]}, ["MUG-1", "MUG-2", "MUG-3"]),
        ({"a.color": "red", "category": "other"}, ["MUG-3"]),
        ({"a.capacity:_low": "350", "a.capacity:_high": "450"}, ["MUG-2"]),
        ({"a.capacity:_low": "350"}, ["MUG-2", "MUG-3"]),
        ({"a.price:_currency": "EUR", "a.price:_low": "100"}, []),
        ({"a.price:_currency": "EUR"}, ["MUG-1", "MUG-2", "MUG-3", "SHIRT"]),
        ({"empty": "picture", "family": "mugs"}, ["MUG-1", "MUG-2", "MUG-3"]),
        ({"empty": "color", "family": "mugs"}, []),
        ({"q": "navy"}, ["MUG-2"]),
        ({"q": "mug-3"}, ["MUG-3"]),
        ({"complete": "b2b|en_US"}, ["MUG-1", "MUG-2", "MUG-3", "SHIRT-M"]),
        ({"incomplete": "b2b|en_US"}, []),
        ({"status": "approved"}, []),
        ({"no_such_filter": "x"}, ["MUG-1", "MUG-2", "MUG-3", "SHIRT"]),
        ({"family": "gone"}, ["MUG-1", "MUG-2", "MUG-3", "SHIRT"]),
        ({"family": ["shirts", "gone"], "level": "top"}, ["SHIRT"]),
        ({"category": ["gone", "other"]}, ["MUG-3"]),
    ],
)
def test_a_filter_finds_exactly(desk: Desk, range_: Any, query: dict[str, Any], found: list[str]) -> None:
    assert desk.skus(sort="sku", **query) == found


def test_a_missing_value_makes_a_product_incomplete_and_the_filter_finds_it(
    desk: Desk, world: Any, range_: Any
) -> None:
    from catalog.values.changes import RESET

    world.edit(range_["MUG-2"], {"name|de_DE": RESET})
    assert desk.skus(incomplete="b2b|de_DE") == ["MUG-2"]
    assert desk.skus(incomplete="b2b|en_US") == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"family": "gone"}, 1),
        ({"family": ["mugs", "gone"]}, 0),
        ({"family": "gone", "category": "gone", "a.color": "red"}, 2),
        ({"a.color": "gone"}, 1),
        ({"a.gone": "red"}, 1),
        ({"a.gone:_low": "1", "a.gone:_high": "2"}, 1),
        ({"missing": "gone|de_DE|name"}, 1),
        ({"approval": "de_DE|draft"}, 1),
        ({"a.price:_currency": "EUR"}, 0),
        ({"family": "", "a.color": "", "sort": "sku", "level": "all", "view": "all", "other": "x"}, 0),
    ],
)
def test_a_filter_whose_choice_is_gone_is_told(
    desk: Desk, range_: Any, query: dict[str, Any], count: int
) -> None:
    answer = desk.grid(**query)
    assert answer.context_data["left_out"] == count
    text = answer.content.decode()
    assert ("does not filter" in text or "do not filter" in text) is (count > 0)


def test_the_listing_filter_knows_the_state_on_one_channel(desk: Desk, range_: Any) -> None:
    Listing.objects.filter(product=range_["MUG-1"]).update(state="refused", reason="No picture")
    assert desk.skus(listing="b2b|refused") == ["MUG-1"]
    assert "No picture" in desk.grid(listing="b2b|refused").content.decode()


def test_an_import_leads_to_exactly_the_products_it_touched(desk: Desk, world: Any, range_: Any) -> None:
    from catalog.values.changes import Actor

    world.edit(
        range_["MUG-3"], {"capacity": "1"}, by=Actor(None, origin="import", ref="import:7", trusted=True)
    )
    assert desk.skus(**{"import": "7"}) == ["MUG-3"]


def test_the_trash_is_its_own_place(desk: Desk, world: Any, range_: Any) -> None:
    world.edit(range_["MUG-1"], trashed=True)
    assert desk.skus(sort="sku", family="mugs") == ["MUG-2", "MUG-3"]
    assert desk.skus(trash="yes") == ["MUG-1"]


def test_each_active_filter_is_a_chip_that_leads_to_the_rest(desk: Desk, range_: Any) -> None:
    response = desk.grid(**{"a.color": "red", "category": "cups", "q": "mug"})
    chips = {
        str(chip["label"]): (str(chip["text"]), chip["without"]) for chip in response.context_data["chips"]
    }
    texts = {label: text.strip() for label, (text, _without) in chips.items()}
    assert texts == {"Search": "mug", "Color": "Red", "Category": "Cups"}
    assert (
        desk.client.get(f"{reverse('admin:catalog_product_changelist')}?{chips['Category'][1]}").context_data[
            "count"
        ]
        == 2
    )


@pytest.mark.parametrize("sort", ["-changed", "changed", "label", "-label", "sku", "-sku"])
def test_pages_by_key_walk_through_everything_once_and_back(
    desk: Desk, world: Any, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    from enrichment.workbench.grid import paging

    for number in range(7):
        world.create(f"P-{number}", {"name|en_US": f"Same {number // 3}"}, family="mugs")
    monkeypatch.setattr(paging.page, "__kwdefaults__", {**paging.page.__kwdefaults__, "size": 3})
    address = reverse("admin:catalog_product_changelist")
    response = desk.client.get(address, {"sort": sort})
    walked, pages = [], []
    while True:
        context = response.context_data
        pages.append([row.product.sku for row in context["rows"]])
        walked += pages[-1]
        if not context["next_query"]:
            break
        response = desk.client.get(f"{address}?{context['next_query']}")
    assert len(pages) == 3
    assert sorted(walked) == [f"P-{number}" for number in range(7)]
    back = desk.client.get(f"{address}?{response.context_data['previous_query']}").context_data
    assert [row.product.sku for row in back["rows"]] == pages[1]


def test_a_page_key_somebody_made_up_shows_the_first_page(desk: Desk, range_: Any) -> None:
    assert desk.skus(sort="sku", after="bm9uc2Vuc2U") == ["MUG-1", "MUG-2", "MUG-3", "SHIRT"]


def test_the_count_stops_at_its_cap(desk: Desk, range_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from enrichment.workbench.grid import query

    monkeypatch.setattr(query, "COUNT_LIMIT", 2)
    context = desk.grid().context_data
    assert (context["count"], context["count_more"]) == (2, True)


def test_an_empty_catalogue_says_how_to_begin_and_a_miss_which_filter_to_drop(desk: Desk, world: Any) -> None:
    assert "No products yet" in desk.grid().content.decode()
    world.create("MUG-1", {}, family="mugs")
    response = desk.grid(q="nothing like it")
    assert "No product matches" in response.content.decode()
    assert len(response.context_data["chips"]) == 1


def test_people_see_only_what_their_categories_reach(world: Any, range_: Any, person: Any) -> None:
    seen = Desk(person("kim", ["product.view"], categories=["kitchen"]))
    assert seen.skus(sort="sku", level="all") == ["MUG-1", "MUG-2"]


def test_a_filter_on_an_attribute_one_may_not_see_does_not_tell_its_values(range_: Any, person: Any) -> None:
    writer = Desk(person("wim", ["product.edit"], groups=["marketing"]))
    assert writer.skus(sort="sku", **{"a.color": "red"}) == ["MUG-1", "MUG-2", "MUG-3", "SHIRT"]
    panel = writer.client.get(reverse("admin:catalog_product_filters")).content.decode()
    assert "a.color" not in panel
    assert "Color" not in panel


def test_the_panel_offers_a_filter_for_each_filterable_attribute(desk: Desk, range_: Any) -> None:
    panel = desk.client.get(reverse("admin:catalog_product_filters"), {"a.color": "red"}).content.decode()
    for name in (
        "a.color",
        "a.size",
        "a.features",
        "a.capacity:_low",
        "a.price:_currency",
        "a.released:_low",
        "a.dishwasher_safe",
    ):
        assert f'name="{name}"' in panel


@pytest.mark.parametrize("name", ["chosen", "launch", "campaign", "import", "ref"])
def test_the_panel_keeps_what_comes_with_links(desk: Desk, range_: Any, name: str) -> None:
    answer = desk.client.get(
        reverse("admin:catalog_product_filters"), {name: "7", "sort": "sku", "after": "x"}
    )
    assert sorted(answer.context_data["kept"]) == sorted([(name, "7"), ("sort", "sku")])


def test_more_rows_come_as_a_fragment(desk: Desk, range_: Any) -> None:
    response = desk.client.get(reverse("admin:catalog_product_rows"), {"sort": "sku"})
    body = response.content.decode()
    assert body.count("<tr") == 4
    assert "<html" not in body
    assert response["X-Next"] == ""
