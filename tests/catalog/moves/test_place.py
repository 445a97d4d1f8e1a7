"""Another family, another model, into a model and out of one: what is lost is planned, kept in history and given back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from catalog.models import (
    Campaign,
    CampaignValues,
    FamilyAttribute,
    FamilyVariant,
    NumberValue,
    Product,
    ProductValues,
    Revision,
    Source,
    UniqueValue,
    VariantAttribute,
)
from catalog.models.tokens import numbered
from catalog.moves import place, undo
from catalog.search import filter_tokens
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ABSENT, EMPTY, Actor, ProductChange
from catalog.values.fingerprint import catalogue_hash
from catalog.values.write import plan
from tests.world import SYSTEM, World


def own(product: int | None) -> dict[str, Any]:
    return ProductValues.objects.get(pk=product).values


def row(product: int | None) -> Product:
    return Product.objects.get(pk=product)


def move(world: World, changes: list[ProductChange]) -> Any:
    assert world.admin is not None
    outcomes = place.apply(changes, by=place.actor(world.admin))
    assert all(outcome.ok for outcome in outcomes), outcomes
    return outcomes


def take_back(world: World, product: int | None) -> None:
    assert world.admin is not None
    ref = Revision.objects.filter(product=product).order_by("-rev")[0].ref
    outcomes = undo.undo(ref, user=world.admin)
    assert outcomes
    assert all(outcome.ok for outcome in outcomes), outcomes


@pytest.fixture
def shirts(world: World) -> dict[str, int]:
    """Two models by size with a variant each, one by colour and size with a sub-model and a variant."""
    made: dict[str, int | None] = {}
    for sku, name in (("TEE", "Tee"), ("POLO", "Polo")):
        made[sku] = world.create(
            sku,
            {"name|en_US": name, "price": {"EUR": "20"}},
            family_variant="shirts_size",
            categories=["fashion"],
        ).product
        made[f"{sku}-M"] = world.create(f"{sku}-M", {"size": "m"}, parent=sku).product
    made["HOOD"] = world.create("HOOD", {"name|en_US": "Hood"}, family_variant="shirts_color_size").product
    made["HOOD-R"] = world.create("HOOD-R", {"color": "red"}, parent="HOOD").product
    made["HOOD-R-M"] = world.create("HOOD-R-M", {"size": "m"}, parent="HOOD-R").product
    return made  # type: ignore[return-value]


def test_a_plan_says_what_a_family_change_loses_and_changes_nothing(world: World) -> None:
    values = {"name|en_US": "Mug", "capacity": "300", "dishwasher_safe": True, "color": "red"}
    mug = world.create("MUG", values, family="mugs").product
    before = catalogue_hash()
    outcome = plan(place.to_family(row(mug), "shirts"), by=SYSTEM)[0]
    assert outcome.changed == {
        "_family": ("mugs", "shirts"),
        "capacity": ("300", ABSENT),
        "dishwasher_safe": (True, ABSENT),
    }
    assert catalogue_hash() == before


def test_what_the_new_family_has_no_room_for_goes_to_history_and_comes_back_with_undo(world: World) -> None:
    mug = world.create("MUG", {"name|en_US": "Mug", "capacity": "300"}, family="mugs").product
    before = catalogue_hash()
    move(world, place.to_family(row(mug), "shirts"))
    assert own(mug) == {"name|en_US": "Mug"}
    assert numbered("empty:capacity") not in row(mug).tokens
    assert Revision.objects.get(product=mug, rev=2).changes["capacity"] == ["300", {"absent": True}]
    take_back(world, mug)
    assert catalogue_hash() == before


def test_a_value_of_a_campaign_without_room_goes_too(world: World) -> None:
    mug = world.create("MUG", {"capacity": "300"}, family="mugs").product
    assert mug is not None
    now = timezone.now()
    sale = Campaign.objects.create(code="sale", starts_at=now, ends_at=now + timedelta(days=1))
    write_campaign(sale, {mug: {"capacity": "330", "price": {"EUR": "5"}}}, by=SYSTEM)
    move(world, place.to_family(row(mug), "shirts"))
    assert CampaignValues.objects.get().values == {"price": {"EUR": "5"}}
    take_back(world, mug)
    assert CampaignValues.objects.get().values == {"price": {"EUR": "5"}, "capacity": "330"}


def test_a_person_does_not_lose_by_moving_what_they_may_not_edit(world: World) -> None:
    from catalog.models import AttributeGroup, Grant, Role, User
    from catalog.values.changes import Actor

    user = User.objects.create_user("anna", password="x")
    role = Role.objects.create(code="texts", verbs=["product.edit"])
    Grant.objects.create(role=role).groups.set(AttributeGroup.objects.filter(code="marketing"))
    user.roles.add(role)
    mug = world.create("MUG", {"capacity": "300"}, family="mugs").product
    before = catalogue_hash()
    outcome = place.apply(place.to_family(row(mug), "shirts"), by=Actor(user, origin="move"))[0]
    assert [(error.key, error.code) for error in outcome.errors] == [("_family", "would_lose")]
    assert catalogue_hash() == before


def test_a_simple_product_becomes_a_variant_and_follows_what_its_model_says_as_well(
    world: World, shirts: dict[str, int]
) -> None:
    values = {"name|en_US": "Tee", "price": {"EUR": "25"}, "ean": "4006381333931", "color": "red"}
    simple = world.create("TEE-L", values, family="shirts").product
    before = catalogue_hash()
    move(world, place.under(row(simple), "TEE", {"size": "l"}))
    moved = row(simple)
    assert (moved.kind, moved.parent_id, moved.root_id) == ("variant", shirts["TEE"], shirts["TEE"])
    assert moved.family_variant is not None
    assert moved.family_variant.code == "shirts_size"
    # The name was the model's: it follows it now. The price differs, and stays as its own.
    assert own(simple) == {"price": {"EUR": "25"}, "ean": "4006381333931", "color": "red", "size": "l"}
    assert moved.label == "Tee"
    take_back(world, simple)
    assert catalogue_hash() == before


def test_what_belongs_to_the_model_alone_leaves_the_variant(world: World) -> None:
    variant = FamilyVariant.objects.get(code="shirts_size")
    VariantAttribute.objects.create(
        family_variant=variant, attribute=world.attributes["weight"], level=0, is_axis=False
    )
    world.create("TEE", {"name|en_US": "Tee"}, family_variant="shirts_size")
    simple = world.create("TEE-L", {"weight": "1 kg"}, family="shirts").product
    outcome = plan(place.under(row(simple), "TEE", {"size": "l"}), by=SYSTEM)[0]
    assert outcome.changed["weight"] == ({"amount": "1", "unit": "KILOGRAM"}, ABSENT)


@pytest.mark.parametrize(
    ("sku", "axes", "code"),
    [
        ("TEE", {"size": "m"}, "axis_taken"),
        ("TEE", {}, "axis_missing"),
        ("HOOD", {"size": "m"}, "parent_has_submodels"),
        ("TEE-M", {"size": "m"}, "parent_no_model"),
        ("NONE", {"size": "m"}, "unknown_parent"),
    ],
)
def test_a_place_that_does_not_fit_is_refused_and_nothing_changes(
    world: World, shirts: dict[str, int], sku: str, axes: dict[str, str], code: str
) -> None:
    simple = world.create("TEE-X", {}, family="shirts").product
    before = catalogue_hash()
    outcome = place.apply(place.under(row(simple), sku, axes), by=SYSTEM)[0]
    assert [error.code for error in outcome.errors] == [code]
    assert catalogue_hash() == before


def test_taking_back_a_move_under_a_model_brings_nothing_of_the_models_campaigns_along(
    world: World, shirts: dict[str, int]
) -> None:
    now = timezone.now()
    sale = Campaign.objects.create(code="sale", starts_at=now, ends_at=now + timedelta(days=1))
    write_campaign(sale, {shirts["TEE"]: {"price": {"EUR": "9"}}}, by=SYSTEM)
    simple = world.create("TEE-L", {"price": {"EUR": "25"}}, family="shirts").product
    move(world, place.under(row(simple), "TEE", {"size": "l"}))
    take_back(world, simple)
    assert [each.product_id for each in CampaignValues.objects.all()] == [shirts["TEE"]]


def test_campaigns_values_of_many_variants_move_in_as_many_statements_as_of_one(
    world: World, shirts: dict[str, int]
) -> None:
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    with transaction.atomic():
        FamilyAttribute.objects.create(family=world.families["mugs"], attribute=world.attributes["size"])
        other = FamilyVariant.objects.create(code="mugs_size", family=world.families["mugs"])
        VariantAttribute.objects.create(
            family_variant=other, attribute=world.attributes["size"], level=1, is_axis=True
        )
        FamilyAttribute.objects.filter(
            family=world.families["mugs"], attribute=world.attributes["price"]
        ).delete()
        announce("family_variant", [other.pk])
    for size in "sl":
        shirts[f"POLO-{size}"] = world.create(f"POLO-{size}", {"size": size}, parent="POLO").product or 0
    now = timezone.now()
    sale = Campaign.objects.create(code="sale", starts_at=now, ends_at=now + timedelta(days=1))
    write_campaign(sale, {pk: {"price": {"EUR": "9"}} for pk in shirts.values()}, by=SYSTEM)
    counts = []
    for model in ("TEE", "POLO"):
        with CaptureQueriesContext(connection) as queries:
            move(world, place.to_family_variant(row(shirts[model]), "mugs_size"))
        counts.append(len(queries))
    assert CampaignValues.objects.filter(values={}).count() == 6
    assert counts[0] == counts[1]


def test_a_variant_goes_to_another_model_and_inherits_there(world: World, shirts: dict[str, int]) -> None:
    world.edit(shirts["TEE-M"], {"size": "s"})
    before = catalogue_hash()
    move(world, place.under(row(shirts["TEE-M"]), "POLO", {}))
    assert row(shirts["TEE-M"]).label == "Polo"
    assert own(shirts["TEE-M"]) == {"size": "s"}
    take_back(world, shirts["TEE-M"])
    assert row(shirts["TEE-M"]).label == "Tee"
    assert catalogue_hash() == before


def test_a_sub_model_takes_its_variants_along(world: World, shirts: dict[str, int]) -> None:
    other = world.create("ZIP", {"name|en_US": "Zip"}, family_variant="shirts_color_size").product
    move(world, place.under(row(shirts["HOOD-R"]), "ZIP", {}))
    assert (row(shirts["HOOD-R"]).root_id, row(shirts["HOOD-R-M"]).root_id) == (other, other)
    assert row(shirts["HOOD-R-M"]).label == "Zip"
    outcome = place.apply(place.under(row(shirts["HOOD-R"]), "TEE", {}), by=SYSTEM)[0]
    assert [error.code for error in outcome.errors] == ["variant_differs"]


def test_a_variant_that_leaves_its_model_takes_along_what_it_inherited(
    world: World, shirts: dict[str, int]
) -> None:
    now = timezone.now()
    sale = Campaign.objects.create(code="sale", starts_at=now, ends_at=now + timedelta(days=1))
    write_campaign(sale, {shirts["TEE"]: {"price": {"EUR": "9"}}}, by=SYSTEM)
    world.edit(shirts["TEE-M"], {"name|de_DE": EMPTY})
    before = catalogue_hash()
    bundle = bundles.load([shirts["TEE-M"]])[shirts["TEE-M"]]
    move(world, place.out_of_model(bundle, Structure.current()))
    moved = row(shirts["TEE-M"])
    assert (moved.kind, moved.parent_id, moved.root_id, moved.family_variant_id) == (
        "simple",
        None,
        moved.pk,
        None,
    )
    assert own(moved.pk) == {"size": "m", "name|en_US": "Tee", "price": {"EUR": "20"}, "name|de_DE": None}
    assert [category.code for category in moved.categories.all()] == ["fashion"]
    assert CampaignValues.objects.get(product=moved).values == {"price": {"EUR": "9"}}
    take_back(world, moved.pk)
    assert catalogue_hash() == before
    assert CampaignValues.objects.get(product=moved).values == {}


def test_what_only_its_model_may_say_comes_along_and_leaves_again_when_that_is_taken_back(
    world: World,
) -> None:
    from django.db import transaction

    variant = FamilyVariant.objects.get(code="shirts_size")
    with transaction.atomic():
        VariantAttribute.objects.create(
            family_variant=variant, attribute=world.attributes["weight"], level=0, is_axis=False
        )
        announce("family_variant", [variant.pk])
    world.create("TEE", {"weight": "1 kg"}, family_variant="shirts_size")
    tee = world.create("TEE-M", {"size": "m"}, parent="TEE").product or 0
    before = catalogue_hash()
    move(world, place.out_of_model(bundles.load([tee])[tee], Structure.current()))
    assert own(tee) == {"size": "m", "weight": {"amount": "1", "unit": "KILOGRAM"}}
    take_back(world, tee)
    assert catalogue_hash() == before


def test_a_whole_model_changes_family_by_a_family_variant_with_the_same_axes(
    world: World, shirts: dict[str, int]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        FamilyAttribute.objects.create(family=world.families["mugs"], attribute=world.attributes["size"])
        other = FamilyVariant.objects.create(code="mugs_size", family=world.families["mugs"])
        VariantAttribute.objects.create(
            family_variant=other, attribute=world.attributes["size"], level=1, is_axis=True
        )
        announce("family_variant", [other.pk])
    before = catalogue_hash()
    move(world, place.to_family_variant(row(shirts["TEE"]), "mugs_size"))
    for sku in ("TEE", "TEE-M"):
        moved = row(shirts[sku])
        assert (moved.family_id, moved.family_variant_id) == (world.families["mugs"].pk, other.pk)
    found = filter_tokens(Product.objects.all(), any_of=[["empty:capacity"]])
    assert sorted(found.values_list("sku", flat=True)) == ["TEE", "TEE-M"]
    take_back(world, shirts["TEE"])
    assert catalogue_hash() == before


def test_a_model_does_not_move_without_its_variants(world: World, shirts: dict[str, int]) -> None:
    from django.db import transaction

    with transaction.atomic():
        other = FamilyVariant.objects.create(code="shirts_size_2", family=world.families["shirts"])
        VariantAttribute.objects.create(
            family_variant=other, attribute=world.attributes["size"], level=1, is_axis=True
        )
        announce("family_variant", [other.pk])
    before = catalogue_hash()
    change = ProductChange(product=shirts["TEE"], fields={"family_variant": "shirts_size_2"}, moves="along")
    outcome = place.apply([change], by=SYSTEM)[0]
    assert [error.message for error in outcome.errors] == [
        "1 variant of TEE cannot come along, so nothing was moved."
    ]
    assert catalogue_hash() == before


def test_an_edit_that_does_not_mean_to_move_still_moves_nothing(world: World, shirts: dict[str, int]) -> None:
    before = catalogue_hash()
    outcome = world.edit(shirts["TEE-M"], parent="POLO")
    assert [error.code for error in outcome.errors] == ["place_fixed"]
    assert catalogue_hash() == before


def test_what_was_changed_since_is_not_undone(world: World, shirts: dict[str, int]) -> None:
    assert world.admin is not None
    simple = world.create("TEE-L", {"price": {"EUR": "25"}}, family="shirts").product
    move(world, place.under(row(simple), "TEE", {"size": "l"}))
    ref = Revision.objects.filter(product=simple).order_by("-rev")[0].ref
    world.edit(simple or 0, {"size": "s"})
    before = catalogue_hash()
    outcomes = undo.undo(ref, user=world.admin)
    assert [conflict.key for outcome in outcomes for conflict in outcome.conflicts] == ["size"]
    assert catalogue_hash() == before


def test_a_unique_value_is_free_once_its_product_left_the_family(world: World) -> None:
    from django.db import transaction

    mug = world.create("MUG", {"ean": "4006381333931"}, family="mugs").product
    with transaction.atomic():
        FamilyAttribute.objects.filter(
            family=world.families["shirts"], attribute=world.attributes["ean"]
        ).delete()
        announce("family", [world.families["shirts"].pk])
    move(world, place.to_family(row(mug), "shirts"))
    assert UniqueValue.objects.count() == 0
    assert world.create("MUG-2", {"ean": "4006381333931"}, family="mugs").product


@pytest.fixture
def mugs_size(world: World) -> None:
    from django.db import transaction

    with transaction.atomic():
        FamilyAttribute.objects.create(family=world.families["mugs"], attribute=world.attributes["size"])
        other = FamilyVariant.objects.create(code="mugs_size", family=world.families["mugs"])
        VariantAttribute.objects.create(
            family_variant=other, attribute=world.attributes["size"], level=1, is_axis=True
        )
        announce("family_variant", [other.pk])


def test_many_models_move_in_as_many_statements_as_one(
    world: World, shirts: dict[str, int], mugs_size: None
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for sku in ("CREW", "HENLEY"):
        shirts[sku] = world.create(sku, {}, family_variant="shirts_size").product or 0
        world.create(f"{sku}-M", {"size": "m"}, parent=sku)
    counts = []
    for models in (["TEE"], ["POLO", "CREW", "HENLEY"]):
        groups = [place.to_family_variant(row(shirts[sku]), "mugs_size") for sku in models]
        with CaptureQueriesContext(connection) as queries:
            outcomes = place.write_together(groups, by=SYSTEM)
        assert all(outcome.ok for outcome in outcomes)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_model_that_cannot_move_makes_no_single_writes_of_the_others(
    world: World, shirts: dict[str, int], mugs_size: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    door = place.write

    def counted(changes: Any, *, by: Any) -> Any:
        sizes.append(len(changes))
        return door(changes, by=by)

    monkeypatch.setattr(place, "write", counted)
    world.create("OTHER", {"ean": "4006381333931"}, family="shirts")
    torn = place.to_family_variant(row(shirts["TEE"]), "mugs_size")
    torn[1].values["ean"] = "4006381333931"  # another's
    alone = [
        place.to_family(row(world.create(f"S-{n}", {}, family="shirts").product), "mugs") for n in range(3)
    ]
    outcomes = place.write_together(
        [torn, place.to_family_variant(row(shirts["POLO"]), "mugs_size"), *alone], by=SYSTEM
    )
    assert sizes == [7, 5]
    assert [outcome.product for outcome in outcomes if not outcome.ok] == [change.product for change in torn]
    assert row(shirts["TEE"]).family_id == world.families["shirts"].pk
    assert row(shirts["POLO"]).family_id == world.families["mugs"].pk


def test_a_move_is_not_taken_back_over_what_was_written_since(world: World) -> None:
    assert world.admin is not None
    mug = world.create("MUG", {"capacity": "300"}, family="mugs").product
    move(world, place.to_family(row(mug), "shirts"))
    ref = Revision.objects.filter(product=mug).order_by("-rev")[0].ref
    world.edit(mug or 0, {"size": "m"})
    before = catalogue_hash()
    outcomes = undo.undo(ref, user=world.admin)
    assert [error.code for outcome in outcomes for error in outcome.errors] == ["written_since"]
    assert catalogue_hash() == before
    world.edit(mug or 0, {"size": None})
    assert all(outcome.ok for outcome in undo.undo(ref, user=world.admin))
    assert own(mug) == {"capacity": "300"}


def test_a_variant_under_another_model_is_found_by_the_numbers_it_inherits_there(
    world: World, shirts: dict[str, int]
) -> None:
    world.edit(shirts["POLO"], {"price": {"EUR": "35"}})
    assert [each.number for each in NumberValue.objects.filter(product=shirts["TEE-M"])] == [20.0]
    move(world, place.under(row(shirts["TEE-M"]), "POLO", {"size": "l"}))
    assert [each.number for each in NumberValue.objects.filter(product=shirts["TEE-M"])] == [35.0]
    take_back(world, shirts["TEE-M"])
    assert [each.number for each in NumberValue.objects.filter(product=shirts["TEE-M"])] == [20.0]


def sources(product: int) -> dict[str, str]:
    return dict(bundles.load([product])[product].levels[0].sources)


def test_what_an_undo_gives_back_has_the_source_it_had_however_often_it_went_to_and_fro(world: World) -> None:
    """Else what the ERP says next would wait as a proposal behind a value that nobody wrote by hand."""
    erp = Actor(None, "import", source="erp", trusted=True)
    mug = (
        world.create("MUG", {"capacity": "300", "dishwasher_safe": True}, family="mugs", by=erp).product or 0
    )
    marketing = Actor(None, "form", source="marketing", trusted=True)
    Source.objects.filter(code="marketing").update(rank=95)
    with transaction.atomic():
        announce("source", [])
    world.edit(mug, {"capacity": "330"}, by=marketing)
    before = {"capacity": "marketing", "dishwasher_safe": "erp"}
    for _time in range(2):
        assert sources(mug) == before
        move(world, place.to_family(row(mug), "shirts"))
        assert sources(mug) == {}
        take_back(world, mug)
    assert sources(mug) == before


def test_what_its_sub_model_left_empty_stays_empty_when_a_variant_leaves(
    world: World, shirts: dict[str, int]
) -> None:
    """Though the model above says something there. Where a fallback could shine through, the emptiness comes along."""
    texts = {"name|de_DE": "Hoodie", "name|de_AT": "Kapuzenpulli"}
    world.edit(shirts["HOOD"], {**texts, "weight": {"amount": "1", "unit": "KILOGRAM"}})
    world.edit(shirts["HOOD-R"], {"weight": EMPTY, "name|de_AT": EMPTY})
    before = catalogue_hash()
    leaving = bundles.load([shirts["HOOD-R-M"]])[shirts["HOOD-R-M"]]
    move(world, place.out_of_model(leaving, Structure.current()))
    assert own(shirts["HOOD-R-M"]) == {
        "name|en_US": "Hood", "name|de_DE": "Hoodie", "name|de_AT": None, "color": "red", "size": "m",
    }  # fmt: skip
    take_back(world, shirts["HOOD-R-M"])
    assert catalogue_hash() == before
