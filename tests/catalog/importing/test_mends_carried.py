"""Somebody mends rows, goes back to the columns and plans again: what was mended is not to be done twice."""

from __future__ import annotations

from catalog.importing.mending import fixes
from catalog.importing.mending.fixes import Class
from catalog.importing.plan import plan_run
from catalog.importing.progress import Progress
from catalog.models.importing import ImportRun
from tests.catalog.importing.files import Importer, row, states, values
from tests.catalog.importing.test_mending import HEAD, boss, check, closes


def plan_once_more(importer: Importer, run: ImportRun) -> ImportRun:
    plan_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    return run


def test_mended_and_left_out_cells_stay_so(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,rod,1,\nB,mugs,red,much,\nC,mugs,red,3,\n")
    fixes.write_cells(run, {2: {2: "navy"}}, user=boss())
    fixes.leave_cells_out(run, Class("not_a_number", 3), user=boss())
    check(run)
    run = plan_once_more(importer, run)
    assert [(number, state) for number, state, _a, _c in states(run)] == [
        (2, "planned"),
        (3, "planned"),
        (4, "planned"),
    ]
    assert (run.state, closes(run, 3)) == ("planned", True)
    importer.apply(run)
    assert (values("A"), values("B")) == ({"color": "navy", "capacity": "1"}, {"color": "red"})


def test_rows_left_out_stay_out_with_their_reason(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,red,1,\nB,mugs,rod,2,\n")
    fixes.leave_rows_out(run, Class("unknown_option", 2), user=boss())
    check(run)
    before = row(run, 3).notes
    run = plan_once_more(importer, run)
    assert states(run)[1][1] == "skipped"
    assert row(run, 3).notes == before
    assert (run.state, closes(run, 2)) == ("planned", True)


def test_a_cell_that_is_right_by_now_is_read_as_the_file_has_it(importer: Importer) -> None:
    run = importer.plan(HEAD + 'A,mugs,red,"1,5",\n')
    fixes.write_cells(run, {2: {3: "2"}}, user=boss())
    run.settings = {"decimal": ","}
    run.save()
    run = plan_once_more(importer, run)
    assert (row(run, 2).values["capacity"], row(run, 2).mended) == ("1.5", None)


def test_another_row_of_that_number_is_not_mended(importer: Importer) -> None:
    run = importer.plan(HEAD + "A,mugs,rod,1,\n")
    fixes.write_cells(run, {2: {2: "navy"}}, user=boss())
    run.file = importer.start(HEAD + "Z,mugs,rod,1,\n").file
    run.save()
    run = plan_once_more(importer, run)
    assert (row(run, 2).state, row(run, 2).mended) == ("rejected", None)
