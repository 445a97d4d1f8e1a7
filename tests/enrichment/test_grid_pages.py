"""Pages of the grid: one look finds a page and its number, keys are row values, places decide who sees what."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from catalog.models import Product, ProductCategory
from enrichment.workbench.grid import paging, query
from tests.enrichment.conftest import Desk


def _mugs(world: Any, count: int, **fields: Any) -> None:
    for number in range(count):
        world.create(f"MUG-{number}", {"name|en_US": "Mug"}, family="mugs", categories=["cups"], **fields)


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


@pytest.mark.parametrize("most", [4, 8])
@pytest.mark.parametrize("order", ["-changed", "label", "-sku"])
def test_a_counted_page_is_the_page_whether_or_not_there_are_more_than_are_counted(
    world: Any, order: str, most: int, django_assert_num_queries: Any
) -> None:
    _mugs(world, 7)
    sort, rows = paging.SORTS[order], Product.objects.filter(sku__startswith="MUG")
    first = paging.page(rows, sort, size=3)
    for place in (
        {},
        {"after": first.next},
        {"before": paging.page(rows, sort, size=3, after=first.next).previous},
    ):
        plain = paging.page(rows, sort, size=3, **place)
        with django_assert_num_queries(2):
            page, count = paging.counted_page(
                rows, sort, counted=rows, shown=rows, most=most, size=3, **place
            )
        assert (page.next, page.previous) == (plain.next, plain.previous)
        assert [row.sku for row in page.rows] == [row.sku for row in plain.rows]
        assert count == min(7, most)


def test_a_page_beyond_the_last_row_is_empty_and_still_counted(world: Any) -> None:
    _mugs(world, 2)
    sort, rows = paging.SORTS["sku"], Product.objects.all()
    last = paging.key_of(Product.objects.get(sku="MUG-1"), sort)
    page, count = paging.counted_page(rows, sort, counted=rows, shown=rows, most=9, after=last)
    assert (page.rows, count) == ([], 2)


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
    assert f"cat={world.categories['kitchen'].pk}" in gone.tokens
    desk = Desk(person("lena", ["product.edit"], categories=["kitchen"], locales=["en_US"]))
    assert desk.skus(sort="sku") == ["MUG-0", "MUG-2"]
    assert desk.skus(sort="sku", family="mugs") == ["MUG-0", "MUG-2"]
    assert desk.page(gone.pk).status_code == 404
