"""A rule for chosen products only: which rules are offered, what one would do there, running it for them."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.access import can, visible
from catalog.models import Product, User
from catalog.structure.snapshot import Structure
from catalog.values.products import with_below
from enrichment.rules import current as rules_now
from enrichment.rules import planning
from enrichment.rules.current import RuleSpec
from enrichment.rules.preview import AT_ONCE
from enrichment.workbench.grid.bulk import MOST

PREFIX = "rule:"


def offered(user: User, structure: Structure) -> list[tuple[str, str]]:
    """For who may run rules by hand; one that cannot run says why when it is chosen."""
    if not can(user, "structure.edit"):
        return []
    return [(f"{PREFIX}{rule.id}", rule.label) for rule in rules_now.current(structure).all]


def find(code: str, structure: Structure) -> RuleSpec | None:
    """`code`: as offered() has it."""
    number = code.removeprefix(PREFIX)
    is_one = code.startswith(PREFIX) and number.isdecimal() and len(number) < 19
    return rules_now.current(structure).by_id(int(number)) if is_one else None


def with_variants(chosen: Sequence[int], user: User) -> tuple[list[int], bool]:
    """A chosen model stands for all below it: a rule writes each value where its family keeps it. At most MOST, models first, and
    whether there were more."""
    places: dict[int, str] = {}
    seen = visible(user, Product.objects.alive())
    for start in range(0, len(chosen), AT_ONCE):
        if len(places) > MOST:
            break
        part = chosen[start : start + AT_ONCE]
        places.update(seen.filter(with_below(part)).order_by().values_list("pk", "kind"))
    stages = {kind: stage for stage, kinds in enumerate(planning.STAGES) for kind in kinds}
    return sorted(places, key=lambda pk: (stages[places[pk]], pk))[:MOST], len(places) > MOST
