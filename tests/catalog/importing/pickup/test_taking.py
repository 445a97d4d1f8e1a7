"""A file is taken exactly once: whole, by whoever has the lease, and never again."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation

from catalog.importing.pickup import archive, take, work
from catalog.jobs import run_due
from catalog.models import ImportRun, Job, PickedFile, Product
from tests.catalog.importing.pickup.conftest import Desk
from tests.catalog.numbering.test_two_workers import copy_to, own_connection

RED = "sku,color\nA,red\nB,white\n"


def colour(sku: str) -> Any:
    return Product.objects.get(sku=sku).own.values.get("color")


def test_a_file_becomes_an_import_is_applied_and_archived_with_its_report(desk: Desk) -> None:
    desk.put("prices.csv", RED)
    desk.put("notes.txt", "not for us")
    desk.change(pattern="*.csv *.xlsx")
    desk.turn(4)
    assert desk.files() == [("prices.csv", "done")]
    assert (colour("A"), colour("B")) == ("red", "white")
    run = ImportRun.objects.get()
    assert (run.state, run.profile, run.created_by) == ("applied", desk.profile, desk.world.admin)
    file = desk.pickup.files.get()
    kept = sorted(path.name for path in (desk.root / "archive").iterdir())
    assert kept == [file.archived.split("/")[1], file.report.split("/")[1]]
    assert (desk.root / file.archived).read_text() == RED
    assert '"changed","2"' in (desk.root / file.report).read_text()
    assert sorted(path.name for path in desk.root.iterdir()) == ["archive", "notes.txt"]
    desk.turn(3)
    assert ImportRun.objects.count() == 1
    assert desk.troubles() == []
    assert [look["files"] for look in desk.pickup.looks][:1] == [0]


def test_a_file_that_is_still_being_written_is_not_taken(desk: Desk) -> None:
    path = desk.put("prices.csv", "sku,color\nA,re")
    work.nudge_due()
    run_due("imports")
    assert desk.files() == [("prices.csv", "seen")]
    desk.pickup.refresh_from_db()
    assert desk.pickup.next_look_at - timezone.now() < work.SOON  # it does not wait for half an hour
    with path.open("a") as file:  # the supplier goes on writing
        file.write("d\nB,white\n")
    desk.turn()
    assert desk.files() == [("prices.csv", "seen")]
    assert ImportRun.objects.count() == 0
    desk.turn(3)
    assert desk.files() == [("prices.csv", "done")]
    assert (colour("A"), colour("B")) == ("red", "white")


def test_a_file_that_changes_while_it_is_fetched_is_not_taken(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.put("prices.csv", RED)
    desk.turn()
    fetched = take._fetched

    def fetch(*args: Any) -> str:
        digest = fetched(*args)
        path.write_text(RED + "C,red\n")
        return digest

    monkeypatch.setattr(take, "_fetched", fetch)
    desk.turn()
    assert ImportRun.objects.count() == 0
    monkeypatch.undo()
    desk.turn(4)
    assert ImportRun.objects.get().counts["rows"] == 3


def test_remembered_files_are_not_taken_again_and_changed_ones_are(desk: Desk) -> None:
    desk.change(after="remember")
    desk.put("prices.csv", RED)
    desk.turn(4)
    assert (desk.root / "prices.csv").exists()
    desk.put("prices.csv", RED, age=60)  # written anew with the same content
    desk.turn(3)
    assert desk.files() == [("prices.csv", "done"), ("prices.csv", "same")]
    desk.put("prices.csv", "sku,color\nA,navy\n", age=50)
    desk.turn(4)
    desk.put("prices.csv", RED, age=40)  # and back: what it said before the last one is news again
    desk.turn(4)
    assert [state for _name, state in desk.files()] == ["done", "same", "done", "done"]
    assert colour("A") == "red"
    assert ImportRun.objects.count() == 3


def test_files_are_imported_one_after_the_other_from_the_oldest_on(desk: Desk) -> None:
    desk.put("b.csv", "sku,color\nA,red\n", age=900)
    desk.put("a.csv", "sku,color\nA,navy\n", age=100)
    desk.turn(6)
    assert desk.files() == [("b.csv", "done"), ("a.csv", "done")] or sorted(desk.files()) == [("a.csv", "done"), ("b.csv", "done")]  # fmt: skip
    assert list(ImportRun.objects.order_by("pk").values_list("filename", flat=True)) == ["b.csv", "a.csv"]
    assert colour("A") == "navy"


class Killed(BaseException):
    pass


@pytest.mark.parametrize("place", ["pickup_fetched", "pickup_commit", "pickup_taken", "pickup_moved"])
def test_killed_anywhere_a_file_is_taken_once_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    desk.put("prices.csv", RED)
    desk.turn()
    fell = []

    def fall(name: str) -> None:
        if name == place and not fell:
            fell.append(name)
            raise Killed

    monkeypatch.setattr(take, "failpoint", fall)
    monkeypatch.setattr(archive, "failpoint", fall)
    for _turn in range(6):
        try:
            desk.turn()
        except Killed:
            # The worker is gone; its lease runs out, and the very job is claimed again.
            Job.objects.filter(state="running").update(lease_until=timezone.now() - work.SOON)
    assert fell == [place]
    assert ImportRun.objects.count() == 1
    assert desk.files() == [("prices.csv", "done")]
    assert colour("A") == "red"
    file = desk.pickup.files.get()
    assert (desk.root / file.archived).read_text() == RED
    assert (desk.root / file.report).exists()
    assert [path.name for path in desk.root.iterdir()] == ["archive"]


def test_a_worker_whose_lease_is_gone_takes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("prices.csv", RED)
    desk.turn()
    desk.due()
    work.nudge_due()
    fetched = take._fetched

    def slow(*args: Any) -> str:
        monkeypatch.setattr(take, "_fetched", fetched)
        Job.objects.filter(state="running").update(lease_until=timezone.now() - work.SOON)
        run_due("imports")  # another worker, which claims the job and takes the file
        return fetched(*args)

    monkeypatch.setattr(take, "_fetched", slow)
    run_due("imports")
    assert ImportRun.objects.count() == 1
    assert PickedFile.objects.get().run_id == ImportRun.objects.get().pk


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_take_it_once(desk: Desk, tmp_path: Path) -> None:
    desk.put("prices.csv", RED)
    desk.turn()
    desk.due()
    copy_to(tmp_path / "shared.sqlite3")
    start, begun = threading.Barrier(2), []

    def worker() -> tuple[int, int]:
        with own_connection(tmp_path / "shared.sqlite3"):
            start.wait(timeout=20)
            begun.append(work.begin(desk.pickup.pk))
            run_due("imports")
            return ImportRun.objects.count(), Job.objects.filter(kind=work.KIND).count()

    with ThreadPoolExecutor(2) as pool:
        counts = [each.result() for each in [pool.submit(worker) for _ in range(2)]]
    assert sorted(begun) == [False, True]
    assert max(counts) == (1, 1)


def test_what_came_under_the_same_name_meanwhile_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("prices.csv", RED)
    desk.turn()
    moved = archive._moved

    def late(*args: Any) -> str:
        monkeypatch.setattr(archive, "_moved", moved)
        desk.put("prices.csv", "sku,color\nA,navy\n", age=20)
        return moved(*args)

    monkeypatch.setattr(archive, "_moved", late)
    desk.turn(8)
    assert [state for _name, state in desk.files()] == ["done", "done"]
    assert colour("A") == "navy"


def test_links_and_other_folders_are_out_of_reach(desk: Desk, tmp_path: Any) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text(RED)
    os.symlink(outside / "secret.csv", desk.root / "link.csv")
    os.mkfifo(desk.root / "pipe.csv")
    desk.turn(3)
    assert desk.files() == []
    for folder in ("../outside", "/etc", "a/../../outside", "link"):
        os.path.lexists(desk.root / "link") or os.symlink(outside, desk.root / "link")
        desk.change(settings={"folder": folder})
        desk.turn(2)
        assert desk.files() == []
        assert "below the import folder" in desk.troubles()[0] or "leads out" in desk.troubles()[0]
    assert ImportRun.objects.count() == 0


def test_an_archive_that_is_a_link_takes_nothing_outside(desk: Desk, tmp_path: Any) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    os.symlink(outside, desk.root / "archive")
    desk.put("prices.csv", RED)
    desk.turn(5)
    assert desk.files() == [("prices.csv", "done")]
    assert list(outside.iterdir()) == []
    assert "archive folder" in desk.troubles()[0]
    desk.turn(2)
    assert ImportRun.objects.count() == 1  # it is remembered, though it still lies there


def test_what_is_told_of_a_place_does_not_change_with_who_looks_there(desk: Desk) -> None:
    desk.change(run_by=None)
    with translation.override("de"):
        assert work.look_now(desk.pickup)
    run_due("imports")
    assert desk.troubles() == [
        "Nobody who may import stands for this place any more: save its page once, as somebody who may."
    ]
