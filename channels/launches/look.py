"""What a launch would find on its day: which of the chosen products are ready for which channel, and what is in the others' way.

Judged by delivery's own code, with the values, campaigns and rights to files of that moment. Nothing is changed by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import approval
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels.assortment import contains
from channels.delivery.gate import Decision, decide
from channels.delivery.prepare import Prepared, blocks_of, prepare
from channels.launches.embargo import embargoes
from channels.models import Listing
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.build import SheetUnit
from channels.units import unit_of, units_of

MOST_SHEETS = 5000  # that are built to answer one question
PAGE = 200
COLUMNS = ("pk", "sku", "kind", "parent_id", "root_id", "status")


class TooMany(Exception):
    """More than MOST_SHEETS sheets; `count` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way, in a sentence. `product`: on whose page it is mended, in the field `attribute` where there is one."""

    product: int
    message: str
    attribute: str = ""
    locale: str = ""


@dataclass(slots=True)
class Look:
    """A chosen product on a channel.

    `units`: sheets it stands for; `there`: of them, those the channel has. `unapproved`: products whose approval alone is missing.
    """

    units: int = 0
    there: int = 0
    obstacles: list[Obstacle] = field(default_factory=list)
    unapproved: list[int] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """blocked, unapproved, there or ready."""
        if self.obstacles:
            return "blocked"
        if self.unapproved:
            return "unapproved"
        return "there" if self.units and self.there == self.units else "ready"


def look(
    chosen: Collection[int], channels: Sequence[ChannelSpec], structure: Structure, *, at: datetime
) -> dict[int, dict[int, Look]]:
    """Channel → chosen product → how it would be there. As many queries for each page of sheets. Raises TooMany."""
    rows = list(_with_those_below(chosen).only(*COLUMNS).order_by("pk"))
    plans = {channel.id: _units(rows, frozenset(chosen), channel) for channel in channels}
    sheets = sum(len(units) for plan in plans.values() for units in plan.values())
    if sheets > MOST_SHEETS:
        raise TooMany(sheets)
    return {channel.id: _looked(plans[channel.id], channel, structure, at) for channel in channels}


def beside(
    approved: Collection[int], others: Iterable[ChannelSpec], structure: Structure, *, now: datetime
) -> list[ChannelSpec]:
    """Of the `others`, those on which these products are offered as soon as they are approved: they belong there, and wait
    for no launch."""
    rows = (
        list(Product.objects.filter(pk__in=list(approved), trashed_at=None).only(*COLUMNS))
        if approved
        else []
    )
    return [channel for channel in others if rows and _offers(rows, channel, structure, now)]


def _offers(rows: Sequence[Product], channel: ChannelSpec, structure: Structure, now: datetime) -> bool:
    wanted = units_of(channel.unit, rows)
    for start in range(0, len(wanted), PAGE):
        loaded = load.units(wanted[start : start + PAGE], channel, structure)
        inside = {pk: u for pk, u in loaded.items() if contains(channel.assortment, u.bundle, structure)}
        waiting = embargoes(inside, channel.id, now)
        listed = Listing.objects.filter(channel_id=channel.id, product_id__in=sorted(waiting))
        if len(inside) > len(waiting) or any(row.is_there for row in listed):
            return True
    return False


def _with_those_below(chosen: Iterable[int]) -> Any:
    ids = list(chosen)
    below = Q(pk__in=ids) | Q(parent_id__in=ids) | Q(root_id__in=ids)
    return Product.objects.filter(below, trashed_at=None)


def _units(rows: Sequence[Product], chosen: frozenset[int], channel: ChannelSpec) -> dict[int, list[int]]:
    """Chosen product → the products whose sheets are launched with it: its own, its variants', or its whole model's."""
    found: dict[int, list[int]] = {row.pk: [] for row in rows if row.pk in chosen}
    for row in rows:
        unit = unit_of(channel.unit, product=row.pk, kind=row.kind, root=row.root_id)
        if channel.unit == "model":
            if row.pk in chosen and unit is not None:
                found[row.pk].append(unit)
        elif unit is not None:
            for pk in chosen.intersection((row.pk, row.parent_id, row.root_id)):
                found[pk].append(unit)
    return found


def _looked(
    plan: Mapping[int, Sequence[int]], channel: ChannelSpec, structure: Structure, at: datetime
) -> dict[int, Look]:
    wanted = sorted({pk for units in plan.values() for pk in units})
    judged: dict[int, _Judged] = {}
    for start in range(0, len(wanted), PAGE):
        judged |= _judged(wanted[start : start + PAGE], channel, structure, at)
    return {chosen: _told(chosen, units, judged) for chosen, units in plan.items()}


def _told(chosen: int, units: Sequence[int], judged: Mapping[int, _Judged]) -> Look:
    made, outside = Look(len(units)), list[Obstacle]()
    for pk in units:
        one = judged.get(pk)
        if one is None:
            continue
        made.there += one.is_there
        made.obstacles += one.obstacles
        made.unapproved += one.unapproved
        outside += one.outside
    if not units:
        made.obstacles.append(Obstacle(chosen, _("It has no variants yet, so there is nothing to send.")))
    elif len(outside) == made.units - made.there:  # of what is not there yet none belongs there
        made.obstacles += outside[:1]
    return made


@dataclass(slots=True)
class _Judged:
    """One sheet. `outside`: why it does not belong on the channel at all."""

    is_there: bool = False
    obstacles: list[Obstacle] = field(default_factory=list)
    outside: list[Obstacle] = field(default_factory=list)
    unapproved: list[int] = field(default_factory=list)


def _judged(
    ids: Sequence[int], channel: ChannelSpec, structure: Structure, at: datetime
) -> dict[int, _Judged]:
    listed = {
        row.product_id: row for row in Listing.objects.filter(channel_id=channel.id, product_id__in=ids)
    }
    now = timezone.now()
    rows = [
        listed.get(pk) or Listing(product_id=pk, channel_id=channel.id, state_since=now, next_try_at=now)
        for pk in ids
    ]
    prepared = prepare(rows, channel, structure, at=at, launched=True)
    blocks = blocks_of([one.unit for one in prepared if one.unit is not None], channel)
    return {
        one.listing.product_id: _one(one, channel, structure, at, blocks)
        for one in prepared
        if one.unit is not None
    }


def _one(
    one: Prepared, channel: ChannelSpec, structure: Structure, at: datetime, blocks: Mapping[int, Any]
) -> _Judged:
    assert one.unit is not None  # noqa: S101 - the caller asked
    pk, decision = one.listing.product_id, one.decision
    if one.listing.is_there:
        return _Judged(is_there=True)
    if decision.kind == "present":
        return _Judged()
    if decision.kind == "absent" and decision.state == Listing.State.ABSENT:
        return _Judged(outside=[Obstacle(pk, decision.reason)])
    if decision.kind == "held":
        return _Judged(obstacles=_obstacles(decision, one.unit))
    waiting = _unapproved(one.unit)
    then = _once_approved(one.unit, channel, structure, at, blocks) if waiting else decision
    if then.kind == "present":
        return _Judged(unapproved=waiting)
    more = _obstacles(then, one.unit) if then.kind == "held" else []
    return _Judged(obstacles=[Obstacle(pk, decision.reason), *more])


def _unapproved(unit: SheetUnit) -> list[int]:
    sold = unit.variants if unit.is_model else (unit.bundle,)
    rows = (bundle.product for bundle in sold)
    return [row.pk for row in rows if row.enabled and row.status != Product.Status.APPROVED]


def _once_approved(
    unit: SheetUnit, channel: ChannelSpec, structure: Structure, at: datetime, blocks: Mapping[int, Any]
) -> Decision:
    """As it would be judged with everything of it approved."""
    approved = replace(
        unit,
        bundle=_approved(unit.bundle, structure),
        variants=tuple(_approved(bundle, structure) for bundle in unit.variants),
    )
    try:
        return decide(approved, channel, structure, at=at, blocks=blocks)
    except Exception as error:  # as in prepare: a sheet that cannot be built harms no other
        reason = _("The sheet cannot be built (%s). Check the values and the channel's fields.")
        return Decision("held", Listing.State.BLOCKED, reason % type(error).__name__)


def _approved(bundle: Bundle, structure: Structure) -> Bundle:
    """What has an approval of its own keeps it, as the door does."""
    product = copy(bundle.product)
    product.approvals = approval.states(product, structure)
    product.status = Product.Status.APPROVED
    return replace(bundle, product=product)


def _obstacles(decision: Decision, unit: SheetUnit) -> list[Obstacle]:
    """Each error where it is mended, else the reason alone."""
    by_sku = {bundle.product.sku: bundle for bundle in unit.variants}
    found = []
    for error in decision.errors:
        bundle = by_sku.get(error.get("sku", ""), unit.bundle)
        code, locale = str(error.get("attribute", "")), str(error.get("locale", ""))
        found.append(Obstacle(_owner(bundle, code), str(error.get("message", "")), code, locale))
    return found or [Obstacle(unit.bundle.product.pk, decision.reason)]


def _owner(bundle: Bundle, code: str) -> int:
    """The product of the level to which the family variant binds the attribute, else this one."""
    bound = bundle.variant.bound.get(code, bundle.depth) if bundle.variant and code else bundle.depth
    return bundle.levels[max(bundle.depth - bound, 0)].product_id


def by_kind(looks: Mapping[int, Mapping[int, Look]], chosen: Iterable[int]) -> dict[str, list[int]]:
    """The chosen products by the worst that stands in their way on any of the channels."""
    found: dict[str, list[int]] = defaultdict(list)
    for pk in chosen:
        kinds = {of_channel[pk].kind for of_channel in looks.values() if pk in of_channel}
        worst = next((kind for kind in ("blocked", "unapproved", "ready", "there") if kind in kinds), None)
        if worst:
            found[worst].append(pk)
    return found
