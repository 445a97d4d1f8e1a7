"""What is kept off a channel until its launch. Read by delivery for each unit; nothing here changes anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.values.bundle import Bundle
from channels.delivery.gate import Decision
from channels.models import LaunchEntry, Listing
from channels.sheets.build import SheetUnit

FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Embargo:
    """`until` None: until somebody gives its launch a date; `scheduled_at`: when the launch was made."""

    launch: int
    name: str
    until: datetime | None
    time_zone: str
    scheduled_at: datetime

    def says(self) -> str:
        if self.until is None:
            return _("Kept back: its launch '%(name)s' has no date.") % {"name": self.name}
        return _("Goes out by itself on %(when)s: %(name)s.") % {
            "when": in_zone(self.until, self.time_zone),
            "name": self.name,
        }


def pending(at: datetime, prefix: str = "launch__") -> Q:
    """Entries (or with prefix "" launches) whose moment is still to come."""
    return Q(**{f"{prefix}at": None}) | Q(**{f"{prefix}at__gt": at})


def embargoes(units: Mapping[int, SheetUnit], channel_id: int, at: datetime) -> dict[int, Embargo]:
    """By unit: what the product itself, else the model above it, waits for; a model that is sent whole waits for what the
    last of its variants does. One query."""
    bundles = [bundle for unit in units.values() for bundle in (unit.bundle, *unit.variants)]
    known = _by_product({level.product_id for bundle in bundles for level in bundle.levels}, channel_id)
    found = {pk: _of_unit(unit, known, at) for pk, unit in units.items()} if known else {}
    return {pk: embargo for pk, embargo in found.items() if embargo is not None}


def _of_unit(unit: SheetUnit, known: Mapping[int, Sequence[Embargo]], at: datetime) -> Embargo | None:
    own = _nearest(unit.bundle, known, at)
    if own is not None:
        return own
    of_variants = [found for bundle in unit.variants if (found := _nearest(bundle, known, at)) is not None]
    return max(of_variants, key=lambda each: (each.until is None, each.until or FIRST), default=None)


def of_product(bundle: Bundle, channel_ids: Iterable[int], at: datetime) -> dict[int, Embargo]:
    """By channel: what the product, else the model above it, waits for. A query a channel."""
    ids = [level.product_id for level in bundle.levels]
    found = {pk: _nearest(bundle, _by_product(ids, pk), at) for pk in channel_ids}
    return {pk: embargo for pk, embargo in found.items() if embargo is not None}


def _by_product(ids: Iterable[int], channel_id: int) -> dict[int, list[Embargo]]:
    """Those that are over as well, by the launch that was made last."""
    rows = LaunchEntry.objects.filter(channel_id=channel_id, product_id__in=sorted(ids)).order_by(
        "-launch_id"
    )
    found: dict[int, list[Embargo]] = defaultdict(list)
    for product, launch, name, until, zone, made in rows.values_list(
        "product_id", "launch_id", "launch__name", "launch__at", "launch__time_zone", "launch__created_at"
    ):
        found[product].append(Embargo(launch, name, until, zone, made))
    return found


def _nearest(bundle: Bundle, known: Mapping[int, Sequence[Embargo]], at: datetime) -> Embargo | None:
    """What is to come at the nearest level. A launch of its own that is over has let it go, from those above that were made
    before it as well."""
    over = 0
    for level in bundle.levels:
        entries = known.get(level.product_id, ())
        coming = next((each for each in entries if each.until is None or each.until > at), None)
        if coming is not None and coming.launch > over:
            return coming
        over = max([over, *(each.launch for each in entries)])
    return None


def kept_back(decision: Decision, embargo: Embargo) -> Decision:
    """`decision`: what would be done on its day. What is ready waits for it; what is not is told what is wrong now."""
    if decision.kind != "present":
        return decision
    return replace(
        decision, kind="held", state=Listing.State.SCHEDULED, reason=embargo.says(), errors=[], sheet=None
    )


def in_zone(at: datetime, time_zone: str) -> str:
    """ "Dec. 1, 2026, 9 a.m. (Europe/Berlin)"."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone, time_zone = ZoneInfo("UTC"), "UTC"
    with timezone.override(zone):
        return f"{date_format(timezone.localtime(at), 'DATETIME_FORMAT')} ({time_zone})"
