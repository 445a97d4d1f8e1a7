"""What changed since a product was last sent to a channel: the sheet that was sent beside the one that would be, and who wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from catalog.access import Rights
from catalog.models import Revision
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels import protection
from channels.models import Listing
from channels.sheets.diff import diff
from channels.sheets.words import in_words, what_differs
from enrichment.workbench.differences import difference
from enrichment.workbench.page.listings import Panel, payload
from enrichment.workbench.page.readable import Reader

MOST = 50  # fields of a channel
MOST_WRITERS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """`parts` as differences.difference. `locale`, `sku`: "" for all, and for the unit itself."""

    field: str
    locale: str
    sku: str
    parts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Writer:
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """`more`: how many fields beyond the first MOST."""

    changes: list[Change]
    more: int
    writers: list[Writer]


def annotate(panels: Sequence[Panel], bundle: Bundle, structure: Structure, rights: Rights) -> None:
    """Sets `pending` of each panel whose channel holds an earlier sheet, with what this person may see of it, or
    `is_current`. A constant number of queries for each channel.

    What is the channel's own is left out on both sides, as it is where something is sent. Nothing is said to who does not see
    every product: the sheet that was sent may name others (channels.told).
    """
    held = {panel.listing.pk: panel for panel in panels if panel.listing and panel.listing.sent_hash}
    if not held or not NAMES.sees_all:
        return
    sent = dict(Listing.objects.filter(pk__in=held).values_list("pk", "sent_sheet"))
    writers = _writers(bundle, (panel.listing.sent_at for panel in held.values() if panel.listing))
    now = timezone.now()
    for pk, panel in held.items():
        made, row = payload(panel, structure, at=now, as_sent=True), panel.listing
        if made is None or row is None:
            continue
        row.sent_sheet = sent.get(pk)
        if protection.is_kept_whole(row) or protection.is_waiting_whole(row, panel.channel):
            continue
        theirs = protection.theirs_of(row, panel.channel)
        reader = Reader(bundle, panel.channel, structure, rights)
        listed = diff(protection.put(row.sent_sheet or {}, theirs), protection.put(made, theirs))
        changes = [each for each in listed if reader.may_see_path(each.path)]
        panel.is_current = not listed and not row.is_stale
        if changes:
            since = row.sent_at
            panel.pending = Pending(
                [_change(each.path, each.before, each.after) for each in changes[:MOST]],
                max(0, len(changes) - MOST),
                [each for each in writers if since is None or each.at > since][:MOST_WRITERS],
            )


def _change(path: str, before: Any, after: Any) -> Change:
    place = protection.where(path)
    parts = difference(*("" if value is None else in_words(value) for value in what_differs(before, after)))
    return Change(place.target or path, place.locale, place.sku, parts)


def _writers(bundle: Bundle, moments: Iterable[datetime | None]) -> list[Writer]:
    """Who wrote this product or what it inherits from since the first of these moments, each once, the latest first."""
    first = min((moment for moment in moments if moment), default=None)
    if first is None:
        return []
    levels = [level.product_id for level in bundle.levels]
    rows = Revision.objects.filter(product_id__in=levels, at__gt=first).select_related("user").order_by("-at")
    found: dict[str, Writer] = {}
    for row in rows.only("at", "source", "user", "user__first_name", "user__last_name", "user__username")[
        :200
    ]:
        who = (row.user.get_full_name() or row.user.get_username()) if row.user else row.source
        found.setdefault(who, Writer(who, row.at))
    return list(found.values())
