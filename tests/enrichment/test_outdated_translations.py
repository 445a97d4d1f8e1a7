"""An outdated translation on the product page and in the grid: seen, compared, confirmed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from catalog.models import Attribute, Family, OutdatedTranslation, Product, User
from channels import profiles
from channels.models import Channel, Requirement
from enrichment.workbench.differences import difference
from tests.enrichment.conftest import Desk, values_of
from tests.world import World


@pytest.fixture
def stale(world: World, mug: int) -> int:
    world.edit(mug, {"name|en_US": "Green mug"})
    return mug


def keys(product: int) -> list[str]:
    return list(OutdatedTranslation.objects.filter(product=product).values_list("key", flat=True))


def test_the_page_shows_what_the_source_said_then_and_says_now(desk: Desk, stale: int) -> None:
    response = desk.page(stale, locale="de_DE")
    cell = response.context_data["sheet"].cell("name|de_DE")
    assert cell.outdated.parts == [("gone", "Blue"), ("come", "Green"), ("same", " mug")]
    html = response.content.decode()
    assert 'value="confirm!name|de_DE"' in html
    assert desk.page(stale, locale="en_US").context_data["sheet"].cell("name|en_US").outdated is None


def test_still_right_confirms_without_a_change_of_the_text(desk: Desk, stale: int) -> None:
    before, rev = values_of(stale), Product.objects.get(pk=stale).rev
    desk.save(stale, {**desk.form(stale, locale="de_DE"), "do": "confirm!name|de_DE"}, locale="de_DE")
    assert (keys(stale), values_of(stale), Product.objects.get(pk=stale).rev) == ([], before, rev)


def test_what_was_compared_with_an_earlier_text_is_compared_again(
    desk: Desk, world: World, stale: int
) -> None:
    form = desk.form(stale, locale="de_DE")
    world.edit(stale, {"name|en_US": "Red mug"})
    desk.save(stale, {**form, "do": "confirm!name|de_DE"}, locale="de_DE")
    assert "was changed again meanwhile" in desk.page(stale, locale="de_DE").content.decode()
    assert keys(stale) == ["name|de_DE"]


def test_what_was_typed_elsewhere_on_the_page_is_saved_with_it(desk: Desk, stale: int) -> None:
    form = desk.form(stale, locale="de_DE")
    form["v:capacity:"] = ["350"]
    desk.save(stale, {**form, "do": "confirm!name|de_DE"}, locale="de_DE")
    assert (keys(stale), values_of(stale)["capacity"]) == ([], "350")


def test_who_may_not_edit_the_text_cannot_confirm_it(stale: int, person: Callable[..., User]) -> None:
    french = Desk(person("fr", ["product.edit"], locales=["fr_FR", "de_AT"]))
    french.save(stale, {"do": "confirm!name|de_DE"})
    assert keys(stale) == ["name|de_DE"]
    viewer = Desk(person("viewer", ["product.view"]))
    viewer.save(stale, {"do": "confirm!name|de_DE"})
    assert keys(stale) == ["name|de_DE"]
    assert 'value="confirm!' not in viewer.page(stale, locale="de_DE").content.decode()


def test_the_grid_finds_them_and_confirms_many_at_once(desk: Desk, world: World, stale: int) -> None:
    other = world.create(
        "MUG-2", {"name|en_US": "A", "name|de_DE": "A", "name|fr_FR": "A"}, family="mugs"
    ).product
    assert other is not None
    assert desk.skus(outdated="de_DE") == ["MUG-1"]
    world.edit(other, {"name|en_US": "B"})
    assert sorted(desk.skus(outdated="de_DE")) == ["MUG-1", "MUG-2"]
    assert desk.skus(outdated="fr_FR") == ["MUG-2"]
    chosen = {"all": "1", "query": "outdated=de_DE"}
    page = desk.post("catalog_product_translations", **chosen)
    assert "2 outdated translations will be marked as still right." in page.content.decode()
    assert (keys(stale), keys(other)) == (["name|de_DE"], ["name|de_DE", "name|fr_FR"])
    desk.post("catalog_product_translations_run", **chosen)
    assert (keys(stale), keys(other)) == ([], ["name|fr_FR"])
    assert desk.skus(outdated="de_DE") == []


def test_many_at_once_stay_within_ones_rights(world: World, stale: int, person: Callable[..., User]) -> None:
    french = Desk(person("fr", ["product.edit"], locales=["fr_FR"]))
    response = french.client.post(
        "/admin/catalog/product/translations/run/", {"all": "1", "query": "outdated=de_DE"}, follow=True
    )
    assert "1 was left as it is" in response.content.decode()
    assert keys(stale) == ["name|de_DE"]


def test_long_texts_are_shown_one_after_the_other() -> None:
    assert difference("a " * 2000, "b") == [("gone", "a " * 2000), ("same", "\n"), ("come", "b")]


def test_texts_with_little_in_common_are_not_shown_word_by_word() -> None:
    then, now = "Holds 350 ml; made to be used every day.", "A mug that keeps warm."
    assert difference(then, now) == [("gone", then), ("same", "\n"), ("come", now)]
    assert difference("Green mug, dishwasher safe.", "Green cup, dishwasher safe.") == [
        ("same", "Green "), ("gone", "mug"), ("come", "cup"), ("same", ", dishwasher safe."),
    ]  # fmt: skip


def test_a_model_says_which_of_its_own_texts_are_outdated(desk: Desk, world: World, channel: Channel) -> None:
    with transaction.atomic():
        shirts, name = Family.objects.get(code="shirts"), Attribute.objects.get(code="name")
        Requirement.objects.create(channel=channel, attribute=name, family=shirts)
        profiles.changed(channel)
    values = {"name|en_US": "Shirt", "name|de_DE": "Hemd"}
    model = world.create("SHIRT", values, family="shirts", family_variant="shirts_size").product or 0
    world.create("SHIRT-S", {"size": "s"}, parent="SHIRT")

    def told() -> list[tuple[str, list[str]]]:
        (ready,) = desk.page(model).context_data["readiness"]
        return [(place.locale, [each.href for each in place.outdated]) for place in ready.places]

    assert told() == [("en_US", []), ("de_DE", [])]
    world.edit(model, {"name|en_US": "Blouse"})
    assert told() == [("en_US", []), ("de_DE", ["?locale=de_DE#f-name-de_DE"])]
    assert "Outdated in de_DE: the source has changed" in desk.page(model).content.decode()
