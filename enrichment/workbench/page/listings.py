"""Where a product stands on each channel: state, why, the last errors on their fields, and the sheet as it would be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from catalog.access import Rights
from catalog.models.product import Product
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels import drift, protection
from channels.delivery.gate import of_sold
from channels.models import Attempt, Listing
from channels.profile import ChannelSpec, Profiles
from channels.sheets.load import sheet_of, units
from channels.sheets.validate import validate
from channels.sheets.words import in_words
from channels.told import Told
from channels.units import unit_of
from enrichment.workbench.page.fields import FieldSheet
from enrichment.workbench.page.readable import Reader, RightsAt, readable

if TYPE_CHECKING:
    from enrichment.workbench.page.pending import Pending
    from enrichment.workbench.page.standing import Below

ATTEMPTS = 5
# What a listing's state looks like: the tone of its pill (components/pill.html).
TONES = {
    "waiting": "info",
    "scheduled": "info",
    "incomplete": "warning",
    "blocked": "warning",
    "sent": "info",
    "accepted": "info",
    "live": "success",
    "refused": "danger",
    "withdrawn": "muted",
    "absent": "muted",
}


@dataclass(frozen=True, slots=True)
class Drifted:
    """What a channel shows of a field otherwise than it was sent. `field`: its path, "" for the product as a whole."""

    field: str
    kind: Any
    sent: str
    seen: str
    attribute: str  # it is made from, "" where that is not one
    locale: str


@dataclass(slots=True)
class Panel:
    """One channel. `listing` None: the product has not been looked at for it. `unit_sku`: the product whose sheet is sent."""

    channel: ChannelSpec
    unit_id: int | None
    listing: Listing | None = None
    unit_sku: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    # Only on the tab of channels: what changed since it was sent, whether nothing did, why what changed waits, and a model's
    # variants where they are what is sent (the first of them, and how many more there are).
    pending: Pending | None = None
    is_current: bool = False
    waits: str = ""
    below: list[Below] = field(default_factory=list)
    more_below: int = 0

    @property
    def tone(self) -> str:
        return TONES.get(self.listing.state, "muted") if self.listing else "muted"

    @property
    def drift(self) -> list[Drifted]:
        """A listing that is to be sent again says what it differed in, but no longer that it does."""
        return (
            [_drifted(entry, self.channel, self.listing) for entry in self.listing.drift]
            if self.listing
            else []
        )


def panels(product: Product, profiles: Profiles, *, with_attempts: bool = False) -> list[Panel]:
    """One per active channel, in one query, one more for the attempts, and three at most for who does not see every product.

    The listings say what this person may know of them (channels.told): nobody saves them.
    """
    made = [
        Panel(channel, unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id))
        for channel in profiles.active
    ]
    wanted = {panel.unit_id for panel in made if panel.unit_id}
    rows = (
        Listing.objects.filter(product_id__in=wanted)
        .select_related("product")
        .defer("sent_sheet", "product__search", "product__tokens")
    )
    found = {(row.product_id, row.channel_id): row for row in rows}
    told = Told(found.values())
    for row in found.values():
        row.reason, row.errors = told.reason(row), told.errors(row)
        row.drift, row.kept = told.drift(row), told.kept(row)
    for panel in made:
        panel.listing = found.get((panel.unit_id or 0, panel.channel.id))
        if panel.listing is not None and panel.listing.product_id != product.pk:
            panel.unit_sku = panel.listing.product.sku
    if with_attempts:
        by_listing = {panel.listing.pk: panel for panel in made if panel.listing}
        for attempt in (
            Attempt.objects.filter(listing_id__in=by_listing)
            .defer("request")
            .order_by("-id")[: ATTEMPTS * max(len(by_listing), 1)]
        ):
            panel = by_listing[attempt.listing_id]
            assert panel.listing is not None  # noqa: S101 - by its listing
            attempt.message = told.message(attempt, panel.listing)
            panel.attempts.append(attempt)
    return made


def _drifted(entry: Mapping[str, Any], channel: ChannelSpec, listing: Listing) -> Drifted:
    place = protection.where(entry["field"])
    rows = channel.fields_of(listing.product.family_id)
    made_from = {row.target: str(row.source.get("attribute", "")).partition(".")[0] for row in rows}
    return Drifted(
        entry["field"], drift.KINDS.get(entry.get("kind", ""), drift.KINDS["edited"]),
        in_words(entry["sent"]) if entry["field"] else "", in_words(entry["seen"]) if entry["field"] else "",
        made_from.get(place.target, "" if channel.fields else place.target), place.locale,
    )  # fmt: skip


def about(error: Mapping[str, Any], panel: Panel, own: str) -> str:
    """The SKU of the product that an error is about: on a channel that is sent models, one of the item may have many of
    others. `own`: that of the product the panel is of."""
    return str(error.get("sku") or panel.unit_sku or own)


def annotate(sheet: FieldSheet, made: list[Panel], own: str, *also: str) -> None:
    """Puts each channel's last errors, and what it shows otherwise, beside the fields they are about, where that is about the
    panels' product (`own`: its SKU) or one of `also`. What is missing, a field says itself, as it is now."""
    for panel in made:
        for error in panel.listing.errors if panel.listing else ():
            if error.get("code") == "missing" or about(error, panel, own) not in (own, *also):
                continue
            for cell in sheet.cells:
                if cell.spec.code == error.get("attribute") and error.get("locale") in (
                    None,
                    "",
                    cell.locale,
                ):
                    cell.channel_errors.append((panel.channel.label, str(error.get("message", ""))))
        for entry in panel.drift:
            for cell in sheet.cells:
                if cell.spec.code == entry.attribute and entry.locale in ("", cell.locale):
                    cell.channel_drift.append((panel.channel.label, entry.seen))


