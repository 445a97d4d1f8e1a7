"""What concerns several products at once: SKUs, unique values, variants of one model, files that must exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES, ValueRefused
from catalog.models.asset import Asset
from catalog.models.product import ProductValues, UniqueValue
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.changes import ABSENT
from catalog.values.derive import unique_entry
from catalog.values.draft import Draft
from catalog.values.fields import axes_of
from catalog.values.keys import attribute_of
from catalog.values.moving import is_moved


def siblings_of(drafts: Sequence[Draft], structure: Structure) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    parents = {
        draft.above[0].pk
        for draft in drafts
        if draft.above and draft.above[0].pk and not draft.outcome.errors and (axes := axes_of(draft.variant, draft.depth))
        and (draft.is_new or is_moved(draft) or any(axis in draft.outcome.changed for axis in axes))
    }  # fmt: skip
    siblings: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    if parents:
        for pk, parent, values in ProductValues.objects.filter(product__parent_id__in=parents).values_list(
            "pk", "product__parent_id", "values"
        ):
            siblings.setdefault(parent or 0, []).append((pk, structure.read(values)))
    return siblings


def check_skus(drafts: Sequence[Draft]) -> None:
    seen: set[str] = set()
    for draft in drafts:
        if draft.is_new and draft.row.sku:
            if draft.row.sku.upper() in seen:
                draft.refuse(
                    "_sku",
                    "sku_taken",
                    _("The SKU %(sku)s is taken.") % {"sku": draft.row.sku},
                    draft.row.sku,
                )
            seen.add(draft.row.sku.upper())


def unique_changes(draft: Draft, structure: Structure) -> Iterable[tuple[str, str]]:
    """(attribute, entry to claim, or "" to give up) of the unique attributes this draft changes. Not of those that only a
    conversion changes: it may make two products say the same, and refuses neither (store.renew_unique_values).
    """
    for code in structure.unique:
        if code in draft.outcome.changed and code not in draft.rewritten:
            after = draft.outcome.changed[code][1]
            empty = after is ABSENT or after is None
            yield code, "" if empty else unique_entry(structure.attributes[code], after)


def check_unique(drafts: Sequence[Draft], structure: Structure) -> None:
    wanted: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        if draft.outcome.errors:
            continue
        for attribute, entry in unique_changes(draft, structure):
            other = wanted.get((attribute, entry))
            if entry and other is not None:
                draft.refuse(
                    attribute, "not_unique", _("%(sku)s has the same value.") % {"sku": other.row.sku}, entry
                )
            elif entry:
                wanted[attribute, entry] = draft
    if not wanted:
        return
    entries = sorted({entry for _attribute, entry in wanted})
    rows = UniqueValue.objects.filter(value__in=entries).values_list(
        "attribute", "value", "product_id", "product__sku"
    )
    for attribute, entry, product, sku in rows:
        claimant = wanted.get((attribute, entry))
        if claimant is not None and product != claimant.row.pk:
            claimant.refuse(attribute, "not_unique", _("%(sku)s has the same value.") % {"sku": sku}, entry)


def check_assets(drafts: Sequence[Draft], structure: Structure) -> None:
    """Files that are not in the library, or not what their attribute takes, are refused. One query where any is named."""
    named: dict[str, list[tuple[Draft, str, AttributeSpec]]] = {}
    keys = set().union(*(draft.outcome.changed for draft in drafts)) if structure.asset_attributes else set()
    files = {key for key in keys if attribute_of(key) in structure.asset_attributes}
    for draft in drafts if files else ():
        for key in (key for key in draft.outcome.changed if key in files):
            after = draft.outcome.changed[key][1]
            if after:
                spec = structure.attributes[attribute_of(key)]
                for digest in ATTRIBUTE_TYPES[spec.type].references(after).get("asset", ()):
                    named.setdefault(digest, []).append((draft, key, spec))
    if not named:
        return
    known = {
        asset.sha256: asset
        for asset in Asset.objects.in_library()
        .filter(sha256__in=list(named))
        .only("sha256", "kind", "name", "size", "file")
    }
    for digest, places in named.items():
        for draft, key, spec in places:
            if digest not in known:
                draft.refuse(
                    key, "unknown_asset", _("This file is not in the library: upload it first."), digest
                )
                continue
            try:
                ATTRIBUTE_TYPES[spec.type].check_asset(known[digest], spec)
            except ValueRefused as refused:
                draft.refuse(key, refused.code, refused.message, digest)
