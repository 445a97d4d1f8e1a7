"""Changing many products at once: what it would do, doing it in batches, taking it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalog import approval, search
from catalog.access import visible
from catalog.assets import replacing
from catalog.jobs import JobHandle, job
from catalog.models import Campaign, Product, Revision, User
from catalog.moves.place import write_together
from catalog.structure.snapshot import Structure
from catalog.values import proposing
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ABSENT, EMPTY, RESET, Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import attribute_of, is_field, split_campaign
from catalog.values.products import with_below
from catalog.values.revisions import changes_from_json, sources_before
from catalog.values.write import write
from channels import profile as channel_profiles
from channels.models import Completeness
from enrichment import workflow
from enrichment.workbench.grid import bulk_actions
from enrichment.workbench.grid.batches import Result, by_batches, by_parts, whole_parts
from enrichment.workbench.grid.bulk_actions import BulkAction
from enrichment.workbench.grid.query import parse

MOST = 100_000  # products of one bulk change
UNDONE = ("bulk:", "rule:", "replace:")  # how the refs begin of what can be taken back as a whole
Status = Product.Status
Closed = Callable[[int, str], bool]  # (product, key) → whether this person may only propose there


@dataclass(frozen=True, slots=True)
class Selection:
    """Chosen products: ids, or everything an address of the grid means."""

    ids: tuple[int, ...] = ()
    query: str | None = None

    @classmethod
    def of(cls, data: QueryDict) -> Selection:
        if data.get("all") == "1":
            return cls(query=data.get("query", ""))
        return cls(ids=tuple(int(pk) for pk in data.getlist("id") if pk.isdecimal())[:MOST])

    def products(self, user: User, action: BulkAction) -> QuerySet[Product]:
        """What the person may see of them; into and out of the trash, and on and off, a model takes its variants along."""
        rows = self.chosen(user)
        if action.takes_variants:
            chosen = rows.order_by().values("pk")
            rows = visible(user, Product.objects.all()).filter(with_below(chosen))
            if action.changed[0] != "trashed":
                rows = rows.filter(Q(pk__in=chosen) | Q(trashed_at=None))
        return rows

    def chosen(self, user: User) -> QuerySet[Product]:
        """What the person may see of them, and nothing else."""
        structure = Structure.current()
        if self.query is not None:
            return parse(
                QueryDict(self.query), user, structure, channel_profiles.current(structure)
            ).products()
        return visible(user, Product.objects.all()).filter(pk__in=self.ids)


@dataclass(slots=True)
class Preview:
    """What a bulk change would do: `changing` of `total`, `along` of them variants of chosen models that nobody chose
    themselves."""

    action: BulkAction
    total: int
    changing: int
    already: int
    forbidden: int
    too_many: bool = False
    along: int = 0
    by_kind: list[tuple[Any, int]] = field(default_factory=list)
    unmet: list[tuple[str, int]] = field(default_factory=list)  # (channel, products something is missing for)


def preview(selection: Selection, action: BulkAction, user: User) -> Preview:
    """Counts only, in a constant number of queries."""
    rows = selection.products(user, action).order_by()
    total = rows.count()
    pending = _pending(rows, action)
    waiting = pending.count()
    allowed = _allowed(pending, action, user)
    changing = allowed.count()
    labels = dict(Product.Kind.choices)
    made = Preview(action, total, changing, total - waiting, waiting - changing, too_many=changing > MOST)
    if action.takes_variants:
        made.along = allowed.exclude(pk__in=selection.chosen(user).order_by().values("pk")).count()
    made.by_kind = [
        (labels[kind], count)
        for kind, count in allowed.values_list("kind").annotate(n=Count("pk")).order_by("kind")
    ]
    if action.changed[1] == Status.APPROVED and changing:
        structure = Structure.current()
        for channel in channel_profiles.current(structure).active:
            missing = Completeness.objects.filter(
                channel_id=channel.id, missing__gt=0, product_id__in=allowed.values("pk")
            )
            if action.locale:
                missing = missing.filter(locale=action.locale)
            count = missing.values("product_id").distinct().count()
            if count:
                made.unmet.append((channel.label, count))
    return made


def _pending(rows: QuerySet[Product], action: BulkAction) -> QuerySet[Product]:
    name, value = action.changed
    if name == "trashed":
        return rows.filter(trashed_at=None) if value else rows.exclude(trashed_at=None)
    if action.locale:  # a variant that says nothing there has no state
        others = [state for state in Status.values if state != value]
        return search.filter_tokens(rows, any_of=[[approval.token(action.locale, state) for state in others]])
    return rows.exclude(**{name: value})


def _allowed(rows: QuerySet[Product], action: BulkAction, user: User) -> QuerySet[Product]:
    if action.changed[0] == "trashed":
        return visible(user, rows, verb="product.trash")
    locale = action.locale
    target = action.changed[1] if locale or action.changed[0] == "status" else ""
    asked = approval.asked_for(Structure.current(), locale)
    publish = visible(user, rows, verb="product.publish", locale=asked)
    if workflow.verb(Status.DRAFT, target) == "product.publish":
        return publish
    edit = visible(user, rows, verb="product.edit", locale=locale or None)
    approved = Q(status=Status.APPROVED)
    if locale:
        approved = search.carrying([approval.token(locale, Status.APPROVED)])
    return rows.filter(
        Q(pk__in=publish.filter(approved).values("pk")) | Q(pk__in=edit.exclude(approved).values("pk"))
    )


def ids_to_change(selection: Selection, action: BulkAction, user: User) -> list[int]:
    """Frozen when the person confirms: what matches later is not drawn in. Models before their variants."""
    rows = _allowed(_pending(selection.products(user, action).order_by(), action), action, user)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])


def new_ref() -> str:
    return f"bulk:{uuid4().hex[:12]}"


def apply(ids: Sequence[int], action: BulkAction, *, user: User, ref: str) -> Result:
    """Sets the field for at most BATCH products, through the door, in one transaction."""
    name, value = action.changed
    changes = [ProductChange(product=pk, fields={name: value}) for pk in ids]
    result = Result(ref=ref)
    result.add(write(changes, by=Actor(user=user, origin="bulk", ref=ref)))
    return result


@job("grid.bulk")
def run_bulk(handle: JobHandle, /, *, action: str, ids: list[int], ref: str) -> dict[str, Any]:
    """The same for more than BATCH. A batch done twice changes nothing."""
    user = User.objects.get(pk=handle.by_id)
    chosen = bulk_actions.find(action, Structure.current())
    if chosen is None:  # the locale has no approval of its own any more
        return Result(ref=ref).as_json()
    return by_batches(handle, ids, lambda part: apply(part, chosen, user=user, ref=ref), ref=ref)


def revisions_of(ref: str, user: User) -> QuerySet[Revision]:
    """What the bulk change `ref` did, as far as the person may see it."""
    return visible(user, Revision.objects.filter(ref=ref)).order_by("product_id", "rev")


def undo(revisions: Iterable[Revision], *, user: User, ref: str) -> Result:
    """Gives back what at most BATCH revisions replaced, where nobody changed it since; the rest is counted as refused."""
    result = Result(ref=f"undo:{ref}")
    rows = list(revisions)
    closed = _approved_and_not_theirs([row.product_id for row in rows], user)
    sources = sources_before(rows)
    changes, structure = [], Structure.current()
    for row in rows:
        change = _reverse(row, sources[row.product_id], structure)
        if any(closed(row.product_id, key) for key in change.values):
            result.refuse(str(_("It is approved, and what you write there is only a proposal.")))
        else:
            changes.append(change)
    by = Actor(user=user, origin="undo", ref=result.ref)
    outcomes = _written(changes, by=by)
    result.add(outcomes)
    # What did not go back to its place keeps what campaigns say of it there, too.
    going = {change.product for change in changes if change.moves}
    stayed = going.intersection(outcome.product for outcome in outcomes if not outcome.ok)
    back = [row for row in rows if row.product_id not in stayed]
    for campaign, values, base in _in_campaigns(back, closed, result):
        result.add(write_campaign(campaign, values, by=by, base=base, cleaned=True))
    proposing.reopen(ref, [outcome.product for outcome in outcomes if outcome.ok and outcome.changed])
    return result


def _written(changes: Sequence[ProductChange], *, by: Actor) -> list[Outcome]:
    """What moved with its model goes back with it, the model first."""
    moved = [change.product for change in changes if change.moves]
    if not moved:
        return write(changes, by=by)
    rows = Product.objects.filter(pk__in=moved).values_list("pk", "root_id", "parent_id")
    place = {
        pk: (root or pk, 0 if parent is None else 1 if parent == root else 2) for pk, root, parent in rows
    }
    alone = [[change] for change in changes if not change.moves]
    ordered = sorted(
        (change for change in changes if change.moves), key=lambda each: place[each.product or 0]
    )
    together = groupby(ordered, key=lambda each: place[each.product or 0][0])
    return write_together([*alone, *(list(group) for _root, group in together)], by=by)


def _in_campaigns(
    revisions: Iterable[Revision], closed: Closed, result: Result
) -> Iterator[tuple[Campaign, dict[int, dict[str, Any]], dict[int, dict[str, str]]]]:
    """What they replaced of campaigns' values, campaign by campaign; of one that is gone there is nothing to give back."""
    values: dict[str, dict[int, dict[str, Any]]] = {}
    bases: dict[str, dict[int, dict[str, str]]] = {}
    for row in revisions:
        for noted, (before, after) in changes_from_json(row.changes).items():
            key, code = split_campaign(noted)
            if not code or is_field(noted):
                continue
            if closed(row.product_id, key):
                result.refuse(str(_("It is approved, and what you write there is only a proposal.")))
                continue
            back = RESET if before is ABSENT else EMPTY if before is None else before
            values.setdefault(code, {}).setdefault(row.product_id, {})[key] = back
            bases.setdefault(code, {}).setdefault(row.product_id, {})[key] = value_hash(after)
    for campaign in Campaign.objects.filter(code__in=values).order_by("code"):
        yield campaign, values[campaign.code], bases[campaign.code]


