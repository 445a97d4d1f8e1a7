"""What a rule would do now, at real products: counts, and of the first of them what stands there before and after. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import Product, User
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT, Outcome
from catalog.values.keys import Key
from catalog.values.links import bring_pairs
from catalog.values.write import BATCH
from catalog.values.write import plan as plan_write
from enrichment.rules import current as rules_now
from enrichment.rules import flags, planning, running
from enrichment.rules.current import RuleSpec
from enrichment.rules.planning import Claims, Documents, Step
from enrichment.workbench.bulk_edit.operations import CATEGORIES
from enrichment.workbench.bulk_edit.planning import place_of, text_of
from enrichment.workbench.differences import difference
from enrichment.workbench.grid.query import COUNT_LIMIT, capped_count
from enrichment.workbench.page.origin import source_label

LOOKED_AT = 500
SHOWN = 20
AT_ONCE = 5_000  # ids of one query


@dataclass(frozen=True, slots=True)
class Field:
    """`held`: why what the rule says becomes a proposal only; "" where it is written."""

    label: str
    place: str
    parts: list[tuple[str, str]]
    held: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    product: int
    sku: str
    label: str
    fields: list[Field]
    refused: str = ""


@dataclass(slots=True)
class Preview:
    """Of the first `looked_at` of `count` products that fit: `changed`, `proposed` and `right` products, `refused` ones, and why."""

    count: int
    more: bool
    looked_at: int = 0
    changed: int = 0
    proposed: int = 0
    right: int = 0
    elsewhere: int = 0
    held: int = 0
    refused: int = 0
    flag: str = ""  # what those that fit are flagged with
    reasons: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.more and self.looked_at >= self.count


def look(rule: RuleSpec, user: User, structure: Structure, *, within: Sequence[int] | None = None) -> Preview:
    """With the rights of this person, as if they saved it now. `within`: only at these products, models before what is below them.
    Raises planning.CannotRun. A constant number of queries, and one for each AT_ONCE of these."""
    rows = planning.matching(rule, user, structure)
    chunks: Iterable[list[int]]
    if within is None:
        made = Preview(*capped_count(rows))
        chunks = (ids for ids, _place in planning.walk(rows, size=BATCH))
    else:
        made, chunks = _within(rows, within)
    made.flag = flags.message(rule)
    documents: Documents = {}
    claims: Claims = set()
    rules = rules_now.current(structure)
    for ids in chunks:
        ids = ids[: LOOKED_AT - made.looked_at]
        planning.claim_above(rule, rules, ids, structure, claims)
        step = planning.plan(rule, ids, user=user, structure=structure, claims=claims, documents=documents)
        outcomes = plan_write(step.changes, by=planning.actor(user))
        _note(made, step, outcomes)
        _show(made, step, outcomes, structure)
        _remember(documents, step, outcomes)
        if made.looked_at >= LOOKED_AT:
            break
    return made


def _within(rows: QuerySet[Product], ids: Sequence[int]) -> tuple[Preview, list[list[int]]]:
    """Counted no further than COUNT_LIMIT, with the first of them that fit: LOOKED_AT or more where there are as many."""
    chunks: list[list[int]] = []
    count = 0
    for start in range(0, len(ids), AT_ONCE):
        parts = planning.by_stage(rows.filter(pk__in=ids[start : start + AT_ONCE]))
        if count < LOOKED_AT:
            chunks += [part[:LOOKED_AT] for part in parts]
        count += sum(map(len, parts))
        if count > COUNT_LIMIT:
            break
    return Preview(min(count, COUNT_LIMIT), count > COUNT_LIMIT), chunks


def _note(made: Preview, step: Step, outcomes: list[Outcome]) -> None:
    result = running.count(step, outcomes)
    made.looked_at += step.looked_at
    made.changed += result.changed
    made.refused += result.refused
    made.proposed += sum(1 for outcome in outcomes if outcome.ok and outcome.proposals)
    made.right += step.right
    made.elsewhere += step.elsewhere
    made.held += step.held
    for why, number in result.reasons.items():
        made.reasons[why] = made.reasons.get(why, 0) + number


def _show(made: Preview, step: Step, outcomes: list[Outcome], structure: Structure) -> None:
    shown = [each for each in outcomes if each.changed or each.proposals or each.errors]
    shown = shown[: SHOWN - len(made.rows)]
    by_product = {change.product: change for change in step.changes}
    bring_pairs((each.changed for each in shown), structure)
    for outcome in shown:
        product = outcome.product or 0
        bundle = step.bundles[product]
        fields = [_field(key, before, after, structure) for key, (before, after) in outcome.changed.items()]
        for key in outcome.proposals:
            before = bundle.levels[0].values.get(key, ABSENT)
            held = _held(key, bundle.levels[0].sources.get(key, ""), structure)
            fields.append(_field(key, before, by_product[product].values.get(key), structure, held=held))
        refused = outcome.errors[0].message if outcome.errors else ""
        made.rows.append(Row(product, bundle.product.sku, bundle.product.label, fields, refused))


def _field(key: str, before: Any, after: Any, structure: Structure, *, held: str = "") -> Field:
    if key == CATEGORIES:
        return Field(
            _("Categories"), "", difference(*(text_of(key, value, structure) for value in (before, after)))
        )
    spec = structure.attributes[Key.parse(key).attribute]
    texts = (text_of(key, value, structure) for value in (before, after))
    return Field(spec.label(), place_of(key, structure), difference(*texts), held)


def _held(key: str, holder: str, structure: Structure) -> str:
    if planning.outranked(holder, structure.attributes[Key.parse(key).attribute], structure):
        return _("proposal, held by %s") % source_label(holder, structure)
    return _("proposal, since the product is approved")


def _remember(documents: Documents, step: Step, outcomes: list[Outcome]) -> None:
    """What is written at a model is what its variants find."""
    for outcome in outcomes:
        bundle = step.bundles.get(outcome.product or 0)
        if bundle is None or bundle.product.is_sellable or not outcome.ok:
            continue
        values = dict(bundle.levels[0].values)
        for key, (_before, after) in outcome.changed.items():
            if not key.startswith("_"):
                values[key] = after
        documents[bundle.product.pk] = (values, bundle.levels[0].sources)
