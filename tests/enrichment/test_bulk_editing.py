"""One change of many products' values: seen first, written through the door, taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from catalog.jobs import enqueue, run_due
from catalog.models import (
    Campaign,
    CampaignValues,
    FamilyVariant,
    Job,
    Product,
    Revision,
    VariantAttribute,
)
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.campaigns import write_campaign
from catalog.values.changes import Actor
from enrichment.workbench.bulk_edit import operations, running, views
from enrichment.workbench.bulk_edit.once import once
from enrichment.workbench.bulk_edit.operations import CATEGORIES, TEXTS, Edit
from enrichment.workbench.grid import batches, bulk
from tests.attributes import add, changed
from tests.catalog.assets.test_at_once import MOMENT
from tests.catalog.numbering.test_two_workers import copy_to, own_connection
from tests.enrichment.conftest import Desk, values_of
from tests.enrichment.forms import seen
from tests.world import SYSTEM, build_world

NAME = {"attribute": "name", "of": "name", "edit-locales": "en_US", "edit-contexts": "-"}


@pytest.fixture
def mugs(world: Any, channel: Any) -> list[int]:
    names = ("Red mug", "Blue mug", "Smuggler's cup", "MUG of red", "Bowl")
    return [
        world.create(f"M-{place}", {"name|en_US": name}, family="mugs", categories=["cups"]).product
        for place, name in enumerate(names)
    ]


def looked(desk: Desk, ids: list[int], **asked: Any) -> Any:
    response = desk.post("catalog_product_edit", id=ids, **asked)
    assert response.status_code == 200, response.context_data["form"].errors
    return response.context_data


def done(desk: Desk, ids: list[int], **asked: Any) -> Any:
    """Looks, and then does what was looked at."""
    return desk.post("catalog_product_edit_run", id=ids, **seen(looked(desk, ids, **asked)), **asked)


def names(ids: list[int]) -> list[str]:
    return [values_of(pk).get("name|en_US") for pk in ids]


def ref_of() -> str:
    return Revision.objects.filter(origin="bulk").values_list("ref", flat=True).distinct().get()


FIND = {**NAME, "edit-operation": "replace", "edit-find": "mug", "edit-by": "Cup"}


def test_the_preview_shows_each_change_and_writes_nothing(desk: Desk, mugs: list[int]) -> None:
    before = names(mugs)
    preview = looked(desk, mugs, **FIND, **{"edit-whole_words": "on"})["preview"]
    assert (preview.total, preview.looked_at, preview.products) == (5, 5, 3)
    assert {row.sku: row.changes for row in preview.rows}["M-0"] == [
        ("en_US", [("same", "Red "), ("gone", "mug"), ("come", "Cup")])
    ]
    assert names(mugs) == before


EVERYWHERE = {
    "attribute": TEXTS, "of": TEXTS, "edit-find": "mug", "edit-by": "Cup", "edit-locales": ["en_US", "de_DE"],
    "edit-contexts": ["-", "shop"],
}  # fmt: skip


def test_a_word_is_replaced_in_every_text_and_nothing_else(desk: Desk, world: Any, channel: Any) -> None:
    values = {
        "name|en_US": "Red mug", "name|de_DE": "Mug, rot", "name|fr_FR": "Mug rouge", "name|en_US|shop": "A mug",
        "description|en_US": '<p>The <em>mug</em> of <a href="https://example.com/mug">mugs</a></p>', "color": "red",
    }  # fmt: skip
    pk = world.create("MUG-1", values, family="mugs", categories=["cups"]).product
    asked = {**EVERYWHERE, "edit-whole_words": "on"}
    first = desk.post("catalog_product_edit", id=[pk], attribute=TEXTS).context_data["form"]
    assert first["locales"].value() == ["en_US", "de_DE", "fr_FR", "de_AT", "fr_CA"]
    preview = looked(desk, [pk], **asked)["preview"]
    assert [place for place, _parts in preview.rows[0].changes] == [
        "Name · en_US", "Name · en_US · Web shop", "Name · de_DE", "Description · en_US",
    ]  # fmt: skip
    done(desk, [pk], **asked)
    expected = {
        **values, "name|en_US": "Red Cup", "name|de_DE": "Cup, rot", "name|en_US|shop": "A Cup",
        "description|en_US": '<p>The <em>Cup</em> of <a href="https://example.com/mug">mugs</a></p>',
    }  # fmt: skip
    assert values_of(pk) == expected
    desk.post("catalog_product_bulk_undo", ref=ref_of())
    assert values_of(pk) == values


def test_a_text_that_a_variant_has_from_its_model_is_replaced_there_and_its_own_on_it(
    desk: Desk, world: Any, channel: Any
) -> None:
    world.create("SHIRT", {"name|en_US": "Mug shirt", "color": "navy"}, family_variant="shirts_size", categories=["fashion"])  # fmt: skip
    said = {"size": "s", "description|en_US": "<p>mug</p>"}
    variant = world.create("SHIRT-S", said, parent="SHIRT").product
    model = Product.objects.get(sku="SHIRT").pk
    preview = looked(desk, [variant], **EVERYWHERE)["preview"]
    assert (preview.products, preview.above, preview.lacking) == (2, 1, 0)
    done(desk, [variant], **EVERYWHERE)
    assert (values_of(model)["name|en_US"], values_of(variant)["description|en_US"]) == ("Cup shirt", "<p>Cup</p>")  # fmt: skip


def test_what_was_found_above_a_variant_is_replaced_above_and_nothing_else_there(
    desk: Desk, world: Any, channel: Any
) -> None:
    said = {"name|en_US": "Mug shirt", "description|en_US": "<p>mug</p>"}
    model = world.create("SHIRT", said, family_variant="shirts_size").product
    variant = world.create("SHIRT-S", {"size": "s", "name|en_US": "Mug S"}, parent="SHIRT").product
    rows = looked(desk, [variant], **EVERYWHERE)["preview"].rows
    assert [(row.product, len(row.changes)) for row in rows] == [(model, 1), (variant, 1)]
    done(desk, [variant], **EVERYWHERE)
    assert values_of(model) == {"name|en_US": "Mug shirt", "description|en_US": "<p>Cup</p>"}
    assert values_of(variant)["name|en_US"] == "Cup S"


def test_of_a_chosen_model_variants_change_only_what_models_do_not_carry(
    desk: Desk, world: Any, channel: Any
) -> None:
    add(world, "fit", "text", family="shirts")
    bound = FamilyVariant.objects.get(code="shirts_size")
    VariantAttribute.objects.create(
        family_variant=bound, attribute=world.attributes["fit"], level=1, is_axis=False
    )
    changed("structure")
    model = world.create("SHIRT", {"name|en_US": "Mug"}, family_variant="shirts_size").product
    own = {"size": "s", "name|en_US": "Mug S", "fit": "as a mug"}
    variant = world.create("SHIRT-S", own, parent="SHIRT").product
    done(desk, [model], **EVERYWHERE | {"edit-locales": ["en_US", "-"]})
    assert values_of(model) == {"name|en_US": "Cup"}
    assert values_of(variant) == {**own, "fit": "as a Cup"}


def test_what_variants_of_different_batches_have_of_one_model_is_written_there_once(
    desk: Desk, world: Any, channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (views, batches):
        monkeypatch.setattr(module, "BATCH", 1)
    said = {"name|en_US": "Mug", "description|en_US": "<p>mug</p>"}
    model = world.create("SHIRT", said, family_variant="shirts_size").product
    own = ({"size": "s", "name|en_US": "S"}, {"size": "m", "description|en_US": "<p>M</p>"})
    variants = [world.create(f"SHIRT-{each['size']}", each, parent="SHIRT").product for each in own]
    done(desk, variants, **EVERYWHERE)
    run_due("interactive")
    assert values_of(model) == {"name|en_US": "Cup", "description|en_US": "<p>Cup</p>"}
    desk.post("catalog_product_bulk_undo", ref=ref_of())
    assert values_of(model) == said


EVERY = ["en_US", "de_DE", "fr_FR", "de_AT", "fr_CA", "-"]
SAID = (
    "name|de_DE", "name|en_US", "name|en_US|shop", "slogan|de_DE", "slogan|en_US", "claim", "claim||shop", "maker",
)  # fmt: skip


@pytest.mark.parametrize(
    ("locales", "contexts", "expected"),
    [
        (EVERY, ["-", "shop"], SAID),
        (["de_DE"], ["-", "shop"], ("name|de_DE", "slogan|de_DE")),
        (EVERY, ["shop"], ("name|en_US|shop", "claim||shop")),
        (["-"], ["-"], ("claim", "maker")),
    ],
)
def test_what_is_the_same_everywhere_is_replaced_only_where_that_is_ticked(
    desk: Desk, world: Any, channel: Any, locales: list[str], contexts: list[str], expected: tuple[str, ...]
) -> None:
    add(world, "slogan", "text", localizable=True)
    add(world, "claim", "text", scopable=True)
    add(world, "maker", "text")
    pk = world.create("MUG-1", dict.fromkeys(SAID, "Mug"), family="mugs").product
    context = looked(desk, [pk], **EVERYWHERE | {"edit-locales": locales, "edit-contexts": contexts})
    assert context["form"]["locales"].field.choices[-1] == ("-", "Texts without a language")
    assert len(context["preview"].rows[0].changes) == len(expected)
    done(desk, [pk], **EVERYWHERE | {"edit-locales": locales, "edit-contexts": contexts})
    assert {key for key, value in values_of(pk).items() if value == "Cup"} == set(expected)
    assert ("without a language" in context["sentence"]) == (locales == EVERY)


def test_of_every_text_only_what_stands_there_is_looked_at(
    desk: Desk, mugs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    look = operations._value

    def counted(edit: Edit, key: str, *rest: Any) -> Any:
        asked.append(key)
        return look(edit, key, *rest)

    monkeypatch.setattr(operations, "_value", counted)
    looked(desk, mugs, **EVERYWHERE)
    assert asked == ["name|en_US"] * 5


def test_who_may_write_no_text_is_told_so(world: Any, mugs: list[int], person: Any) -> None:
    desk = Desk(person("tec", ["product.edit"], groups=["technical"], locales=["de_DE"]))
    response = desk.post("catalog_product_edit", id=mugs, **EVERYWHERE | {"edit-locales": [], "edit-contexts": []})  # fmt: skip
    assert (response.status_code, response.context_data["preview"].lacking) == (200, 5)
    assert "none of the texts that are to be searched and that you may change" in response.content.decode()


def test_in_every_text_means_in_those_somebody_may_write(world: Any, channel: Any, person: Any) -> None:
    pk = world.create("MUG-1", {"name|en_US": "Mug", "name|de_DE": "Mug"}, family="mugs", categories=["cups"]).product  # fmt: skip
    german = Desk(person("ben", ["product.edit"], groups=["marketing"], locales=["de_DE"]))
    form = german.post("catalog_product_edit", id=[pk], attribute=TEXTS).context_data["form"]
    assert form["locales"].value() == ["de_DE"]
    refused = german.post("catalog_product_edit", id=[pk], **EVERYWHERE)
    assert (refused.status_code, list(refused.context_data["form"].errors)) == (422, ["locales"])
    done(german, [pk], **{**EVERYWHERE, "edit-locales": ["de_DE"]})
    assert (values_of(pk)["name|en_US"], values_of(pk)["name|de_DE"]) == ("Mug", "Cup")


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, ["Red Cup", "Blue Cup", "SCupgler's cup", "Cup of red", "Bowl"]),
        ({"edit-whole_words": "on"}, ["Red Cup", "Blue Cup", "Smuggler's cup", "Cup of red", "Bowl"]),
        ({"edit-match_case": "on", "edit-whole_words": "on"}, ["Red Cup", "Blue Cup", "Smuggler's cup", "MUG of red", "Bowl"]),
    ],
)  # fmt: skip
def test_find_and_replace_by_words_and_capitals(
    desk: Desk, mugs: list[int], limits: dict[str, str], expected: list[str]
) -> None:
    done(desk, mugs, **FIND, **limits)
    assert names(mugs) == expected


def test_what_is_found_is_no_expression(desk: Desk, world: Any, mugs: list[int]) -> None:
    world.edit(mugs[0], {"name|en_US": "a.b (c) \\1"})
    done(desk, mugs, **FIND | {"edit-find": ".b (c)", "edit-by": "\\1$"})
    assert names(mugs)[:2] == ["a\\1$ \\1", "Blue mug"]


def test_in_rich_text_only_the_words_change(desk: Desk, world: Any, mugs: list[int]) -> None:
    stored = '<p>Strong &amp; <a href="https://strong.example/">strong</a> <strong>5 &lt; 6</strong></p>'
    world.edit(mugs[0], {"description|en_US": stored})
    asked = {"attribute": "description", "of": "description", "edit-locales": "en_US", "edit-contexts": "-", "edit-operation": "replace"}  # fmt: skip
    done(desk, mugs, **asked, **{"edit-find": "strong", "edit-by": "weak & <b>"})
    assert values_of(mugs[0])["description|en_US"] == (
        '<p>weak &amp; &lt;b&gt; &amp; <a href="https://strong.example/">weak &amp; &lt;b&gt;</a>'
        " <strong>5 &lt; 6</strong></p>"
    )


def test_an_unticked_product_stays_as_it_is(desk: Desk, mugs: list[int]) -> None:
    context = looked(desk, mugs, **FIND)
    desk.post("catalog_product_edit_run", id=mugs, shown=mugs[:2], take=mugs[1:2], **seen(context), **FIND)
    assert names(mugs)[:2] == ["Red mug", "Blue Cup"]


def test_what_was_not_looked_at_is_not_done(desk: Desk, mugs: list[int]) -> None:
    context = looked(desk, mugs, **FIND)
    other = desk.post("catalog_product_edit_run", id=mugs, **seen(context), **FIND | {"edit-by": "Jug"})
    unknown = desk.post("catalog_product_edit_run", id=mugs, **seen(context) | {"ref": "rule:7:1"}, **FIND)
    assert [response.context_data["preview"].products for response in (other, unknown)] == [4, 4]
    assert names(mugs)[0] == "Red mug"


TWICE = FIND | {"edit-find": "u", "edit-by": "uu"}


@pytest.mark.parametrize("batch", [500, 2])
def test_a_button_pressed_twice_does_it_once(
    desk: Desk, mugs: list[int], monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """At once, or as a job: while it waits, and when it is done."""
    monkeypatch.setattr(views, "BATCH", batch)
    asked = {"id": mugs, **seen(looked(desk, mugs, **TWICE)), **TWICE}
    pressed = [desk.post("catalog_product_edit_run", **asked) for _each in range(2)]
    run_due("interactive")
    pressed.append(desk.post("catalog_product_edit_run", **asked))
    run_due("interactive")
    assert len({response["Location"] for response in pressed}) == 1
    assert Job.objects.filter(kind="grid.edit").count() == (batch == 2)
    assert names(mugs) == ["Red muug", "Bluue muug", "Smuuggler's cuup", "MuuG of red", "Bowl"]
    told = [str(each) for each in get_messages(pressed[-1].wsgi_request)]
    assert told[-1] == "You have asked for this already: these are the products it has changed so far."


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_requests_waits_for_the_first(tmp_path: Path) -> None:
    user, file, is_in, other = build_world().admin, tmp_path / "pim.sqlite3", Event(), Event()
    assert user is not None
    copy_to(file)

    def first() -> bool:
        with own_connection(file), once("bulk:0123456789ab", by=user) as is_first:
            is_in.set()
            other.wait(MOMENT)
            enqueue("grid.edit", {"ref": "bulk:0123456789ab"}, by=user)
            return is_first

    def second() -> bool:
        is_in.wait()
        with own_connection(file), once("bulk:0123456789ab", by=user) as is_first:
            other.set()
            return is_first

    with ThreadPoolExecutor(2) as both:
        assert [act.result() for act in (both.submit(first), both.submit(second))] == [True, False]


def test_undo_gives_back_what_nobody_changed_since(desk: Desk, world: Any, mugs: list[int]) -> None:
    before = names(mugs)
    done(desk, mugs, **FIND)
    world.edit(mugs[1], {"name|en_US": "Blue, by hand"})
    ref = ref_of()
    assert "Undo it" in desk.grid(ref=ref, level="all").content.decode()
    desk.post("catalog_product_bulk_undo", ref=ref)
    assert names(mugs) == [before[0], "Blue, by hand", *before[2:]]
    told = desk.grid(ref=ref, level="all").content.decode()
    assert "was taken back" in told
    assert "one bulk change" in told


def test_undo_gives_back_where_a_value_came_from(desk: Desk, world: Any, mugs: list[int]) -> None:
    world.edit(mugs[0], {"capacity": "3"}, by=Actor(None, origin="api", source="supplier", trusted=True))
    done(desk, mugs[:1], attribute="capacity", of="capacity", **{"edit-operation": "empty"})
    desk.post("catalog_product_bulk_undo", ref=ref_of())
    own = bundles.load(mugs[:1])[mugs[0]].levels[0]
    assert (own.values["capacity"], own.sources["capacity"]) == ("3", "supplier")


def test_undo_does_not_go_past_the_approval(desk: Desk, mugs: list[int], person: Any) -> None:
    done(desk, mugs[:2], **FIND)
    ref = ref_of()
    desk.post("catalog_product_bulk_run", action="approve", id=mugs[:1])
    Desk(person("anna", ["product.edit"])).post("catalog_product_bulk_undo", ref=ref)
    assert names(mugs)[:2] == ["Red Cup", "Blue mug"]


def test_what_becomes_a_proposal_is_said(desk: Desk, mugs: list[int], person: Any) -> None:
    desk.post("catalog_product_bulk_run", action="approve", id=mugs[:1])
    anna = Desk(person("anna", ["product.edit"]))
    assert looked(anna, mugs[:1], **FIND)["preview"].proposed == 1
    response = done(anna, mugs[:1], **FIND)
    assert [str(each) for each in get_messages(response.wsgi_request)] == [
        "Of 1 product it is a proposal now."
    ]
    assert names(mugs)[0] == "Red mug"


def test_nobody_copies_what_they_may_not_see(mugs: list[int], world: Any, person: Any) -> None:
    """One role shows German in the kitchen, another English in fashion: English of a mug is neither shown nor copied."""
    user = person("anna", ["product.edit"], locales=["de_DE"], categories=["kitchen"])
    other = person("bo", ["product.edit"], locales=["en_US"], categories=["fashion"])
    user.roles.add(*other.roles.all())
    asked = {
        "attribute": "name", "of": "name", "edit-operation": "copy", "edit-origin_locale": "en_US",
        "edit-origin_context": "-", "edit-locales": "de_DE", "edit-contexts": "-",
    }  # fmt: skip
    assert looked(Desk(user), mugs, **asked)["preview"].products == 0


def test_variants_by_the_hundred_are_no_work_for_a_request(
    desk: Desk, world: Any, channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "BATCH", 2)
    model = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_color_size").product
    for color in ("red", "navy", "white"):
        world.create(f"S-{color}", {"color": color}, parent="SHIRT")
        world.create(f"S-{color}-M", {"size": "m"}, parent=f"S-{color}")
    bound = Structure.current().variant_by_code["shirts_color_size"].bound
    deep = next(code for code, level in bound.items() if level == 2 and code != "size")
    done(desk, [model], attribute=deep, of=deep, **{"edit-operation": "empty"})
    assert Job.objects.filter(kind="grid.edit").count() == 1


def test_a_value_is_set_where_it_is_empty_only(desk: Desk, world: Any, mugs: list[int]) -> None:
    world.edit(mugs[0], {"capacity": "3"})
    asked = {"attribute": "capacity", "of": "capacity", "edit-operation": "fill", "edit-value": "5"}
    done(desk, mugs, **asked)
    assert [values_of(pk)["capacity"] for pk in mugs[:2]] == ["3", "5"]
    done(desk, mugs, **asked | {"edit-operation": "set"})
    assert values_of(mugs[0])["capacity"] == "5"
    done(desk, mugs, attribute="capacity", of="capacity", **{"edit-operation": "empty"})
    assert "capacity" not in values_of(mugs[0])


def test_a_wrong_value_is_said_beside_its_field(desk: Desk, mugs: list[int]) -> None:
    asked = {"attribute": "capacity", "of": "capacity", "edit-operation": "set", "edit-value": "a lot"}
    response = desk.post("catalog_product_edit", id=mugs, **asked)
    assert response.status_code == 422
    assert list(response.context_data["form"].errors) == ["value"]
    assert desk.post("catalog_product_edit_run", id=mugs, **asked).status_code == 422
    assert not Revision.objects.filter(origin="bulk").exists()
    response = desk.post("catalog_product_edit", id=mugs, attribute="name", of="name", **{"edit-operation": "set", "edit-value": "x"})  # fmt: skip
    assert list(response.context_data["form"].errors) == ["locales", "contexts"]


def test_a_text_is_copied_from_one_language_to_another(desk: Desk, world: Any, mugs: list[int]) -> None:
    world.edit(mugs[1], {"name|de_DE": "Blaue Tasse"})
    asked = {
        "attribute": "name", "of": "name", "edit-operation": "copy_empty", "edit-origin_locale": "en_US",
        "edit-origin_context": "-", "edit-locales": "de_DE", "edit-contexts": "-",
    }  # fmt: skip
    done(desk, mugs, **asked)
    assert [values_of(pk)["name|de_DE"] for pk in mugs[:2]] == ["Red mug", "Blaue Tasse"]
    response = desk.post("catalog_product_edit", id=mugs, **asked | {"edit-locales": "en_US"})
    assert list(response.context_data["form"].errors) == ["operation"]


def test_categories_are_added_and_taken_away(desk: Desk, mugs: list[int]) -> None:
    def places(product: int) -> list[str]:
        rows = Product.objects.get(pk=product).product_categories.order_by("position")
        return [row.category.code for row in rows.select_related("category")]

    asked = {"attribute": CATEGORIES, "of": CATEGORIES, "edit-operation": "add", "edit-value": ["kitchen"]}
    done(desk, mugs, **asked)
    assert places(mugs[0]) == ["cups", "kitchen"]
    done(desk, mugs, **asked | {"edit-operation": "take", "edit-value": ["cups"]})
    assert places(mugs[0]) == ["kitchen"]
    refs = list(Revision.objects.filter(origin="bulk", product=mugs[0]).order_by("-rev").values_list("ref", flat=True))  # fmt: skip
    for ref in refs:
        desk.post("catalog_product_bulk_undo", ref=ref)
    assert places(mugs[0]) == ["cups"]


def test_a_value_goes_to_the_level_that_carries_it(desk: Desk, world: Any, channel: Any) -> None:
    model = world.create("SHIRT", {"name|en_US": "Shirt"}, family_variant="shirts_color_size").product
    red = world.create("SHIRT-RED", {"color": "red"}, parent="SHIRT").product
    medium = world.create("SHIRT-RED-M", {"size": "m"}, parent="SHIRT-RED").product
    bound = Structure.current().variant_by_code["shirts_color_size"].bound
    deep = next(code for code, level in bound.items() if level == 2 and code != "size")
    spec = Structure.current().attributes[deep]
    assert spec.type in ("identifier", "text"), spec
    asked = {"attribute": deep, "of": deep, "edit-operation": "replace", "edit-find": "a", "edit-by": "b"}
    world.edit(medium, {deep: "aa"} if spec.type == "text" else {deep: "4006381333931"})
    asked |= {
        "edit-find": values_of(medium)[deep],
        "edit-by": "bb" if spec.type == "text" else "4006381333948",
    }
    preview = looked(desk, [model], **asked)["preview"]
    assert (preview.below, [row.product for row in preview.rows]) == (1, [medium])
    assert red not in [row.product for row in preview.rows]


def test_a_text_that_variants_inherit_is_changed_where_it_stands(
    desk: Desk, world: Any, channel: Any
) -> None:
    model = world.create("SHIRT", {"name|en_US": "Shirt mug"}, family_variant="shirts_color_size").product
    red, navy = (
        world.create(f"SHIRT-{color}", {"color": color}, parent="SHIRT").product for color in ("red", "navy")
    )
    preview = looked(desk, [red, navy], **FIND)["preview"]
    assert (preview.above, [row.product for row in preview.rows]) == (2, [model])
    done(desk, [red, navy], **FIND)
    assert names([model, red, navy]) == ["Shirt Cup", None, None]


def test_more_than_a_batch_runs_as_a_job_and_begun_again_changes_nothing_twice(
    desk: Desk, mugs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (views, batches):
        monkeypatch.setattr(module, "BATCH", 2)
    asked = FIND | {"edit-find": "u", "edit-by": "uu"}
    done(desk, mugs, **asked)
    job = Job.objects.get(kind="grid.edit")
    running.apply(
        mugs[:2], Edit.of(job.params["edit"]), user=desk.user, ref=job.params["ref"]
    )  # killed after it
    run_due("interactive")
    job.refresh_from_db()
    assert (job.state, job.result["refused"]) == ("done", 0)
    assert names(mugs) == ["Red muug", "Bluue muug", "Smuuggler's cuup", "MuuG of red", "Bowl"]
    monkeypatch.setattr("enrichment.workbench.grid.bulk_views.BATCH", 2)
    desk.post("catalog_product_bulk_undo", ref=job.params["ref"])
    run_due("interactive")
    assert names(mugs) == ["Red mug", "Blue mug", "Smuggler's cup", "MUG of red", "Bowl"]


@pytest.mark.parametrize("is_written", [True, False])
def test_killed_half_way_it_goes_on_and_so_does_undo(
    desk: Desk, mugs: list[int], monkeypatch: pytest.MonkeyPatch, is_written: bool
) -> None:
    """Between two chunks, or after a chunk was written and before its progress was; once in the change, and once in its undo."""
    monkeypatch.setattr(views, "BATCH", 2)
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr("enrichment.workbench.grid.bulk_views.BATCH", 2)
    before, act = names(mugs), batches.by_parts

    def dies_once(handle: Any, parts: Any, write: Any, **asked: Any) -> Any:
        done: list[int] = []

        def dying(part: Any) -> Any:
            if len(done) == 1 and not is_written:
                raise KeyboardInterrupt
            result = write(part)
            done.append(len(part))
            if len(done) == 2:
                raise KeyboardInterrupt
            return result

        return act(handle, parts, dying, **asked)

    def killed_and_resumed() -> Job:
        with monkeypatch.context() as patch:
            for module in (bulk, running):
                patch.setattr(module, "by_parts", dies_once)
            with pytest.raises(KeyboardInterrupt):
                run_due("interactive")
        Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
        run_due("interactive")
        return Job.objects.latest("pk")

    done(desk, mugs, **FIND | {"edit-find": "u", "edit-by": "uu"})
    job = killed_and_resumed()
    assert (job.state, job.result["changed"], job.result["refused"]) == ("done", 4, 0)
    assert names(mugs) == ["Red muug", "Bluue muug", "Smuuggler's cuup", "MuuG of red", "Bowl"]
    ref = job.params["ref"]
    assert Revision.objects.filter(ref=ref).count() == 4
    desk.post("catalog_product_bulk_undo", ref=ref)
    job = killed_and_resumed()
    assert (job.kind, job.state, job.result["refused"]) == ("grid.undo", "done", 0)
    assert names(mugs) == before
    assert Revision.objects.filter(ref=f"undo:{ref}").count() == 4


def test_only_what_a_person_may_edit_is_offered_and_changed(mugs: list[int], person: Any) -> None:
    limited = Desk(
        person("anna", ["product.edit"], groups=["marketing"], locales=["de_DE"], categories=["kitchen"])
    )
    response = limited.post("catalog_product_edit", id=mugs, attribute="capacity")
    assert response.status_code == 422
    stranger = Desk(person("stan", ["product.edit"], categories=["fashion"]))
    assert stranger.post("catalog_product_edit_run", id=mugs, **FIND).status_code == 302
    assert names(mugs)[0] == "Red mug"
    reader = Desk(person("rea", ["product.view"]))
    assert reader.post("catalog_product_edit", id=mugs).status_code == 403


# --- for a campaign


@pytest.fixture
def sale(world: Any) -> Campaign:
    now = timezone.now()
    return Campaign.objects.create(
        code="sale", labels={"en_US": "Sale"}, starts_at=now, ends_at=now + timedelta(days=9)
    )


def said(campaign: Campaign, ids: list[int]) -> list[Any]:
    rows = dict(CampaignValues.objects.filter(campaign=campaign).values_list("product_id", "values"))
    return [rows.get(pk, {}).get("name|en_US") for pk in ids]


IN_SALE = {**NAME, "edit-campaign": "sale", "edit-operation": "set", "edit-value": "Cheap mug"}


def test_a_campaigns_values_are_written_for_many_and_the_permanent_ones_stay(
    desk: Desk, mugs: list[int], sale: Campaign
) -> None:
    before = names(mugs)
    preview = looked(desk, mugs, **IN_SALE)["preview"]
    assert (preview.products, said(sale, mugs)) == (5, [None] * 5)
    assert preview.rows[0].changes == [("en_US", [("come", "Cheap mug")])]
    done(desk, mugs, **IN_SALE)
    assert said(sale, mugs) == ["Cheap mug"] * 5
    assert names(mugs) == before


def test_find_and_replace_looks_at_what_the_campaign_says(
    desk: Desk, mugs: list[int], sale: Campaign
) -> None:
    write_campaign(sale, {mugs[0]: {"name|en_US": "Sale mug"}}, by=SYSTEM)
    done(desk, mugs, **FIND, **{"edit-campaign": "sale"})
    assert said(sale, mugs) == ["Sale Cup", None, None, None, None]
    done(desk, mugs, **IN_SALE | {"edit-operation": "fill"})
    assert said(sale, mugs) == ["Sale Cup", *["Cheap mug"] * 4]


def test_undo_takes_a_campaigns_values_back_where_nobody_changed_them_since(
    desk: Desk, mugs: list[int], sale: Campaign
) -> None:
    write_campaign(sale, {mugs[0]: {"name|en_US": "Sale mug"}}, by=SYSTEM)
    done(desk, mugs, **IN_SALE)
    write_campaign(sale, {mugs[1]: {"name|en_US": "By hand"}}, by=SYSTEM)
    desk.post("catalog_product_bulk_undo", ref=ref_of())
    assert said(sale, mugs) == ["Sale mug", "By hand", None, None, None]
