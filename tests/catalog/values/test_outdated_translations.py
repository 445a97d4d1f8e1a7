"""A translation is outdated once its source text is another than the one it was made from."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import Locale, OutdatedTranslation, Product
from catalog.models.tokens import numbered
from catalog.moves import place, undo
from catalog.structure.announce import announce
from catalog.values import bundle as bundles
from catalog.values.changes import EMPTY, RESET, ProductChange
from catalog.values.translations import confirm
from catalog.values.write import write
from tests.world import SYSTEM, World

TEXTS = {
    "name|en_US": "Blue mug",
    "name|de_DE": "Blaue Tasse",
    "name|fr_FR": "Tasse bleue",
    "capacity": "300",
}


@pytest.fixture
def mug(world: World) -> int:
    made = world.create("MUG", dict(TEXTS), family="mugs").product
    assert made is not None
    return made


def outdated(product: int) -> dict[str, Any]:
    """Key → the source as it was when translated."""
    return dict(OutdatedTranslation.objects.filter(product=product).values_list("key", "source"))


def outdated_in(product: int) -> list[str]:
    """The languages it is found by, as one whose translation is outdated."""
    carried = Product.objects.get(pk=product).tokens
    return [
        code
        for code in Locale.objects.values_list("code", flat=True)
        if numbered(f"outdated:{code}") in carried
    ]


def test_a_change_of_the_source_marks_the_texts_translated_from_it(world: World, mug: int) -> None:
    assert outdated(mug) == {}
    world.edit(mug, {"name|en_US": "Green mug"})
    assert outdated(mug) == {"name|de_DE": "Blue mug", "name|fr_FR": "Blue mug"}
    assert outdated_in(mug) == ["de_DE", "fr_FR"]


def test_a_second_change_of_the_source_still_shows_what_was_translated(world: World, mug: int) -> None:
    world.edit(mug, {"name|en_US": "Green mug"})
    world.edit(mug, {"name|en_US": "Red mug"})
    assert outdated(mug)["name|de_DE"] == "Blue mug"


def test_a_new_text_is_no_longer_outdated_and_the_others_still_are(world: World, mug: int) -> None:
    world.edit(mug, {"name|en_US": "Green mug"})
    world.edit(mug, {"name|de_DE": "Grüne Tasse"})
    assert (outdated(mug), outdated_in(mug)) == ({"name|fr_FR": "Blue mug"}, ["fr_FR"])
    world.edit(mug, {"name|fr_FR": EMPTY})
    assert (outdated(mug), outdated_in(mug)) == ({}, [])


def test_a_source_that_is_again_what_was_translated_takes_the_marks_away(world: World, mug: int) -> None:
    world.edit(mug, {"name|en_US": "Green mug"})
    world.edit(mug, {"name|en_US": "Blue mug"})
    assert (outdated(mug), outdated_in(mug)) == ({}, [])


def test_both_languages_in_one_change_are_up_to_date(world: World, mug: int) -> None:
    world.edit(mug, {"name|en_US": "Green mug", "name|de_DE": "Grüne Tasse"})
    assert outdated(mug) == {"name|fr_FR": "Blue mug"}


def test_a_source_written_after_its_translation_marks_nothing(world: World) -> None:
    product = world.create("MUG", {"name|de_DE": "Blaue Tasse"}, family="mugs").product
    assert product is not None
    world.edit(product, {"name|en_US": "Blue mug"})
    assert outdated(product) == {}


def test_a_source_taken_away_marks_its_translations(world: World, mug: int) -> None:
    world.edit(mug, {"name|en_US": RESET})
    assert outdated(mug) == {"name|de_DE": "Blue mug", "name|fr_FR": "Blue mug"}


def test_values_that_are_no_texts_and_other_attributes_mark_nothing(world: World, mug: int) -> None:
    world.edit(mug, {"capacity": "400", "description|en_US": "<p>New</p>"})
    assert outdated(mug) == {}


def test_a_text_of_a_context_is_held_against_that_contexts_source_else_the_nearest_above(
    world: World,
) -> None:
    product = world.create(
        "MUG", {
            "name|en_US": "Mug", "name|de_DE|amazon": "Tasse A", "name|de_DE|b2b": "Tasse B", "name|en_US|professional": "Mug P",
        }, family="mugs",
    ).product  # fmt: skip
    assert product is not None
    world.edit(product, {"name|en_US": "Cup"})
    assert outdated(product) == {"name|de_DE|amazon": "Mug"}
    world.edit(product, {"name|en_US|professional": "Cup P"})
    assert outdated(product) == {"name|de_DE|amazon": "Mug", "name|de_DE|b2b": "Mug P"}
    # A source of its own takes the place of the one above: from then on that one counts no more.
    world.edit(product, {"name|de_DE|amazon": "Tasse"})
    world.edit(product, {"name|en_US|amazon": "Amazon mug"})
    world.edit(product, {"name|en_US": "Beaker"})
    assert "name|de_DE|amazon" not in outdated(product)


def test_a_locale_names_what_it_is_translated_from(world: World, mug: int) -> None:
    french, german, english = (Locale.objects.get(code=code) for code in ("fr_FR", "de_DE", "en_US"))
    french.translated_from = german
    french.full_clean()
    with transaction.atomic():
        french.save()
        announce("locale", [french.pk])
    world.edit(mug, {"name|en_US": "Green mug"})
    assert outdated(mug) == {"name|de_DE": "Blue mug"}
    world.edit(mug, {"name|de_DE": "Grüne Tasse"})
    assert outdated(mug) == {"name|fr_FR": "Blaue Tasse"}
    english.translated_from = french
    german.translated_from = english
    german.save()
    with pytest.raises(ValidationError):
        english.full_clean()


def test_still_right_takes_the_mark_away_until_the_source_changes_again(world: World, mug: int) -> None:
    world.edit(mug, {"name|en_US": "Green mug"})
    before = Product.objects.get(pk=mug).rev
    assert world.admin is not None
    assert confirm(OutdatedTranslation.objects.filter(locale="de_DE"), by=world.admin) == 1
    assert (outdated(mug), outdated_in(mug)) == ({"name|fr_FR": "Blue mug"}, ["fr_FR"])
    assert Product.objects.get(pk=mug).rev == before
    world.edit(mug, {"name|en_US": "Red mug"})
    assert outdated(mug) == {"name|de_DE": "Green mug", "name|fr_FR": "Blue mug"}


def test_the_queries_do_not_grow_with_the_products(world: World) -> None:
    def queries(count: int, prefix: str) -> int:
        ids = [
            world.create(f"{prefix}{number}", dict(TEXTS), family="mugs").product for number in range(count)
        ]
        changes = [ProductChange(product=pk, values={"name|en_US": "Other"}) for pk in ids]
        with CaptureQueriesContext(connection) as captured:
            write(changes, by=SYSTEM)
        assert OutdatedTranslation.objects.filter(product_id__in=ids).count() == 2 * count
        return len(captured)

    queries(2, "W")
    assert queries(3, "A") == queries(6, "B")


def test_texts_that_a_variant_takes_out_of_its_model_are_as_outdated_as_there(world: World) -> None:
    texts = {key: text for key, text in TEXTS.items() if key.startswith("name")}
    model = world.create("TEE", texts, family_variant="shirts_size").product or 0
    variant = world.create("TEE-M", {"size": "m", "name|fr_FR": "Chemise"}, parent="TEE").product or 0
    world.edit(model, {"name|en_US": "Green tee"})
    assert (outdated(variant), len(outdated(model))) == ({}, 2)
    by = place.actor(world.admin)  # type: ignore[arg-type]
    place.apply(place.out_of_model(bundles.load([variant])[variant], world.structure), by=by)
    assert (outdated(variant), outdated_in(variant)) == ({"name|de_DE": "Blue mug"}, ["de_DE"])
    undo.undo(by.ref, user=world.admin)  # type: ignore[arg-type]
    assert (
        outdated(variant) == {}
    )  # its own text as before: the source it is made from is the model's again, and the same
