"""What Akeneo's files are told by, and what becomes of its codes, patterns and conversions. No database."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from catalog.takeovers.akeneo.attributes import pattern_of
from catalog.takeovers.akeneo.codes import Codes
from catalog.takeovers.akeneo.kinds import AMBIGUOUS, recognise, told_apart
from catalog.takeovers.akeneo.units import _linear

EXAMPLES = Path(__file__).parents[3].parent / "shared" / "samples" / "akeneo-format-examples"


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the folder of samples is not beside this repository")
def test_every_example_of_a_format_is_told_by_its_header() -> None:
    found = {}
    for path in EXAMPLES.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        found[path.stem] = recognise(rows[0], [row["code"] for row in rows if row.get("code")])
    assert found == {
        "association_type": "association_types", "attribute": "attributes", "attribute_properties": "", "attribute_type": "",
        "category": "categories", "family": "families", "family_variant": "family_variants", "group": "groups", "option": "options",
        "product": "products", "product_model": "models", "variant_group": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "codes", "kind"),
    [
        (["code"], ["en_US", "zh_Hans_CN"], "locales"),
        (["code", "activated"], ["en_US"], "locales"),
        (["code", "activated"], ["EUR"], "currencies"),
        (["code", "label-en_US"], ["PACK"], AMBIGUOUS),
        (["code", "activated"], ["PACK"], ""),
        (["code", "sort_order", "label-en_US"], ["erp"], "attribute_groups"),
        (["sku", "price"], [], ""),
        (["SKU", "Family", "Enabled"], [], "products"),
    ],
)
def test_short_headers_are_told_by_their_codes(headers: list[str], codes: list[str], kind: str) -> None:
    assert recognise(headers, codes) == kind


def test_files_of_codes_and_labels_are_told_apart_by_what_names_them() -> None:
    assert told_apart(["PACK"], "a.csv", product_headers={"pack-products"}, group_types=()) == "association_types"  # fmt: skip
    assert told_apart(["RELATED"], "a.csv", product_headers=(), group_types={"related"}) == "group_types"
    assert told_apart(["X"], "group_types.csv", product_headers=(), group_types=()) == "group_types"


def test_codes_are_found_in_any_case_and_changed_only_where_they_must_be() -> None:
    codes = Codes(["Red", "RED", "_x", "status", "a" * 120], existing=["BLUE"], reserved={"status"})
    assert [codes.get(code) for code in ("rEd", "blue", "_X", "Status", "green")] == [
        "Red", "BLUE", "x_akeneo", "status_akeneo", None,
    ]  # fmt: skip
    assert len(codes.changed["a" * 120]) == 100
    assert "Red" not in codes.changed
    again = Codes(["_x", "status"], existing=["BLUE", "x_akeneo", "status_akeneo"], reserved={"status"})
    assert again.changed == {"_x": "x_akeneo", "status": "status_akeneo"}


def test_two_codes_never_become_one() -> None:
    codes = Codes(["_x", "x_akeneo", "__x"])
    assert codes.changed == {"_x": "x_akeneo2", "__x": "x_akeneo3"}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("/^[A-Z]{2}$/", "[A-Z]{2}"),
        ("/[0-9]/", ".*[0-9].*"),
        ("#^a#i", "(?i)a.*"),
        (r"/\$$/", r".*\$"),
        ("plain", ".*plain.*"),
    ],
)
def test_patterns_of_php_fit_the_whole_text(theirs: str, ours: str) -> None:
    assert pattern_of(theirs) == ours


def test_chains_of_conversions_become_factor_and_offset() -> None:
    def steps(*each: tuple[str, str]) -> list[dict[str, str]]:
        return [{"operator": operator, "value": value} for operator, value in each]

    assert _linear(steps(("mul", "1000")), 1) == ("1000", "1", "0")
    assert _linear(steps(("add", "273.15")), 1) == ("1", "1", "273.15")
    assert _linear(steps(("sub", "32"), ("div", "1.8"), ("add", "273.15")), 1) == ("5", "9", "459.67")
    assert _linear(steps(("div", "3")), 1) == ("1", "3", "0")
    for wrong in (steps(("pow", "2")), steps(("mul", "0")), steps(("mul", "-1"))):
        with pytest.raises(ValueError, match=r"operator|pow"):
            _linear(wrong, 1)
