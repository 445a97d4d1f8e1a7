"""Jobs: enqueue with the caller's transaction, claim by lease and token, survive killed workers and lost nudges."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from catalog import tasks
from catalog.jobs import (
    KINDS,
    MAX_ATTEMPTS,
    JobCancelled,
    JobHandle,
    LeaseLost,
    cancel,
    enqueue,
    nudge_due,
    run_due,
)
from catalog.jobs import handle as handles
from catalog.jobs import queue as queues
from catalog.jobs import run as runs
from catalog.jobs.kinds import Kind
from catalog.models import Job, User

pytestmark = pytest.mark.django_db


@contextmanager
def kind(function: Any, *, code: str = "test.work", **options: Any) -> Iterator[None]:
    with KINDS.temporarily(**{code: Kind(code, options.pop("queue", "interactive"), function, **options)}):
        yield


@pytest.fixture(autouse=True)
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    monkeypatch.setattr(queues, "nudge", sent.append)
    monkeypatch.setattr(runs, "nudge", sent.append)
    return sent


def expire(row: Job) -> None:
    Job.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def fresh(row: Job) -> Job:
    return Job.objects.get(pk=row.pk)


@pytest.mark.parametrize(("raised", "state"), [(ValueError("no"), "failed"), (JobCancelled(), "cancelled")])
def test_what_a_job_that_does_not_end_came_to_is_kept(raised: Exception, state: str) -> None:
    def work(job: JobHandle) -> None:
        job.progress(1, 2, result={"changed": 1, "ref": "bulk:1"})
        raise raised

    with kind(work):
        row = enqueue("test.work")
        run_due("interactive")
    assert (fresh(row).state, fresh(row).result) == (state, {"changed": 1, "ref": "bulk:1"})


def test_a_job_is_run_with_its_params_and_keeps_its_result() -> None:
    def work(job: JobHandle, *, number: int) -> dict[str, int]:
        job.progress(1, 2, "half")
        job.log("a line, password=hunter2")
        job.progress(2)
        return {"double": number * 2}

    with kind(work):
        row = enqueue("test.work", {"number": 21}, by=User.objects.create(username="eve"), title="Doubling")
        assert run_due("interactive") == 1
        assert run_due("interactive") == 0
    row = fresh(row)
    assert (row.state, row.result, row.done, row.total, row.message) == ("done", {"double": 42}, 2, 2, "half")
    assert [line["text"] for line in row.log] == ["a line, password=[redacted]"]
    assert row.lease_until is None
    assert row.finished_at is not None


def test_a_job_of_a_rolled_back_transaction_never_was(
    nudged: list[str], django_capture_on_commit_callbacks
) -> None:
    with kind(lambda job: None):
        with (  # noqa: PT012
            django_capture_on_commit_callbacks(execute=True),
            pytest.raises(ZeroDivisionError),
            transaction.atomic(),
        ):
            enqueue("test.work")
            raise ZeroDivisionError
        assert (Job.objects.count(), nudged) == (0, [])
        with django_capture_on_commit_callbacks(execute=True):
            enqueue("test.work")
            assert nudged == []
        assert nudged == ["interactive"]


def test_a_broker_that_is_down_does_not_disturb_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    def refuse(*_args: Any, **_options: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(queues.current_app, "send_task", refuse)
    queues.nudge("interactive")


def test_the_tick_finds_a_job_whose_nudge_was_lost(nudged: list[str]) -> None:
    with kind(lambda job: None, queue="imports"):
        row = enqueue("test.work")
        later = enqueue("test.work", queue="delivery", run_at=timezone.now() + timedelta(hours=1))
        nudged.clear()
        assert tasks.tick() == ["imports"]
        assert nudged == ["imports"]
        assert tasks.run_jobs("imports") == 1
        assert nudge_due() == []
    assert (fresh(row).state, fresh(later).state) == ("done", "queued")


def test_a_killed_workers_job_is_claimed_again_after_its_lease_and_not_before() -> None:
    with kind(lambda job: {"ran": True}):
        row = enqueue("test.work")
        dead = queues.claim("interactive")
        assert dead is not None
        assert run_due("interactive") == 0
        expire(row)
        assert run_due("interactive") == 1
    row = fresh(row)
    assert (row.state, row.attempts, row.result) == ("done", 2, {"ran": True})


def test_a_worker_that_lost_its_lease_can_settle_and_write_nothing() -> None:
    with kind(lambda job: {"by": "second"}):
        row = enqueue("test.work")
        first = queues.claim("interactive")
        assert first is not None
        zombie = JobHandle(first)
        expire(row)
        assert run_due("interactive") == 1
        before = Job.objects.values().get(pk=row.pk)
        for act in (lambda: zombie.progress(5, 9), lambda: zombie.log("still here"), zombie.check_lease):
            with pytest.raises(LeaseLost):
                act()
        assert not queues.finish(first, Job.State.DONE, result={"by": "first"})
        assert not queues.release(first)
    assert Job.objects.values().get(pk=row.pk) == before
    assert before["result"] == {"by": "second"}


def test_a_step_of_a_job_taken_over_in_between_is_rolled_back() -> None:
    seen = []

    def work(job: JobHandle) -> None:
        Job.objects.filter(pk=job.pk).update(lease_token="somebody else")
        with transaction.atomic():
            seen.append(User.objects.create(username="written by the step"))
            job.check_lease()

    with kind(work):
        row = enqueue("test.work")
        run_due("interactive")
    assert len(seen) == 1
    assert not User.objects.exists()
    assert fresh(row).state == "running"


def test_a_job_that_kills_every_worker_is_given_up_and_says_so() -> None:
    ended = []
    with kind(lambda job: pytest.fail("it must not run again"), ended=lambda row: ended.append(row.pk)):
        row = enqueue("test.work")
        for _attempt in range(MAX_ATTEMPTS):
            assert queues.claim("interactive") is not None
            expire(row)
        assert run_due("interactive") == 0
    row = fresh(row)
    assert row.state == "failed"
    assert "5 times" in row.error
    assert ended == [row.pk]


def test_a_job_that_gets_further_each_time_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handles, "WRITE_EVERY", 0)
    with kind(lambda job: {"ended": True}):
        row = enqueue("test.work")
        for step in range(1, 3 * MAX_ATTEMPTS):
            claimed = queues.claim("interactive")
            assert claimed is not None
            JobHandle(claimed).progress(step, 100)
            expire(row)
        assert run_due("interactive") == 1
    assert fresh(row).state == "done"


def test_a_failure_is_readable_and_its_trace_carries_no_secret() -> None:
    def work(job: JobHandle) -> None:
        job.progress(3, 9)
        raise RuntimeError("Bearer abcdefgh12345678 was refused")

    with kind(work):
        row = enqueue("test.work")
        assert run_due("interactive") == 1
        assert run_due("interactive") == 0
    row = fresh(row)
    assert (row.state, row.done) == ("failed", 3)
    assert row.error == "Unexpected: RuntimeError: Bearer [redacted] was refused"
    assert "in work" in row.log[-1]["text"]
    assert "abcdefgh12345678" not in str(row.log)


def test_an_error_made_for_people_is_shown_as_it_is() -> None:
    def work(job: JobHandle) -> None:
        raise ValueError("The file is empty.")

    with kind(work):
        row = enqueue("test.work")
        run_due("interactive")
    assert fresh(row).error == "The file is empty."


def test_a_kind_nobody_knows_fails_with_its_name() -> None:
    with kind(lambda job: None):
        row = enqueue("test.work")
    run_due("interactive")
    assert (fresh(row).state, "test.work" in fresh(row).error) == ("failed", True)
    with pytest.raises(LookupError):
        enqueue("test.work")


def test_a_waiting_job_is_cancelled_at_once() -> None:
    ended = []
    with kind(lambda job: pytest.fail("cancelled"), ended=lambda row: ended.append(row.state)):
        row = enqueue("test.work")
        assert cancel(row.pk)
        assert run_due("interactive") == 0
    assert (fresh(row).state, ended) == ("cancelled", ["cancelled"])
    assert not cancel(row.pk)


def test_a_running_job_stops_at_its_next_step_when_it_is_cancelled() -> None:
    steps = []

    def work(job: JobHandle) -> dict[str, int]:
        for step in range(1, 10):
            steps.append(step)
            job.progress(step, 10)
            if step == 2:
                assert cancel(job.pk)
            job._asked = float("-inf")
            if job.cancelled():
                break
        return {"steps": len(steps)}

    with kind(work):
        row = enqueue("test.work")
        run_due("interactive")
    row = fresh(row)
    assert (row.state, row.result, row.done) == ("cancelled", {"steps": 2}, 2)


def test_a_cancelled_job_whose_worker_died_is_not_run_again() -> None:
    with kind(lambda job: pytest.fail("cancelled")):
        row = enqueue("test.work")
        assert queues.claim("interactive") is not None
        assert cancel(row.pk)
        expire(row)
        assert run_due("interactive") == 0
    assert fresh(row).state == "cancelled"


def test_a_busy_database_puts_the_job_back() -> None:
    def work(job: JobHandle) -> None:
        raise OperationalError("database is locked")

    with kind(work):
        row = enqueue("test.work")
        assert run_due("interactive") == 1
        row = fresh(row)
        assert (row.state, row.attempts, row.lease_token) == ("queued", 1, "")
        for _again in range(MAX_ATTEMPTS):
            Job.objects.filter(pk=row.pk).update(run_at=timezone.now())
            run_due("interactive")
    assert fresh(row).state == "failed"


def test_jobs_of_a_queue_are_run_in_order_and_other_queues_left_alone() -> None:
    order: list[str] = []
    with kind(lambda job, name: order.append(name)):
        for name in ("first", "second"):
            enqueue("test.work", {"name": name})
        enqueue("test.work", {"name": "other"}, queue="delivery")
        assert run_due("interactive", limit=1) == 1
        assert run_due("interactive") == 1
    assert order == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_never_hold_the_same_job() -> None:
    def work(_worker: int) -> list[int]:
        held = []
        try:
            while (row := queues.claim("interactive")) is not None:
                held.append(row.pk)
        finally:
            connection.close()
        return held

    # A database in memory belongs to one connection: there the workers take turns.
    alone = connection.vendor == "sqlite" and connection.is_in_memory_db()
    with kind(lambda job: None):
        for _number in range(20):
            enqueue("test.work")
        with ThreadPoolExecutor(4) as pool:
            parts = map(work, range(4)) if alone else pool.map(work, range(4))
            held = [pk for part in parts for pk in part]
    assert len(held) == len(set(held)) == 20


def test_a_long_step_keeps_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease's thread does what this does every 20 seconds."""
    with kind(lambda job: None):
        row = enqueue("test.work")
        claimed = queues.claim("interactive")
        assert claimed is not None
        expire(row)
        assert queues.renew(row.pk, claimed.lease_token)
        assert queues.claim("interactive") is None


def test_what_a_change_left_to_be_done_is_not_its_starters_to_stop() -> None:
    """Anything else may be stopped by whoever started it: whether a new kind may is decided here."""
    assert sorted(code for code, known in KINDS.items() if known.owed) == [
        "assets.measure", "assets.preset", "assets.purge", "assets.renditions", "catalog.convert", "catalog.rederive",
        "channels.fan_out", "channels.launch", "channels.recount", "import.close", "memory.again",
    ]  # fmt: skip
