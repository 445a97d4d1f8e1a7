"""Saving the product page: what is posted, what is written, what is left alone."""

from __future__ import annotations

from typing import Any

from catalog.models import Product, Proposal, Revision
from tests.enrichment.conftest import Desk, status_of, values_of


def test_an_untouched_form_writes_nothing(desk: Desk, mug: int) -> None:
    before = values_of(mug)
    response = desk.save(mug, desk.form(mug))
    assert response.status_code == 302
    assert values_of(mug) == before
    assert Revision.objects.filter(product=mug).count() == 1


def test_one_changed_field_writes_that_key_and_no_other(desk: Desk, mug: int) -> None:
    form = desk.form(mug)
    form["v:name|en_US:"] = ["Green mug"]
    desk.save(mug, form)
    revision = Revision.objects.filter(product=mug).latest("rev")
    assert revision.changes == {"name|en_US": ["Blue mug", "Green mug"]}
    assert (revision.origin, revision.user) == ("form", desk.user)


def test_only_what_was_posted_is_looked_at(desk: Desk, mug: int) -> None:
    form = desk.form(mug)
    posted = {
        name: form[name]
        for name in ("b:capacity", "s:capacity", "m:capacity", "csrfmiddlewaretoken")
        if name in form
    }
    desk.save(mug, {**posted, "v:capacity:": "12,5"})
    assert values_of(mug)["capacity"] == "12.5"
    assert values_of(mug)["name|en_US"] == "Blue mug"


def test_composite_fields_come_back_as_they_were_and_change_in_parts(desk: Desk, mug: int) -> None:
    form = desk.form(mug)
    assert form["v:price:_EUR"] == ["9.90"]
    form["v:price:_EUR"] = ["10.50"]
    desk.save(mug, form)
    assert values_of(mug)["price"] == {"EUR": "10.5", "USD": "12"}
    assert values_of(mug)["weight"] == {"amount": "350", "unit": "GRAM"}


def test_two_locales_side_by_side_are_saved_together(desk: Desk, mug: int) -> None:
    form = desk.form(mug, locale="en_US", beside="de_DE")
    form["v:name|en_US:"], form["v:name|de_DE:"] = ["Green mug"], ["Grüne Tasse"]
    response = desk.save(mug, form, locale="en_US", beside="de_DE")
    assert "beside=de_DE" in response["Location"]
    assert (values_of(mug)["name|en_US"], values_of(mug)["name|de_DE"]) == ("Green mug", "Grüne Tasse")


def test_a_channels_own_value_is_written_beside_the_masters(desk: Desk, mug: int) -> None:
    form = desk.form(mug, context="b2b")
    assert form["v:name|en_US|b2b:"] == ["Blue mug"]
    form["v:name|en_US|b2b:"] = ["Blue mug, case of 12"]
    desk.save(mug, form, context="b2b")
    assert values_of(mug)["name|en_US|b2b"] == "Blue mug, case of 12"
    assert values_of(mug)["name|en_US"] == "Blue mug"


def test_a_refused_value_stands_beside_its_field_and_nothing_is_saved(desk: Desk, mug: int) -> None:
    before = values_of(mug)
    form = desk.form(mug)
    form["v:name|en_US:"], form["v:capacity:"] = ["Green mug"], ["a lot"]
    response = desk.save(mug, form)
    assert response.status_code == 422
    assert values_of(mug) == before
    cell = response.context_data["sheet"].cell("capacity")
    assert len(cell.errors) == 1
    assert 'value="a lot"' in response.content.decode()
    assert "Green mug" in response.content.decode()


def test_override_writes_the_inherited_value_as_the_variants_own(desk: Desk, world: Any) -> None:
    _model, variant = shirt(world)
    form = desk.form(variant)
    assert form["v:name|en_US:"] == ["Shirt"]
    assert desk.save(variant, form).status_code == 302
    assert "name|en_US" not in values_of(variant)
    desk.save(variant, {**form, "do": "override!name|en_US"})
    assert values_of(variant)["name|en_US"] == "Shirt"


