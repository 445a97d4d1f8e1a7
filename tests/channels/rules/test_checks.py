"""Shares that add to 100, part by part; green words without a proof; and what of it holds a sheet back."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from catalog.models import Product
from catalog.structure.specs import AttributeSpec
from channels.models import Listing
from channels.rules.checks import claims_in, wrong_shares
from channels.rules.packs import PACKS
from tests.channels.rules.test_packs import channel, keep, world  # noqa: F401  (the fixture)
from tests.channels.stage import FULL, work_off_jobs
from tests.world import World

TEXT = AttributeSpec(1, "composition", "text", labels={"en_US": "Composition"})
TABLE = AttributeSpec(
    2, "layers", "table", labels={"en_US": "Layers"},
    params={"columns": [
        {"code": "part", "type": "text", "labels": {}}, {"code": "fibre", "type": "text", "labels": {}},
        {"code": "share", "type": "number", "labels": {}},
    ]},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("60 % wool, 40 % silk", []),
        ("Outer: 60% wool, 40% silk; lining: 100 % cotton", []),
        ("33,3 % Wolle, 33,3 % Seide, 33,4 % Leinen", []),
        ("Pure new wool", []),
        ("60 % wool, 30 % silk", ["Composition: the shares add to 90 %, not to 100 %."]),
        ("<p>Outer: 70% wool</p><p>Lining: 100% cotton</p>", ["Outer: the shares add to 70 %, not to 100 %."]),
    ],
)  # fmt: skip
def test_the_shares_of_each_part_of_a_text_add_to_100(text: str, wrong: list[str]) -> None:
    assert wrong_shares(text, TEXT) == wrong


def test_the_shares_of_a_table_are_added_by_part() -> None:
    rows = [
        {"part": "Outer", "fibre": "wool", "share": "60"}, {"part": "Outer", "fibre": "silk", "share": "40"},
        {"part": "Lining", "fibre": "cotton", "share": "95.5"},
    ]  # fmt: skip
    assert wrong_shares(rows, TABLE) == ["Lining: the shares add to 95.5 %, not to 100 %."]
    assert wrong_shares([*rows, {"part": "Lining", "fibre": "silk", "share": "4.5"}], TABLE) == []


def test_claims_are_found_in_their_language_with_their_endings_and_nowhere_else() -> None:
    assert claims_in("Eine umweltfreundliche Tasse, klimaneutral.", "de") == [
        "umweltfreundliche",
        "klimaneutral",
    ]
    assert claims_in("Eco-friendly and carbon neutral", "en") == ["Eco-friendly", "carbon neutral"]
    assert claims_in("A green mug", "en") == []
    assert claims_in("umweltfreundlich", "en") == []


def test_shares_that_do_not_add_hold_the_sheet_at_their_field(world: World) -> None:  # noqa: F811
    from channels.delivery.prepare import prepare
    from channels.profile import current

    keep(world, "textile", {"shares": ("required", "fibre_composition", None)}, families=["shirts"])
    values: dict[str, Any] = {**FULL, "fibre_composition|de_DE": "60 % Wolle, 30 % Seide"}
    product = world.create("SHIRT", values, family="shirts", status="approved").product
    work_off_jobs()
    structure = world.structure
    spec = current(structure).by_id[channel().pk]

    def decision() -> Any:
        rows = list(Listing.objects.filter(product_id=product).select_related("product"))
        return prepare(rows, spec, structure, at=timezone.now())[0].decision

    errors = decision().errors
    assert [(error["attribute"], error["locale"], error["code"]) for error in errors] == [
        ("fibre_composition", "de_DE", "textile.shares")
    ]
    world.edit(Product.objects.get(sku="SHIRT").pk, {"fibre_composition|de_DE": "60 % Wolle, 40 % Seide"})
    assert (decision().kind, decision().errors) == ("present", [])


def test_a_green_word_is_told_until_a_proof_is_given(world: World) -> None:  # noqa: F811
    from catalog.values import bundle as bundles
    from channels import profile
    from channels.rules.judging import told

    keep(world, "green", {"proof": ("warning", "manufacturer_name", None)})
    product = world.create("MUG", {**FULL, "name|de_DE": "Nachhaltige Tasse"}, family="mugs").product
    assert product is not None

    def sentences() -> list[str]:
        structure = world.structure
        spec = profile.current(structure).by_id[channel().pk]
        return [
            one.message
            for one in told(bundles.load([product], structure=structure)[product], [spec], structure)
        ]

    assert sentences() == ["Name says 'Nachhaltige' and no proof is given."]
    world.edit(product, {"manufacturer_name": "EU Ecolabel 123"})
    assert sentences() == []
    assert PACKS["green"].by_code["proof"].level == "warning"
