"""May this unit be on the channel, and is its sheet good enough to go? Pure; the first reason found is told.

What should not be there (trashed, disabled, outside the assortment, not approved) is withdrawn. What should, but is not
good enough now (incomplete, held back, against the channel's rules), is held: the channel keeps what it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from channels import approvals, assortment, protection
from channels.completeness import missing
from channels.delivery.origins import mapped_back
from channels.models import Listing
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.build import Sheet, SheetUnit
from channels.sheets.validate import validate
from channels.units import unit_of
from pim.lib.canonical import canonical_hash

State = Listing.State


@dataclass(frozen=True, slots=True)
class Decision:
    """`present`: send `sheet`; `absent`: it should not be there; `held`: leave what is there. `errors` as Listing.errors.

    `removal`: Listing.Removal.HELD where it is held although it should not be there. `gone`: of a model that is held, the SKUs of
    the variants that should not be there.
    """

    kind: Literal["present", "absent", "held"]
    state: str = ""
    reason: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    sheet: Sheet | None = None
    removal: str = ""
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """A Block row, as the gate needs it."""

    product_id: int
    locale: str
    code: str
    message: str


def decide(
    unit: SheetUnit,
    channel: ChannelSpec,
    structure: Structure,
    *,
    at: datetime,
    blocks: Mapping[int, Sequence[Held]],
    theirs: Mapping[str, Any] | None = None,
) -> Decision:
    """What is to happen with a unit at a moment. `blocks` by product id, those of levels above count as well; `theirs`:
    path → value of what is the channel's own (channels.protection)."""
    to_be_sold = of_sold(unit, channel, structure)
    decision = _decided(to_be_sold, channel, structure, at=at, blocks=blocks, theirs=theirs or {})
    if decision.kind != "held" or to_be_sold is unit:
        return decision
    left = {bundle.product.pk for bundle in to_be_sold.variants}
    gone = (bundle.product.sku for bundle in unit.variants if bundle.product.pk not in left)
    return replace(decision, gone=frozenset(gone))


def of_sold(unit: SheetUnit, channel: ChannelSpec, structure: Structure) -> SheetUnit:
    """A unit without the variants that should not be on the channel; the same where there are none."""
    sold = tuple(bundle for bundle in unit.variants if not _unavailable(bundle, channel, structure))
    return unit if len(sold) == len(unit.variants) else replace(unit, variants=sold)


def _decided(
    unit: SheetUnit,
    channel: ChannelSpec,
    structure: Structure,
    *,
    at: datetime,
    blocks: Mapping[int, Sequence[Held]],
    theirs: Mapping[str, Any],
) -> Decision:
    absent = _why_absent(unit, channel, structure)
    if absent is not None:
        return absent
    sold = unit.variants if unit.is_model else (unit.bundle,)
    lacking = _lacking(sold, channel, structure, is_model=unit.is_model)
    if lacking is not None:
        return lacking
    unapproved = _unapproved(unit, sold, channel, structure)
    if unapproved is not None:
        return unapproved
    ids = dict.fromkeys(
        level.product_id for bundle in (unit.bundle, *unit.variants) for level in bundle.levels
    )
    held = [
        block
        for pk in ids
        for block in blocks.get(pk, ())
        if not block.locale or block.locale in channel.locales
    ]
    if held:
        errors = [
            {
                "field": "",
                "code": block.code,
                "message": block.message,
                **({"locale": block.locale} if block.locale else {}),
            }
            for block in held
        ]
        return Decision("held", State.BLOCKED, _("Held back: %s") % held[0].message, errors)
    sheet = protection.with_theirs(load.sheet_of(unit, channel, structure, at=at), theirs)
    problems = validate(sheet, unit, channel, structure)
    errors = [each.as_json() for each in problems if not protection.is_about(each, theirs)]
    connector = channel.connector_class
    content: Any = None
    if connector is not None and not errors:
        content, refused = connector.judged(sheet.payload, channel.settings)
        errors = [mapped_back(error, sheet.origins) for error in refused]
    if errors:
        return Decision("held", State.BLOCKED, errors[0]["message"], errors)
    if connector is not None:
        sheet = as_sent(sheet, content, changed=bool(theirs))
    return Decision("present", sheet=sheet)


