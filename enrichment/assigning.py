"""Who is to do what about which product, by when: assigning, what is open, saying that it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import visible
from catalog.jobs import JobHandle, job
from catalog.models import Product, User
from catalog.retention import RULES, Rule, Step
from catalog.retention.rules import AT_ONCE
from catalog.values.write import BATCH
from enrichment.models import Assignment

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Task:
    """What is assigned: to whom, until when, and what is to be done."""

    to: int
    by: int
    note: str = ""
    due: date | None = None

    def as_json(self) -> dict[str, Any]:
        due = self.due.isoformat() if self.due else ""
        return {"to": self.to, "by": self.by, "note": self.note, "due": due}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Task:
        due = date.fromisoformat(data["due"]) if data["due"] else None
        return cls(data["to"], data["by"], data["note"], due)


def assign(products: Sequence[int], task: Task) -> int:
    """At most BATCH products. Whoever has one of them already gets the new note and date. How many are new."""
    now = timezone.now()
    with transaction.atomic():
        has = Assignment.objects.filter(product__in=products, to=task.to, done_at=None)
        known = set(has.values_list("product_id", flat=True))
        has.update(note=task.note, due=task.due, by=task.by, at=now)
        rows = [
            Assignment(product_id=pk, to_id=task.to, by_id=task.by, note=task.note, due=task.due, at=now)
            for pk in products
            if pk not in known
        ]
        Assignment.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


@job("products.assign")
def run(handle: JobHandle, /, *, ids: list[int], task: dict[str, Any]) -> dict[str, Any]:
    """The same for more than BATCH. A batch done twice changes nothing."""
    given = Task.of(task)
    for start in range(handle.row.done // BATCH * BATCH, len(ids), BATCH):
        if handle.cancelled():
            break
        assign(ids[start : start + BATCH], given)
        handle.progress(min(start + BATCH, len(ids)), len(ids))
    return {"products": len(ids)}


def on(product: Product) -> list[Assignment]:
    """What is open about a product, what is due first before. One query."""
    rows = Assignment.objects.filter(product=product, done_at=None).select_related("to", "by")
    return list(rows.order_by(F("due").asc(nulls_last=True), "pk"))


def finish(row: Assignment, *, by: User) -> bool:
    """False where somebody said so before."""
    rows = Assignment.objects.filter(pk=row.pk, done_at=None)
    return bool(rows.update(done_at=timezone.now(), done_by=by))


def is_overdue(row: Assignment) -> bool:
    """By the day it is where the reader is."""
    return row.done_at is None and row.due is not None and row.due < timezone.localdate()


@dataclass(slots=True)
class Mine:
    """What waits for a person: how many, how many of them overdue, and those due first."""

    total: int = 0
    overdue: int = 0
    first: list[Assignment] = field(default_factory=list)


def mine(user: User) -> Mine:
    """Of what is not in the trash and theirs to see. Two queries at most."""
    rows = open_to(user)
    late = Count("pk", filter=Q(due__lt=timezone.localdate()))
    counted = rows.aggregate(total=Count("pk"), overdue=late)
    if not counted["total"]:
        return Mine()
    first = rows.select_related("product", "by").order_by(F("due").asc(nulls_last=True), "pk")[:SHOWN]
    return Mine(counted["total"], counted["overdue"], list(first))


def open_to(user: User) -> QuerySet[Assignment]:
    return visible(user, Assignment.objects.filter(to=user, done_at=None, product__trashed_at=None))


def done_step(cursor: int, now: Any) -> Step:
    limit = now - timedelta(days=settings.PIM_KEEP_COMMENTS_DAYS)
    old = Assignment.objects.filter(done_at__lt=limit).order_by("pk").values_list("pk", flat=True)
    ids = list(old[:AT_ONCE])
    return Step(Assignment.objects.filter(pk__in=ids).delete()[0], 0, len(ids) < AT_ONCE)


RULES.add(
    "assignments",
    Rule(
        "assignments",
        gettext_lazy("Assignments that are done"),
        lambda: _("For %(days)d days.") % {"days": settings.PIM_KEEP_COMMENTS_DAYS},
        Assignment,
        done_step,
    ),
)
