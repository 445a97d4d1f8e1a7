"""What a person decides about drift: push ours again, take theirs into the PIM as a proposal, or leave it to the channel.

Noted in Listing.drift by a comparison (channels.delivery.reconcile). Each decision locks the listing's row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor, ProductChange
from catalog.values.keys import format_key
from catalog.values.resolve import resolve
from catalog.values.write import write
from channels import alike, protection
from channels.models import Listing
from channels.profile import ChannelSpec, FieldSpec
from channels.sheets import sources
from channels.sheets.build import SheetUnit, fields_of
from channels.sheets.made import Place

KINDS: dict[str, Any] = {
    "edited": gettext_lazy("Edited there"),
    "stale": gettext_lazy("An earlier state of ours"),
    "truncated": gettext_lazy("Cut off there"),
    "missing": gettext_lazy("Missing there"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """How a value of a channel's field gets into the PIM: as this value, under this key of this product; or `why` it does not."""

    why: str = ""
    product_id: int = 0
    key: str = ""
    value: Any = None
    label: str = ""


# --- push again, accept, take back


def push(listing_id: int, field: str | None = None) -> bool:
    """Ours is sent again: for one field, or (None) for all. The others that wait for a decision stay as they are there."""
    with transaction.atomic():
        row = _locked(listing_id)
        chosen = [each for each in row.drift if field in (None, each["field"])]
        if not chosen:
            return False
        row.drift = [each for each in row.drift if each not in chosen]
        _go_again(row)
    return True


def accept(listing_id: int, field: str | None = None) -> bool:
    """The field, ("") the whole product, or (None) each field that differs is the channel's own from now on: neither sent
    otherwise nor compared."""
    with transaction.atomic():
        row = _locked(listing_id)
        chosen = [each for each in row.drift if field in (None, each["field"])]
        chosen = [each for each in chosen if protection.may_be_kept(each["field"])]
        if not chosen or not row.sent_hash:
            return False
        fields = {each["field"]: each["seen"] for each in chosen}
        row.kept = sorted({*row.kept, *fields})
        row.kept_at = row.kept_at or timezone.now()
        row.drift = [] if "" in fields else [each for each in row.drift if each not in chosen]
        own = {path: seen for path, seen in fields.items() if path}
        if own:
            row.sent_sheet = protection.put(row.sent_sheet or {}, own)
            row.earlier = {**row.earlier, "": sorted({*row.earlier.get("", ()), *own})}
        row.drifted_at = row.drifted_at if row.drift else None
        row.save(update_fields=["kept", "kept_at", "drift", "drifted_at", "sent_sheet", "earlier"])
    return True


def take_back(listing_id: int, field: str) -> bool:
    """What was accepted is ours again, and sent."""
    with transaction.atomic():
        row = _locked(listing_id)
        if field not in row.kept:
            return False
        row.kept = [each for each in row.kept if each != field]
        row.kept_at = row.kept_at if row.kept else None
        _go_again(row)
    return True


def _locked(listing_id: int) -> Listing:
    return Listing.objects.select_for_update().get(pk=listing_id)


def _go_again(row: Listing) -> None:
    """Looked at there first: so it is sent although the hash may be what was sent last."""
    now = timezone.now()
    row.desired_rev += 1
    row.stale_since = row.stale_since or now
    row.next_try_at = now
    row.unknown = True
    row.held_by = "" if row.held_by == Listing.SYNC else row.held_by
    row.drifted_at = row.drifted_at if row.drift else None
    row.save(
        update_fields=[
            "desired_rev",
            "stale_since",
            "next_try_at",
            "unknown",
            "held_by",
            "drift",
            "drifted_at",
            "kept",
            "kept_at",
        ]
    )


# --- adopt


def adopt(listing: Listing, field: str, way: Way, channel: ChannelSpec, *, by: User) -> list[str]:
    """Proposes the channel's value through the one door; [] or sentences of why not. Its source is "channel:<code>"."""
    actor = Actor(
        by, origin="form", source=f"channel:{channel.code}", ref=f"listing:{listing.pk}", proposes=True
    )
    outcome = write([ProductChange(product=way.product_id, values={way.key: way.value})], by=actor)[0]
    if outcome.errors:
        return [error.message for error in outcome.errors]
    if not outcome.proposals:
        return [_("The PIM has this value already.")]
    with transaction.atomic():
        row = _locked(listing.pk)
        row.drift = [{**each, "adopted": True} if each["field"] == field else each for each in row.drift]
        row.save(update_fields=["drift"])
    return []