def as_sent(sheet: Sheet, content: Any, *, changed: bool = False) -> Sheet:
    """With what the connector sends of it, and the hash of that. `changed`: since it was built."""
    if content is sheet.payload and not changed:
        return sheet
    return replace(sheet, hash=canonical_hash(content), content=content)


def _unavailable(bundle: Bundle, channel: ChannelSpec, structure: Structure) -> str:
    product = bundle.product
    if product.trashed_at is not None:
        return _("It is in the trash.")
    if not product.enabled:
        return _("It is disabled.")
    if product.status != Product.Status.APPROVED:
        return _("Not approved yet.")
    return approvals.nothing_approved(bundle, channel, structure)


def _why_absent(unit: SheetUnit, channel: ChannelSpec, structure: Structure) -> Decision | None:
    product = unit.bundle.product
    if unit_of(channel.unit, product=product.pk, kind=product.kind, root=product.root_id) != product.pk:
        return Decision("absent", State.ABSENT, _("It is sent as a part of its model."))
    outside = assortment.why_outside(channel.assortment, unit.bundle, structure)
    unavailable = _unavailable(unit.bundle, channel, structure)
    if product.trashed_at is not None or not product.enabled or outside:
        return Decision("absent", State.ABSENT, outside or unavailable)
    if unit.is_model:
        return (
            None
            if unit.variants
            else Decision("absent", State.BLOCKED, _("None of its variants is approved and enabled."))
        )
    return Decision("absent", State.BLOCKED, unavailable) if unavailable else None


def _unapproved(
    unit: SheetUnit, sold: Sequence[Bundle], channel: ChannelSpec, structure: Structure
) -> Decision | None:
    """Nothing leaves with texts that are not approved, and an item carries all of its locales: it waits, whole."""
    model = unit.bundle if unit.is_model else None
    errors = [
        {"field": "", "code": "not_approved", "message": message, "locale": locale}
        | ({"sku": bundle.product.sku} if model else {})
        for bundle in sold
        for locale, message in approvals.lacking(bundle, channel, structure, model=model).items()
    ]
    if not errors:
        return None
    reason = _("%(why)s The channel keeps what it has.") % {"why": errors[0]["message"]}
    return Decision("held", State.BLOCKED, reason, errors)


def _lacking(
    sold: Sequence[Bundle], channel: ChannelSpec, structure: Structure, *, is_model: bool
) -> Decision | None:
    """Every locale of the channel has to be complete: a sheet carries them all."""
    if any(bundle.family is None for bundle in sold):
        return Decision(
            "held",
            State.INCOMPLETE,
            _("It has no family, so nobody knows what this channel needs: choose one."),
        )
    errors: dict[tuple[str, str, str], dict[str, Any]] = {}
    for bundle in sold:
        for locale in channel.locales:
            for spec in missing(bundle, channel, locale, structure):
                place = (
                    bundle.product.sku if is_model else "",
                    spec.code,
                    locale if spec.localizable else "",
                )
                if place not in errors:
                    errors[place] = _missing(spec, place)
    if not errors:
        return None
    reason = ngettext(
        "%(count)d required value is missing; the channel keeps what it has.",
        "%(count)d required values are missing; the channel keeps what it has.",
        len(errors),
    ) % {"count": len(errors)}
    return Decision("held", State.INCOMPLETE, reason, list(errors.values()))


def _missing(spec: AttributeSpec, place: tuple[str, str, str]) -> dict[str, Any]:
    sku, code, locale = place
    message = _("%(attribute)s is missing for %(locale)s.") if locale else _("%(attribute)s is missing.")
    error = {
        "field": "",
        "attribute": code,
        "code": "missing",
        "message": message % {"attribute": spec.label(), "locale": locale},
    }
    return error | ({"locale": locale} if locale else {}) | ({"sku": sku} if sku else {})
