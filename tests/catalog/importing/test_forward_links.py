"""Cells may name products that the same file creates, whatever the order of the rows."""

from __future__ import annotations

import io
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.importing import apply, arrivals, lanes, runs, second_write, shaped
from catalog.importing.apply import apply_run, close_run
from catalog.importing.links import Links
from catalog.importing.mapping import from_json
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.importing.screens.columns import preview
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportRun
from catalog.models.product import Product, ProductValues
from catalog.models.revision import Revision
from catalog.structure.snapshot import Structure
from tests.catalog.importing.files import Importer, product, row, states, tally, values
from tests.catalog.importing.workbooks import workbook
from tests.catalog.links import add_associations
from tests.world import build_world

HEADER = "sku,family,CROSSSELL-products,CONTENTS-products,CONTENTS-quantities,successor\n"


@pytest.fixture
def linking(importer: Importer) -> Importer:
    add_associations(importer.world)
    return importer


def named(sku: str) -> dict[str, list[tuple[str, int | None]]]:
    """What the product's values name: {key: [(SKU, quantity)]}."""
    called = dict(Product.objects.values_list("pk", "sku"))
    return {
        key: [(called[entry["product"]], entry.get("quantity")) for entry in listed]
        for key, listed in values(sku).items()
        if isinstance(listed, list)
    }


def warnings(run: ImportRun, number: int) -> list[tuple[str, str]]:
    return sorted(
        (note["key"], note["message"]) for note in row(run, number).notes if note["kind"] == "warning"
    )


def from_workbook(importer: Importer, path: Path, text: str) -> ImportRun:
    book = workbook(path, {"Products": [line.split(",") for line in text.splitlines()]})
    run = runs.start(io.BytesIO(book.read_bytes()), path.name, user=importer.world.admin)
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    return importer.apply(run)


