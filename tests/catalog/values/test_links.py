"""Products that point at products, through the door: by SKU, kept by id, never at themselves, never in a circle."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Product
from catalog.values import bundle as bundles
from catalog.values.changes import ProductChange
from catalog.values.links import linked_to, pointing_at
from catalog.values.write import write
from tests.catalog.links import add_associations
from tests.world import SYSTEM, World


@pytest.fixture
def linked(world: World) -> World:
    add_associations(world)
    return world


def stored(sku: str) -> dict:
    return Product.objects.get(sku=sku).own.values


def cells(world: World, sku: str, code: str) -> dict[str, str]:
    product = Product.objects.get(sku=sku)
    value = bundles.load([product.pk])[product.pk].effective.get(code)
    spec = world.structure.attributes[code]
    return ATTRIBUTE_TYPES[spec.type].to_columns(value, spec, world.structure)


def test_skus_in_any_case_become_ids_in_their_order(linked: World) -> None:
    a, b = (linked.create(sku, family="mugs").product for sku in ("A", "B"))
    linked.create("C", {"CROSSSELL": "b, a", "successor": "B"}, family="mugs")
    assert stored("C") == {"CROSSSELL": [{"product": b}, {"product": a}], "successor": [{"product": b}]}
    assert cells(linked, "C", "CROSSSELL") == {"products": "B,A"}


def test_a_product_of_every_family_and_of_none_has_associations(linked: World) -> None:
    a = linked.create("A", family="shirts").product
    linked.create("B", {"PARTS": "A"})
    linked.create("C", {"PARTS": "A"}, family="shirts")
    assert stored("B") == stored("C") == {"PARTS": [{"product": a}]}
    assert linked.put(ProductChange(values={"successor": "A"}, fields={"sku": "D", "family": "shirts"})).errors[0].code == "not_in_family"  # fmt: skip


def test_a_new_sku_changes_nothing_in_what_points_at_it(linked: World) -> None:
    a = linked.create("A", family="mugs").product
    c = linked.create("C", {"PARTS": "A"}, family="mugs").product
    rev = Product.objects.get(pk=c).rev
    linked.edit(a, sku="A-NEW")
    assert cells(linked, "C", "PARTS") == {"products": "A-NEW"}
    assert Product.objects.get(pk=c).rev == rev


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"PARTS": "NOBODY"}, "unknown_product"),
        ({"PARTS": [{"product": 999999}]}, "unknown_product"),
        ({"PARTS": [{"product": 10**30}]}, "unknown_product"),
        ({"PARTS": "C"}, "points_at_itself"),
        ({"CONTENTS": [{"sku": "A", "quantity": "0"}]}, "bad_quantity"),
        ({"CONTENTS": [{"sku": "A", "quantity": "1.5"}]}, "bad_quantity"),
        ({"successor": "A,B"}, "too_many_items"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(linked: World, values: dict, code: str) -> None:
    linked.create("A", family="mugs")
    linked.create("B", family="mugs")
    c = linked.create("C", {"capacity": "3"}, family="mugs").product
    outcome = linked.edit(c, {**values, "capacity": "4"})
    assert [error.code for error in outcome.errors] == [code]
    assert stored("C") == {"capacity": "3"}


def test_quantities_are_kept_and_go_out_and_come_in_beside_the_products(linked: World) -> None:
    a, b = (linked.create(sku, family="mugs").product for sku in ("A", "B"))
    linked.create("SET", {"CONTENTS": [{"sku": "B", "quantity": "4"}, {"sku": "A"}]}, family="mugs")
    assert stored("SET")["CONTENTS"] == [{"product": b, "quantity": 4}, {"product": a, "quantity": 1}]
    spec = linked.structure.attributes["CONTENTS"]
    kind = ATTRIBUTE_TYPES["association"]
    assert cells(linked, "SET", "CONTENTS") == {"products": "B,A", "quantities": "4|1"}
    again = kind.from_columns({"products": "B,A", "quantities": "4|1"}, spec)
    assert kind.clean(again, spec) == stored("SET")["CONTENTS"]
    assert kind.display(stored("SET")["CONTENTS"], spec) == "4 × B, 1 × A"


def test_a_set_does_not_contain_itself_by_any_way(linked: World) -> None:
    for sku, contents in (("C", ""), ("B", "C"), ("A", "B")):
        linked.create(sku, {"CONTENTS": contents} if contents else {}, family="mugs")
    c = Product.objects.get(sku="C").pk
    outcome = linked.edit(c, {"CONTENTS": "A"})
    assert [(error.code, error.message) for error in outcome.errors] == [
        ("circle", "Contents: C would contain itself, by A, B.")
    ]
    assert "CONTENTS" not in stored("C")
    ids = {sku: Product.objects.get(sku=sku).pk for sku in "ABC"}
    both = [
        ProductChange(product=ids["A"], values={"CONTENTS": "C"}),
        ProductChange(product=ids["C"], values={"CONTENTS": "B"}),
    ]
    assert {error.code for outcome in write(both, by=SYSTEM) for error in outcome.errors} == {"circle"}


def test_two_people_who_add_and_remove_meet(linked: World) -> None:
    from catalog.values.hashing import value_hash

    a, b, d = (linked.create(sku, family="mugs").product for sku in ("A", "B", "D"))
    c = linked.create("C", {"PARTS": "A"}, family="mugs").product
    base = {"PARTS": value_hash(stored("C")["PARTS"])}
    linked.edit(c, {"PARTS": "A,B"}, base=base)
    assert linked.edit(c, {"PARTS": "D"}, base=base).ok
    assert stored("C")["PARTS"] == [{"product": b}, {"product": d}]
    assert a


def test_models_hand_their_associations_down(linked: World) -> None:
    linked.create("A", family="mugs")
    linked.create("SHIRT", {"PARTS": "A"}, family="shirts", family_variant="shirts_size")
    linked.create("SHIRT-S", {"size": "s"}, parent="SHIRT")
    assert cells(linked, "SHIRT-S", "PARTS") == {"products": "A"}


def test_the_other_side_is_found_and_nothing_is_stored_there(linked: World) -> None:
    a = linked.create("A", family="mugs").product
    c = linked.create("C", {"CROSSSELL": "A", "PARTS": "A"}, family="mugs").product
    specs = [linked.structure.attributes["CROSSSELL"]]
    assert linked_to([a], specs) == {a: {"CROSSSELL": [c]}}
    assert pointing_at([a], linked.structure.linking) == [c]
    assert stored("A") == {}
    linked.edit(c, trashed=True)
    assert linked_to([a], specs) == {}


def test_a_product_that_is_gone_for_good_is_left_out_of_files_and_sheets(linked: World) -> None:
    a = linked.create("A", family="mugs").product
    linked.create("B", family="mugs")
    linked.create("C", {"PARTS": "A,B"}, family="mugs")
    Product.objects.filter(pk=a).update(root=None)  # its own root, which protects it
    Product.objects.filter(pk=a).delete()
    assert cells(linked, "C", "PARTS") == {"products": "B"}
    spec = linked.structure.attributes["PARTS"]
    kind = ATTRIBUTE_TYPES["association"]
    assert kind.sheet_value(stored("C")["PARTS"], spec) == ["B"]
    assert kind.display(stored("C")["PARTS"], spec) == f"[{a}], B"


def test_a_batch_asks_for_the_products_it_names_at_once(linked: World) -> None:
    for number in range(20):
        linked.create(f"T{number}", family="mugs")

    def asked(first: int, count: int) -> int:
        changes = [
            ProductChange(
                values={"PARTS": f"T{number},T0", "CONTENTS": [{"sku": f"T{number}", "quantity": 2}]},
                fields={"sku": f"M{number}", "family": "mugs"},
            )
            for number in range(first, first + count)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert {outcome.status for outcome in write(changes, by=SYSTEM)} == {"created"}
        return len(captured)

    assert asked(1, 4) == asked(6, 12)
