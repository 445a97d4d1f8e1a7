"""Rejected rows are mended by class or by cell and looked at again; every row of the file stays counted once."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from catalog.importing import runs
from catalog.importing.jobs import actor_of
from catalog.importing.mending import again, fixes
from catalog.importing.mending.fixes import Class, FixRefused
from catalog.importing.mending.kinds import kinds_of
from catalog.importing.mending.reading import reading_of
from catalog.importing.progress import Progress
from catalog.jobs import run_due
from catalog.models import AttributeGroup, Option, Role, User
from catalog.models.access import Grant
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, product, row, states, tally, values

HEAD = "sku,family,color,capacity,features\n"


class Killed(BaseException):
    pass


def check(run: ImportRun, user: User | None = None) -> ImportRun:
    runs.check_again(run, user=user or User.objects.get(username="boss"))
    run.refresh_from_db()
    return run


def boss() -> User:
    return User.objects.get(username="boss")


def closes(run: ImportRun, rows: int) -> bool:
    """Every row of the file is counted once."""
    run.refresh_from_db()
    names = ("created", "updated", "unchanged", "rejected", "skipped", "ready")
    return run.counts["rows"] == rows == sum(run.counts[name] for name in names)


def named(run: ImportRun) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """(kind, rows, [(text, rows)])"""
    return [
        (kind.name, kind.rows, [(said.text, said.rows) for said in kind.values.values()])
        for kind in kinds_of(run, Structure.current())
    ]


def only_user(*, group: str, verbs: tuple[str, ...] = ()) -> User:
    """May import, and write the attributes of one group."""
    role = Role.objects.create(
        code="some", verbs=["product.view", "product.create", "product.edit", "import.run", *verbs]
    )
    Grant.objects.create(role=role).groups.add(AttributeGroup.objects.get(code=group))
    user = User.objects.create_user("sam", is_staff=True)
    user.roles.add(role)
    return user


def test_errors_are_grouped_by_kind_and_by_what_the_cells_say(importer: Importer) -> None:
    text = "A,mugs,navy blu,1,\nB,mugs,Navy Blu,much,\nC,mugs,rost,2,\nD,mugs,red,3,stackable;glued\n"
    run = importer.plan(HEAD + text, list_separator=";")
    assert named(run) == [
        ("unknown_option.2", 3, [("navy blu", 2), ("rost", 1)]),
        ("not_a_number.3", 1, [("much", 1)]),
        ("unknown_option.4", 1, [("glued", 1)]),
    ]


def test_a_text_read_as_an_option_mends_its_rows_and_is_remembered_for_the_next_file(
    importer: Importer,
) -> None:
    profile = ImportProfile.objects.create(code="acme")
    text = HEAD + "A,mugs,navy blu,1,\nB,mugs,red,much,\nC,mugs,NAVY BLU,2,\n"
    run = importer.plan(text, profile=profile)
    fixes.read_instead(run, Class("unknown_option", 2, "navy blu"), "navy", user=boss())
    check(run)
    assert states(run) == [
        (2, "planned", "create", ""),
        (3, "rejected", "create", "not_a_number"),
        (4, "planned", "create", ""),
    ]
    assert (run.state, tally(run)) == ("planned", (3, 2, 0, 0, 1, 0))
    profile.refresh_from_db()
    again_ = importer.plan(text.replace("A,", "D,"), profile=profile)
    assert [entry[:2] for entry in states(again_)] == [(2, "planned"), (3, "rejected"), (4, "planned")]
    importer.apply(run)
    assert values("C")["color"] == "navy"


def test_a_part_of_a_list_is_mended_alone(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,red,1,stackable;glued\n", list_separator=";")
    fixes.read_instead(run, Class("unknown_option", 4, "glued"), "handmade", user=boss())
    importer.apply(check(run))
    assert values("A")["features"] == ["stackable", "handmade"]


def test_a_part_is_written_in_these_rows_only(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,red,1,stackable;glued\n", list_separator=";")
    before = run.mapping
    assert fixes.write_instead(run, Class("unknown_option", 4, "glued"), "handmade", user=boss()) == 1
    check(run)
    assert (row(run, 2).mended, run.mapping) == ({"4": "stackable;handmade"}, before)
    assert row(run, 2).raw[4] == "stackable;glued"
    assert row(run, 2).state == "planned"


def test_an_option_made_in_place_is_one_of_the_structure(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,Flieder Glanz,1,\n")
    fixes.create_option(run, Class("unknown_option", 2, "Flieder Glanz"), user=boss())
    importer.apply(check(run))
    made = Option.objects.get(attribute__code="color", code="flieder_glanz")
    assert made.labels == {"en_US": "Flieder Glanz"}
    assert values("A")["color"] == "flieder_glanz"


def test_who_may_not_change_the_structure_makes_no_option(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1,\n")
    with pytest.raises(PermissionDenied):
        fixes.create_option(run, Class("unknown_option", 2, "lilac"), user=only_user(group="technical"))
    assert not Option.objects.filter(code="lilac").exists()


def test_who_may_not_write_an_attribute_may_not_mend_its_cells_either(importer: Importer) -> None:
    profile = ImportProfile.objects.create(code="acme")
    run = importer.plan(HEAD + "A,mugs,lilac,1,\n", profile=profile)
    before, user = run.mapping, only_user(group="marketing")
    chosen = Class("unknown_option", 2, "lilac")
    for mend in (fixes.read_instead, fixes.write_instead):
        with pytest.raises(PermissionDenied, match="'color'"):
            mend(run, chosen, "red", user=user)
    with pytest.raises(PermissionDenied):
        fixes.leave_cells_out(run, chosen, user=user)
    with pytest.raises(PermissionDenied):
        fixes.write_cells(run, {2: {2: "red"}}, user=user)
    run.refresh_from_db()
    profile.refresh_from_db()
    assert (run.mapping, profile.mapping, row(run, 2).mended) == (before, [], None)


def test_a_cell_left_out_does_not_clear(importer: Importer) -> None:
    importer.world.create("A", {"color": "red", "capacity": "5"}, family="mugs")
    run = importer.plan(HEAD + "A,mugs,lilac,6,\n", empty="clear")
    fixes.leave_cells_out(run, Class("unknown_option", 2, None), user=boss())
    importer.apply(check(run))
    assert values("A") == {"color": "red", "capacity": "6"}


def test_rows_left_out_are_skipped_with_their_reason(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,red,1,\na,mugs,navy,2,\n")
    fixes.leave_rows_out(run, Class("duplicate_row", 0, None), user=boss())
    check(run)
    assert tally(run) == (2, 1, 0, 0, 0, 1)
    assert (
        row(run, 3).notes[0]["message"].startswith("Left out by boss: a stands in row 2 and again in row 3")
    )
    assert importer.apply(run, policy="all-or-nothing").state == "applied"


def test_cells_are_mended_one_by_one(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,red,much,\nB,mugs,red,more,\n")
    assert fixes.write_cells(run, {2: {3: "7"}, 3: {3: "more"}}, user=boss()) == 1
    check(run)
    assert [entry[:2] for entry in states(run)] == [(2, "planned"), (3, "rejected")]
    assert fixes.write_cells(run, {3: {3: "less"}}, user=boss()) == 1
    assert row(check(run), 3).errors[0]["value"] == "less"
    assert fixes.write_cells(run, {3: {3: "more"}}, user=boss()) == 1
    assert row(run, 3).mended == {}


def test_mended_after_the_import_the_rows_are_ready_written_and_undone_with_it(importer: Importer) -> None:
    importer.world.create("OLD", {"color": "red"}, family="mugs")
    before = catalogue_hash()
    run = importer.run(HEAD + "NEW,mugs,red,1,\nOLD,mugs,lilac,3,\nBAD,mugs,red,much,\n")
    assert tally(run) == (3, 1, 0, 0, 2, 0)
    fixes.read_instead(run, Class("unknown_option", 2, "lilac"), "white", user=boss())
    check(run)
    assert (run.state, tally(run), run.counts["ready"]) == ("applied", (3, 1, 0, 0, 1, 0), 1)
    assert closes(run, 3)
    assert values("OLD") == {"color": "red"}

    job = runs.apply(run, policy="skip-bad", user=boss())
    assert (run_due("imports"), job.kind) == (1, "import.apply")
    assert values("OLD") == {"color": "white", "capacity": "3"}
    assert closes(run, 3)
    assert (tally(run), run.counts["ready"], run.counts["cells_changed"]) == ((3, 1, 1, 0, 1, 0), 0, 6)
    assert importer.undo(run) == {"reversed": 2, "kept": 0, "failed": 0, "reasons": []}
    assert catalogue_hash() == before


def test_what_was_mended_and_not_written_is_skipped_by_the_undo(importer: Importer) -> None:
    run = importer.run(HEAD + "NEW,mugs,red,1,\nBAD,mugs,lilac,3,\n")
    fixes.write_instead(run, Class("unknown_option", 2, "lilac"), "white", user=boss())
    check(run)
    importer.undo(run)
    assert closes(run, 2)
    assert (row(run, 3).state, Product.objects.filter(sku="BAD").exists()) == ("skipped", False)


def test_a_conflict_met_while_writing_is_planned_anew_against_what_is_there_now(importer: Importer) -> None:
    made = importer.world.create("A", {"capacity": "1"}, family="mugs")
    run = importer.plan(HEAD + "A,mugs,,2,\n")
    importer.world.edit(made.product, {"capacity": "9"})
    importer.apply(run)
    assert row(run, 2).error_code == "conflict"
    check(run)
    assert row(run, 2).changes == {"capacity": ["9", "2"]}
    importer.apply(run)
    assert values("A")["capacity"] == "2"


def test_a_mended_model_brings_its_variants_along(importer: Importer) -> None:
    head = "sku,parent,family,family_variant,color,size,name-en_US\n"
    text = "S,,shirts,shirts_color_sizes,,,Shirt\nS-r,S,,,red,,\nS-r-m,S-r,,,,m,\n"
    run = importer.plan(head + text)
    assert [entry[1] for entry in states(run)] == ["rejected"] * 3
    fixes.write_cells(run, {2: {3: "shirts_color_size"}}, user=boss())
    importer.apply(check(run))
    assert tally(run) == (3, 3, 0, 0, 0, 0)
    assert product("S-r-m").parent.sku == "S-r"


def test_a_variant_mended_alone_finds_its_planned_model(importer: Importer) -> None:
    head = "sku,parent,family,family_variant,color,size\n"
    run = importer.plan(head + "S,,shirts,shirts_color_size,,\nS-r,S,,,red,\nS-r-m,S-r,,,,huge\n")
    fixes.write_instead(run, Class("unknown_option", 5, "huge"), "m", user=boss())
    check(run)
    assert [(entry[0], entry[1]) for entry in states(run)] == [(2, "planned"), (3, "planned"), (4, "planned")]
    assert row(run, 4).level == 2
    importer.apply(run)
    assert tally(run) == (3, 3, 0, 0, 0, 0)


def test_a_mended_row_may_take_neither_a_sku_nor_a_unique_value_of_another_row(importer: Importer) -> None:
    head = "sku,family,ean,capacity\n"
    run = importer.plan(head + "A,mugs,4006381333931,1\n,mugs,4006381333931,2\nC,mugs,,much\n")
    fixes.write_cells(run, {3: {0: "a"}, 4: {3: "5", 2: "4006381333931"}}, user=boss())
    check(run)
    assert [(number, code) for number, _state, _action, code in states(run)] == [
        (2, ""), (3, "duplicate_row"), (4, "not_unique"),
    ]  # fmt: skip


def test_rows_known_by_their_mark_keep_their_sku(importer: Importer) -> None:
    importer.world.create("A", {"capacity": "1"}, family="mugs")
    text = HEAD + "A,mugs,,1,\n,mugs,,2,\n"
    importer.plan(text)
    run = importer.plan(text)
    assert run.counts["known"] == 1
    fixes.write_cells(run, {3: {0: "A"}}, user=boss())
    assert runs.check_again(run, user=boss()) is not None
    assert run_due("imports") == 1
    assert row(run, 3).error_code == "duplicate_row"
    assert closes(run, 2)


def test_a_mended_row_is_not_known_by_the_mark_of_the_file(importer: Importer) -> None:
    importer.world.create("A", {"capacity": "1"}, family="mugs")
    run = importer.plan(HEAD + "A,mugs,lilac,1,\n")
    fixes.write_instead(run, Class("unknown_option", 2, "lilac"), "red", user=boss())
    importer.apply(check(run))
    assert row(importer.plan(HEAD + "A,mugs,lilac,1,\n"), 2).error_code == "unknown_option"


@pytest.mark.parametrize("hit", [1, 2, 3])
def test_killed_while_looking_again_it_goes_on(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, hit: int
) -> None:
    text = HEAD + "".join(
        f"A{number},mugs,lilac,{'much' if number % 3 else number},\n" for number in range(7)
    )
    run, whole = importer.plan(text), importer.plan(text)
    for each in (run, whole):
        fixes.write_instead(each, Class("unknown_option", 2, "lilac"), "red", user=boss())
    check(whole)
    monkeypatch.setattr(again, "_CHUNK", 2)
    monkeypatch.setattr(runs, "FEW", 0)
    runs.check_again(run, user=boss())
    run.refresh_from_db()
    assert run.state == "mending"
    hits: list[str] = []

    def strike(name: str) -> None:
        hits.append(name)
        if len(hits) == hit:
            raise Killed

    monkeypatch.setattr(again, "failpoint", strike)
    with pytest.raises(Killed):
        again.plan_again(run, by=actor_of(run, user=boss()), progress=Progress())
    assert run.rows.count() == 7
    monkeypatch.setattr(again, "failpoint", lambda name: None)
    assert run_due("imports") == 1
    assert closes(run, 7)
    assert run.state == "planned"
    assert states(run) == states(whole)
    told = ("created", "rejected", "cells_changed", "warnings")
    assert [run.counts[name] for name in told] == [whole.counts[name] for name in told]


def test_a_check_that_was_cancelled_leaves_the_run_as_it_was(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1,\n")
    monkeypatch.setattr(runs, "FEW", 0)
    runs.check_again(run, user=boss())
    run.refresh_from_db()
    assert runs.cancel(run, user=boss())
    run.refresh_from_db()
    assert (run.state, tally(run)) == ("planned", (1, 0, 0, 0, 1, 0))


def test_an_unknown_kind_or_an_error_of_no_column_is_refused(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,lilac,1,\n")
    with pytest.raises(FixRefused):
        Class.named("nonsense", None)
    with pytest.raises(FixRefused, match="not about a column"):
        fixes.write_instead(run, Class("unknown_option", 77), "red", user=boss())


@pytest.mark.parametrize(
    ("code", "text", "reads"),
    [
        ("capacity", "ca. 300", "300"),
        ("capacity", "1 234,50", "1234.50"),
        ("capacity", "1.234", ""),
        ("capacity", "1.234.567", "1234567"),
        ("capacity", "zwei", ""),
        ("capacity", "2 x 300", ""),
        ("price", "29,90 CHF", ""),
        ("released", "23/11/2026", "2026-11-23"),
        ("released", "03/04/2026", ""),
        ("released", "31.02.2026", ""),
    ],
)
def test_only_what_can_be_read_in_one_way_is_proposed(
    importer: Importer, code: str, text: str, reads: str
) -> None:
    from catalog.importing.mapping import Column
    from catalog.importing.settings import ImportSettings
    from catalog.importing.targets import Target

    column = Column(code, 0, Target(attribute=code, part="EUR" if code == "price" else ""))
    assert reading_of(text, column, Structure.current(), ImportSettings()) == reads


def test_a_list_may_stand_line_by_line_in_its_cell(importer: Importer) -> None:
    run = importer.plan(
        HEAD.replace("features", "features,categories")
        + 'A,mugs,red,1,"stackable\nhandmad\n","cups\nkitchen"\n'
    )
    assert named(run) == [("unknown_option.4", 1, [("handmad", 1)])]
    fixes.write_instead(run, Class("unknown_option", 4, "handmad"), "handmade", user=boss())
    importer.apply(check(run))
    assert values("A")["features"] == ["stackable", "handmade"]
    assert sorted(category.code for category in product("A").categories.all()) == ["cups", "kitchen"]


def test_a_text_of_a_list_line_by_line_is_read_as_another(importer: Importer) -> None:
    run = importer.plan(HEAD + 'A,mugs,red,1,"stackable\nby hand"\n')
    fixes.read_instead(run, Class("unknown_option", 4, "by hand"), "handmade", user=boss())
    importer.apply(check(run))
    assert values("A")["features"] == ["stackable", "handmade"]


def test_each_unknown_part_of_a_list_has_its_own_sentence_or_none(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,red,1,glued;sewn\nB,mugs,red,1,welded;glued\n", list_separator=";")
    [kind] = kinds_of(run, Structure.current())
    told = {said.text: said.message[:28] for said in kind.values.values()}
    assert told == {
        "glued": "There is no option 'glued': ",
        "sewn": "",
        "welded": "There is no option 'welded':",
    }