TEXT = (
    HEADER
    + "A,mugs,B,,,C\n"  # forwards
    + "B,mugs,A,,,\n"  # backwards and mutual
    + "C,mugs,,A,3,B\n"
    + "D,mugs,OLD,,,\n"
)
EXPECTED = {
    "A": {"CROSSSELL": [("B", None)], "successor": [("C", None)]},
    "B": {"CROSSSELL": [("A", None)]},
    "C": {"CONTENTS": [("A", 3)], "successor": [("B", None)]},
    "D": {"CROSSSELL": [("OLD", None)]},
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_products_of_one_file_name_each_other_in_any_order(
    linking: Importer, tmp_path: Path, kind: str
) -> None:
    linking.world.create("OLD", family="mugs")
    run = linking.run(TEXT) if kind == "csv" else from_workbook(linking, tmp_path / "products.xlsx", TEXT)
    assert tally(run) == (4, 4, 0, 0, 0, 0)
    assert run.counts["cells_changed"] == 4 * 2 + 6
    assert {sku: named(sku) for sku in EXPECTED} == EXPECTED
    assert not run.rows.exclude(notes=[]).exists()
    again = linking.run(TEXT)
    assert tally(again) == (4, 0, 0, 4, 0, 0)


def test_the_plan_counts_and_shows_what_will_be_named(linking: Importer) -> None:
    linking.world.create("OLD", family="mugs")
    run = linking.plan(TEXT)
    assert tally(run) == (4, 4, 0, 0, 0, 0)
    assert (run.counts["cells_changed"], run.counts["warnings"]) == (4 * 2 + 6, 0)
    assert not Product.objects.exclude(sku="OLD").exists()
    run.state = ImportRun.State.PLANNED
    run.save()
    client = Client()
    client.force_login(linking.world.admin)
    page = client.get(reverse("admin:catalog_importrun_change", args=[run.pk])).content.decode()
    assert "3 × A" in page
    assert "you may not see" not in page
    assert "[-" not in page


def test_what_was_created_is_read_as_it_will_be_in_the_columns_preview(linking: Importer) -> None:
    run = linking.start(TEXT)
    column = next(column for column in from_json(run.mapping) if column.column == "CROSSSELL-products")
    assert preview(column, Structure.current(), ImportSettings(), ["B"]) == [{"text": "B", "error": ""}]
    [shown] = preview(column, Structure.current(), ImportSettings(create=False), ["B"])
    assert shown["error"].startswith("There is no product 'B'")


def test_a_product_that_is_there_gets_what_comes_with_it_in_the_file(linking: Importer) -> None:
    linking.world.create("OLD", family="mugs")
    text = HEADER + 'OLD,mugs,"N,M",N,4,\nN,mugs,,,,\nM,mugs,OLD,,,\n'
    run = linking.run(text)
    assert tally(run) == (3, 2, 1, 0, 0, 0)
    assert named("OLD") == {"CROSSSELL": [("N", None), ("M", None)], "CONTENTS": [("N", 4)]}
    assert Revision.objects.filter(product=product("OLD")).count() == 2  # made, and changed once
    assert tally(linking.run(text)) == (3, 0, 0, 3, 0, 0)
    assert linking.undo(run) == {"reversed": 3, "kept": 0, "failed": 0, "reasons": []}
    assert values("OLD") == {}
    assert list(Product.objects.alive().values_list("sku", flat=True)) == ["OLD"]


def test_undone_and_imported_again_it_is_as_it_was(linking: Importer) -> None:
    linking.world.create("OLD", family="mugs")
    run = linking.run(TEXT)
    assert linking.undo(run) == {"reversed": 4, "kept": 0, "failed": 0, "reasons": []}
    assert list(Product.objects.alive().values_list("sku", flat=True)) == ["OLD"]
    assert tally(linking.run(TEXT)) == (4, 0, 4, 0, 0, 0)
    assert {sku: named(sku) for sku in EXPECTED} == EXPECTED


def test_what_somebody_edited_since_is_kept_when_it_is_undone(linking: Importer) -> None:
    run = linking.run(HEADER + "A,mugs,B,,,\nB,mugs,,,,\n")
    linking.world.edit(product("A").pk, {"color": "red"})
    result = linking.undo(run)
    assert [(reason["sku"], reason["key"]) for reason in result["reasons"]] == [("A", "color")]
    assert list(Product.objects.alive().values_list("sku", flat=True)) == ["A"]


def test_a_name_that_is_in_no_row_is_refused_at_its_cell(linking: Importer) -> None:
    run = linking.run(HEADER + "A,mugs,B,,,NOBODY\nB,mugs,A,,,\n")
    problem = row(run, 2).errors[0]
    assert (problem["column"], problem["code"]) == ("successor", "unknown_product")
    assert tally(run) == (2, 1, 0, 0, 1, 0)


def test_a_file_that_creates_nothing_names_only_what_is_there(linking: Importer) -> None:
    linking.world.create("A", family="mugs")
    run = linking.plan(HEADER + "A,mugs,B,,,\nB,mugs,,,,\n", create=False)
    assert states(run) == [(2, "rejected", "update", "unknown_product"), (3, "skipped", "create", "")]


def test_a_rejected_row_is_left_out_where_it_is_named_and_the_contents_of_a_set_wholly(
    linking: Importer,
) -> None:
    linking.world.create("OLD", family="mugs")
    linking.world.create("ELSE", family="mugs")
    text = (
        HEADER.replace("\n", ",capacity\n")
        + 'A,mugs,"B,C","B,C",2|3,B,1\n'
        + "B,mugs,C,,,,much\n"
        + "C,mugs,B,C2,1,,1\n"
        + "C2,mugs,,,,,1\n"
        + 'OLD,mugs,"ELSE,B",,,B,\n'
        + "ELSE,mugs,B,,,,\n"
    )
    run = linking.plan(text)
    assert [state[1:3] for state in states(run)] == [
        ("planned", "create"),
        ("rejected", "create"),
        ("planned", "create"),
        ("planned", "create"),
        ("planned", "update"),
        ("unchanged", "none"),
    ]
    left_out = "B in row 3 is rejected: it is left out here. Import this row again when that one is mended."
    assert warnings(run, 2) == [
        (
            "CONTENTS",
            "B in row 3 is rejected: the contents are left out, since a part of them would be wrong. Import this row"
            " again when that one is mended.",
        ),
        ("CROSSSELL", left_out),
        ("successor", left_out),
    ]
    assert warnings(run, 4) == [("CROSSSELL", left_out)]
    assert warnings(run, 6) == [("CROSSSELL", left_out), ("successor", left_out)]
    # A: SKU, family, capacity, CROSSSELL; C: SKU, family, capacity, CONTENTS; C2: three; OLD: CROSSSELL
    assert (run.counts["cells_changed"], run.counts["warnings"]) == (4 + 4 + 3 + 1, 4)
    applied = linking.apply(run)
    assert tally(applied) == (6, 3, 1, 1, 1, 0)
    assert applied.counts["cells_changed"] == 12
    assert named("A") == {"CROSSSELL": [("C", None)]}
    assert named("C") == {"CONTENTS": [("C2", 1)]}
    assert named("OLD") == {"CROSSSELL": [("ELSE", None)]}
    assert values("ELSE") == {}


def test_a_row_that_is_refused_only_when_it_is_written_is_left_out_too(linking: Importer) -> None:
    linking.world.create("OLD", family="mugs")
    run = linking.plan(HEADER + 'A,mugs,"B,C",,,\nB,mugs,,,,\nC,mugs,,,,\nOLD,mugs,B,,,C\n')
    linking.world.create("B", family="mugs")
    applied = linking.apply(run)
    assert states(applied) == [
        (2, "applied", "create", ""),
        (3, "rejected", "create", "sku_taken"),
        (4, "applied", "create", ""),
        (5, "applied", "update", ""),
    ]
    assert named("A") == {"CROSSSELL": [("C", None)]}
    assert named("OLD") == {"successor": [("C", None)]}
    assert [key for key, _text in warnings(applied, 2)] == ["CROSSSELL"]
    assert [key for key, _text in warnings(applied, 5)] == ["CROSSSELL"]


def test_a_new_product_cannot_name_itself(linking: Importer) -> None:
    run = linking.plan(HEADER + "A,mugs,A,,,\n")
    problem = row(run, 2).errors[0]
    assert (problem["code"], problem["column"]) == ("points_at_itself", "CROSSSELL-products")


def test_sets_that_would_contain_themselves_stay_without_contents(linking: Importer) -> None:
    linking.world.create("OLD", family="mugs")
    text = (
        HEADER
        + "A,mugs,B,B,1,\nB,mugs,,C,1,\nC,mugs,,A,1,\n"  # round
        + "D,mugs,,E,1,\nE,mugs,,F,1,\nF,mugs,,,,\n"  # an end
        + "OLD,mugs,,G,1,\nG,mugs,,OLD,1,\n"
    )
    run = linking.plan(text)
    sentence = "A set would contain itself by these contents: they are left out."
    assert [number for number in range(2, 10) if warnings(run, number) == [("CONTENTS", sentence)]] == [
        2, 3, 4, 8, 9,
    ]  # fmt: skip
    linking.apply(run)
    assert named("A") == {"CROSSSELL": [("B", None)]}
    assert (named("D"), named("E")) == ({"CONTENTS": [("E", 1)]}, {"CONTENTS": [("F", 1)]})
    assert [values(sku) for sku in ("B", "C", "OLD", "G")] == [{}, {}, {}, {}]


def let_circles_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        arrivals.Arrivals, "_leave_circles", lambda self: self._db.execute("DELETE FROM contents")
    )


