"""How a run ends that could not go its way: rights that went, jobs that failed half way, edits that come between."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection

from catalog.importing import apply, runs, undo
from catalog.jobs import run_due
from catalog.models import ImportRow, ImportRun, Job, Product, ProductValues, Role, User
from tests.catalog.importing.files import Importer, row
from tests.world import World

TEXT = "sku,family,capacity\n" + "".join(f"P{number},mugs,{number}\n" for number in range(1, 21))
WORKS = ["product.view", "product.edit", "product.create", "import.run", "import.undo"]


@pytest.fixture
def manager(world: World) -> User:
    """Imports and creates; may move nothing to the trash."""
    user = User.objects.create(username="manager", is_staff=True)
    user.roles.add(Role.objects.create(code="manager", verbs=WORKS))
    return user


def lose(user: User, verb: str) -> None:
    Role.objects.update(verbs=[kept for kept in WORKS if kept != verb])


def test_all_or_nothing_takes_back_also_what_its_person_could_not_trash(
    importer: Importer, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "CHUNK", 5)
    run = importer.plan(TEXT, user=manager)
    importer.world.create("P17", {"capacity": "1"}, family="mugs")  # somebody was quicker
    run = importer.apply(run, policy="all-or-nothing")
    assert run.state == ImportRun.State.FAILED
    assert list(Product.objects.alive().values_list("sku", flat=True)) == ["P17"]


def test_whose_right_to_import_went_while_the_job_waited_imports_nothing(
    importer: Importer, manager: User
) -> None:
    run = importer.plan(TEXT, user=manager)
    job = runs.apply(run, policy="skip-bad", user=manager)
    lose(manager, "import.run")
    run_due("imports")
    run.refresh_from_db()
    assert (Job.objects.get(pk=job.pk).state, run.state, run.applied_at) == ("failed", "failed", None)
    assert run.error == "Your roles do not allow this: Import files."
    assert not Product.objects.exists()


def test_whose_right_to_undo_went_while_the_job_waited_undoes_nothing(
    importer: Importer, manager: User
) -> None:
    run = importer.run(TEXT, user=manager)
    runs.undo(run, user=manager)
    lose(manager, "import.undo")
    run_due("imports")
    run.refresh_from_db()
    assert run.state == ImportRun.State.APPLIED
    assert Product.objects.alive().count() == 20


def test_a_run_that_failed_half_way_is_gone_on_with_or_undone_and_never_planned_anew(
    importer: Importer, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new plan would replace the rows by which what was written can be taken back."""
    monkeypatch.setattr(apply, "CHUNK", 5)
    run = importer.plan(TEXT)
    assert importer.world.admin is not None
    runs.apply(run, policy="skip-bad", user=importer.world.admin)
    chunks: list[int] = []

    def break_down(name: str) -> None:
        chunks.append(1)
        if name == "import_commit" and len(chunks) > 2:
            raise RuntimeError("out of paper")

    monkeypatch.setattr(apply, "failpoint", break_down)
    run_due("imports")
    run.refresh_from_db()
    assert (run.state, Product.objects.count()) == (ImportRun.State.FAILED, 5)
    for again in (
        lambda: runs.plan(run, user=importer.world.admin),
        lambda: runs.set_mapping(run, [], runs.ImportSettings(), user=importer.world.admin),
    ):
        with pytest.raises(runs.WrongState):
            again()
    assert run.rows.filter(state=ImportRow.State.APPLIED).count() == 5
    monkeypatch.setattr(apply, "failpoint", lambda name: None)
    runs.apply(run, policy="skip-bad", user=importer.world.admin)
    run_due("imports")
    run.refresh_from_db()
    assert (run.state, Product.objects.count()) == (ImportRun.State.APPLIED, 20)


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_an_edit_that_comes_while_a_chunk_is_undone_is_not_lost(
    transactional_db: Any, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = importer.world.create("P1", {"capacity": "100"}, family="mugs").product
    run = importer.run("sku,capacity\nP1,200\n")
    write = undo.write

    def edit() -> None:
        importer.world.edit(pk, {"capacity": "300"})
        connection.close()

    other = threading.Thread(target=edit)

    def somebody_edits_first(changes: Any, **given: Any) -> Any:
        other.start()
        time.sleep(0.5)
        return write(changes, **given)

    monkeypatch.setattr(undo, "write", somebody_edits_first)
    importer.undo(run)
    other.join()
    assert ProductValues.objects.get(pk=pk).values["capacity"] == "300"
    assert row(run, 2).state == ImportRow.State.REVERSED