@dataclass(frozen=True, slots=True)
class SheetPreview:
    channel: ChannelSpec
    sku: str
    locales: list[tuple[str, list[tuple[str, str]]]]  # locale ("" for all), [(field, value as text)]
    problems: list[Any]
    json: str
    hash: str
    hidden: int = 0  # fields that this person may not see


def preview(
    panel: Panel, structure: Structure, *, at: datetime | None, rights: RightsAt
) -> SheetPreview | None:
    """The sheet as the channel would get it at `at`, as far as this person may see it; None where the product has none there."""
    if panel.unit_id is None:
        return None
    unit = units([panel.unit_id], panel.channel, structure).get(panel.unit_id)
    if unit is None:
        return None
    sheet = sheet_of(unit, panel.channel, structure, at=at)
    payload = dict(sheet.payload)
    if NAMES.hides_any:  # the hash and the problems are those of the sheet that is sent
        with NAMES.read_in_sheets():
            payload = dict(sheet_of(unit, panel.channel, structure, at=at).payload)
    problems = validate(sheet, unit, panel.channel, structure)
    made = readable(payload, problems, unit, panel.channel, structure, rights)
    tables = [("", _lines(made.payload["fields"]))]
    tables += [(locale, _lines(fields)) for locale, fields in made.payload["locales"].items()]
    text = json.dumps(made.payload, indent=2, ensure_ascii=False, default=str)
    return SheetPreview(
        panel.channel, unit.bundle.product.sku, [t for t in tables if t[1]], made.problems, text, sheet.hash, made.hidden
    )  # fmt: skip


def payload(
    panel: Panel,
    structure: Structure,
    *,
    at: datetime | None,
    as_sent: bool = False,
    rights: RightsAt | None = None,
) -> dict[str, Any] | None:
    """What the channel would get, with the names this person may read; None where the product has no sheet there.

    `as_sent`: without the variants that are not to be sold; None where none is left. `rights`: this person's, without which the
    caller leaves out what they may not see.
    """
    unit = units([panel.unit_id], panel.channel, structure).get(panel.unit_id) if panel.unit_id else None
    if unit is not None and as_sent and unit.variants:
        unit = of_sold(unit, panel.channel, structure)
        unit = unit if unit.variants else None
    if unit is None:
        return None
    with NAMES.read_in_sheets() if NAMES.hides_any else nullcontext():
        made = dict(sheet_of(unit, panel.channel, structure, at=at).payload)
    return made if rights is None else readable(made, [], unit, panel.channel, structure, rights).payload


def withhold(made: Sequence[Panel], bundle: Bundle, structure: Structure, rights: Rights) -> None:
    """What listings say of fields that this person may not see. `rights`: theirs at the product."""
    for panel in made:
        if panel.listing is not None:
            reader = Reader(bundle, panel.channel, structure, rights)
            panel.listing.errors = [each for each in panel.listing.errors if reader.may_be_told(each)]
            panel.listing.drift = [each for each in panel.listing.drift if reader.may_see_path(each["field"])]
            panel.listing.kept = [path for path in panel.listing.kept if reader.may_see_path(path)]


def _lines(fields: Any) -> list[tuple[str, str]]:
    return [(name, in_words(value)) for name, value in dict(fields).items()]
