"""The categories of a product and whether it is enabled, changed on its page."""

from __future__ import annotations

from typing import Any

from catalog.models import Product, ProductCategory, Revision
from tests.enrichment.conftest import Desk
from tests.enrichment.forms import controls

FIELD = "v:_categories:"


def placed(product: int) -> list[str]:
    rows = ProductCategory.objects.filter(product=product).order_by("position")
    return list(rows.values_list("category__code", flat=True))


def test_categories_are_listed_by_their_whole_path(desk: Desk, mug: int) -> None:
    placement = desk.page(mug).context_data["placement"]
    assert [place.path for place in placement.places] == [
        "Home",
        "Home / Fashion",
        "Home / Kitchen",
        "Home / Kitchen / Cups",
        "Other",
    ]
    assert [place.code for place in placement.own] == ["cups"]


def test_a_category_is_added_and_another_removed(desk: Desk, mug: int) -> None:
    form = desk.form(mug)
    assert form[FIELD] == ["cups"]
    form[FIELD] = ["fashion", "other"]
    assert desk.save(mug, form).status_code == 302
    assert placed(mug) == ["fashion", "other"]
    revision = Revision.objects.filter(product=mug).latest("rev")
    assert revision.changes == {"_categories": [["cups"], ["fashion", "other"]]}


def test_the_last_category_can_be_removed(desk: Desk, mug: int) -> None:
    form = desk.form(mug)
    del form[FIELD]
    desk.save(mug, form)
    assert placed(mug) == []


def test_categories_are_saved_together_with_the_fields(desk: Desk, mug: int) -> None:
    form = desk.form(mug)
    form[FIELD], form["v:name|en_US:"] = ["cups", "other"], ["Green mug"]
    desk.save(mug, form)
    revision = Revision.objects.filter(product=mug).latest("rev")
    assert set(revision.changes) == {"_categories", "name|en_US"}


def test_what_somebody_else_added_meanwhile_stays(desk: Desk, world: Any, mug: int) -> None:
    mine = desk.form(mug)
    world.edit(mug, categories=["cups", "other"])
    mine[FIELD] = ["cups", "fashion"]
    assert desk.save(mug, mine).status_code == 302
    assert placed(mug) == ["cups", "other", "fashion"]


def test_an_unclear_conflict_is_chosen_and_mine_is_still_on_the_screen(desk: Desk, mug: int) -> None:
    mine = desk.form(mug)
    mine["b:_categories"], mine[FIELD] = ["0" * 16], ["fashion"]
    response = desk.save(mug, mine)
    assert response.status_code == 422
    assert placed(mug) == ["cups"]
    placement = response.context_data["placement"]
    assert placement.theirs == "Home / Kitchen / Cups"
    again = controls(response.content.decode())
    assert (again[FIELD], again["c:_categories"]) == (["fashion"], ["mine"])
    theirs = {**again, "c:_categories": ["theirs"]}
    desk.save(mug, theirs)
    assert placed(mug) == ["cups"]
    desk.save(mug, again)
    assert placed(mug) == ["fashion"]


def test_a_category_that_is_gone_is_refused_beside_the_field(desk: Desk, mug: int) -> None:
    form = desk.form(mug)
    form[FIELD] = ["cups", "nowhere"]
    response = desk.save(mug, form)
    assert response.status_code == 422
    assert len(response.context_data["placement"].errors) == 1
    assert placed(mug) == ["cups"]


def test_who_may_only_look_sees_the_categories_and_cannot_change_them(mug: int, person: Any) -> None:
    reader = Desk(person("rita", ["product.view"]))
    page = reader.page(mug)
    assert page.context_data["placement"].locked != ""
    assert "Home / Kitchen / Cups" in page.content.decode()
    assert FIELD not in controls(page.content.decode())
    posted = {"b:_categories": "", "s:_categories": "", FIELD: ["other"]}
    assert reader.save(mug, posted).status_code == 422
    assert placed(mug) == ["cups"]


def test_a_translator_changes_neither_categories_nor_whether_it_is_enabled(mug: int, person: Any) -> None:
    translator = Desk(person("tina", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    page = translator.page(mug, locale="de_DE").context_data
    assert (bool(page["placement"].locked), page["may_switch"], page["editable"]) == (True, False, True)
    posted = {"b:_categories": "", "s:_categories": "", FIELD: ["other"]}
    assert translator.save(mug, posted, locale="de_DE").status_code == 422
    translator.post("catalog_product_enabled", mug, enabled="0")
    assert placed(mug) == ["cups"]
    assert Product.objects.get(pk=mug).enabled is True


def test_a_variant_shows_its_models_categories_and_has_its_own(desk: Desk, world: Any) -> None:
    world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size", categories=["fashion"])
    variant = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    placement = desk.page(variant).context_data["placement"]
    assert [(place.path, place.sku) for place in placement.inherited] == [("Home / Fashion", "SHIRT")]
    form = desk.form(variant)
    assert FIELD not in form
    form[FIELD] = ["other"]
    desk.save(variant, form)
    assert placed(variant) == ["other"]


def test_disabling_withdraws_and_enabling_brings_back(desk: Desk, mug: int) -> None:
    desk.post("catalog_product_enabled", mug, enabled="0")
    assert Product.objects.get(pk=mug).enabled is False
    assert "withdrawn from every channel" in desk.page(mug).content.decode()
    desk.post("catalog_product_enabled", mug, enabled="1")
    assert Product.objects.get(pk=mug).enabled is True


def test_an_approved_product_is_disabled_only_by_who_may_publish(world: Any, mug: int, person: Any) -> None:
    world.edit(mug, status="approved")
    author = Desk(person("anna", ["product.edit"]))
    assert author.page(mug).context_data["may_switch"] is False
    author.post("catalog_product_enabled", mug, enabled="0")
    assert Product.objects.get(pk=mug).enabled is True
    publisher = Desk(person("paul", ["product.edit", "product.publish"]))
    assert publisher.page(mug).context_data["may_switch"] is True
    publisher.post("catalog_product_enabled", mug, enabled="0")
    assert Product.objects.get(pk=mug).enabled is False
