"""A plan says of every row what it would do, and writes nothing of the catalogue."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.importing import runs
from catalog.models import AttributeGroup, Category, Role, User
from catalog.models.access import Grant
from catalog.models.product import Product
from catalog.models.revision import Revision
from catalog.models.source import Proposal
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, product, row, states, tally, values

ABSENT = {"absent": True}


def codes(run, number: int) -> list[tuple[str, str, str]]:
    return [(error["column"], error["key"], error["code"]) for error in row(run, number).errors]


def test_rows_become_created_updated_and_unchanged_and_nothing_is_written(importer: Importer) -> None:
    importer.world.create("M1", {"name|en_US": "Mug", "capacity": "300"}, family="mugs")
    importer.world.create("M2", {"name|en_US": "Cup"}, family="mugs")
    before = (catalogue_hash(), Revision.objects.count())
    run = importer.plan(
        "sku,family,name-en_US,capacity,price-EUR,weight,weight-unit,color,dishwasher_safe,features,categories\n"
        "M1,mugs,Mug,350,,,,,,,\n"
        "M2,mugs,Cup,,,,,,,,\n"
        'M3,mugs,New,250,9.90,0.4,kg,Navy blue,yes,"stackable,handmade","cups,kitchen"\n'
    )
    assert states(run) == [
        (2, "planned", "update", ""),
        (3, "unchanged", "none", ""),
        (4, "planned", "create", ""),
    ]
    assert tally(run) == (3, 1, 1, 1, 0, 0)
    assert row(run, 2).changes == {"capacity": ["300", "350"]}
    assert row(run, 4).fields == {"family": "mugs", "sku": "M3", "categories": ["cups", "kitchen"]}
    assert row(run, 4).values == {
        "name|en_US": "New",
        "capacity": "250",
        "price": {"EUR": "9.9"},
        "weight": {"amount": "0.4", "unit": "KILOGRAM"},
        "color": "navy",
        "dishwasher_safe": True,
        "features": ["stackable", "handmade"],
    }
    assert run.state == "planned"
    assert (catalogue_hash(), Revision.objects.count()) == before


def test_every_bad_cell_is_told_with_row_column_value_and_what_to_do(importer: Importer) -> None:
    run = importer.plan(
        "sku,family,capacity,color,dishwasher_safe,released,price-EUR,categories\n"
        "A,mugs,much,rod,perhaps,31.02.2026,-3,attic\n"
        "B,mugs,1,red,1,2026-11-23,3,cups\n"
    )
    assert tally(run) == (2, 1, 0, 0, 1, 0)
    errors = {error["column"]: (error["code"], error["value"]) for error in row(run, 2).errors}
    assert set(errors) == {"capacity", "color", "dishwasher_safe", "released", "price-EUR", "categories"}
    assert errors["capacity"][1] == "much"
    assert errors["categories"] == ("unknown_category", "attic")
    assert "Did you mean" in next(e["message"] for e in row(run, 2).errors if e["column"] == "color")
    assert row(run, 2).raw == ["A", "mugs", "much", "rod", "perhaps", "31.02.2026", "-3", "attic"]
    assert row(run, 2).values == {}


def test_a_sku_twice_in_the_file_rejects_the_second_with_both_row_numbers(importer: Importer) -> None:
    run = importer.plan("sku,family,capacity\nA,mugs,1\nB,mugs,2\na,mugs,3\n,mugs,4\n")
    assert tally(run) == (4, 2, 0, 0, 2, 0)
    assert row(run, 4).errors[0]["message"] == "a stands in row 2 and again in row 4: keep one of them."
    assert codes(run, 5) == [("sku", "_sku", "no_sku")]


def test_two_rows_cannot_have_the_same_unique_value(importer: Importer) -> None:
    importer.world.create("OLD", {"ean": "5901234123457"}, family="mugs")
    filler = "".join(f"F{number},mugs,\n" for number in range(600))
    run = importer.plan(
        f"sku,family,ean\nA,mugs,4006381333931\n{filler}B,mugs,4006381333931\nC,mugs,5901234123457\n"
    )
    assert tally(run) == (603, 601, 0, 0, 2, 0)
    assert (
        row(run, 603).errors[0]["message"] == "A in row 2 has the same value: only one of them can be right."
    )
    assert row(run, 604).errors[0]["message"] == "OLD has the same value."


def test_a_wrong_check_digit_warns_and_does_not_reject(importer: Importer) -> None:
    run = importer.plan("sku,family,ean\nA,mugs,4006381333930\n")
    assert tally(run) == (1, 1, 0, 0, 0, 0)
    assert [note["kind"] for note in row(run, 2).notes] == ["warning"]
    assert run.counts["warnings"] == 1


def test_models_may_stand_below_their_variants(importer: Importer) -> None:
    run = importer.plan(
        "sku,parent,family,family_variant,color,size,name-en_US\n"
        "S-red-m,S-red,,,,m,\n"
        "S-red,S,,,red,,\n"
        "S,,shirts,shirts_color_size,,,Shirt\n"
        "S-red-l,S-red,,,,l,\n"
        "lost,nowhere,,,,m,\n"
    )
    assert [row(run, n).errors for n in (2, 3, 4, 5)] == [[], [], [], []]
    assert tally(run) == (5, 4, 0, 0, 1, 0)
    assert list(run.rows.order_by("number").values_list("number", "level", "state")) == [
        (2, 2, "planned"),
        (3, 1, "planned"),
        (4, 0, "planned"),
        (5, 2, "planned"),
        (6, 1, "rejected"),
    ]
    assert codes(run, 6) == [("parent", "_parent", "unknown_parent")]
    applied = importer.apply(run)
    assert tally(applied) == (5, 4, 0, 0, 1, 0)
    assert product("S-red-m").parent.sku == "S-red"
    assert product("S-red-m").root.sku == "S"
    assert product("S-red").kind == Product.Kind.SUBMODEL


def test_a_new_sub_model_of_a_stored_model_can_have_variants_in_the_same_file(importer: Importer) -> None:
    importer.world.create("S", {"name|en_US": "Shirt"}, family="shirts", family_variant="shirts_color_size")
    run = importer.run("sku,parent,color,size\nS-n-m,S-n,,m\nS-n,S,navy,\n")
    assert tally(run) == (2, 2, 0, 0, 0, 0)
    assert product("S-n-m").root.sku == "S"


def test_the_variants_of_a_rejected_model_are_rejected_with_its_row(importer: Importer) -> None:
    run = importer.plan(
        "sku,parent,family,family_variant,size,weight\nS-m,S,,,m,\nS,,shirts,shirts_size,,heavy\n"
    )
    assert tally(run) == (2, 0, 0, 0, 2, 0)
    assert row(run, 2).errors[0]["message"] == "Its model S in row 3 is rejected: mend that row first."
    assert len(row(run, 2).errors) == 1


def test_a_models_values_repeated_in_its_variants_rows_stay_inherited(importer: Importer) -> None:
    text = (
        "sku,parent,family,family_variant,color,size,name-en_US\n"
        "S,,shirts,shirts_color_size,,,Shirt\n"
        "S-r,S,,,red,,Shirt\n"
        "S-r-m,S-r,,,red,m,Shirt\n"
        "S-r-l,S-r,,,navy,l,Large shirt\n"
    )
    run = importer.run(text)
    assert values("S-r") == {"color": "red"}
    assert values("S-r-m") == {"size": "m"}
    assert row(run, 5).errors[0]["message"] == "Color is common to all variants: write it on S-r."
    assert tally(importer.run(text)) == (4, 0, 0, 3, 1, 0)
    later = importer.run("sku,name-en_US\nS-r-m,Shirt\n")
    assert tally(later) == (1, 0, 0, 1, 0, 0)


def test_empty_cells_keep_what_is_there_unless_the_run_clears(importer: Importer) -> None:
    importer.world.create(
        "M1", {"capacity": "300", "color": "red", "price": {"EUR": "9", "USD": "10"}}, family="mugs"
    )
    text = "sku,capacity,color,price-EUR\nM1,,red,\n"
    assert tally(importer.plan(text)) == (1, 0, 0, 1, 0, 0)
    run = importer.plan(text, empty="clear")
    assert tally(run) == (1, 0, 1, 0, 0, 0)
    assert row(run, 2).changes == {
        "capacity": ["300", ABSENT],
        "price": [{"EUR": "9", "USD": "10"}, {"USD": "10"}],
    }
    importer.apply(run)
    assert values("M1") == {"color": "red", "price": {"USD": "10"}}


def test_a_currencys_column_leaves_the_other_currencies_alone(importer: Importer) -> None:
    importer.world.create("M1", {"price": {"EUR": "9", "USD": "10"}}, family="mugs")
    run = importer.run("sku,price-EUR\nM1,9.50\n")
    assert row(run, 2).changes == {"price": [{"EUR": "9", "USD": "10"}, {"EUR": "9.5", "USD": "10"}]}
    assert values("M1")["price"] == {"EUR": "9.5", "USD": "10"}


def test_one_cell_may_hold_amount_and_unit_or_several_prices(importer: Importer) -> None:
    run = importer.plan('sku,family,weight,price\nA,mugs,500 GRAM,"100 EUR, 90 USD"\n')
    assert row(run, 2).values == {
        "weight": {"amount": "500", "unit": "GRAM"},
        "price": {"EUR": "100", "USD": "90"},
    }


def test_decimal_commas_are_noticed_and_are_a_setting(importer: Importer) -> None:
    text = "sku;family;capacity;price-EUR\nA;mugs;0,35;1.234,50\n"
    assert importer.start(text).settings == {"decimal": ","}
    assert row(importer.plan(text), 2).values == {"capacity": "0.35", "price": {"EUR": "1234.5"}}
    assert tally(importer.plan(text, decimal="."))[4] == 1


def test_a_file_with_both_kinds_of_decimals_is_not_guessed(importer: Importer) -> None:
    run = importer.plan("sku;family;capacity\nA;mugs;0,35\nB;mugs;0.35\nC;mugs;1,234\n")
    assert run.settings == {}
    assert [number for number, state, _action, _code in states(run) if state == "rejected"] == [2, 4]


def test_a_surplus_cell_rejects_its_row(importer: Importer) -> None:
    run = importer.plan("sku,family,capacity\nA,mugs,1,5\nB,mugs,2\n")
    assert codes(run, 2) == [("", "", "surplus_cells")]
    assert tally(run) == (2, 1, 0, 0, 1, 0)


def test_what_changed_after_the_export_is_a_conflict_and_the_rest_is_not(importer: Importer) -> None:
    created = importer.world.create("M1", {"capacity": "300", "color": "red"}, family="mugs")
    importer.world.edit(created.product, {"capacity": "310"})
    run = importer.plan("sku,_rev,capacity,color\nM1,1,305,red\n")
    assert codes(run, 2) == [("capacity", "capacity", "conflict")]
    assert tally(importer.plan("sku,_rev,capacity,color\nM1,1,310,navy\n")) == (1, 0, 1, 0, 0, 0)
    assert tally(importer.plan("sku,_rev,capacity,color\nM1,2,305,red\n")) == (1, 0, 1, 0, 0, 0)


def test_a_stronger_sources_value_stays_and_the_files_is_kept_as_a_proposal(importer: Importer) -> None:
    from catalog.models.importing import ImportProfile
    from catalog.models.source import Source

    importer.world.create("M1", {"capacity": "300"}, family="mugs")  # by marketing, rank 80
    profile = ImportProfile.objects.create(code="acme", source=Source.objects.get(code="supplier"))
    run = importer.run("sku,capacity,color\nM1,999,red\n", profile=profile)
    assert row(run, 2).changes == {"color": [ABSENT, "red"]}
    assert [note["key"] for note in row(run, 2).notes if note["kind"] == "proposal"] == ["capacity"]
    assert values("M1") == {"capacity": "300", "color": "red"}
    assert Proposal.objects.values_list("key", "value", "source").get() == ("capacity", "999", "supplier")


def test_a_trashed_product_is_not_brought_back_by_a_file(importer: Importer) -> None:
    created = importer.world.create("M1", {"capacity": "300"}, family="mugs")
    importer.world.edit(created.product, trashed=True)
    run = importer.plan("sku,capacity\nM1,310\n")
    assert codes(run, 2) == [("sku", "_sku", "in_trash")]


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [({"create": False}, (2, 0, 1, 0, 0, 1)), ({"update": False}, (2, 1, 0, 0, 0, 1))],
)
def test_a_run_may_be_kept_from_creating_or_updating(
    importer: Importer, allowed: dict, expected: tuple
) -> None:
    importer.world.create("M1", {"capacity": "300"}, family="mugs")
    run = importer.plan("sku,family,capacity\nM1,mugs,310\nM2,mugs,1\n", **allowed)
    assert tally(run) == expected


def test_a_limited_person_plans_what_they_may_write_and_no_more(importer: Importer) -> None:
    role = Role.objects.create(code="cups", verbs=["product.view", "product.edit", "import.run"])
    grant = Grant.objects.create(role=role, may_edit=True)
    grant.groups.add(AttributeGroup.objects.get(code="technical"))
    grant.categories.add(Category.objects.get(code="cups"))
    user = User.objects.create_user("carl", is_staff=True)
    user.roles.add(role)
    importer.world.create("IN", {"capacity": "300"}, family="mugs", categories=["cups"])
    importer.world.create("OUT", {"capacity": "300"}, family="mugs", categories=["other"])
    run = importer.plan("sku,family,capacity\nIN,mugs,310\nOUT,mugs,310\nNEW,mugs,1\n", user=user)
    assert [(number, state) for number, state, _action, _code in states(run)] == [
        (2, "planned"), (3, "rejected"), (4, "rejected"),
    ]  # fmt: skip
    assert row(run, 4).error_code == "forbidden"
    importer.apply(run)
    assert (values("IN")["capacity"], values("OUT")["capacity"]) == ("310", "300")


def test_planning_again_starts_over(importer: Importer) -> None:
    text = "sku,family,capacity\n" + "".join(f"A{number},mugs,{number}\n" for number in range(700))
    run = importer.plan(text)
    from catalog.importing.plan import plan_run
    from catalog.importing.progress import Progress

    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    assert tally(run) == (700, 700, 0, 0, 0, 0)
    assert run.rows.count() == 700


def test_a_batch_costs_the_same_queries_whatever_its_rows(importer: Importer) -> None:
    for number in range(200):
        importer.world.create(f"A{number}", {"capacity": str(number), "price": {"EUR": "1"}}, family="mugs")

    def queries(rows: int) -> int:
        text = "sku,family,capacity,price-EUR,categories,_rev\n" + "".join(
            f"{'A' if number % 2 else 'N'}{number},mugs,5{number},2,cups,0\n" for number in range(rows)
        )
        run = importer.start(text)
        from catalog.importing.plan import plan_run
        from catalog.importing.progress import Progress

        with CaptureQueriesContext(connection) as captured:
            plan_run(run, by=importer.actor(run), progress=Progress())
        return len(captured)

    queries(10)
    assert queries(100) == queries(200)


def test_a_run_that_was_applied_is_not_planned_again(importer: Importer) -> None:
    run = importer.run("sku,family\nA,mugs\n")
    with pytest.raises(runs.WrongState):
        runs.plan(run, user=importer.world.admin)


@pytest.mark.parametrize("sku", ["Summe", "TOTAL:", "Prices may change at any time"])
def test_a_sum_or_a_remark_below_the_table_makes_no_product(importer: Importer, sku: str) -> None:
    sum_of_it = "4.5" if len(sku.split()) == 1 else ""
    run = importer.plan(f"sku,family,price-EUR\nA,mugs,1.5\nB,mugs,3\n{sku},,{sum_of_it}\n")
    assert codes(run, 4) == [("sku", "_sku", "no_product")]
    assert tally(run) == (3, 2, 0, 0, 1, 0)


def test_a_sku_of_several_parts_is_no_remark(importer: Importer) -> None:
    run = importer.plan("sku,capacity\nAB 12 34,\nMug 300 ml,\n")
    assert [codes(run, number) for number in (2, 3)] == [[], []]


def test_a_product_that_is_called_like_a_sum_is_changed_all_the_same(importer: Importer) -> None:
    importer.world.create("Total", {"capacity": "1"}, family="mugs")
    importer.world.create("Three words here", {}, family="mugs")
    run = importer.plan("sku,capacity\nTotal,2\nThree words here,\nA red mug,3\n")
    assert [state for _number, state, _action, _code in states(run)] == ["planned", "unchanged", "planned"]


def test_a_sum_that_was_imported_and_taken_back_is_asked_about_again(importer: Importer) -> None:
    importer.world.create("Summe", {"capacity": "1"}, family="mugs")
    run = importer.run("sku,family,capacity\nA,mugs,2\n")
    importer.undo(run)
    Product.objects.filter(sku="Summe").update(trashed_at=product("A").trashed_at)
    assert codes(importer.plan("sku,capacity\nSumme,3\n"), 2)[0][2] == "no_product"
