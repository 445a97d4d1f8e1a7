"""The rules of now as plain data, kept until one is saved: saving renews the structure's version."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from catalog.models.codes import label_of
from catalog.structure.snapshot import Structure
from enrichment.models import Rule
from enrichment.rules import loops
from enrichment.rules.actions import Action
from enrichment.workbench.bulk_edit.operations import CATEGORIES
from enrichment.workbench.filtering import grammar

logger = logging.getLogger(__name__)
SOURCE = "rules"  # what rules write as: a row of catalog.Source


@dataclass(frozen=True, slots=True, eq=False)
class RuleSpec:
    """`id`: 0 for one that is not saved yet. `flags_since` as of enrichment.models.Rule; `written`, `inputs` and `asked` as in
    enrichment.rules.loops."""

    id: int
    code: str
    labels: Mapping[str, str]
    when: str
    actions: tuple[Action, ...]
    enabled: bool
    on_change: bool
    owner: int | None
    flags_since: datetime | None = None
    written: frozenset[str] = frozenset()
    inputs: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    is_unreadable: bool = False

    @property
    def label(self) -> str:
        return label_of(dict(self.labels), self.code)

    @property
    def follows(self) -> bool:
        return self.enabled and self.on_change

    @property
    def fault(self) -> str:
        """Why nothing can be read of it; "" where it can."""
        return (
            _("What it does cannot be read: write its actions anew, or delete it.")
            if self.is_unreadable
            else ""
        )

    @property
    def feeds_itself(self) -> bool:
        """Whether each run of it would change the same products again. A change of the structure can make it so."""
        return loops.hits(self.written, self.inputs)

    def is_concerned(self, keys: frozenset[str], *, by_rule: bool) -> bool:
        """Whether a change of these keys may make it write something else. What a rule itself wrote is as it is to be."""
        read = self.inputs | self.asked
        if not by_rule:
            read |= self.written
        return (
            not loops.PLACE.isdisjoint(keys)
            or loops.hits(keys, read)
            or (CATEGORIES in keys and any(key.startswith(f"{CATEGORIES}|") for key in read))
        )


@dataclass(frozen=True)
class Rules:
    """In order of precedence: of two that write the same value, the upper one does."""

    key: tuple[str, int]
    structure: Structure
    all: tuple[RuleSpec, ...]

    @cached_property
    def following(self) -> tuple[RuleSpec, ...]:
        return tuple(rule for rule in self.all if rule.follows)

    def by_id(self, pk: int) -> RuleSpec | None:
        return next((rule for rule in self.all if rule.id == pk), None)

    def above(self, rule: RuleSpec) -> tuple[RuleSpec, ...]:
        """Those switched on whose values this one leaves alone; a rule that is not saved yet stands below all."""
        found = []
        for other in self.all:
            if other.id == rule.id:
                break
            if other.enabled and meet(other.written, rule.written):
                found.append(other)
        return tuple(found)


def meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two rules write the same value: one a price, say, and the other one of its currencies."""
    return not {key.partition(":")[0] for key in one}.isdisjoint(key.partition(":")[0] for key in other)


def spec_of(row: Rule, structure: Structure) -> RuleSpec:
    """Conditions and actions that cannot be read any more are left to who runs it: it is never silently less. Raises nothing,
    whatever is stored: every write of a product asks for the rules."""
    bare = RuleSpec(
        id=row.pk or 0, code=row.code, labels=row.labels, when=row.when, actions=(), enabled=row.enabled,
        on_change=row.on_change, owner=row.owner_id, flags_since=row.flags_since,
    )  # fmt: skip
    try:
        return _read(bare, row, structure)
    except Exception:
        logger.exception("The rule %s cannot be read.", row.code)
        return replace(bare, is_unreadable=True)


def _read(bare: RuleSpec, row: Rule, structure: Structure) -> RuleSpec:
    actions = tuple(Action.of(stored) for stored in row.actions)
    is_broken = any(action.fault(structure) for action in actions)
    try:
        when = grammar.read(row.when) if row.when else grammar.Group()
    except grammar.Misspelt:
        when = grammar.Group()
    return replace(
        bare,
        actions=actions,
        written=frozenset() if is_broken else loops.written(actions, structure),
        inputs=frozenset() if is_broken else loops.inputs(actions, structure),
        asked=loops.asked(when, structure),
    )


_cached: Rules | None = None


def current(structure: Structure) -> Rules:
    """No query where this process has them for this version of the structure, else one."""
    global _cached
    key = (structure.version, id(structure))
    if _cached is None or _cached.key != key or _cached.structure is not structure:
        rows = Rule.objects.order_by("position", "pk")
        _cached = Rules(key, structure, tuple(spec_of(row, structure) for row in rows))
    return _cached


def forget() -> None:
    """Drops this process's copy: for tests, whose databases begin again."""
    global _cached
    _cached = None
