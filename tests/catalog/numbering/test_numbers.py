"""Products get the next number through the door: by a pattern, or from pools of GTINs."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tablib import Dataset

from catalog.models import Attribute, GtinPool, Product, ProductValues, Revision, Sequence
from catalog.structure.flags import check_flags
from catalog.transfer.numbering import GtinPoolResource
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.write import plan, write
from tests.attributes import add, changed
from tests.world import SYSTEM, World, build_world


@pytest.fixture
def world(db: Any) -> World:
    return build_world()


def pool(world: World, code: str = "ours", *, first: int = 0, last: int = 99, **fields: Any) -> GtinPool:
    made = GtinPool(
        code=code, attribute=world.attributes["ean"], prefix="2901234567", first=first, last=last, **fields
    )
    made.clean()
    made.save()
    changed("gtin_pool", made.pk)
    return made


def patterned(world: World, pattern: str = "{family}-{seq:3}", **params: Any) -> None:
    add(world, "article", "identifier", is_unique=True, params={"number_pattern": pattern, **params})


def number(*products: int | None, code: str = "ean", by: Actor = SYSTEM) -> list[Outcome]:
    return write([ProductChange(product=pk, number=(code,)) for pk in products], by=by)


def numbers(code: str = "ean") -> dict[str, str | None]:
    rows = ProductValues.objects.order_by("product_id").values_list("product__sku", "values")
    return {sku: values.get(code) for sku, values in rows}


def mugs(world: World, count: int, start: int = 1) -> list[int]:
    return [world.create(f"M-{number}", family="mugs").product or 0 for number in range(start, start + count)]


# --- pools


def test_products_get_the_next_free_gtins_with_their_check_digits(world: World) -> None:
    made = pool(world)
    outcomes = number(*mugs(world, 3))
    assert [outcome.status for outcome in outcomes] == ["updated"] * 3
    assert numbers() == {"M-1": "2901234567001", "M-2": "2901234567018", "M-3": "2901234567025"}
    made.refresh_from_db()
    assert (made.next, made.used, made.free) == (3, 3, 97)
    [revision] = Revision.objects.filter(product__sku="M-2", rev=2)
    assert list(revision.changes) == ["ean"]


def test_a_number_that_is_in_use_is_passed_over_and_a_value_is_never_replaced(world: World) -> None:
    pool(world)
    world.create("OTHER", {"ean": "2901234567001"}, family="mugs")
    has = world.create("M-0", {"ean": "4006381333931"}, family="mugs").product
    [first] = mugs(world, 1)
    outcomes = number(has, first)
    assert [outcome.status for outcome in outcomes] == ["unchanged", "updated"]
    assert numbers() == {"OTHER": "2901234567001", "M-0": "4006381333931", "M-1": "2901234567018"}


def test_a_number_that_was_given_up_is_not_given_again(world: World) -> None:
    pool(world)
    first, second = mugs(world, 2)
    number(first)
    world.edit(first, {"ean": ""})
    number(second)
    assert numbers() == {"M-1": None, "M-2": "2901234567018"}


def test_the_next_pool_follows_and_exhausted_pools_say_so(world: World) -> None:
    pool(world, "small", last=0)
    pool(world, "second", first=50, last=50, position=1)
    pool(world, "off", first=60, last=70, is_active=False)
    outcomes = number(*mugs(world, 3))
    assert [outcome.status for outcome in outcomes] == ["updated", "updated", "refused"]
    assert [(error.key, error.code, error.message) for error in outcomes[2].errors] == [
        ("ean", "pool_exhausted", "The pools of Ean are exhausted: add another range, or write the number.")
    ]
    assert numbers() == {"M-1": "2901234567001", "M-2": "2901234567506", "M-3": None}
    assert list(GtinPool.objects.order_by("pk").values_list("code", "next")) == [
        ("small", 1),
        ("second", 51),
        ("off", 60),
    ]


def test_what_is_refused_takes_no_number(world: World) -> None:
    made = pool(world)
    [mug] = mugs(world, 1)
    [outcome] = write([ProductChange(product=mug, values={"capacity": "much"}, number=("ean",))], by=SYSTEM)
    assert outcome.status == "refused"
    made.refresh_from_db()
    assert made.next == 0
    assert numbers() == {"M-1": None}


def test_a_plan_takes_no_number(world: World) -> None:
    made = pool(world)
    [mug] = mugs(world, 1)
    plan([ProductChange(product=mug, number=("ean",))], by=SYSTEM)
    made.refresh_from_db()
    assert made.next == 0


def test_numbers_are_written_where_the_attribute_belongs(world: World) -> None:
    pool(world)
    model = world.create("S", family_variant="shirts_size").product
    [outcome] = number(model)
    assert [(error.key, error.code) for error in outcome.errors] == [("ean", "wrong_level")]
    [outcome] = number(model, code="name")
    assert outcome.errors[0].message == "Name has neither a pattern nor a pool to take numbers from."


def test_pools_that_overlap_or_do_not_fit_are_refused(world: World) -> None:
    pool(world, first=10, last=19)
    for fields, errors in (
        (
            {"first": 19, "last": 25},
            {"first": ["The pool [ours] has some of these numbers: choose a range beside it."]},
        ),
        ({"first": 30, "last": 20}, {"first": ["The first number is above the last."]}),
        (
            {"first": 0, "last": 100},
            {"last": ["Behind this prefix the item number has 2 digits, 99 at most."]},
        ),
    ):
        with pytest.raises(ValidationError) as refused:
            pool(world, "other", **fields)
        assert refused.value.message_dict == errors
    ean = world.attributes["ean"]
    ean.is_unique = False
    with pytest.raises(ValidationError) as refused:
        check_flags(ean)
    assert list(refused.value.message_dict) == ["is_unique"]


@pytest.mark.parametrize("fields", [{"last": None}, {"prefix": "29x"}, {"prefix": ""}])
def test_a_pool_of_which_a_field_is_missing_or_wrong_is_refused_at_that_field(
    world: World, fields: Any
) -> None:
    made = GtinPool(
        **{"code": "ours", "attribute": world.attributes["ean"], "prefix": "290123", "last": 9, **fields}
    )
    with pytest.raises(ValidationError) as refused:
        made.full_clean()
    assert list(refused.value.message_dict) == list(fields)


def test_a_pool_of_which_nothing_is_given_may_begin_elsewhere(world: World) -> None:
    made = pool(world, first=50, last=59)
    made.first = 10
    made.full_clean()
    assert (made.next, made.used, made.free) == (10, 0, 50)


def test_a_file_older_than_the_numbers_given_since_gives_none_of_them_again(world: World) -> None:
    made = pool(world)
    older = GtinPoolResource().export()
    number(*mugs(world, 3))
    columns = {name: index for index, name in enumerate(older.headers)}
    row = list(older[0])
    row[columns["last"]] = "89"
    outcome = GtinPoolResource().import_data(Dataset(row, headers=older.headers))
    assert [row.import_type for row in outcome.rows] == ["update"]
    made.refresh_from_db()
    assert (made.next, made.last) == (3, 89)
    row[columns["prefix"]] = "2901234568"
    refused = GtinPoolResource().import_data(Dataset(row, headers=older.headers)).invalid_rows
    assert [invalid.error.message_dict for invalid in refused] == [
        {"prefix": ["Numbers of this pool are given already: leave this, and make another pool."]}
    ]
    made.refresh_from_db()
    assert made.prefix == "2901234567"


# --- patterns


def test_a_pattern_counts_each_family_by_itself(world: World) -> None:
    patterned(world)
    add_to_shirts(world)
    shirt = world.create("S-1", family="shirts").product
    number(*mugs(world, 2), shirt, code="article")
    assert numbers("article") == {"S-1": "shirts-001", "M-1": "mugs-001", "M-2": "mugs-002"}
    assert dict(Sequence.objects.values_list("scope", "next")) == {"mugs-\t": 3, "shirts-\t": 2}


def add_to_shirts(world: World) -> None:
    from catalog.models import FamilyAttribute

    FamilyAttribute.objects.create(
        family=world.families["shirts"], attribute=world.attributes["article"], position=99
    )
    changed("family", world.families["shirts"].pk)


def test_new_products_get_a_number_where_the_attribute_says_so_and_keep_one_they_bring(world: World) -> None:
    patterned(world, number_new=True)
    outcomes = write(
        [
            ProductChange(fields={"sku": "A", "family": "mugs"}),
            ProductChange(fields={"sku": "B", "family": "mugs"}, values={"article": "mugs-002"}),
            ProductChange(fields={"sku": "C", "family": "mugs"}),
            ProductChange(fields={"sku": "D", "family": "shirts"}),
        ],
        by=SYSTEM,
    )
    assert [outcome.status for outcome in outcomes] == ["created"] * 4
    assert numbers("article") == {"A": "mugs-001", "B": "mugs-002", "C": "mugs-003", "D": None}


def test_new_products_are_not_held_up_by_an_exhausted_pool(world: World) -> None:
    pool(world, last=0)
    Attribute.objects.filter(code="ean").update(params={"kind": "gtin", "number_new": True})
    changed("attribute", world.attributes["ean"].pk)
    first, second = (world.create(sku, family="mugs") for sku in ("A", "B"))
    assert first.warnings == []
    assert [warning.message for warning in second.warnings] == [
        "The pools of Ean are exhausted: add another range, or write the number."
    ]
    assert numbers() == {"A": "2901234567001", "B": None}


def test_products_whose_patterns_make_the_same_text_get_two_numbers(world: World) -> None:
    patterned(world, "{sku}{seq}")
    taken = [world.create(f"T-{n}", {"article": f"A{n}"}, family="mugs") for n in range(1, 11)]
    assert all(outcome.ok for outcome in taken)
    longer, shorter = (world.create(sku, family="mugs").product for sku in ("A1", "A"))
    assert [outcome.status for outcome in number(longer, shorter, code="article")] == ["updated"] * 2
    found = numbers("article")
    assert (found["A1"], found["A"]) == ("A11", "A12")


def test_a_pattern_passes_over_more_numbers_in_use_than_it_looks_at_in_one_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.numbering.claim.LOOK_AHEAD", 2)
    patterned(world)
    for taken in (1, 2, 3, 5, 6, 7, 8):
        world.create(f"T-{taken}", {"article": f"mugs-{taken:03}"}, family="mugs")
    number(*mugs(world, 3), code="article")
    found = numbers("article")
    assert [found[f"M-{n}"] for n in (1, 2, 3)] == ["mugs-004", "mugs-009", "mugs-010"]
    assert Sequence.objects.get().next == 11


def test_a_pattern_needs_a_unique_attribute_and_no_gtin(world: World) -> None:
    attribute = Attribute(
        code="extra",
        type="identifier",
        group=world.attributes["ean"].group,
        params={"number_pattern": "{seq}"},
    )
    attribute.clean()
    with pytest.raises(ValidationError) as refused:
        check_flags(attribute)
    assert refused.value.message_dict == {
        "is_unique": ["A pattern makes a number for one product each: make the attribute unique."]
    }
    attribute.params = {"kind": "gtin", "number_pattern": "{seq}"}
    with pytest.raises(ValidationError) as refused:
        attribute.clean()
    assert refused.value.message_dict == {
        "params": ["GTINs are taken from pools: leave their pattern empty."]
    }


def test_a_read_only_identifier_is_numbered_though_nobody_may_type_it(world: World) -> None:
    pool(world)
    Attribute.objects.filter(code="ean").update(read_only=True)
    changed("attribute", world.attributes["ean"].pk)
    [mug] = mugs(world, 1)
    assert number(mug, by=Actor(world.admin, origin="form"))[0].ok
    assert numbers() == {"M-1": "2901234567001"}


@pytest.mark.parametrize("pattern", [None, "{family}-{seq}", "{sku}-{seq}"])
def test_the_statements_do_not_grow_with_the_batch(world: World, pattern: str | None) -> None:
    pool(world)
    if pattern:
        patterned(world, pattern)
    code = "article" if pattern else "ean"
    number(*mugs(world, 1), code=code)  # a family's sequence is made with its first number
    counts = []
    for batch in (mugs(world, 2, start=2), mugs(world, 4, start=4)):
        with CaptureQueriesContext(connection) as statements:
            outcomes = number(*batch, code=code)
        assert [outcome.status for outcome in outcomes] == ["updated"] * len(batch)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_claim_that_is_rolled_back_is_given_again(world: World) -> None:
    pool(world)
    [mug] = mugs(world, 1)
    with transaction.atomic():
        number(mug)
        transaction.set_rollback(True)
    number(mug)
    assert numbers() == {"M-1": "2901234567001"}
    assert Product.objects.get(sku="M-1").rev == 2
