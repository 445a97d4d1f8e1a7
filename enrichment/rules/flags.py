"""Flags: which products carry what a rule says of them. A flag is no value: it comes and goes with the rule's conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values.write import BATCH
from enrichment.models import ProductFlag
from enrichment.rules import current as rules_now
from enrichment.rules.current import RuleSpec
from enrichment.workbench.filtering import grammar
from enrichment.workbench.filtering.grammar import Condition, Group


@dataclass(frozen=True, slots=True)
class Shown:
    """`where`: the grid's filter for all that the same rule flags."""

    message: str
    label: str
    where: str


def message(rule: RuleSpec) -> str:
    """What it says of a product that fits; "" where it flags none. A rule that is switched off says nothing."""
    said = (action.message for action in rule.actions if action.do == "flag")
    return " ".join(said) if rule.enabled else ""


def flagging(structure: Structure) -> dict[int, RuleSpec]:
    """By id, the rules whose flags are shown and can be asked for. No query where this process has the rules."""
    return {rule.id: rule for rule in rules_now.current(structure).all if message(rule)}


def standing(rules: Iterable[RuleSpec]) -> QuerySet[ProductFlag]:
    """Those set by these rules as they are now."""
    asked = Q(pk__in=[])
    for rule in rules:
        asked |= Q(rule_id=rule.id, at__gte=rule.flags_since) if rule.flags_since else Q(rule_id=rule.id)
    return ProductFlag.objects.filter(asked)


def on(product: int, structure: Structure) -> list[Shown]:
    """In the order of the rules. One query, none where no rule flags."""
    rules = flagging(structure)
    if not rules:
        return []
    rows = standing(rules.values()).filter(product_id=product)
    found = frozenset(rows.values_list("rule_id", flat=True))
    return [Shown(message(rule), rule.label, _where(rule)) for pk, rule in rules.items() if pk in found]


def _where(rule: RuleSpec) -> str:
    return grammar.write(Group(parts=(Condition("flagged", "in", (rule.code,)),)))


def only(rule: RuleSpec) -> str:
    """The grid's filter for all that it flags, of a rule that does nothing else; else ""."""
    does_more = any(action.do != "flag" for action in rule.actions)
    return "" if does_more or not message(rule) else _where(rule)


def put(rule: RuleSpec, ids: Sequence[int]) -> int:
    """At at most BATCH products that fit. How many did not carry it before."""
    if not (ids and message(rule)):
        return 0
    has = standing([rule]).filter(product_id__in=ids)
    fresh = set(ids).difference(has.values_list("product_id", flat=True))
    now = timezone.now()
    at = max(now, rule.flags_since or now)  # another machine's clock may be ahead
    rows = [ProductFlag(rule_id=rule.id, product_id=pk, at=at) for pk in sorted(fresh)]
    ProductFlag.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["rule", "product"], update_fields=["at"]
    )
    return len(rows)


def take(rule: RuleSpec, ids: Iterable[int], *, fitting: Collection[int]) -> None:
    """From those of at most BATCH products that do not fit any more."""
    left = set(ids).difference(fitting if message(rule) else ())
    if left:
        ProductFlag.objects.filter(rule_id=rule.id, product_id__in=left).delete()


def sweep(rule: RuleSpec, matching: QuerySet[Product]) -> None:
    """After a run over everything: from all that carry its flag and do not fit, BATCH at a time."""
    last = 0
    while True:
        rows = ProductFlag.objects.filter(rule_id=rule.id, product_id__gt=last).order_by("product_id")
        ids = list(rows.values_list("product_id", flat=True)[:BATCH])
        if not ids:
            return
        take(rule, ids, fitting=frozenset(matching.filter(pk__in=ids).values_list("pk", flat=True)))
        last = ids[-1]


def clear(rule: int, *, before: datetime | None = None) -> None:
    """From all that carry its flag, or since before then: BATCH at a time, outside a transaction."""
    rows = ProductFlag.objects.filter(rule_id=rule, **({"at__lt": before} if before else {})).order_by("pk")
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.filter(pk__in=ids).delete()  # but for what was set anew meanwhile