def _approved_and_not_theirs(ids: Sequence[int], user: User) -> Closed:
    """Undo passes the ranks of sources, not the approval: who may not publish may not change what is approved this way."""
    structure = Structure.current()
    rows = Product.objects.filter(pk__in=ids).only(
        "pk", "kind", "status", "approvals", "parent_id", "root_id"
    )
    products = {row.pk: row for row in rows}
    may = approval.deciding(user, products.values(), structure)

    def closed(product: int, key: str) -> bool:
        row = products.get(product)
        state = approval.state(row, approval.decided_in(key, structure)) if row else Status.DRAFT
        return state == Status.APPROVED and not may(product, key)

    return closed


def undo_at_once(ref: str, *, user: User) -> Result:
    """All of it, of at most BATCH revisions."""
    result = undo(revisions_of(ref, user), user=user, ref=ref)
    replacing.describe_as_before(ref, user=user)
    return result


@job("grid.undo")
def run_undo(handle: JobHandle, /, *, ref: str) -> dict[str, Any]:
    """The same for more than BATCH. What is given back already stays as it is."""
    user = User.objects.get(pk=handle.by_id)

    def give_back(ids: Sequence[int]) -> Result:
        rows = Revision.objects.filter(pk__in=ids).order_by("product_id", "rev")
        return undo(rows, user=user, ref=ref)

    rows = revisions_of(ref, user).order_by("product__root_id", "product_id", "rev")
    parts = whole_parts(rows.values_list("pk", "product__root_id"))
    result = by_parts(handle, parts, give_back, ref=f"undo:{ref}")
    replacing.describe_as_before(ref, user=user)
    return result


def _reverse(revision: Revision, sources: Mapping[str, str], structure: Structure) -> ProductChange:
    change = ProductChange(product=revision.product_id, cleaned=True, sources=sources)
    base = {}
    for key, (before, after) in changes_from_json(revision.changes).items():
        if approval.is_past(key, structure):
            continue
        if attribute_of(key) in ("_status", "_trashed", "_categories", "_enabled"):
            change.fields[key[1:]] = before
        elif key == "_family_variant" or (key == "_family" and "_family_variant" not in revision.changes):
            change.fields[key[1:]] = before
            change.moves = "bare"
        elif "@" in key:
            pass  # given back by _in_campaigns(); what a move itself wrote there does not keep it from going back
        elif not is_field(key):
            change.values[key] = RESET if before is ABSENT else EMPTY if before is None else before
        else:
            continue
        base[key] = value_hash(after)
    change.base = base
    return change
