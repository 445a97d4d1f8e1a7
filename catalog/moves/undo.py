"""Taking a move back: every product that took part gets the place and the values it had, where nobody changed them since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import approval
from catalog.access import visible
from catalog.models.campaign import Campaign
from catalog.models.merged import MergedProduct
from catalog.models.revision import Revision
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ABSENT, EMPTY, RESET, Actor, FieldError, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import attribute_of, is_field, split_campaign
from catalog.values.revisions import changes_from_json, sources_before
from catalog.values.write import BATCH, write

PREFIX = "move:"


def can_be_undone(ref: str, at: datetime) -> bool:
    """A move whose revisions are all there still: retention may remove those of one product and keep another's."""
    whole = timezone.now() - timedelta(days=settings.PIM_KEEP_REVISIONS_DAYS)
    return ref.startswith(PREFIX) and at > whole


def undo(ref: str, *, user: User) -> list[Outcome]:
    """All of the move, or nothing: an outcome that is refused or in conflict says why. [] where there is no such move."""
    every = Revision.objects.filter(ref=ref)
    rows = list(every.order_by("-at", "product_id")[:BATCH])
    if visible(user, every).count() < every.count():
        unseen = _("Products that you may not see took part in this move: ask somebody who may take it back.")
        return [
            Outcome(ref=ref, product=None, status="refused", errors=[FieldError("_sku", "forbidden", unseen)])
        ]
    by = Actor(user=user, origin="undo", ref=f"undo:{ref}")
    outcomes: list[Outcome] = []
    structure = Structure.current()
    with transaction.atomic():
        # What was written together goes back together, the last first: an identifier is given up before it is claimed.
        for _at, group in groupby(rows, key=lambda row: row.at):
            listed = list(group)
            revisions = [(row.product_id, changes_from_json(row.changes)) for row in listed]
            sources = sources_before(listed)
            back = [_reverse(pk, changes, sources[pk], structure) for pk, changes in revisions]
            outcomes += write(back, by=by)
            for pk, changes in revisions:
                outcomes += _reverse_campaigns(pk, changes, by)
        if not all(outcome.ok for outcome in outcomes):
            transaction.set_rollback(True)
        else:
            merged = [row.product_id for row in rows if "_trashed" in row.changes]
            MergedProduct.objects.filter(product_id__in=merged).delete()
    return outcomes


def _reverse(
    product: int, changes: Mapping[str, tuple[Any, Any]], sources: Mapping[str, str], structure: Structure
) -> ProductChange:
    change = ProductChange(product=product, cleaned=True, moves="bare", sources=sources)
    base = {}
    for key, (before, after) in changes.items():
        if approval.is_past(key, structure):
            continue
        if "@" in key:  # not written by this change; what the move itself wrote there does not keep it
            base[key] = value_hash(after)
            continue
        if not is_field(key):
            change.values[key] = _given_back(before)
        elif attribute_of(key) in ("_parent", "_categories", "_trashed", "_sku", "_status", "_enabled"):
            change.fields[key[1:]] = before
        elif key == "_family" and (
            "_family_variant" not in changes or changes.get("_parent", ("",))[0] is None
        ):
            change.fields["family"] = before
        elif key == "_family_variant" and "_parent" not in changes:
            change.fields["family_variant"] = before
        else:
            continue  # follows from the parent, or from the family variant
        base[key] = value_hash(after)
    change.base = base
    return change


def _given_back(before: Any) -> Any:
    return RESET if before is ABSENT else EMPTY if before is None else before


def _reverse_campaigns(product: int, changes: Mapping[str, tuple[Any, Any]], by: Actor) -> list[Outcome]:
    documents: dict[str, dict[str, Any]] = {}
    bases: dict[str, dict[str, str]] = {}
    for key, (before, after) in changes.items():
        plain, campaign = split_campaign(key)
        if campaign and not is_field(key):
            documents.setdefault(campaign, {})[plain] = _given_back(before)
            bases.setdefault(campaign, {})[plain] = value_hash(after)
    found = Campaign.objects.filter(code__in=documents)
    return [
        outcome
        for campaign in found
        for outcome in write_campaign(
            campaign,
            {product: documents[campaign.code]},
            by=by,
            base={product: bases[campaign.code]},
            cleaned=True,
        )
    ]
