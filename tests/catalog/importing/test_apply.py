"""Applying a plan: policies, late conflicts, interruptions. Every row of the file is accounted for, always."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import events
from catalog.importing import apply, report
from catalog.importing.apply import apply_run, close_run
from catalog.importing.progress import Progress
from catalog.importing.readers.base import Table
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.product import Product
from catalog.models.revision import Revision
from catalog.values.fingerprint import catalogue_hash
from tests.catalog.importing.files import Importer, product, row, states, tally, values

TEXT = "sku,family,name-en_US,capacity,color\n" + "".join(
    f"P{number},mugs,Mug {number},{number},{'red' if number % 2 else 'navy'}\n" for number in range(40)
)


class Killed(BaseException):
    """What a power cut looks like from within."""


def test_the_same_file_twice_changes_nothing(importer: Importer) -> None:
    first = importer.run(TEXT)
    before = (
        catalogue_hash(),
        Revision.objects.count(),
        list(Product.objects.order_by("pk").values_list("rev", "updated_at")),
    )
    again = importer.run(TEXT)
    assert tally(first) == (40, 40, 0, 0, 0, 0)
    assert tally(again) == (40, 0, 0, 40, 0, 0)
    assert first.counts["cells_changed"] == 40 * 5  # SKU, family and three values
    assert again.counts["cells_changed"] == 0
    assert (
        catalogue_hash(),
        Revision.objects.count(),
        list(Product.objects.order_by("pk").values_list("rev", "updated_at")),
    ) == before


def test_bad_rows_are_left_out_and_the_others_written(importer: Importer) -> None:
    run = importer.run("sku,family,capacity\nA,mugs,1\nB,mugs,much\nC,mugs,3\n")
    assert states(run) == [
        (2, "applied", "create", ""),
        (3, "rejected", "create", "not_a_number"),
        (4, "applied", "create", ""),
    ]
    assert tally(run) == (3, 2, 0, 0, 1, 0)
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A", "C"]
    assert row(run, 2).product == product("A")
    assert row(run, 2).rev == 1


def test_all_or_nothing_writes_nothing_with_one_bad_row(importer: Importer) -> None:
    before = catalogue_hash()
    run = importer.run(TEXT + "BAD,mugs,x,much,red\n", policy="all-or-nothing")
    assert tally(run) == (41, 0, 0, 0, 1, 40)
    assert run.state == ImportRun.State.FAILED
    assert run.error == "Nothing was imported: all or nothing was asked for, and 1 row is bad."
    assert (catalogue_hash(), Product.objects.count()) == (before, 0)


def test_all_or_nothing_undoes_itself_when_a_row_is_refused_late(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer.world.create("P5", {"capacity": "1"}, family="mugs")
    before = catalogue_hash()
    monkeypatch.setattr(apply, "CHUNK", 10)
    run = importer.plan(TEXT)
    importer.world.create("P30", {"capacity": "1"}, family="mugs")  # somebody was quicker
    between = catalogue_hash()
    run = importer.apply(run, policy="all-or-nothing")
    assert catalogue_hash() == between != before
    assert run.state == ImportRun.State.FAILED
    assert tally(run) == (40, 0, 0, 0, 1, 39)
    assert row(run, 32).error_code == "sku_taken"


def test_fill_empty_writes_only_where_nothing_was(importer: Importer) -> None:
    importer.world.create("A", {"capacity": "300"}, family="mugs", categories=["cups"])
    importer.world.create("B", {"capacity": "300", "color": "red"}, family="mugs")
    run = importer.run(
        "sku,family,capacity,color,categories\nA,mugs,1,navy,other\nB,mugs,2,navy,other\nC,mugs,3,navy,\n",
        policy="fill-empty",
    )
    assert values("A") == {"capacity": "300", "color": "navy"}
    assert list(product("A").categories.values_list("code", flat=True)) == ["cups"]
    assert values("B") == {"capacity": "300", "color": "red"}
    assert list(product("B").categories.values_list("code", flat=True)) == ["other"]
    assert values("C") == {"capacity": "3", "color": "navy"}
    assert tally(run) == (3, 1, 2, 0, 0, 0)
    assert row(run, 2).changes == {"color": [{"absent": True}, "navy"]}


def test_what_a_person_changed_after_the_plan_is_not_overwritten(importer: Importer) -> None:
    created = importer.world.create("A", {"capacity": "300", "color": "red"}, family="mugs")
    importer.world.create("B", {"capacity": "300"}, family="mugs")
    run = importer.plan("sku,capacity,color\nA,310,navy\nB,310,red\n")
    importer.world.edit(created.product, {"capacity": "333"})
    run = importer.apply(run)
    assert tally(run) == (2, 0, 1, 0, 1, 0)
    assert row(run, 2).error_code == "conflict"
    assert values("A") == {"capacity": "333", "color": "red"}
    assert values("B") == {"capacity": "310", "color": "red"}


def test_two_currencies_changed_by_two_do_not_conflict(importer: Importer) -> None:
    created = importer.world.create("A", {"price": {"EUR": "9", "USD": "10"}}, family="mugs")
    run = importer.plan("sku,price-EUR\nA,9.50\n")
    importer.world.edit(created.product, {"price": {"EUR": "9", "USD": "12"}})
    assert tally(importer.apply(run)) == (1, 0, 1, 0, 0, 0)
    assert values("A")["price"] == {"EUR": "9.5", "USD": "12"}


@pytest.mark.parametrize("point", ["import_chunk", "import_commit"])
@pytest.mark.parametrize("hit", [1, 2, 3, 4])
def test_killed_anywhere_it_resumes_to_the_same_catalogue(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, point: str, hit: int
) -> None:
    monkeypatch.setattr(apply, "CHUNK", 10)
    run = importer.plan(TEXT)
    hits = []

    def strike(name: str) -> None:
        hits.append(name)
        if hits.count(point) == hit and name == point:
            raise Killed

    monkeypatch.setattr(apply, "failpoint", strike)
    run.state = ImportRun.State.APPLYING
    run.save()
    with pytest.raises(Killed):
        apply_run(run, by=importer.actor(run), progress=Progress())
    written = hit if point == "import_chunk" else hit - 1
    assert Product.objects.count() == 10 * written
    assert run.rows.filter(state="applied").count() == 10 * written
    monkeypatch.setattr(apply, "failpoint", lambda name: None)
    resumed = importer.apply(ImportRun.objects.get(pk=run.pk))
    assert tally(resumed) == (40, 40, 0, 0, 0, 0)
    assert resumed.counts["cells_changed"] == 200
    assert Revision.objects.count() == 40
    interrupted = catalogue_hash()
    assert interrupted == _uninterrupted(importer)


def _uninterrupted(importer: Importer) -> str:
    """The hash of the same file imported in one go, after what is there was taken away."""
    ImportRow.objects.all().delete()
    Product.objects.update(parent=None, root=None)
    Product.objects.all().delete()
    importer.run(TEXT)
    return catalogue_hash()


def test_cancelled_between_chunks_the_rest_is_skipped(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "CHUNK", 10)
    run = importer.plan(TEXT)

    class Stopped(Progress):
        def cancelled(self) -> bool:
            return self.done >= 20

    apply_run(run, by=importer.actor(run), progress=Stopped())
    run.refresh_from_db()
    assert run.state == ImportRun.State.CANCELLED
    assert tally(run) == (40, 20, 0, 0, 0, 20)
    assert Product.objects.count() == 20


def test_a_cancelled_all_or_nothing_run_leaves_nothing(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "CHUNK", 10)
    run = importer.plan(TEXT)
    run.policy = "all-or-nothing"

    class Stopped(Progress):
        def cancelled(self) -> bool:
            return self.done >= 20

    apply_run(run, by=importer.actor(run), progress=Stopped())
    run.refresh_from_db()
    assert tally(run) == (40, 0, 0, 0, 0, 40)
    assert Product.objects.alive().count() == 0


def test_a_run_whose_worker_died_while_it_was_cancelled_is_closed(importer: Importer) -> None:
    run = importer.plan(TEXT)
    close_run(run, by=importer.actor(run), progress=Progress())
    run.refresh_from_db()
    assert (run.state, tally(run)) == ("cancelled", (40, 0, 0, 0, 0, 40))


def test_the_end_is_told_once_after_the_commit(
    importer: Importer, django_capture_on_commit_callbacks
) -> None:
    told: list[int] = []

    def receive(*, run_id: int, **_kwargs: object) -> None:
        told.append(run_id)

    events.import_finished.connect(receive)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            run = importer.run(TEXT)
    finally:
        events.import_finished.disconnect(receive)
    assert told == [run.pk]


def test_a_chunk_costs_the_same_queries_whatever_its_rows(importer: Importer) -> None:
    for number in range(0, 80, 2):
        importer.world.create(f"Q{number}", {"capacity": "0", "price": {"EUR": "1"}}, family="mugs")

    def queries(first: int, rows: int) -> int:
        text = "sku,family,capacity,price-EUR,categories,ean\n" + "".join(
            f"Q{number},mugs,5{number},2,cups,{_gtin(number)}\n" for number in range(first, first + rows)
        )
        run = importer.plan(text)
        run.policy = "skip-bad"
        with CaptureQueriesContext(connection) as captured:
            apply_run(run, by=importer.actor(run), progress=Progress())
        assert run.rows.filter(state="applied").count() == rows
        return len(captured)

    queries(0, 10)
    # Few enough that SQLite's limit of parameters splits no insert.
    assert queries(10, 20) == queries(30, 40)


def _gtin(number: int) -> str:
    from stdnum import ean

    body = f"40063813{number:04d}"
    return body + ean.calc_check_digit(body)


def test_rejected_rows_come_back_as_a_file_that_runs_no_formula(importer: Importer) -> None:
    run = importer.run('sku,family,capacity,name-en_US\n=cmd|calc,mugs,much,"=1+1"\n-A,mugs,-x,-5\n')
    lines = "".join(report.rejected_csv(run)).splitlines()
    assert lines[0] == "\ufeffsku,family,capacity,name-en_US,Row,What is wrong"
    assert lines[1].startswith("'=cmd|calc,mugs,much,'=1+1,2,")
    assert lines[2].startswith("'-A,mugs,'-x,-5,3,")
    assert len(Table.from_json(run.table).headers) == 4
    assert report.rejected_xlsx(run)[:2] == b"PK"
    mended = "\n".join(line.replace(",much,", ",1,").replace(",'-x,", ",2,") for line in lines)
    again = importer.run(mended)
    assert tally(again) == (2, 2, 0, 0, 0, 0)
    assert values("=cmd|calc")["name|en_US"] == "=1+1"
