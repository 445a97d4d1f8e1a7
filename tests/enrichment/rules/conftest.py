"""Writing rules and running them, in few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog.jobs import run_due
from catalog.models import Revision
from catalog.values.changes import Actor
from enrichment.models import Rule, RuleRun
from enrichment.rules import current, running, saving
from enrichment.rules.actions import Action
from tests.world import World

FEED = Actor(None, origin="import", source="supplier", trusted=True)  # ranks below rules
MUGS = "-if~family~in~mugs"
MakeRule = Callable[..., Rule]


@pytest.fixture(autouse=True)
def _forget_rules() -> None:
    current.forget()


@pytest.fixture
def make_rule(world: World) -> MakeRule:
    """make_rule(Action("set", "color", value="red"), code="reds", on_change=True)"""

    def make(*actions: Action, code: str = "rule", when: str = MUGS, by: Any = None, **more: Any) -> Rule:
        row = Rule(
            code=code, labels={"en_US": code.title()}, when=when, actions=[each.as_json() for each in actions], **more
        )  # fmt: skip
        saving.save(row, by=by or world.admin)
        return row

    return make


def run(rule: Rule, world: World) -> RuleRun:
    """By hand, by the world's admin."""
    made = running.enqueue_run(rule, trigger=RuleRun.Trigger.HAND, by=world.admin)
    run_due("interactive")
    made.refresh_from_db()
    return made


def revisions() -> int:
    return Revision.objects.count()
