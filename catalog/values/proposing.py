"""What a person decides about proposals: taken over through the door, or rejected so that they do not come back.

Taking one over passes the ranks of sources, for that is what is decided, and nothing else: it asks for the right to approve
products here, and the door for the right to the value. What is written is the person's from then on, so what the source says
next is a proposal again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import approval
from catalog.access import paths_of_each, rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES, ValueRefused
from catalog.models.campaign import Campaign
from catalog.models.product import Product
from catalog.models.source import Proposal
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import EMPTY, Actor, Outcome, ProductChange
from catalog.values.keys import Key, attribute_of, split_campaign
from catalog.values.write import BATCH, BatchTooLarge, write
from pim.lib.deadlocks import again_after_deadlock

State = Proposal.State


@dataclass(slots=True)
class Settled:
    """`done`: proposals; `outcomes`: of the products written; `others`: left open, since another for the same value was taken;
    `refused`: why, and how many."""

    done: int = 0
    others: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, reason: str, count: int = 1) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + count


def accept(ids: Sequence[int], *, user: User, ref: str) -> Settled:
    """Writes what at most BATCH proposals say. Of several for one value the strongest source's, then the newest, is taken.

    One transaction: a proposal counts as taken over where its value stands, and only there.
    """
    return again_after_deadlock(partial(_accepted, ids, user=user, ref=ref))


def _accepted(ids: Sequence[int], *, user: User, ref: str) -> Settled:
    settled = Settled()
    with transaction.atomic():
        chosen = _possible(_strongest(_ours(ids, user, settled), settled), settled)
        by = Actor(user=user, origin="accept", ref=ref)
        plain: dict[int, list[tuple[Proposal, str]]] = defaultdict(list)
        campaigns: dict[str, dict[int, list[tuple[Proposal, str]]]] = defaultdict(lambda: defaultdict(list))
        for proposal in chosen:
            key, campaign = split_campaign(proposal.key)
            (campaigns[campaign] if campaign else plain)[proposal.product_id].append((proposal, key))
        changes = [
            ProductChange(product=pk, values=_values(plain[pk]), cleaned=True, ref=plain[pk])
            for pk in sorted(plain)
        ]
        _note(settled, [(outcome, outcome.ref) for outcome in write(changes, by=by)], user, ref)
        known = {row.code: row for row in Campaign.objects.filter(code__in=campaigns)}
        for code, products in campaigns.items():
            if code not in known:
                settled.refuse(_("Its campaign is no longer there."), sum(map(len, products.values())))
                continue
            values = {pk: _values(products[pk]) for pk in sorted(products)}
            outcomes = write_campaign(known[code], values, by=by, cleaned=True)
            _note(settled, [(outcome, products[outcome.product or 0]) for outcome in outcomes], user, ref)
    return settled


def reject(ids: Sequence[int], *, user: User, ref: str) -> Settled:
    """Of at most BATCH. The same source's same value is not proposed again (catalog.values.store)."""
    settled = Settled()
    with transaction.atomic():
        ours = _ours(ids, user, settled)
        found = _written_by(user, ours)
        if len(found) < len(ours):
            settled.refuse(_("Your roles do not let you change this."), len(ours) - len(found))
        settled.done = _close([row.pk for row in found], State.REJECTED, user, ref)
    return settled


def reopen(ref: str, products: Sequence[int]) -> None:
    """After what was taken over was given back: the proposals wait again, unless newer ones do."""
    rows = Proposal.objects.filter(settled_ref=ref, product_id__in=products, state=State.ACCEPTED)
    found = list(rows.values_list("pk", "product_id", "key", "source"))
    waiting = set(
        Proposal.objects.filter(product_id__in=products, state=State.OPEN).values_list(
            "product_id", "key", "source"
        )
    )
    again = [pk for pk, *place in found if tuple(place) not in waiting]
    Proposal.objects.filter(pk__in=again).update(
        state=State.OPEN, settled_at=None, settled_by=None, settled_ref=""
    )


