"""What accumulates goes when it is old enough, a little at a time, and never what somebody still needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog import retention
from catalog.exporting import stored
from catalog.importing import runs
from catalog.jobs import run_due
from catalog.models import ImportRow, ImportRun, Job, Revision, User
from catalog.models.retention import Thinning
from catalog.retention import RULES, by_age, kinds, thin
from catalog.retention import rules as rule_module
from channels.models import Attempt, Listing
from tests.catalog.importing.files import Importer, values
from tests.channels.stage import make_channel
from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def importer(world: World, tmp_path: Path, settings: Any) -> Importer:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Importer(world)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (rule_module, kinds):
        monkeypatch.setattr(module, "AT_ONCE", 3)


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def revs(product: int | None) -> list[int]:
    return list(Revision.objects.filter(product=product).order_by("rev").values_list("rev", flat=True))


def edited(world: World, sku: str, times: int) -> int:
    product = world.create(sku, {"capacity": "1"}, family="mugs").product
    assert product is not None
    for number in range(times - 1):
        world.edit(product, {"capacity": str(number + 2)})
    return product


def test_old_revisions_go_but_the_last_of_each_product_stay(world: World) -> None:
    many, few = edited(world, "MANY", 60), edited(world, "FEW", 3)
    assert thin()["revisions"] == 0
    Revision.objects.update(at=ago(800))
    young = Revision.objects.filter(product=many, rev__gt=8)
    young.update(at=ago(10))
    assert thin()["revisions"] == 8
    assert (revs(many), revs(few)) == (list(range(9, 61)), [1, 2, 3])
    young.update(at=ago(800))
    assert thin()["revisions"] == 2
    assert (revs(many)[0], len(revs(many)), revs(few)) == (11, 50, [1, 2, 3])


def test_a_tick_is_bounded_and_the_next_goes_on_where_it_ended(world: World, small_steps: None) -> None:
    product = edited(world, "MANY", 70)
    Revision.objects.update(at=ago(800))
    assert thin(steps=2)["revisions"] == 6
    assert (
        Thinning.objects.get(rule="revisions").cursor
        == Revision.objects.filter(product=product).order_by("pk")[0].pk - 1
    )
    assert thin(steps=5)["revisions"] == 14
    assert revs(product)[0] == 21
    state = Thinning.objects.get(rule="revisions")
    assert (state.removed, state.thinned_at is not None) == (20, True)


def test_a_step_costs_the_same_whatever_there_is(world: World, small_steps: None) -> None:
    edited(world, "MANY", 70)
    Revision.objects.update(at=ago(800))
    step = by_age(Revision, "at", 730)
    with CaptureQueriesContext(connection) as captured:
        assert step(0, timezone.now()).removed == 3
    assert len(captured) == 2


def test_an_imports_rows_stay_while_it_can_be_undone_and_then_it_says_so(importer: Importer) -> None:
    run = importer.run("sku,family,capacity\nA,mugs,1\nB,mugs,2\n")
    assert thin()["imports"] == 0
    ImportRun.objects.update(applied_at=ago(89))
    assert thin()["imports"] == 0
    ImportRun.objects.update(applied_at=ago(91))
    name = run.file.name
    assert thin()["imports"] == 2
    run.refresh_from_db()
    assert (run.rows.count(), run.counts["created"], default_storage.exists(name)) == (0, 2, False)
    before = values("A")
    with pytest.raises(runs.WrongState, match="can be neither undone nor planned again"):
        runs.undo(run, user=importer.world.admin)
    assert values("A") == before
    client = Client()
    assert importer.world.admin is not None
    client.force_login(importer.world.admin)
    page = client.get(reverse("admin:catalog_importrun_change", args=[run.pk])).content.decode()
    assert "can be neither undone nor planned again" in page
    assert reverse("admin:catalog_importrun_undo", args=[run.pk]) not in page


def test_nobody_undoes_a_half_of_what_was_thinned(importer: Importer, small_steps: None) -> None:
    text = "sku,family\n" + "".join(f"S{number},mugs\n" for number in range(8))
    run = importer.run(text)
    ImportRun.objects.update(applied_at=ago(91))
    assert thin(steps=1)["imports"] == 3
    with pytest.raises(runs.WrongState):
        runs.undo(run, user=importer.world.admin)
    assert thin()["imports"] == 5


def test_a_file_that_a_younger_import_shares_stays(importer: Importer) -> None:
    old, young = (importer.run("sku,family\nA,mugs\n") for _ in range(2))
    assert old.file.name == young.file.name
    ImportRun.objects.filter(pk=old.pk).update(applied_at=ago(91))
    thin()
    assert (ImportRow.objects.filter(run=old).exists(), default_storage.exists(young.file.name)) == (
        False,
        True,
    )


def test_an_import_that_is_at_work_is_left_alone(importer: Importer) -> None:
    run = importer.plan("sku,family\nA,mugs\n")
    ImportRun.objects.update(created_at=ago(100), state=ImportRun.State.APPLYING)
    assert thin()["imports"] == 0
    ImportRun.objects.update(state=ImportRun.State.PLANNED)
    assert (thin()["imports"], run.rows.count()) == (1, 0)


@time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=False)
def test_exported_files_go_before_their_jobs_and_the_job_says_so(
    world: World, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = tmp_path / "x.csv"
    file.write_text("sku")
    job = Job.objects.create(
        kind="grid.export", state="done", run_at=ago(8), created_at=ago(8), finished_at=ago(8)
    )
    job.result = stored.keep(file, job=job.pk, filename="products.csv")
    job.save()
    assert thin()["exports"] == 1
    job.refresh_from_db()
    assert (stored.file_of(job), default_storage.exists(f"exports/{job.pk}.csv")) == (None, False)
    assert job.result == {"file_removed": "2026-11-27"}
    Job.objects.update(created_at=ago(91), finished_at=ago(91))
    assert (thin()["jobs"], Job.objects.filter(pk=job.pk).exists()) == (1, False)


def test_jobs_that_wait_or_run_stay_whatever_their_age(world: World) -> None:
    run_due("interactive")
    Job.objects.all().delete()
    for state in ("queued", "running", "done", "failed", "cancelled"):
        Job.objects.create(kind="x", state=state, run_at=ago(200), created_at=ago(200))
    Job.objects.create(kind="x", state="done", run_at=ago(10), created_at=ago(10))
    assert thin()["jobs"] == 3
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "queued", "running"]


def test_attempts_sessions_and_sign_ins(world: World) -> None:
    channel = make_channel(world)
    product = world.create("M", family="mugs").product
    listing = Listing.objects.filter(product=product, channel=channel).first() or Listing.objects.create(
        product_id=product, channel=channel, state_since=ago(1), next_try_at=ago(1)
    )
    for days in (91, 89):
        Attempt.objects.create(listing=listing, at=ago(days), operation="upsert", revision=1, outcome="ok")
        AccessAttempt.objects.create(username=f"u{days}", failures_since_start=1)
        AccessAttempt.objects.filter(username=f"u{days}").update(attempt_time=ago(days))
    Session.objects.create(session_key="old", expire_date=ago(1))
    Session.objects.create(session_key="new", expire_date=timezone.now() + timedelta(days=1))
    removed = thin()
    assert (removed["attempts"], removed["sign_ins_tried"], removed["sessions"]) == (1, 1, 1)
    assert Attempt.objects.get().at > ago(90)
    assert Session.objects.get().pk == "new"


def test_one_rule_that_fails_harms_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Session.objects.create(session_key="old", expire_date=ago(1))

    def fail(cursor: int, now: Any) -> Any:
        raise RuntimeError("broken")

    broken = retention.Rule("revisions", "", lambda: "", Revision, fail)
    with RULES.temporarily(revisions=broken):
        removed = thin()
    assert "revisions" not in removed
    assert removed["sessions"] == 1


def test_the_page_says_what_there_is_how_long_it_is_kept_and_when_it_was_thinned(
    world: World, client: Client
) -> None:
    edited(world, "M", 2)
    Session.objects.create(session_key="old", expire_date=ago(1))
    thin()
    assert world.admin is not None
    client.force_login(world.admin)
    response = client.get(reverse("admin:catalog_thinning_changelist"))
    lines = {str(line["label"]): line for line in response.context_data["lines"]}
    assert len(lines) == len(RULES)
    assert (lines["Revisions of products"]["count"], lines["Revisions of products"]["exact"]) == (2, True)
    assert "The last 50 of each product, and all of the last 730 days" in response.content.decode()
    assert lines["Sessions that have ended"]["state"].removed == 1
    client.force_login(User.objects.create_user("anna", is_staff=True))
    assert client.get(reverse("admin:catalog_thinning_changelist")).status_code == 403
