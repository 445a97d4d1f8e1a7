"""The list of rules: what each does, when it ran last, and what came of it. A constant number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from catalog.access import rights_of, visible
from catalog.models import User
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from enrichment.models import Rule, RuleRun
from enrichment.rules.actions import KINDS, Action
from enrichment.rules.current import spec_of
from enrichment.workbench.filtering.combined import Combined, Subjects


@dataclass(frozen=True, slots=True)
class Line:
    rule: Rule
    when: str  # "" for all products
    then: list[str]
    triggers: list[str]
    last: RuleRun | None
    is_first: bool
    is_last: bool
    problem: str


def lines(user: User) -> list[Line]:
    structure = Structure.current()
    subjects = Subjects(structure, channel_profiles.current(structure), rights_of(user), user.pk)
    rows = list(visible(user, Rule.objects.select_related("owner")).order_by("position", "pk"))
    newest = RuleRun.objects.order_by().values("rule").annotate(newest=Max("pk")).values("newest")
    runs = {run.rule_id: run for run in RuleRun.objects.filter(pk__in=newest).select_related("by")}
    return [
        Line(
            rule,
            Combined.of(rule.when, subjects).sentence(),
            list(sentences(rule, structure)),
            list(_triggers(rule)),
            runs.get(rule.pk),
            place == 0,
            place == len(rows) - 1,
            rule.problem or spec_of(rule, structure).fault,
        )
        for place, rule in enumerate(rows)
    ]


def sentences(rule: Rule, structure: Structure) -> Iterator[str]:
    """ "Colour: Look up in a table", for each action."""
    for stored in rule.actions:
        try:
            action = Action.of(stored)
        except Exception:
            yield _("An action that cannot be read.")
            continue
        if action.do == "flag":
            yield f"{KINDS['flag'].label}: {action.message}"
            continue
        spec = structure.attributes.get(action.attribute)
        label: Any = spec.label() if spec else action.attribute or _("Categories")
        yield f"{label}: {KINDS[action.do].label}"


def _triggers(rule: Rule) -> Iterator[str]:
    if rule.on_change:
        yield _("on change")
    if rule.daily_at is not None:
        yield _("daily at %s") % time_format(rule.daily_at, "TIME_FORMAT")
    if not rule.on_change and rule.daily_at is None:
        yield _("by hand")
