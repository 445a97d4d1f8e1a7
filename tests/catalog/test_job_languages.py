"""In which language a job says what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from catalog.jobs import MAX_ATTEMPTS, JobHandle, cancel, enqueue, run_due
from catalog.jobs import queue as queues
from catalog.models import Job
from tests.catalog.test_jobs import expire, fresh, kind, nudged

__all__ = ["nudged"]

pytestmark = pytest.mark.django_db


def test_a_job_speaks_the_language_of_who_asked_for_it_and_so_do_those_it_asks_for() -> None:
    spoken: list[str | None] = []

    def work(job: JobHandle, *, further: bool) -> None:
        spoken.append(translation.get_language())
        if further:
            enqueue("test.work", {"further": False})
        else:
            raise RuntimeError("Oh")

    with kind(work):
        with translation.override("de"):
            enqueue("test.work", {"further": True})
        assert run_due("interactive") == 2
        with translation.override("fr"):
            older = enqueue("test.work", {"further": True})
            Job.objects.filter(pk=older.pk).update(language="")
            run_due("interactive", limit=1)
    assert spoken == ["de", "de", "en"]
    assert Job.objects.get(state="failed").error == "Unerwartet: RuntimeError: Oh"
    assert translation.get_language() == "en"


def test_what_is_said_for_a_job_that_never_ran_is_said_in_its_language_too() -> None:
    spoken: list[str | None] = []

    def ended(row: Job) -> None:
        spoken.append(translation.get_language())

    with kind(lambda job: pytest.fail("it must not run again"), ended=ended):
        with translation.override("de"):
            lost, dropped, unknown = (enqueue("test.work") for _number in range(3))
        for row in (dropped, unknown):
            Job.objects.filter(pk=row.pk).update(run_at=timezone.now() + timedelta(hours=1))
        for _attempt in range(MAX_ATTEMPTS):
            assert queues.claim("interactive") is not None
            expire(lost)
        run_due("interactive")
        with translation.override("fr"):
            cancel(dropped.pk)
    Job.objects.filter(pk=unknown.pk).update(run_at=timezone.now())
    run_due("interactive")  # no worker knows the kind any more
    assert fresh(lost).error.startswith("Aufgegeben: ")
    assert fresh(unknown).error == "Diese Installation kennt keinen Auftrag „test.work“."
    assert spoken == ["de", "de"]


def test_what_may_say_anything_to_anybody_speaks_one_language() -> None:
    spoken: list[str | None] = []
    with kind(lambda job: spoken.append(translation.get_language())), translation.override("de"):
        enqueue("test.work", language="en")
        run_due("interactive")
    assert spoken == ["en"]
