"""Claimed listings become decisions: units loaded, gate passed, sheets built, all in a constant number of queries."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from catalog.values.resolve import next_boundary
from channels import protection
from channels.delivery.gate import Decision, Held, decide
from channels.launches.embargo import Embargo, embargoes, kept_back
from channels.models import Block, Listing
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.build import SheetUnit

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """`key`: the SKU as it is now; `due_at`: the next moment at which time alone changes the sheet, or calls for it to be
    sent `again` unchanged, to a channel that forgets; `theirs`: path → value of what is sent as the channel has it;
    `not_there`: what becomes of it where the channel turns out not to have it, since it waits for its launch."""

    listing: Listing
    decision: Decision
    key: str
    due_at: datetime | None = None
    unit: SheetUnit | None = None
    again: bool = False
    theirs: Mapping[str, Any] = field(default_factory=dict)
    not_there: Decision | None = None

    def once_not_there(self) -> Prepared:
        return replace(self, decision=self.not_there or self.decision, not_there=None, theirs={})

    @property
    def key_there(self) -> str:
        """The SKU under which the channel holds the product, or would hold it."""
        sent = self.listing.sent_sheet or {}
        return str(sent.get("sku") or self.key)

    @property
    def sheet_there(self) -> Mapping[str, Any]:
        """What is to be there under that key; of what is not to be, the key alone."""
        if self.decision.sheet is None or self.is_renamed:
            return {"sku": self.key_there, "locales": {}, "fields": {}}
        return self.decision.sheet.payload

    @property
    def is_renamed(self) -> bool:
        return self.key_there != self.key

    @property
    def may_be_there(self) -> bool:
        return bool(self.listing.sent_hash or self.listing.external_id or self.listing.unknown)


def prepare(
    listings: Sequence[Listing],
    channel: ChannelSpec,
    structure: Structure,
    *,
    at: datetime,
    launched: bool = False,
) -> list[Prepared]:
    """In the order of the listings. A unit whose sheet cannot be built is held, and harms no other.

    What waits for its launch is judged by what it will be then. `launched`: as if nothing waited.
    """
    units = load.units([row.product_id for row in listings], channel, structure)
    blocks = blocks_of(units.values(), channel)
    waiting = {} if launched else embargoes(units, channel.id, at)
    prepared = []
    for row in listings:
        unit = units.get(row.product_id)
        if unit is None:  # deleted since; its listing goes with it
            prepared.append(
                Prepared(row, Decision("absent", Listing.State.ABSENT, _("The product is gone.")), "")
            )
            continue
        theirs: dict[str, Any] = {}
        not_there: Decision | None = None
        embargo = _embargo_of(row, waiting)
        moment = (embargo and embargo.until) or at
        try:
            theirs = protection.theirs_of(row, channel)
            decision = decide(unit, channel, structure, at=moment, blocks=blocks, theirs=theirs)
            if embargo is not None:
                decision = kept_back(decision, embargo)
                if row.unknown and decision.state == Listing.State.SCHEDULED:
                    now = decide(unit, channel, structure, at=at, blocks=blocks, theirs=theirs)
                    decision, not_there = (now, decision) if now.kind == "present" else (decision, None)
            elif decision.kind == "present":
                decision = _left_alone(row, channel) or decision
            if decision.gone and (theirs or _left_alone(row, channel)):
                # Parts of it are the channel's own, or wait for a decision: it is not sent as it was.
                decision = replace(decision, gone=frozenset())
        except Exception as error:
            logger.exception("The sheet of product %s for %s cannot be built", row.product_id, channel.code)
            reason = (
                _("The sheet cannot be built (%s). Check the values and the channel's fields.")
                % type(error).__name__
            )
            decision = Decision(
                "held", Listing.State.BLOCKED, reason, [{"field": "", "code": "not_built", "message": reason}]
            )
        due_at = embargo.until if embargo is not None else _due_at(unit, at)
        if not_there is not None:
            due_at = min((each for each in (due_at, _due_at(unit, at)) if each is not None), default=None)
        due_at, again = _turn(row, decision, channel, at, due_at)
        own = theirs if decision.kind == "present" else {}
        prepared.append(Prepared(row, decision, unit.bundle.product.sku, due_at, unit, again, own, not_there))
    return prepared


def _embargo_of(row: Listing, waiting: Mapping[int, Embargo]) -> Embargo | None:
    """None for what is there, and what was when its launch was made: taken down since, it comes back at once."""
    embargo = waiting.get(row.product_id)
    if embargo is None or row.is_there:
        return None
    if (
        row.state == Listing.State.WITHDRAWN
        and row.sent_at is not None
        and row.sent_at > embargo.scheduled_at
    ):
        return None
    return embargo


def _left_alone(row: Listing, channel: ChannelSpec) -> Decision | None:
    """Of a product that is there and stays as it is there, whatever its sheet says."""
    if protection.is_kept_whole(row):
        reason = _("Accepted as the channel has it: it is not sent until that is taken back.")
    elif protection.is_waiting_whole(row, channel):
        reason = _("Something else was read back: it is not sent until somebody decides about that.")
    else:
        return None
    return Decision("held", Listing.State.LIVE, reason)


def _turn(
    row: Listing, decision: Decision, channel: ChannelSpec, at: datetime, due_at: datetime | None
) -> tuple[datetime | None, bool]:
    """When it is due again, and whether it is now although nothing changed: where the channel forgets."""
    days = channel.connector_class.forgets_after if channel.connector_class else None
    if days is None or decision.sheet is None:
        return due_at, False
    stands = row.sent_at is not None and row.sent_hash == decision.sheet.hash
    forgotten_at = (row.sent_at if stands and row.sent_at else at) + timedelta(days=days)
    if forgotten_at <= at:
        forgotten_at, again = at + timedelta(days=days), True
    else:
        again = False
    return min(forgotten_at, due_at or forgotten_at), again


def blocks_of(units: Iterable[SheetUnit], channel: ChannelSpec) -> dict[int, list[Held]]:
    """The Block rows of these units' products and the levels above, in one query."""
    ids = {
        level.product_id
        for unit in units
        for bundle in (unit.bundle, *unit.variants)
        for level in bundle.levels
    }
    found: dict[int, list[Held]] = defaultdict(list)
    rows = (
        Block.objects.filter(product_id__in=sorted(ids))
        .order_by("pk")
        .values_list("product_id", "channel_id", "locale", "code", "message")
    )
    for product, wanted, locale, code, message in rows:
        if wanted in (None, channel.id):
            found[product].append(Held(product, locale, code, message))
    return found


def _due_at(unit: SheetUnit, at: datetime) -> datetime | None:
    """Where a campaign begins or ends, or the rights to a file do."""
    moments = [next_boundary(bundle, at) for bundle in (unit.bundle, *unit.variants)]
    moments += [file.next_boundary(at) for file in unit.files.values()]
    return min((moment for moment in moments if moment is not None), default=None)