def test_reset_removes_the_own_value_and_inherits_again(desk: Desk, world: Any) -> None:
    _model, variant = shirt(world)
    world.edit(variant, {"name|en_US": "Special shirt"})
    desk.save(variant, {**desk.form(variant), "do": "reset!name|en_US"})
    assert "name|en_US" not in values_of(variant)
    assert desk.form(variant)["v:name|en_US:"] == ["Shirt"]


def test_leaving_empty_stops_inheritance_and_is_not_a_reset(desk: Desk, world: Any) -> None:
    _model, variant = shirt(world)
    desk.save(variant, {**desk.form(variant), "do": "empty!name|en_US"})
    assert values_of(variant)["name|en_US"] is None
    assert desk.form(variant)["v:name|en_US:"] == [""]


def test_a_field_without_right_is_shown_and_cannot_be_written(mug: int, person: Any) -> None:
    translator = Desk(person("tina", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    form = translator.form(mug, locale="de_DE")
    assert "v:name|de_DE:" in form
    assert "v:capacity:" not in form
    before = values_of(mug)
    response = translator.save(mug, {"b:capacity": "", "s:capacity": "", "v:capacity:": "5"}, locale="de_DE")
    assert response.status_code == 422
    assert values_of(mug) == before


def test_a_role_that_does_not_reach_the_product_does_not_even_learn_of_it(mug: int, person: Any) -> None:
    stranger = Desk(person("stan", ["product.edit"], categories=["fashion"]))
    assert stranger.page(mug).status_code == 404
    before = values_of(mug)
    assert stranger.save(mug, {"b:capacity": "", "s:capacity": "", "v:capacity:": "5"}).status_code == 404
    assert values_of(mug) == before


def test_an_edit_of_an_approved_product_by_who_may_not_publish_becomes_a_proposal(
    world: Any, mug: int, person: Any
) -> None:
    world.edit(mug, status="approved")
    author = Desk(person("anna", ["product.edit"]))
    form = author.form(mug)
    form["v:name|en_US:"] = ["Better mug"]
    author.save(mug, form)
    assert values_of(mug)["name|en_US"] == "Blue mug"
    assert Proposal.objects.get(product=mug).value == "Better mug"
    page = author.page(mug)
    shown = page.context_data["sheet"].cell("name|en_US").proposals
    assert [(each.who, each.value) for each in shown] == [("Anna", "Better mug")]


def test_a_product_in_the_trash_is_read_only_until_it_is_taken_out(desk: Desk, world: Any, mug: int) -> None:
    world.edit(mug, trashed=True)
    assert desk.page(mug).context_data["editable"] is False
    desk.post("catalog_product_untrash", mug)
    assert Product.objects.get(pk=mug).trashed_at is None
    assert desk.page(mug).context_data["editable"] is True


def test_a_sku_is_renamed_by_who_may_and_by_nobody_else(desk: Desk, mug: int, person: Any) -> None:
    author = Desk(person("anna", ["product.edit"]))
    assert author.post("catalog_product_rename", mug, sku="MUG-9").status_code == 403
    assert Product.objects.get(pk=mug).sku == "MUG-1"
    desk.post("catalog_product_rename", mug, sku="MUG-9")
    assert Product.objects.get(pk=mug).sku == "MUG-9"


def test_who_may_only_look_changes_no_status(mug: int, person: Any) -> None:
    reader = Desk(person("rita", ["product.view"]))
    reader.post("catalog_product_status", mug, status="in_review")
    assert status_of(mug) == "draft"
    assert reader.page(mug).context_data["transitions"] == []
    assert reader.page(mug).context_data["editable"] is False


def test_a_status_button_is_only_there_for_who_may_press_it(desk: Desk, mug: int, person: Any) -> None:
    author = Desk(person("anna", ["product.edit"]))
    assert [each.status for each in author.page(mug).context_data["transitions"]] == ["in_review"]
    author.post("catalog_product_status", mug, status="approved")
    assert status_of(mug) == "draft"
    author.post("catalog_product_status", mug, status="in_review")
    assert status_of(mug) == "in_review"
    desk.post("catalog_product_status", mug, status="approved")
    assert status_of(mug) == "approved"


def shirt(world: Any) -> tuple[int, int]:
    """A model and its one variant, which inherits the name."""
    model = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_size").product
    variant = world.create("SHIRT-M", {"size": "m"}, parent="SHIRT").product
    return model, variant