def test_what_the_door_refuses_in_the_end_is_a_warning_and_the_product_stays(
    linking: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_circles_pass(monkeypatch)
    run = linking.run(HEADER + "A,mugs,B,B,1,B\nB,mugs,,A,1,\n")
    assert tally(run) == (2, 2, 0, 0, 0, 0)
    assert [warnings(run, number)[0][0] for number in (2, 3)] == ["CONTENTS", "CONTENTS"]
    assert "would contain itself" in warnings(run, 2)[0][1]
    assert (named("A"), named("B")) == ({"CROSSSELL": [("B", None)], "successor": [("B", None)]}, {})
    assert run.counts["cells_changed"] == 2 * 2 + 2


def test_models_and_variants_name_each_other(linking: Importer) -> None:
    text = (
        "sku,parent,family_variant,size,CROSSSELL-products\n"
        'S-m,S,,m,"S-l,T"\n'
        'S,,shirts_size,,"T,S-m"\n'
        'S-l,S,,l,"T,S-m"\n'  # as its model says: inherited
        "T,,shirts_size,,S\n"
    )
    run = linking.run(text)
    assert tally(run) == (4, 4, 0, 0, 0, 0)
    assert {sku: named(sku) for sku in ("S", "S-m", "S-l", "T")} == {
        "S": {"CROSSSELL": [("T", None), ("S-m", None)]},
        "S-m": {"CROSSSELL": [("S-l", None), ("T", None)]},
        "S-l": {},
        "T": {"CROSSSELL": [("S", None)]},
    }
    assert tally(linking.run(text)) == (4, 0, 0, 4, 0, 0)
    assert linking.undo(run)["reversed"] == 4
    assert not Product.objects.alive().exists()


# --- interrupted


class Killed(BaseException):
    pass


RING = HEADER + "".join(
    f"P{number},mugs,P{(number + 1) % 30},,,P{(number + 7) % 30}\n" for number in range(30)
)


def ring() -> dict[str, Any]:
    return {
        f"P{number}": {
            "CROSSSELL": [(f"P{(number + 1) % 30}", None)],
            "successor": [(f"P{(number + 7) % 30}", None)],
        }
        for number in range(30)
    }


def kill_at(monkeypatch: pytest.MonkeyPatch, point: str, hit: int) -> None:
    hits: list[str] = []

    def strike(name: str) -> None:
        hits.append(name)
        if hits.count(point) == hit and name == point:
            raise Killed

    for module in (apply, second_write):
        monkeypatch.setattr(module, "failpoint", strike)


def fail_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (apply, second_write):
        monkeypatch.setattr(module, "failpoint", lambda name: None)


@pytest.mark.parametrize("point", ["import_chunk", "import_commit"])
@pytest.mark.parametrize("hit", [2, 3, 4, 5, 6])
def test_killed_between_and_within_the_two_writes_it_goes_on(
    linking: Importer, monkeypatch: pytest.MonkeyPatch, point: str, hit: int
) -> None:
    monkeypatch.setattr(apply, "CHUNK", 10)
    run = linking.plan(RING)
    kill_at(monkeypatch, point, hit)
    run.state = ImportRun.State.APPLYING
    run.save()
    with pytest.raises(Killed):
        apply_run(run, by=linking.actor(run), progress=Progress())
    done = hit if point == "import_chunk" else hit - 1
    assert Product.objects.count() == min(30, 10 * done)
    assert ProductValues.objects.exclude(values={}).count() == max(0, 10 * (done - 3))
    fail_nowhere(monkeypatch)
    told = Progress()
    run = ImportRun.objects.get(pk=run.pk)
    apply_run(run, by=linking.actor(run), progress=told)
    run.refresh_from_db()
    assert (told.done, told.total) == (60, 60)
    assert tally(run) == (30, 30, 0, 0, 0, 0)
    assert run.counts["cells_changed"] == 30 * 4
    assert {sku: named(sku) for sku in ring()} == ring()
    assert Revision.objects.count() == 60  # two of each, whenever it was killed
    assert sorted(set(run.rows.values_list("level", flat=True))) == [0]
    assert linking.undo(run)["reversed"] == 30


def test_a_run_that_failed_between_the_writes_can_go_on_or_be_undone(
    linking: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = linking.plan(RING)
    kill_at(monkeypatch, "import_chunk", 1)
    with pytest.raises(Killed):
        apply_run(run, by=linking.actor(run), progress=Progress())
    fail_nowhere(monkeypatch)
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED)
    runs.apply(run, policy="skip-bad", user=linking.world.admin)  # is taken
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED)
    assert linking.undo(run) == {"reversed": 30, "kept": 0, "failed": 0, "reasons": []}
    assert not Product.objects.alive().exists()
    assert warnings(run, 2) == [
        (key, "Not written: the import ended before.") for key in ("CROSSSELL", "successor")
    ]