def way_back(
    entry: Mapping[str, Any], unit: SheetUnit, channel: ChannelSpec, structure: Structure, *, at: datetime
) -> Way:
    """Only where the field is made from one attribute alone, and its value comes out as the channel shows it."""
    place = protection.where(entry["field"])
    bundle = (
        next((each for each in unit.variants if each.product.sku == place.sku), None)
        if place.sku
        else unit.bundle
    )
    if not entry["field"] or bundle is None:
        return Way(_("The channel does not tell its fields."))
    if entry["seen"] is None:
        return Way(_("There is no value there."))
    if entry.get("kind") in ("stale", "truncated"):
        return Way(_("It is ours: an earlier value, or the beginning of it."))
    row = next((each for each in fields_of(bundle, channel, structure) if each.target == place.target), None)
    if row is None or place.is_part:
        return Way(_("This part of the sheet is not made from one attribute."))
    spec, why = _only_source(row, structure)
    if spec is None:
        return Way(why)
    first = channel.locales[0] if channel.locales else ""
    asked = Place(bundle, channel, structure, place.locale or first, at)
    value, why = _as_given(entry["seen"], row, spec, asked)
    if why:
        return Way(why)
    return _at_home(spec, asked, value)


def _only_source(row: FieldSpec, structure: Structure) -> tuple[AttributeSpec | None, str]:
    if "fixed" in row.source:
        return None, _("The field has the same text for every product.")
    if "template" in row.source:
        return None, _("The field is put together by a template.")
    spec, part = sources.find(str(row.source.get("attribute", "")), structure)
    if spec is None or part:
        return None, _("The field shows a part of a value only.")
    if row.transforms:
        steps = ", ".join(str(step.get("name")) for step in row.transforms)
        return None, _("The value is changed on its way (%s), so it has no way back.") % steps
    if ATTRIBUTE_TYPES[spec.type].names_assets:
        return None, _("Files are replaced in the library.")
    return spec, ""


def _as_given(seen: Any, row: FieldSpec, spec: AttributeSpec, place: Place) -> tuple[Any, str]:
    """(the stored form, "") of what the channel shows, or why there is none: made into a sheet again it has to be the same."""
    kind = ATTRIBUTE_TYPES[spec.type]
    raw = seen.get("code") if isinstance(seen, dict) and "code" in seen else seen
    by_word = _options_by_word(seen, spec, place)
    raw = raw if by_word is None else by_word
    if row.value_list:
        codes = [ours for ours, theirs in row.value_list.items() if theirs == seen]
        if len(codes) != 1:
            return None, _("The value list has no single word of ours for it.")
        raw = codes[0]
    try:
        stored = kind.clean(raw, spec, structure=place.structure)
    except (ValueRefused, TypeError, ValueError, KeyError, AttributeError):
        return None, _("%s does not take this value.") % spec.label()
    if stored is None:
        return None, _("%s does not take this value.") % spec.label()
    if (
        not row.value_list
        and by_word is None
        and not _same(kind.sheet_value(stored, spec, place.locale), seen)
    ):
        return None, _("As %s it would be another value.") % spec.label()
    return stored, ""


def _options_by_word(seen: Any, spec: AttributeSpec, place: Place) -> Any:
    """The codes of the options that a channel shows by their words in its language; None where it shows no words, or some that
    are none."""
    listed = seen if isinstance(seen, list) else [seen]
    if not spec.options or not listed or not all(isinstance(one, str) for one in listed):
        return None
    known: dict[str, list[str]] = {}
    for option in spec.options.values():
        known.setdefault(alike.words(option.label(place.locale)).casefold(), []).append(option.code)
    found = [known.get(alike.words(one).casefold(), []) for one in listed]
    if any(len(codes) != 1 for codes in found):
        return None
    codes = [one[0] for one in found]
    return codes if isinstance(seen, list) else codes[0]


def _same(ours: Any, seen: Any) -> bool:
    """Channels trim texts and write numbers their own way."""
    if isinstance(ours, dict) and isinstance(seen, dict):
        return ours.keys() == seen.keys() and all(_same(value, seen[name]) for name, value in ours.items())
    if isinstance(ours, str) and isinstance(seen, (str, int, float)):
        return alike.same_number(ours, seen)
    return bool(ours == seen)


def _at_home(spec: AttributeSpec, place: Place, value: Any) -> Way:
    """Where the value that was sent stands, so that the proposal stands beside it."""
    found = resolve(
        place.bundle, spec, place.structure, locale=place.locale, context=place.channel.context, at=place.at,
        fallback=place.channel.send_fallback,
    )  # fmt: skip
    if found.campaign:
        return Way(_("What was sent is a campaign's value, which ends by itself."))
    if found.found and place.stored(spec) not in (found.value, None):
        return Way(_("The channel gets a part of the value only."))
    locale = place.locale if spec.localizable else ""
    if found.found and found.locale == locale:
        return Way(product_id=found.product_id, key=found.key, value=value, label=spec.label())
    return Way(
        product_id=_level(place.bundle, spec),
        key=format_key(spec.code, locale, ""),
        value=value,
        label=spec.label(),
    )


def _level(bundle: Bundle, spec: AttributeSpec) -> int:
    """The level at which a product without the value would have it."""
    bound = bundle.variant.bound.get(spec.code, bundle.depth) if bundle.variant else bundle.depth
    return bundle.levels[max(bundle.depth - bound, 0)].product_id