def _ours(ids: Sequence[int], user: User, settled: Settled) -> list[Proposal]:
    """Those that are open and may be decided by this person, their products locked first, as the door does."""
    if len(ids) > BATCH:
        raise BatchTooLarge(f"{len(ids)} proposals at once: at most {BATCH}")
    products = set(Proposal.objects.filter(pk__in=ids).values_list("product_id", flat=True))
    alive = Product.objects.alive().filter(pk__in=products)
    seen = visible(user, alive, verb="product.publish", few=True).only("pk", "parent_id", "root_id")
    theirs = {product.pk: product for product in seen}
    may = approval.deciding(user, theirs.values(), Structure.current())
    list(
        Product.objects.filter(pk__in=theirs).order_by("pk").select_for_update(no_key=True).values_list("pk")
    )
    rows = list(Proposal.objects.filter(pk__in=ids, state=State.OPEN).order_by("pk"))
    if gone := len(set(ids)) - len(rows):
        settled.refuse(_("It was decided already, or a newer one took its place."), gone)
    found = [row for row in rows if row.product_id in theirs and may(row.product_id, row.key)]
    if len(found) < len(rows):
        settled.refuse(_("You may not approve this product."), len(rows) - len(found))
    return found


def _written_by(user: User, rows: Sequence[Proposal]) -> list[Proposal]:
    """Those of values that the person may write, as the door asks it of what is taken over: nobody rejects what they do not see."""
    rights, structure = rights_of(user), Structure.current()
    if rights.everything:
        return list(rows)
    products = Product.objects.filter(pk__in={row.product_id for row in rows})
    paths = paths_of_each(products.only("pk", "parent_id", "root_id"))

    def may(row: Proposal) -> bool:
        key = Key.parse(split_campaign(row.key)[0])
        spec = structure.attributes.get(key.attribute)
        here = rights.at(paths.get(row.product_id, ()))
        return spec is None or here.may_edit_key(spec, key.locale, key.context)

    return [row for row in rows if may(row)]


def _strongest(rows: Sequence[Proposal], settled: Settled) -> list[Proposal]:
    structure = Structure.current()

    def strength(row: Proposal) -> tuple[int, int]:
        source, spec = structure.sources.get(row.source), structure.attributes.get(attribute_of(row.key))
        return (source.stand(spec)[1] if source and spec else 0, row.pk)

    best: dict[tuple[int, str], Proposal] = {}
    for row in rows:
        place = (row.product_id, row.key)
        if place not in best or strength(row) > strength(best[place]):
            best[place] = row
    settled.others += len(rows) - len(best)
    return list(best.values())


def _possible(rows: Sequence[Proposal], settled: Settled) -> list[Proposal]:
    """A stored form may name an option that is gone by now; all else that may be gone the door looks up again."""
    structure = Structure.current()
    found = []
    for row in rows:
        spec = structure.attributes.get(attribute_of(row.key))
        if row.value is not None and spec is not None and spec.options:
            kind = ATTRIBUTE_TYPES[spec.type]
            try:
                kind.clean(kind.from_cell(kind.to_cell(row.value, spec), spec), spec, structure=structure)
            except ValueRefused as refused:
                settled.refuse(str(refused.message))
                continue
        found.append(row)
    return found


def _values(proposals: Sequence[tuple[Proposal, str]]) -> dict[str, object]:
    return {key: EMPTY if proposal.value is None else proposal.value for proposal, key in proposals}


def _note(
    settled: Settled, outcomes: Sequence[tuple[Outcome, Sequence[tuple[Proposal, str]]]], user: User, ref: str
) -> None:
    taken: list[int] = []
    for outcome, proposals in outcomes:
        settled.outcomes.append(outcome)
        if outcome.ok and not outcome.proposals:
            taken += [proposal.pk for proposal, _key in proposals]
        else:
            reason = outcome.errors[0].message if outcome.errors else _("Changed by somebody else meanwhile.")
            settled.refuse(reason, len(proposals))
    settled.done += _close(taken, State.ACCEPTED, user, ref)


def _close(ids: Sequence[int], state: str, user: User, ref: str) -> int:
    rows = Proposal.objects.filter(pk__in=ids, state=State.OPEN)
    return rows.update(state=state, settled_at=timezone.now(), settled_by=user, settled_ref=ref)
