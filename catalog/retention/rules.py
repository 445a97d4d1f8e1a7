"""What a rule of retention is, and the common one: rows that are old enough go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, Q

from pim.lib.registry import Registry

AT_ONCE = 500  # rows looked at, and at most removed, in one step: no lock is held for long


@dataclass(frozen=True, slots=True)
class Step:
    """`cursor`: what the next step begins after; `done`: there is nothing more to do for now."""

    removed: int
    cursor: int
    done: bool
    after_commit: tuple[Callable[[], object], ...] = ()  # files, which no transaction brings back


@dataclass(frozen=True, slots=True)
class Rule:
    """`step(cursor, now)` removes at most AT_ONCE rows in the caller's transaction. `says`: the rule in a sentence."""

    code: str
    label: Any  # lazy text
    says: Callable[[], str]
    model: type[Model]
    step: Callable[[int, datetime], Step]


RULES: Registry[Rule] = Registry("rules of retention")


def by_age(
    model: type[Model], field: str, days: int, *, only: Q | None = None
) -> Callable[[int, datetime], Step]:
    """A step over rows in the order of their ids, which is about that of their age: it ends at the first young one.

    `only`: of the old ones, those that may go. What stays is not looked at again before the walk begins anew.
    """

    def step(cursor: int, now: datetime) -> Step:
        rows = model._default_manager.order_by("pk").filter(pk__gt=cursor)
        looked = list(rows.values_list("pk", field)[:AT_ONCE])
        limit = now - timedelta(days=days)
        old = [pk for pk, at in looked if at is not None and at < limit]
        due = model._default_manager.filter(pk__in=old)
        removed = due.filter(only).delete()[0] if only is not None else due.delete()[0]
        reached_young = any(at is not None and at >= limit for _pk, at in looked)
        done = len(looked) < AT_ONCE or reached_young
        return Step(removed, 0 if done else looked[-1][0], done)

    return step
