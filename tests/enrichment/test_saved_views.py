"""Saved views: kept, shown as tabs, changed, shared, and never more than their reader may see. And the columns they carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Role, User
from enrichment.models import DefaultView, SavedView
from enrichment.workbench.grid import columns
from tests.enrichment.conftest import Desk
from tests.enrichment.forms import controls
from tests.world import World

GRID = "/admin/catalog/product/"


@pytest.fixture
def range_(world: World, channel: Any) -> dict[str, int]:
    made = {}
    for sku, color, category in (
        ("MUG-1", "red", "cups"),
        ("MUG-2", "navy", "cups"),
        ("MUG-3", "red", "other"),
    ):
        values = {"name|en_US": f"{sku} name", "name|de_DE": f"{sku} Name", "color": color, "capacity": "300"}
        made[sku] = world.create(sku, values, family="mugs", categories=[category]).product
    return made


def save(desk: Desk, query: str, name: str, **more: Any) -> SavedView:
    answer = desk.post("enrichment_view_add", query=query, **{"view-name": name, **more})
    assert answer.status_code == 302, answer.content.decode()
    return SavedView.objects.get(name=name)


def tabs_of(desk: Desk, address: str = GRID) -> Any:
    return desk.client.get(address).context_data["tabs"]


def test_a_view_keeps_filters_order_and_columns_and_its_link_shows_them(desk: Desk, range_: Any) -> None:
    view = save(desk, "sort=sku&a.color=red&cols=_sku~name|de_DE&after=xyz&view=7", "Red mugs")
    assert view.query == "a.color=red&cols=_sku~name%7Cde_DE&sort=sku"
    answer = desk.client.get(GRID, {"view": view.pk}, follow=True)
    context = answer.context_data
    assert [row.product.sku for row in context["rows"]] == ["MUG-1", "MUG-3"]
    assert [column.name for column, _head in context["columns"]] == ["_sku", "name|de_DE"]
    assert "MUG-1 Name" in answer.content.decode()
    assert [(tab.name, tab.is_current) for tab in context["tabs"].listed] == [("Red mugs", True)]
    assert not context["tabs"].is_changed


def test_what_is_changed_since_is_said_and_saved_or_reset(desk: Desk, range_: Any) -> None:
    view = save(desk, "a.color=red", "Red")
    tabs = tabs_of(desk, f"{GRID}?view={view.pk}&a.color=navy")
    assert (tabs.is_changed, tabs.may_save, tabs.may_save_as) == (True, True, True)
    assert desk.client.get(f"{GRID}?{tabs.reset}").context_data["count"] == 2
    desk.post("enrichment_view_keep", view.pk, query=f"view={view.pk}&a.color=navy")
    view.refresh_from_db()
    assert view.query == "a.color=navy"
    assert not tabs_of(desk, f"{GRID}?view={view.pk}&a.color=navy").is_changed


def test_the_order_in_which_an_address_names_things_is_no_change(desk: Desk, range_: Any) -> None:
    view = save(desk, "a.color=red&sort=sku", "Red")
    assert not tabs_of(desk, f"{GRID}?sort=sku&view={view.pk}&a.color=red&q=").is_changed


def test_the_products_begin_with_ones_own_view_and_all_are_one_press_away(desk: Desk, range_: Any) -> None:
    view = save(desk, "a.color=navy", "Navy", **{"view-is_default": "on"})
    assert desk.client.get(GRID)["Location"] == f"{GRID}?view={view.pk}&a.color=navy"
    assert desk.client.get(GRID, {"view": "all"}).context_data["count"] == 3
    assert desk.client.get(GRID, {"a.color": "red"}).context_data["count"] == 2
    desk.post("enrichment_view_delete", view.pk)
    assert desk.client.get(GRID).status_code == 200
    assert not DefaultView.objects.exists()


def test_a_view_is_for_its_owner_and_the_roles_it_is_shared_with(
    desk: Desk, range_: Any, person: Callable[..., User]
) -> None:
    anna, eva = Desk(person("anna", ["product.view"])), Desk(person("eva", ["product.view"]))
    role = Role.objects.get(code="anna")
    shared = save(desk, "a.color=red", "Shared", **{"view-roles": role.pk})
    own = save(desk, "a.color=navy", "Mine")
    assert [tab.name for tab in tabs_of(anna).listed] == ["Shared"]
    assert tabs_of(eva).listed == []
    gone = eva.client.get(GRID, {"view": shared.pk}).context_data
    assert (gone["tabs"].is_gone, gone["count"]) == (True, 3)
    for who, view in ((anna, own), (eva, shared)):
        for name in ("enrichment_view_keep", "enrichment_view_delete", "enrichment_view_change"):
            assert who.post(name, view.pk, query="").status_code == 404
    # Shared with anna, who may open it and begin with it, and not change it.
    for name in ("enrichment_view_keep", "enrichment_view_delete"):
        assert anna.post(name, shared.pk, query="").status_code == 404
    anna.post("enrichment_view_change", shared.pk, **{"view-name": "Taken", "view-is_default": "on"})
    shared.refresh_from_db()
    assert (shared.name, shared.query) == ("Shared", "a.color=red")
    assert DefaultView.objects.get().user == anna.user
    assert "view-roles" not in anna.client.get(reverse("admin:enrichment_view_add")).content.decode()
    anna.post("enrichment_view_add", query="", **{"view-name": "Own", "view-roles": role.pk})
    assert not SavedView.objects.get(name="Own").roles.exists()


def test_who_may_share_keeps_a_shared_view_when_its_owner_has_left(
    desk: Desk, range_: Any, person: Callable[..., User]
) -> None:
    vera = Desk(person("vera", ["view.share"]))
    view = save(vera, "a.color=red", "Team", **{"view-roles": Role.objects.get(code="vera").pk})
    otto = Desk(person("otto", ["view.share"]))
    otto.user.roles.add(Role.objects.get(code="vera"))
    vera.user.delete()
    assert otto.post("enrichment_view_keep", view.pk, query="a.color=navy").status_code == 302
    view.refresh_from_db()
    assert (view.owner, view.query) == (None, "a.color=navy")


def test_a_name_twice_and_one_too_long_are_refused_at_the_field(desk: Desk, range_: Any) -> None:
    save(desk, "", "Red")
    for name, words in (("Red", "already"), ("x" * 61, "at most 60"), ("  ", "required")):
        answer = desk.post("enrichment_view_add", query="", **{"view-name": name})
        assert words in str(answer.context_data["form"].errors["name"])
    assert SavedView.objects.count() == 1
    long = desk.post("enrichment_view_add", query="q=" + "x" * 3001, **{"view-name": "Long"}, follow=True)
    assert long.status_code == 302
    assert SavedView.objects.count() == 1


def test_a_shared_view_shows_nobody_what_their_roles_do_not(
    desk: Desk, range_: Any, person: Callable[..., User]
) -> None:
    """Neither products, nor columns, nor by what it filters: the address that is handed out does not name it."""
    kim = Desk(person("kim", ["product.view", "view.share"], groups=["marketing"], locales=["de_DE"], categories=["kitchen"]))  # fmt: skip
    query = "a.color=red&empty=color&cols=_sku~color~name|de_DE~name|en_US&sort=sku"
    view = save(desk, query, "Red", **{"view-roles": Role.objects.get(code="kim").pk})
    answer = kim.client.get(GRID, {"view": view.pk}, follow=True)
    context = answer.context_data
    assert [row.product.sku for row in context["rows"]] == ["MUG-1", "MUG-2"]
    assert [column.name for column, _head in context["columns"]] == ["_sku", "name|de_DE"]
    assert "color" not in answer.content.decode().lower().replace("color-", "").replace("-color", "")
    assert (context["tabs"].hides, context["tabs"].is_changed) == (True, False)
    whole = save(desk, "a.color=red", "Colour", **{"view-roles": Role.objects.get(code="kim").pk})
    assert (
        kim.client.get(GRID, {"view": whole.pk}).context_data["tabs"].hides
    )  # nothing is left of it, and no loop
    # What one does not see one does not save away.
    assert kim.post("enrichment_view_keep", view.pk, query="sort=sku").status_code == 404


def test_columns_are_added_moved_and_taken_away_without_script(desk: Desk, range_: Any) -> None:
    address = reverse("admin:catalog_product_columns")

    def form(answer: Any) -> dict[str, list[str]]:
        return controls(answer.content.decode(), "columns-form")

    page = form(desk.client.get(address, {"a.color": "red", "cols": "_sku~_status"}))
    assert page["col"] == ["_sku", "_status"]
    for do, expected in (
        ("add:name|de_DE", ["_sku", "_status", "name|de_DE"]),
        ("add:name|en_US|amazon", ["_sku", "_status", "name|de_DE", "name|en_US|amazon"]),
        (
            "add:name",
            ["_sku", "_status", "name|de_DE", "name|en_US|amazon"],
        ),  # there is none without a language
        ("add:nothing", ["_sku", "_status", "name|de_DE", "name|en_US|amazon"]),
        ("up:name|de_DE", ["_sku", "name|de_DE", "_status", "name|en_US|amazon"]),
        ("down:_status", ["_sku", "name|de_DE", "name|en_US|amazon", "_status"]),
        ("drop:_sku", ["name|de_DE", "name|en_US|amazon", "_status"]),
    ):
        page = form(desk.client.post(address, {**page, "do": do}))
        assert page["col"] == expected
    answer = desk.client.post(address, {**page, "do": "show"})
    assert answer["Location"] == f"{GRID}?a.color=red&cols=name%7Cde_DE~name%7Cen_US%7Camazon~_status"
    usual = form(desk.client.post(address, {**page, "do": "usual"}))
    assert desk.client.post(address, {**usual, "do": "show"})["Location"] == f"{GRID}?a.color=red"


def test_the_values_of_a_column_are_those_that_hold_there(desk: Desk, world: World, range_: Any) -> None:
    world.edit(range_["MUG-1"], {"name|en_US|consumer": "For people"})
    model = world.create("SHIRT", {"name|en_US": "Shirt <b>"}, family_variant="shirts_size").product
    variant = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    answer = desk.grid(level="all", cols="name|en_US|amazon~name|de_AT~size~color~capacity~_categories")
    cells = {row.product.pk: str(row.cells) for row in answer.context_data["rows"]}
    assert "For people" in cells[range_["MUG-1"]]  # Amazon inherits from its audience
    assert "value-fallback" in cells[range_["MUG-1"]]
    assert "MUG-1 Name" in cells[range_["MUG-1"]]  # Austrian falls back to German
    assert all(word in cells[range_["MUG-1"]] for word in ("Red", "300", "Cups"))
    assert "Shirt &lt;b&gt;" in cells[variant]
    assert "Shirt &lt;b&gt;" in cells[model]
    assert cells[variant].count("M</td>") == 1


def test_rights_in_one_category_show_no_column_in_another(
    world: World, range_: Any, person: Callable[..., User]
) -> None:
    """A role for marketing texts in the kitchen and one for technical data of the rest."""
    user = person("eva", ["product.view"], groups=["marketing"], categories=["kitchen"])
    user.roles.add(*person("other", ["product.view"], groups=["technical"], categories=["other"]).roles.all())
    for role in user.roles.all():
        role.grants.update(unlocalized=True)
    answer = Desk(user).grid(sort="sku", cols="name|de_DE~capacity")
    cells = {row.product.sku: str(row.cells) for row in answer.context_data["rows"]}
    assert [("Name" in cells[sku], "300" in cells[sku]) for sku in ("MUG-1", "MUG-3")] == [
        (True, False),
        (False, True),
    ]


def test_the_grid_asks_as_often_with_columns_and_views_for_twice_as_many(
    desk: Desk, world: World, range_: Any
) -> None:
    query = "level=all&cols=_sku~name|de_DE~name|en_US|amazon~color~picture~_categories~@b2b"

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get(f"{GRID}?{query}").status_code == 200
        return len(captured)

    save(desk, query, "One")
    count()
    few = count()
    for number in range(12):
        world.create(f"N{number}", {"name|en_US": "x"}, family="mugs", categories=["cups"])
        save(desk, f"q={number}", f"View {number}")
    assert count() == few
    assert few <= 36


def test_a_column_of_an_address_that_is_not_there_is_passed_over(desk: Desk, range_: Any) -> None:
    answer = desk.grid(
        cols="nope~_sku~name~name|xx_XX~name|en_US|nowhere~color|de_DE~@nochannel~a|b|c|d~_sku"
    )
    assert [column.name for column, _head in answer.context_data["columns"]] == ["_sku"]
    many = desk.grid(cols="~".join(f"name|en_US|{code}" for code in world_contexts()) + "~_sku" * 100)
    assert len(many.context_data["columns"]) <= columns.MOST


def world_contexts() -> list[str]:
    return ["consumer", "professional", "shop", "amazon", "b2b"]


def test_all_that_follows_from_a_view_keeps_it(desk: Desk, range_: Any) -> None:
    """Filtering, one by one, and the way back."""
    view = save(desk, "a.color=red&cols=_sku~color", "Red")
    page = desk.client.get(GRID, {"view": view.pk}, follow=True).content.decode()
    assert f"queue/?view={view.pk}&amp;a.color=red" in page
    panel = desk.client.get(reverse("admin:catalog_product_filters"), {"view": view.pk, "cols": "_sku~color"})
    assert f'name="view" value="{view.pk}"' in panel.content.decode()
    queue = desk.client.get(
        reverse("admin:enrichment_queue"), {"view": view.pk, "a.color": "red", "cols": "_sku"}
    )
    assert f"view={view.pk}" in queue.content.decode()
