"""Pages of the grid: one look finds a page and its number, keys are row values, places decide who sees what."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Category, Product, ProductCategory
from catalog.models.tokens import numbered
from enrichment.workbench.grid import paging, query
from tests.enrichment.conftest import Desk


def _mugs(world: Any, count: int, *, first: int = 0) -> None:
    for number in range(first, count):
        world.create(f"MUG-{number}", {"name|en_US": "Mug"}, family="mugs", categories=["cups"])


def test_the_region_has_the_page_s_rows_and_number_without_its_shell(
    world: Any, channel: Any, desk: Desk
) -> None:
    _mugs(world, 3)
    answer = desk.client.get(reverse("admin:catalog_product_region"), {"q": "mug", "sort": "sku"})
    assert [row.product.sku for row in answer.context_data["rows"]] == desk.skus(q="mug", sort="sku")
    assert desk.skus(q="mug", sort="sku") == ["MUG-0", "MUG-1", "MUG-2"]
    assert "3 products" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert (
        f'value="{reverse("admin:catalog_product_changelist")}?q=mug&amp;sort=sku"' in answer.content.decode()
    )


def test_a_page_s_statements_take_no_more_parameters_for_more_products(
    world: Any, channel: Any, desk: Desk
) -> None:
    def most(count: int) -> int:
        taken: list[int] = []

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            taken.append(len(params or ()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            assert len(desk.skus(family="mugs")) == count
        return max(taken)

    _mugs(world, 2)
    few = most(2)
    _mugs(world, 30, first=2)
    assert most(30) == few


@pytest.mark.parametrize("order", ["label", "-label"])
def test_pages_through_equal_labels_show_each_product_once_and_lead_back(
    world: Any, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    _mugs(world, 7)
    sort, rows = paging.SORTS[order], Product.objects.all()
    pages = [paging.page(rows, sort, size=3)]
    while pages[-1].next:
        pages.append(paging.page(rows, sort, size=3, after=pages[-1].next))
    skus = [[row.sku for row in each.rows] for each in pages]
    expected = [f"MUG-{number}" for number in range(7)]
    shown = [sku for each in skus for sku in each]
    assert shown == (expected if order == "label" else expected[::-1])
    assert [len(each) for each in skus] == [3, 3, 1]
    back = paging.page(rows, sort, size=3, before=pages[-1].previous)
    assert [row.sku for row in back.rows] == skus[1]


def _there_and_back(rows: Any, sort: paging.Sort) -> list[tuple[dict[str, str], Any]]:
    """[(where, the page there)]: the first, the one behind it, and the first again from there."""
    first = paging.page(rows, sort, size=3)
    second = paging.page(rows, sort, size=3, after=first.next)
    back = {"before": second.previous}
    return [({}, first), ({"after": first.next}, second), (back, paging.page(rows, sort, size=3, **back))]


@pytest.mark.parametrize("most", [4, 8])
@pytest.mark.parametrize("order", ["-changed", "label", "-sku"])
def test_a_counted_page_is_the_page_whether_or_not_there_are_more_than_are_counted(
    world: Any, order: str, most: int, django_assert_num_queries: Any
) -> None:
    _mugs(world, 7)
    sort, rows = paging.SORTS[order], Product.objects.filter(sku__startswith="MUG")
    for place, plain in _there_and_back(rows, sort):
        with django_assert_num_queries(2):
            page, count = paging.counted_page(
                rows.all, sort, nearly=rows, shown=rows, most=most, size=3, **place
            )
        assert (page.next, page.previous) == (plain.next, plain.previous)
        assert [row.sku for row in page.rows] == [row.sku for row in plain.rows]
        assert count == min(7, most)


@pytest.mark.parametrize("reach", [1, 4, 50])
@pytest.mark.parametrize("order", ["-changed", "label", "-sku"])
def test_a_near_page_is_the_page_however_far_it_looks(world: Any, order: str, reach: int) -> None:
    _mugs(world, 14)
    odd = [f"MUG-{number}" for number in range(1, 14, 2)]
    sort, rows = paging.SORTS[order], Product.objects.filter(sku__in=odd)
    first = paging.page(rows, sort, size=3)
    second = paging.page(rows, sort, size=3, after=first.next)
    last = paging.page(rows, sort, size=3, after=second.next)
    assert not last.next
    for place, plain in (
        ({}, first),
        ({"after": first.next}, second),
        ({"after": second.next}, last),
        ({"before": last.previous}, second),
        ({"before": second.previous}, first),
    ):
        page = paging.near_page(rows.all, sort, near=rows, size=3, reach=reach, **place)
        assert [row.sku for row in page.rows] == [row.sku for row in plain.rows]
        assert bool(page.next) == (plain is not last)


@pytest.mark.parametrize("most", [4, 8])
@pytest.mark.parametrize("order", ["-changed", "label", "-sku"])
def test_a_list_of_ids_alone_has_the_page_s_and_asks_for_no_product(
    world: Any, order: str, most: int, django_assert_num_queries: Any
) -> None:
    _mugs(world, 7)
    sort, rows = paging.SORTS[order], Product.objects.filter(sku__startswith="MUG")
    for place, plain in _there_and_back(rows, sort):
        with django_assert_num_queries(1 if most > 7 else 2):
            page, count = paging.counted_page(
                lambda: paging.listed(rows, sort), sort, nearly=rows, shown=None, most=most, size=3, **place
            )
        looked = paging.looked_through(
            lambda: paging.listed(rows, sort), sort, nearly=rows, shown=paging.listed(rows, sort), size=3, **place
        )  # fmt: skip
        for each in (page, looked):
            assert (each.ids, each.next, each.previous) == (plain.ids, plain.next, plain.previous)
        assert count == min(7, most)


@pytest.mark.parametrize("reach", [0, 1, 4, 50])
@pytest.mark.parametrize("order", ["-changed", "label", "-sku", "sku"])
def test_a_page_that_is_looked_through_holds_what_is_shown_alone_however_far_it_looks(
    world: Any, order: str, reach: int
) -> None:
    _mugs(world, 14)
    sort, nearly = paging.SORTS[order], Product.objects.filter(sku__startswith="MUG")
    rows = nearly.filter(
        sku__in=[f"MUG-{number}" for number in range(14) if number % 3]
    )  # every third is let through too
    first = paging.page(rows, sort, size=3)
    second = paging.page(rows, sort, size=3, after=first.next)
    third = paging.page(rows, sort, size=3, after=second.next)
    assert third.rows
    assert not third.next
    for place, plain in (
        ({}, first),
        ({"after": first.next}, second),
        ({"after": second.next}, third),
        ({"before": third.previous}, second),
        ({"before": second.previous}, first),
    ):
        for near in (nearly, rows):
            page = paging.looked_through(
                rows.all, sort, nearly=near, shown=rows, size=3, reach=reach, **place
            )
            assert (page.next, page.previous) == (plain.next, plain.previous)
            assert [row.sku for row in page.rows] == [row.sku for row in plain.rows]


def test_a_page_that_is_looked_through_is_found_at_once_where_it_is_full(
    world: Any, django_assert_num_queries: Any
) -> None:
    _mugs(world, 14)
    sort, rows = paging.SORTS["sku"], Product.objects.all()
    for reach, queries in ((0, 1), (9, 2), (2, 3)):  # 2 rows are less than a page: it is looked for in all
        with django_assert_num_queries(queries):
            paging.looked_through(rows.all, sort, nearly=rows, shown=rows, size=5, reach=reach)


def test_a_page_beyond_the_last_row_is_empty_and_still_counted(world: Any) -> None:
    _mugs(world, 2)
    sort, rows = paging.SORTS["sku"], Product.objects.all()
    last = paging.key_of(Product.objects.get(sku="MUG-1"), sort)
    page, count = paging.counted_page(rows.all, sort, nearly=rows, shown=rows, most=9, after=last)
    assert (page.rows, count) == ([], 2)


@pytest.mark.parametrize("filters", [{}, {"family": "mugs"}])
def test_a_link_to_where_nothing_stands_any_more_shows_the_first_page_and_adds_no_rows(
    world: Any, desk: Desk, filters: dict[str, str]
) -> None:
    _mugs(world, 2)
    last = paging.key_of(Product.objects.get(sku="MUG-1"), paging.SORTS["sku"])
    answer = desk.grid(sort="sku", after=last, **filters)
    assert [row.product.sku for row in answer.context_data["rows"]] == ["MUG-0", "MUG-1"]
    assert "No products yet" not in answer.content.decode()
    more = desk.client.get(reverse("admin:catalog_product_rows"), {"sort": "sku", "after": last, **filters})
    assert (more.context_data["rows"], more["X-Next"]) == ([], "")


def _key(value: Any, pk: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, pk]).encode()).decode()


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ("sku", _key("MUG-0", 2**63)),
        ("sku", _key("MUG-0", -(2**70))),
        ("sku", _key("MUG-0", float("inf"))),
        ("sku", _key("MUG-0", "1")),
        ("sku", _key("MUG-0\x00", 1)),
        ("sku", _key("\ud800", 1)),
        ("sku", _key(5, 1)),
        ("-changed", _key(5, 1)),
        ("-changed", _key("0001-01-01T00:00:00+14:00", 1)),
        ("-changed", _key("9999-12-31T23:59:59-14:00", 1)),
        ("-changed", base64.urlsafe_b64encode(b"[" * 3000).decode()),
    ],
)
def test_a_page_key_no_database_would_take_shows_the_first_page(
    world: Any, desk: Desk, order: str, key: str
) -> None:
    _mugs(world, 1)
    assert desk.skus(sort=order, after=key) == desk.skus(sort=order, before=key) == ["MUG-0"]


def test_a_filter_counts_no_further_than_the_limit(
    world: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "COUNT_LIMIT", 3)
    _mugs(world, 4)
    answer = desk.grid(family="mugs")
    assert (answer.context_data["count"], answer.context_data["count_more"]) == (3, True)
    assert len(answer.context_data["rows"]) == 4
    assert "3+ products" in answer.content.decode()


def test_a_limited_person_sees_by_places_even_where_tokens_say_otherwise(world: Any, person: Any) -> None:
    _mugs(world, 3)
    gone = Product.objects.get(sku="MUG-1")
    ProductCategory.objects.filter(product=gone).delete()  # as a moved branch, before its job
    assert numbered(f"cat={world.categories['kitchen'].pk}") in gone.tokens
    desk = Desk(person("lena", ["product.edit"], categories=["kitchen"], locales=["en_US"]))
    assert desk.skus(sort="sku") == ["MUG-0", "MUG-2"]
    assert desk.skus(sort="sku", family="mugs") == ["MUG-0", "MUG-2"]
    more = desk.client.get(reverse("admin:catalog_product_rows"), {"sort": "sku"})
    assert [row.product.sku for row in more.context_data["rows"]] == ["MUG-0", "MUG-2"]
    listed = desk.client.get(reverse("admin:enrichment_spreadsheet_ids"), {"sort": "sku"}).json()["ids"]
    assert listed == list(Product.objects.filter(sku__in=["MUG-0", "MUG-2"]).values_list("pk", flat=True).order_by("sku"))  # fmt: skip
    assert desk.page(gone.pk).status_code == 404


def test_the_spreadsheet_s_list_of_a_limited_person_goes_on_where_it_ended_and_is_counted(
    world: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mugs(world, 5)
    world.create("A-MUG-ELSEWHERE", {"name|en_US": "Mug"}, family="mugs", categories=["home"])
    monkeypatch.setattr("enrichment.workbench.spreadsheet.address.IDS", 2)
    ids = list(Product.objects.filter(sku__startswith="MUG").order_by("sku").values_list("pk", flat=True))
    desk = Desk(person("lena", ["product.edit"], categories=["kitchen"], locales=["en_US"]))
    query = {"sort": "sku", "cols": "name|en_US"}
    context = desk.client.get(reverse("admin:enrichment_spreadsheet"), query).context_data
    known = context["known"]
    assert (context["count"], context["more"]) == (5, False)
    found, further = list(known["ids"]), known["further"]
    while further:
        part = desk.client.get(
            reverse("admin:enrichment_spreadsheet_ids"), {**query, "after": further}
        ).json()
        assert len(part["ids"]) <= 2
        found, further = [*found, *part["ids"]], part["further"]
    assert found == ids


def test_a_limited_person_s_pages_and_numbers_hold_nothing_of_other_branches(
    world: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mugs(world, 4)
    for number in range(4):
        world.create(f"OTHER-{number}", {"name|en_US": "Mug"}, family="mugs", categories=["home"])
    world.create("NOWHERE", {"name|en_US": "Mug"}, family="mugs")
    world.edit(Product.objects.get(sku="MUG-3").pk, trashed=True)
    for paged in (paging.page, paging.counted_page, paging.near_page, paging.looked_through):
        monkeypatch.setattr(paged, "__kwdefaults__", {**paged.__kwdefaults__, "size": 2})
    desk = Desk(person("lena", ["product.edit"], categories=["kitchen"], locales=["en_US"]))
    for filters in ({}, {"family": "mugs"}, {"q": "mug"}):
        context = desk.grid(sort="sku", **filters).context_data
        assert [row.product.sku for row in context["rows"]] == ["MUG-0", "MUG-1"]
        assert context["count"] == 3
        address = reverse("admin:catalog_product_rows") + "?" + context["next_query"]
        more = desk.client.get(address)
        assert [row.product.sku for row in more.context_data["rows"]] == ["MUG-2"]
        assert more["X-Next"] == ""
    assert desk.skus(sort="sku", trash="yes") == ["MUG-3"]


@pytest.mark.parametrize("filters", [{}, {"family": "mugs"}])
def test_who_is_limited_to_a_category_that_reaches_nothing_sees_an_empty_grid(
    world: Any, person: Any, filters: dict[str, str]
) -> None:
    _mugs(world, 1)
    desk = Desk(person("lena", ["product.edit"], categories=["kitchen"]))
    Category.objects.filter(code="kitchen").update(path="")  # not yet placed in its tree
    context = desk.grid(**filters).context_data
    assert (context["rows"], context["count"]) == ([], 0)
    more = desk.client.get(reverse("admin:catalog_product_rows"), filters)
    assert more.context_data["rows"] == []


@pytest.mark.parametrize("filters", [{}, {"family": "mugs"}])
def test_a_limited_person_s_page_takes_as_many_queries_for_any_number_of_products(
    world: Any, person: Any, filters: dict[str, str]
) -> None:
    desk = Desk(person("lena", ["product.edit"], categories=["kitchen"], locales=["en_US"]))
    asked = []
    for number in (3, 6):
        _mugs(world, number, first=3 * len(asked))
        desk.grid(**filters)
        with CaptureQueriesContext(connection) as captured:
            assert len(desk.skus(**filters)) == number
        asked.append(len(captured))
    assert asked[0] == asked[1]
