"""A feed's row that says what it said last time is known by its mark, and only as long as that tells the truth."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.importing import planner
from catalog.importing.firsts import Firsts
from catalog.importing.kept import Kept
from catalog.importing.readers.child import MarkedRow
from catalog.models import ImportMark, Option, Role, User
from catalog.models.access import Grant
from catalog.structure.announce import announce
from catalog.values.write import plan
from tests.catalog.importing.files import Importer, product, states, tally, values

FEED = (
    "sku,family,name-en_US,capacity,color\nM1,mugs,Mug,300,red\nM2,mugs,Cup,200,navy\nM3,mugs,Jug,900,white\n"
)
UNCHANGED = (3, 0, 0, 3, 0, 0)


def known(run) -> int:
    return run.counts["known"]


def test_the_same_rows_again_are_known_and_counted_but_not_read(importer: Importer) -> None:
    assert known(importer.run(FEED)) == 0
    again = importer.run(FEED)
    assert (tally(again), known(again), states(again)) == (UNCHANGED, 3, [])
    assert (again.state, again.counts["cells_changed"]) == ("applied", 0)


def test_a_row_that_changed_is_read_and_known_from_then_on(importer: Importer) -> None:
    importer.run(FEED)
    changed = FEED.replace("Cup", "Beaker")
    run = importer.run(changed)
    assert (tally(run), known(run)) == ((3, 0, 1, 2, 0, 0), 2)
    assert values("M2")["name|en_US"] == "Beaker"
    assert known(importer.plan(changed)) == 3


def test_rows_found_unchanged_without_a_mark_get_one(importer: Importer) -> None:
    importer.run(FEED)
    ImportMark.objects.all().delete()
    first, second = importer.plan(FEED), importer.plan(FEED)
    assert (tally(first), known(first)) == (UNCHANGED, 0)
    assert (tally(second), known(second)) == (UNCHANGED, 3)


def test_an_edit_makes_the_row_be_read_again(importer: Importer) -> None:
    importer.run(FEED)
    importer.world.edit(product("M2").pk, {"capacity": "250"})
    run = importer.plan(FEED)
    assert (tally(run), known(run)) == ((3, 0, 1, 2, 0, 0), 2)
    assert run.rows.get().changes == {"capacity": ["250", "200"]}


def test_an_edit_between_plan_and_import_leaves_no_mark(importer: Importer) -> None:
    importer.run(FEED)
    run = importer.plan(FEED.replace("Cup", "Beaker"))
    importer.world.edit(product("M2").pk, {"capacity": "250"})
    importer.apply(run)
    assert (values("M2")["name|en_US"], values("M2")["capacity"]) == ("Beaker", "250")
    again = importer.plan(FEED.replace("Cup", "Beaker"))
    assert (known(again), again.rows.get().changes) == (2, {"capacity": ["250", "200"]})


def test_a_run_that_was_undone_is_read_again(importer: Importer) -> None:
    importer.run(FEED)
    run = importer.run(FEED.replace("Cup", "Beaker"))
    importer.undo(run)
    assert values("M2")["name|en_US"] == "Cup"
    assert tally(importer.run(FEED.replace("Cup", "Beaker"))) == (3, 0, 1, 2, 0, 0)
    assert values("M2")["name|en_US"] == "Beaker"


def test_the_trash_is_never_passed_over(importer: Importer) -> None:
    importer.run(FEED)
    importer.world.edit(product("M3").pk, trashed=True)
    run = importer.plan(FEED)
    assert (tally(run), run.rows.get().error_code) == ((3, 0, 0, 2, 1, 0), "in_trash")


def test_a_changed_structure_makes_every_row_be_read_again(importer: Importer) -> None:
    importer.run(FEED)
    with transaction.atomic():
        option = Option.objects.get(attribute__code="color", code="white")
        option.labels = {"en_US": "Snow"}
        option.save()
        announce("option", [option.pk])
    assert known(importer.plan(FEED)) == 0
    assert known(importer.plan(FEED)) == 3


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (FEED.replace("capacity", "price-EUR"), {}),  # the cells are the same, they go elsewhere
        (FEED, {"empty": "clear"}),
        (FEED, {"update": False}),
    ],
)
def test_another_mapping_or_setting_makes_every_row_be_read_again(importer: Importer, text, options) -> None:
    importer.run(FEED)
    assert known(importer.plan(text, **options)) == 0


def test_what_was_only_filled_in_part_is_read_again(importer: Importer) -> None:
    importer.world.create("M2", {"name|en_US": "Old"}, family="mugs")
    importer.run(FEED, policy="fill-empty")
    assert (values("M2")["name|en_US"], values("M2")["capacity"]) == ("Old", "200")
    assert tally(importer.plan(FEED)) == (3, 0, 1, 2, 0, 0)


def test_a_known_row_still_takes_its_sku(importer: Importer) -> None:
    importer.run(FEED)
    run = importer.plan(FEED + "m2,mugs,Other,1,red\n")
    assert (tally(run), known(run)) == ((4, 0, 0, 3, 1, 0), 3)
    assert run.rows.get().error_code == "duplicate_row"


def test_a_row_with_a_warning_is_read_each_time_so_that_it_is_said_each_time(importer: Importer) -> None:
    text = "sku,family,ean\nM1,mugs,4006381333930\n"
    importer.run(text)
    run = importer.plan(text)
    assert (tally(run), known(run), run.counts["warnings"]) == ((1, 0, 0, 1, 0, 0), 0, 1)


def test_variants_are_read_each_time_since_their_model_decides_too(importer: Importer) -> None:
    text = "sku,family_variant,parent,size,name-en_US\nS,shirts_size,,,Shirt\nS-m,,S,m,Shirt\nS-l,,S,l,Own name\n"
    importer.run(text)
    assert known(importer.plan(text)) == 0
    importer.world.edit(product("S").pk, {"name|en_US": "Blouse"})
    run = importer.plan(text)
    assert {row.sku: row.changes for row in run.rows.exclude(changes={})} == {
        "S": {"name|en_US": ["Blouse", "Shirt"]}
    }


def test_feeds_do_not_know_each_others_rows(importer: Importer) -> None:
    first = importer.run(FEED)
    from catalog.models import ImportProfile

    profile = ImportProfile.objects.create(code="erp", mapping=first.mapping, settings=first.settings)
    assert known(importer.plan(FEED, profile=profile)) == 0
    assert known(importer.plan(FEED, profile=profile)) == 3
    assert known(importer.plan(FEED)) == 3


def test_a_limited_person_has_every_row_looked_at(importer: Importer) -> None:
    importer.run(FEED)
    role = Role.objects.create(code="cups", verbs=["import.run", "product.view", "product.edit"])
    grant = Grant.objects.create(role=role)
    grant.categories.set([importer.world.categories["cups"]])
    user = User.objects.create_user("anna", "anna@example.com", "x", is_staff=True)
    user.roles.set([role])
    run = importer.plan(FEED, user=user)
    assert (known(run), {row.error_code for row in run.rows.all()}) == (0, {"gone"})


def test_known_rows_cost_the_same_queries_whatever_their_number(importer: Importer) -> None:
    def queries(rows: int) -> int:
        text = "sku,family,capacity\n" + "".join(f"N{n},mugs,{n + 1}\n" for n in range(rows))
        importer.run(text)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert known(importer.plan(text)) == rows
        return len(captured)

    assert queries(20) == queries(40)


def test_the_first_row_of_a_text_is_found_among_many() -> None:
    firsts = Firsts()
    assert firsts.note([("A", 2), ("B", 3), ("A", 4)]) == {"A": 2}
    assert firsts.note([("C", 5), ("B", 6)]) == {"B": 3}
    assert firsts.note([("D", 7)]) == {}
    assert firsts.claim("ean 1", 2, "A") == ("A", 2)
    assert firsts.claim("ean 1", 9, "Z") == ("A", 2)
    firsts.close()


def test_rows_that_changed_are_planned_together_however_far_apart_they_stand(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"M{n},mugs,Mug {n}" for n in range(1200)]
    importer.run("\n".join(["sku,family,name-en_US", *lines]))
    lines[7], lines[600], lines[1100] = "M7,mugs,Beaker", "M600,mugs,Jug", "M7,mugs,Cup"
    batches: list[int] = []

    def counted(changes, **given):
        batches.append(len(changes))
        return plan(changes, **given)

    monkeypatch.setattr(planner, "plan", counted)
    run = importer.plan("\n".join(["sku,family,name-en_US", *lines]))
    assert (tally(run), known(run), batches) == ((1200, 0, 2, 1197, 1, 0), 1197, [2])
    assert [(row.number, row.error_code) for row in run.rows.filter(state="rejected")] == [
        (1102, "duplicate_row")
    ]


def test_no_more_is_planned_at_once_than_the_door_takes() -> None:
    kept, rows = Kept(most=3), [(MarkedRow(n, f"M{n}", n, "[]"), f"M{n}") for n in range(4)]
    assert kept.has_room(
        row for row, _sku in rows
    )  # the first batch, whatever it is: a reader's is never too large
    kept.add(rows[:2], {}, {})
    assert (kept.has_room([rows[2][0]]), kept.has_room(row for row, _sku in rows[2:]), kept.is_full) == (
        True,
        False,
        False,
    )
    kept.add(rows[2:3], {}, {})
    assert kept.is_full
    kept = Kept()
    kept.add([(MarkedRow(1, "M1", 1, "x" * 999_999), "M1")], {}, {})
    assert (kept.has_room([MarkedRow(2, "M2", 2, "x" * 9)]), kept.is_full) == (False, False)