def test_cancelled_between_the_writes_it_says_what_is_missing(
    linking: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = linking.plan(RING)
    kill_at(monkeypatch, "import_chunk", 1)
    with pytest.raises(Killed):
        apply_run(run, by=linking.actor(run), progress=Progress())
    run.refresh_from_db()
    close_run(run, by=linking.actor(run), progress=Progress())
    run.refresh_from_db()
    assert (run.state, tally(run)) == ("cancelled", (30, 30, 0, 0, 0, 0))
    assert len(warnings(run, 2)) == 2
    assert values("P0") == {}
    assert tally(linking.run(RING)) == (30, 0, 30, 0, 0, 0)  # the file makes up for it
    assert {sku: named(sku) for sku in ring()} == ring()


def test_what_somebody_wrote_between_the_two_stays(
    linking: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    linking.world.create("OLD", family="mugs")
    run = linking.plan(HEADER + "A,mugs,B,,,B\nB,mugs,,,,\n")
    kill_at(monkeypatch, "import_chunk", 1)
    with pytest.raises(Killed):
        apply_run(run, by=linking.actor(run), progress=Progress())
    fail_nowhere(monkeypatch)
    linking.world.edit(product("A").pk, {"CROSSSELL": "OLD", "successor": "OLD"})
    run = linking.apply(ImportRun.objects.get(pk=run.pk))
    assert named("A") == {"CROSSSELL": [("OLD", None), ("B", None)], "successor": [("OLD", None)]}
    [(key, message)] = warnings(run, 2)
    assert (key, message.startswith("Left out: Changed by ")) == ("successor", True)
    assert linking.undo(run)["kept"] == 1


def test_all_or_nothing_takes_everything_back_when_the_second_write_is_refused(
    linking: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_circles_pass(monkeypatch)
    linking.world.create("OLD", family="mugs")
    run = linking.run(
        HEADER + "A,mugs,B,B,1,B\nB,mugs,A,A,1,\nC,mugs,OLD,,,\nOLD,mugs,A,,,\n", policy="all-or-nothing"
    )
    assert run.state == "failed"
    assert "2 rows are bad" in run.error
    assert states(run) == [
        (2, "rejected", "create", "circle"),
        (3, "rejected", "create", "circle"),
        (4, "skipped", "create", ""),
        (5, "skipped", "update", ""),
    ]
    assert list(Product.objects.alive().values_list("sku", flat=True)) == ["OLD"]
    assert values("OLD") == {}


# --- size


def test_a_second_write_costs_the_same_queries_whatever_its_rows(linking: Importer) -> None:
    def queries(start: int, rows: int) -> tuple[int, int]:
        text = HEADER + "".join(
            f"Q{start + number},mugs,Q{start + (number + 1) % rows},,,\n" for number in range(rows)
        )
        run = linking.start(text)
        with CaptureQueriesContext(connection) as planned:
            plan_run(run, by=linking.actor(run), progress=Progress())
        run.refresh_from_db()
        run.policy = "skip-bad"
        with CaptureQueriesContext(connection) as captured:
            apply_run(run, by=linking.actor(run), progress=Progress())
        assert ProductValues.objects.filter(values__has_key="CROSSSELL").count() == start + rows
        return len(planned), len(captured)

    queries(0, 10)
    assert queries(10, 20) == queries(30, 40)


def test_the_file_is_read_ahead_only_where_a_name_is_unknown(linking: Importer) -> None:
    linking.world.create("OLD", family="mugs")
    with patch.object(shaped, "read_in_child", wraps=shaped.read_in_child) as reading:
        linking.plan(HEADER + "A,mugs,OLD,,,\nB,mugs,,,,\n")
        assert reading.call_count == 0
        linking.plan(HEADER + 'A,mugs,"OLD,B",B,1,\nB,mugs,,,,\n')
        assert reading.call_count == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_sets", [False, True])
def test_in_lanes_it_comes_to_the_same(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, with_sets: bool, shares: list[int]
) -> None:
    monkeypatch.setattr(apply, "CHUNK", 8)
    monkeypatch.setattr(lanes, "WORTH_IT", 0)
    settings.MEDIA_ROOT = tmp_path / "media"
    importer = Importer(build_world())
    add_associations(importer.world)
    text = (
        RING
        if with_sets
        else "\n".join(
            ",".join(line.split(",")[place] for place in (0, 1, 2, 5)) for line in RING.splitlines()
        )
    )
    run = importer.run(text)
    assert bool(shares) == (connection.vendor == "postgresql")
    assert tally(run) == (30, 30, 0, 0, 0, 0)
    assert {sku: named(sku) for sku in ring()} == ring()
    assert Revision.objects.count() == 60
    assert importer.undo(run)["reversed"] == 30


def test_rows_that_the_lanes_passed_over_come_before_what_names_them(
    linking: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a dead worker's connection still holds: the row of B is passed over by the lanes, and must not count as refused."""

    def drive(_other: Any, _asked: Any, step: Any, *, after: Any, **_more: Any) -> None:
        passed_over = run.rows.filter(sku="B", state="planned").update(state="held")
        while taken := step():
            after(taken)
        run.rows.filter(sku="B", state="held").update(state="planned" if passed_over else "held")

    def unbound(structure: Structure) -> Links:
        links = Links(structure)
        links.binds = False
        return links

    linking.run("sku,family\nOLD,mugs\n")
    run = linking.plan(TEXT)
    monkeypatch.setattr(lanes, "are_possible", lambda _rows: True)
    monkeypatch.setattr(lanes, "second", lambda _run, **_given: nullcontext())
    monkeypatch.setattr(lanes, "drive", drive)
    monkeypatch.setattr(apply, "Links", unbound)
    linking.apply(run)
    assert {sku: named(sku) for sku in EXPECTED} == EXPECTED


def test_what_becomes_a_proposal_at_the_second_write_is_said(
    linking: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = second_write.write

    def write(changes: Any, **options: Any) -> Any:
        outcomes = real(changes, **options)
        for (
            outcome
        ) in outcomes:  # as of a product that was approved in between, where the importer may not publish
            outcome.proposals = [*outcome.changed]
        return outcomes

    monkeypatch.setattr(second_write, "write", write)
    run = linking.run(HEADER + "A,mugs,B,,,\nB,mugs,,,,\n")
    assert [(note["kind"], note["key"]) for note in row(run, 2).notes] == [("proposal", "CROSSSELL")]
