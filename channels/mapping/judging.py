"""What the channel will say of a product's sheet, field by field: the sheet that is sent, held to what it is held to when sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from channels import assortment
from channels.delivery.origins import mapped_back
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.build import Sheet, SheetUnit
from channels.sheets.validate import validate


@dataclass(frozen=True, slots=True)
class Judged:
    """`errors` as Listing.errors: every rule that is broken, those the connector knows of as well."""

    unit: SheetUnit
    sheet: Sheet
    errors: list[dict[str, Any]]


def judge(unit: SheetUnit, channel: ChannelSpec, structure: Structure, *, at: datetime) -> Judged:
    """Approved or not, complete or not: what is judged is the mapping. Trashed and disabled variants are left out."""
    unit = replace(unit, variants=tuple(bundle for bundle in unit.variants if _is_there(bundle)))
    sheet = load.sheet_of(unit, channel, structure, at=at)
    errors = [problem.as_json() for problem in validate(sheet, unit, channel, structure)]
    told = {error["field"] for error in errors}
    if channel.connector_class is not None and channel.settings:
        refused = channel.connector_class.refusals(sheet.payload, channel.settings)
        known = (mapped_back(error, sheet.origins) for error in refused)
        errors += [error for error in known if error["field"] not in told]
    return Judged(unit, sheet, errors)


def is_offered(unit: SheetUnit, channel: ChannelSpec, structure: Structure) -> bool:
    """Of the assortment, in no trash, enabled; a model with at least one such variant."""
    return (
        _is_there(unit.bundle)
        and (not unit.is_model or any(map(_is_there, unit.variants)))
        and assortment.contains(channel.assortment, unit.bundle, structure)
    )


def skus_of(judged: Judged) -> Sequence[str]:
    """The products of a sheet: the variants of a model, else the one."""
    unit = judged.unit
    return [bundle.product.sku for bundle in (unit.variants if unit.is_model else (unit.bundle,))]


def _is_there(bundle: Bundle) -> bool:
    return bundle.product.trashed_at is None and bundle.product.enabled
