"""The one door: what it writes, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from catalog import events
from catalog.models import NumberValue, Product, ProductValues, Proposal, Revision, UniqueValue
from catalog.models.tokens import numbered
from catalog.search import filter_tokens, search_text
from catalog.values import store
from catalog.values.changes import ABSENT, EMPTY, RESET, Actor, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.sources import whole
from catalog.values.write import BATCH, BatchTooLarge, plan, write
from tests.world import SYSTEM, World

MUG = {
    "name|en_US": "Trail mug",
    "name|de_DE": "Trailbecher",
    "color": "red",
    "ean": "4006381333931",
    "weight": {"amount": "0.25", "unit": "KILOGRAM"},
    "price": {"EUR": "14.90", "USD": "17"},
    "features": ["stackable", "handmade"],
}


def own(product: int | None) -> dict[str, Any]:
    return ProductValues.objects.get(pk=product).values


def test_a_created_product_has_its_values_its_derived_columns_and_one_revision(world: World) -> None:
    outcome = world.create("mug-1", MUG, family="mugs", categories=["cups"])
    row = Product.objects.get(pk=outcome.product)
    assert (row.sku, row.kind, row.status, row.rev, row.root_id) == ("mug-1", "simple", "draft", 1, row.pk)
    assert own(row.pk) == {**MUG, "price": {"EUR": "14.9", "USD": "17"}}
    assert row.label == "Trail mug"
    assert row.labels == {"en_US": "Trail mug", "de_DE": "Trailbecher"}
    of_values = ("color=red", "features=stackable", "features=handmade", "empty:picture")
    of_places = (f"cat={world.categories[code].pk}" for code in ("home", "kitchen", "cups"))
    assert set(map(numbered, [*of_values, *of_places])) <= set(row.tokens)
    revision = Revision.objects.get(product=row)
    assert revision.rev == 1
    assert revision.changes["color"] == [{"absent": True}, "red"]
    assert revision.changes["_categories"] == [[], ["cups"]]
    assert UniqueValue.objects.get().value == "4006381333931"
    prices = {numbered("price:EUR"): 14.9, numbered("price:USD"): 17.0}
    stored = dict(NumberValue.objects.values_list("key", "number"))
    assert {key: stored.get(key) for key in prices} == prices


def test_the_same_change_again_changes_nothing(world: World) -> None:
    pk = world.create("mug-1", MUG, family="mugs").product
    outcome = world.edit(pk, MUG, family="mugs", sku="mug-1")
    assert (outcome.status, outcome.changed) == ("unchanged", {})
    assert Product.objects.get().rev == 1
    assert Revision.objects.count() == 1


def test_a_refused_value_leaves_its_product_whole_and_the_others_are_written(world: World) -> None:
    first = world.create("mug-1", MUG, family="mugs").product
    second = world.create("mug-2", {"color": "white"}, family="mugs").product
    outcomes = write(
        [
            ProductChange(product=first, values={"color": "no such colour", "name|en_US": "Other"}),
            ProductChange(product=second, values={"color": "navy"}),
        ],
        by=SYSTEM,
    )
    assert [outcome.status for outcome in outcomes] == ["refused", "updated"]
    assert [error.key for error in outcomes[0].errors] == ["color"]
    assert outcomes[0].changed == {}
    assert own(first)["name|en_US"] == "Trail mug"
    assert own(second)["color"] == "navy"
    assert Product.objects.get(pk=first).rev == 1


@pytest.mark.parametrize(
    ("key", "raw", "code"),
    [
        ("nothing", "x", "unknown_attribute"),
        ("name", "x", "needs_locale"),
        ("color|de_DE", "red", "not_localizable"),
        ("name|xx_XX", "x", "unknown_locale"),
        ("color||shop", "red", "not_scopable"),
        ("name|de_DE|nowhere", "x", "unknown_context"),
        ("size", "m", "not_in_family"),
        ("color|", "red", "bad_key"),
        ("name|de_DE|", "x", "bad_key"),
        ("name|de_DE|shop|x", "x", "bad_key"),
    ],
)
def test_a_key_that_is_not_the_products_is_refused(world: World, key: str, raw: str, code: str) -> None:
    pk = world.create("mug-1", MUG, family="mugs").product
    outcome = world.edit(pk, {key: raw})
    assert [error.code for error in outcome.errors] == [code]
    assert Product.objects.get().rev == 1


def test_skus_differ_by_more_than_case(world: World) -> None:
    world.create("MUG-1", family="mugs")
    outcome = world.put(ProductChange(fields={"sku": "mug-1", "family": "mugs"}))
    assert [error.code for error in outcome.errors] == ["sku_taken"]
    assert Product.objects.count() == 1


def test_two_products_of_one_batch_cannot_take_the_same_sku_or_unique_value(world: World) -> None:
    outcomes = write(
        [
            ProductChange(values={"ean": "4006381333931"}, fields={"sku": "a", "family": "mugs"}),
            ProductChange(values={}, fields={"sku": "A", "family": "mugs"}),
            ProductChange(values={"ean": "4006381333931"}, fields={"sku": "b", "family": "mugs"}),
        ],
        by=SYSTEM,
    )
    assert [outcome.status for outcome in outcomes] == ["created", "refused", "refused"]
    assert [[error.code for error in outcome.errors] for outcome in outcomes[1:]] == [
        ["sku_taken"],
        ["not_unique"],
    ]
    assert list(Product.objects.values_list("sku", flat=True)) == ["a"]


def test_a_unique_value_given_up_is_free_for_another(world: World) -> None:
    first = world.create("a", {"ean": "4006381333931"}, family="mugs").product
    second = world.create("b", family="mugs").product
    assert [error.code for error in world.edit(second, {"ean": "4006381333931"}).errors] == ["not_unique"]
    world.edit(first, {"ean": EMPTY})
    assert world.edit(second, {"ean": "4006381333931"}).status == "updated"


def test_a_variant_inherits_overrides_and_resets(world: World) -> None:
    model = world.create(
        "tee", {"name|en_US": "Tee"}, family="shirts", family_variant="shirts_color_size"
    ).product
    red = world.create("tee-red", {"color": "red"}, parent="tee").product
    small = world.create("tee-red-s", {"size": "s"}, parent="tee-red").product
    kinds = dict(Product.objects.values_list("sku", "kind"))
    assert kinds == {"tee": "model", "tee-red": "submodel", "tee-red-s": "variant"}
    row = Product.objects.get(pk=small)
    assert (row.label, row.root_id, row.parent_id) == ("Tee", model, red)
    assert {numbered("color=red"), numbered("size=s")} <= set(row.tokens)
    world.edit(model, {"name|en_US": "Better tee"})
    assert Product.objects.get(pk=small).label == "Better tee"
    assert Product.objects.get(pk=small).rev == 1  # a model's edit leaves its variants' own revision alone
    world.edit(small, {"name|en_US": "Small tee"})
    assert Product.objects.get(pk=small).label == "Small tee"
    world.edit(small, {"name|en_US": RESET})
    assert Product.objects.get(pk=small).label == "Better tee"
    world.edit(small, {"name|en_US": EMPTY})
    assert own(small)["name|en_US"] is None
    assert Product.objects.get(pk=small).label == ""


def test_a_bound_attribute_is_written_at_its_level_only(world: World) -> None:
    model = world.create("tee", {}, family="shirts", family_variant="shirts_size").product
    small = world.create("tee-s", {"size": "s"}, parent="tee").product
    assert [error.code for error in world.edit(model, {"ean": "4006381333931"}).errors] == ["wrong_level"]
    assert world.edit(small, {"ean": "4006381333931"}).status == "updated"
    deep = world.create("top", {}, family="shirts", family_variant="shirts_color_size").product
    world.create("top-red", {"color": "red"}, parent="top")
    outcome = world.put(
        ProductChange(values={"size": "s", "color": "navy"}, fields={"sku": "top-red-s", "parent": "top-red"})
    )
    assert [(error.key, error.code) for error in outcome.errors] == [("color", "wrong_level")]
    assert "top-red" in outcome.errors[0].message
    assert not Product.objects.filter(sku="top-red-s").exists()
    assert deep


def test_variants_of_one_model_differ_in_their_axes(world: World) -> None:
    world.create("tee", {}, family="shirts", family_variant="shirts_size")
    world.create("tee-s", {"size": "s"}, parent="tee")
    outcomes = write(
        [
            ProductChange(values={"size": "s"}, fields={"sku": "tee-x", "parent": "tee"}),
            ProductChange(values={}, fields={"sku": "tee-y", "parent": "tee"}),
            ProductChange(values={"size": "m"}, fields={"sku": "tee-m", "parent": "tee"}),
            ProductChange(values={"size": "m"}, fields={"sku": "tee-m2", "parent": "tee"}),
        ],
        by=SYSTEM,
    )
    assert [outcome.status for outcome in outcomes] == ["refused", "refused", "created", "refused"]
    assert [outcome.errors[0].code for outcome in outcomes if outcome.errors] == [
        "axis_taken",
        "axis_missing",
        "axis_taken",
    ]


def test_two_editors_of_different_fields_both_survive(world: World) -> None:
    pk = world.create("mug-1", MUG, family="mugs").product
    base = {key: value_hash(value) for key, value in own(pk).items()}
    world.edit(pk, {"name|en_US": "Anna's name"}, base=base)
    outcome = world.edit(pk, {"name|de_DE": "Bens Name"}, base=base)
    assert outcome.status == "updated"
    assert (own(pk)["name|en_US"], own(pk)["name|de_DE"]) == ("Anna's name", "Bens Name")


def test_two_editors_of_the_same_text_meet_in_a_conflict_that_names_both(world: World) -> None:
    pk = world.create("mug-1", MUG, family="mugs").product
    base = {"name|en_US": value_hash("Trail mug")}
    anna = Actor(world.admin, origin="form", trusted=True)
    world.edit(pk, {"name|en_US": "Anna's name"}, base=base, by=anna)
    outcome = world.edit(pk, {"name|en_US": "Ben's name"}, base=base)
    assert outcome.status == "conflict"
    (conflict,) = outcome.conflicts
    assert (conflict.key, conflict.mine, conflict.theirs, conflict.by) == (
        "name|en_US",
        "Ben's name",
        "Anna's name",
        "boss",
    )
    assert own(pk)["name|en_US"] == "Anna's name"


def test_prices_of_two_currencies_edited_by_two_people_merge(world: World) -> None:
    pk = world.create("mug-1", MUG, family="mugs").product
    base = {"price": value_hash({"EUR": "14.9", "USD": "17"})}
    world.edit(pk, {"price": {"EUR": "15", "USD": "17"}}, base=base)
    outcome = world.edit(pk, {"price": {"EUR": "14.9", "USD": "18"}}, base=base)
    assert outcome.status == "updated"
    assert own(pk)["price"] == {"EUR": "15", "USD": "18"}


def test_two_people_who_price_a_product_without_prices_merge_too(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs").product
    world.edit(pk, {"price": {"EUR": "15"}}, base={"price": ""})
    assert world.edit(pk, {"price": {"USD": "18"}}, base={"price": ""}).status == "updated"
    assert own(pk)["price"] == {"EUR": "15", "USD": "18"}


def test_somebody_filling_a_field_that_was_empty_meanwhile_is_a_conflict(world: World) -> None:
    pk = world.create("mug-1", {}, family="mugs").product
    world.edit(pk, {"color": "red"}, base={"color": ""})
    outcome = world.edit(pk, {"color": "navy"}, base={"color": ""})
    assert outcome.status == "conflict"
    assert own(pk)["color"] == "red"


def test_a_weaker_sources_differing_value_is_kept_as_a_proposal(world: World) -> None:
    pk = world.create("mug-1", {"color": "red"}, family="mugs").product  # by marketing, rank 80
    supplier = Actor(world.admin, origin="import", source="supplier")
    outcome = world.edit(pk, {"color": "navy", "capacity": "0.3"}, by=supplier)
    assert outcome.proposals == ["color"]
    assert own(pk) == {"color": "red", "capacity": "0.3"}
    assert Proposal.objects.values_list("key", "value", "source", "state").get() == (
        "color",
        "navy",
        "supplier",
        "open",
    )
    world.edit(pk, {"color": "white"}, by=supplier)
    assert list(Proposal.objects.values_list("value", flat=True)) == ["white"]
    world.edit(pk, {"color": "navy"}, by=Actor(world.admin, origin="import", source="erp"))
    assert own(pk)["color"] == "navy"
    own_row = ProductValues.objects.get(pk=pk)
    assert whole(own_row.sources, own_row.values)["color"] == "erp"


def test_only_empty_fills_gaps_and_leaves_the_rest(world: World) -> None:
    pk = world.create("mug-1", {"color": "red"}, family="mugs").product
    outcome = world.put(
        ProductChange(product=pk, values={"color": "navy", "capacity": "0.3"}, only_empty=True)
    )
    assert set(outcome.changed) == {"capacity"}
    assert own(pk)["color"] == "red"


def test_a_plan_says_what_writing_would_do_and_writes_nothing(world: World) -> None:
    pk = world.create("mug-1", {"color": "red"}, family="mugs").product
    changes = [
        ProductChange(product=pk, values={"color": "navy"}, ref=1),
        ProductChange(values={"color": "x"}, fields={"sku": "new", "family": "mugs"}, ref=2),
        ProductChange(values={"color": "white"}, fields={"sku": "new2", "family": "mugs"}, ref=3),
    ]
    planned = plan(changes, by=SYSTEM)
    assert [(outcome.ref, outcome.status) for outcome in planned] == [
        (1, "updated"),
        (2, "refused"),
        (3, "created"),
    ]
    assert planned[0].changed == {"color": ("red", "navy")}
    assert planned[2].changed["color"] == (ABSENT, "white")
    assert Product.objects.count() == 1
    assert own(pk)["color"] == "red"
    written = write(changes, by=SYSTEM)
    assert [outcome.changed for outcome in written] == [outcome.changed for outcome in planned]


def test_one_event_a_batch_after_the_commit(world: World, django_capture_on_commit_callbacks: Any) -> None:
    heard: list[list[int]] = []

    def hear(product_ids: list[int], **_kwargs: Any) -> None:
        heard.append(product_ids)

    events.products_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            outcomes = write(
                [ProductChange(fields={"sku": f"m{n}", "family": "mugs"}) for n in range(3)], by=SYSTEM
            )
            assert heard == []
    finally:
        events.products_changed.disconnect(hear)
    assert heard == [[outcome.product for outcome in outcomes]]


def test_a_write_takes_a_bounded_batch(world: World) -> None:
    with pytest.raises(BatchTooLarge):
        write([ProductChange(fields={"sku": f"m{n}"}) for n in range(BATCH + 1)], by=SYSTEM)
    assert Product.objects.count() == 0


def test_query_counts_do_not_depend_on_the_batch(world: World) -> None:
    def created(prefix: str, count: int) -> tuple[int, list[int]]:
        changes = [
            ProductChange(
                values={**MUG, "ean": None, "capacity": str(n)},
                fields={"sku": f"{prefix}{n}", "family": "mugs", "categories": ["cups"]},
            )
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            outcomes = write(changes, by=SYSTEM)
        return len(captured), [outcome.product or 0 for outcome in outcomes]

    def edited(ids: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            write(
                [ProductChange(product=pk, values={"color": "navy", "price": {"EUR": "1"}}) for pk in ids],
                by=SYSTEM,
            )
        return len(captured)

    created("warm", 1)
    few, few_ids = created("a", 4)
    many, many_ids = created("b", 8)
    assert few == many
    assert edited(few_ids) == edited(many_ids)


def test_products_are_found_by_tokens_and_by_words_without_accents(world: World) -> None:
    first = world.create("mug-1", {**MUG, "name|de_DE": "Becher für Träume"}, family="mugs").product
    second = world.create("mug-2", {"color": "white", "features": ["stackable"]}, family="mugs").product
    everything = Product.objects.all()

    def ids(queryset: Any) -> set[int]:
        return set(queryset.values_list("pk", flat=True))

    assert ids(filter_tokens(everything, all=["features=stackable", "color=red"])) == {first}
    assert ids(filter_tokens(everything, any_of=[["color=red", "color=white"], ["features=stackable"]])) == {
        first,
        second,
    }
    assert ids(filter_tokens(everything, none=["color=red"])) == {second}
    assert ids(search_text(everything, "traume becher")) == {first}
    assert ids(search_text(everything, "4006381333931")) == {first}
    assert ids(search_text(everything, "m")) == {first, second}
    assert ids(search_text(everything, '"; DROP TABLE')) == set()
    assert ids(search_text(everything, "traume\x00becher")) == {first}
    world.edit(first, {"color": "navy", "name|de_DE": "Tasse"})
    assert ids(filter_tokens(everything, all=["color=red"])) == set()
    assert ids(search_text(everything, "traume")) == set()


def test_renaming_and_trashing_are_changes_like_any_other(world: World) -> None:
    pk = world.create("mug-1", MUG, family="mugs").product
    assert world.edit(pk, sku="mug-one").changed == {"_sku": ("mug-1", "mug-one")}
    assert set(search_text(Product.objects.all(), "mug-one")) == {Product.objects.get(pk=pk)}
    world.edit(pk, trashed=True)
    assert Product.objects.alive().count() == 0
    world.edit(pk, trashed=False)
    assert Product.objects.alive().count() == 1
    assert [set(revision.changes) for revision in Revision.objects.order_by("rev")][1:] == [
        {"_sku"},
        {"_trashed"},
        {"_trashed"},
    ]


def test_a_trusted_feed_still_stands_below_a_stronger_source(world: World) -> None:
    pk = world.create("mug-1", {"color": "red"}, family="mugs").product
    feed = Actor(None, origin="import", source="supplier", trusted=True)
    outcome = world.edit(pk, {"color": "navy"}, by=feed)
    assert (outcome.status, outcome.proposals) == ("unchanged", ["color"])
    assert own(pk)["color"] == "red"


def test_a_write_that_somebody_crosses_is_looked_at_once_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, tries = store.store_unique_values, []

    def crossed(*args: Any) -> None:
        tries.append(args)
        if len(tries) == 1:
            raise IntegrityError("somebody took it this very moment")
        really(*args)

    monkeypatch.setattr(store, "store_unique_values", crossed)
    assert world.create("mug-1", MUG, family="mugs").rev == 1
    assert (len(tries), Product.objects.count(), Revision.objects.count()) == (2, 1, 1)
