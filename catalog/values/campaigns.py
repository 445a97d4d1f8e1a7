"""Writing what a campaign says of products: cleaned like any value, kept beside the permanent ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import approval, events, participants
from catalog.access import Rights, rights_of
from catalog.attribute_types.base import CONFLICT
from catalog.models.campaign import Campaign, CampaignValues
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values import store
from catalog.values.approving import name_first_words
from catalog.values.changes import ABSENT, BY_HAND, RESET, Actor, Outcome, ProductChange
from catalog.values.checks import check_assets
from catalog.values.cleaning import KeyRules, clean_value
from catalog.values.converting import adapt, record
from catalog.values.draft import Draft
from catalog.values.fields import axes_of
from catalog.values.keys import campaign_key, is_field
from catalog.values.links import bring_products, check_links
from catalog.values.precedence import Stands, merged, same
from catalog.values.products import descendants
from catalog.values.records import bring, check_records
from catalog.values.rederive import enqueue_rederive
from catalog.values.rows import update_rows
from catalog.values.write import BATCH, BatchTooLarge, concluded, refresh
from pim.lib.deadlocks import again_after_deadlock


def write_campaign(
    campaign: Campaign,
    values: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    base: Mapping[int, Mapping[str, str]] | None = None,
    cleaned: bool = False,
    converts: bool = False,
) -> list[Outcome]:
    """`values`: product id → key → raw value, EMPTY, or RESET to take the campaign's value away. At most BATCH products.

    `base`: product id → key → value_hash of the campaign's own value the sender last saw, merged three ways as write()
    does; without it the last writer wins. `cleaned`: values are stored forms already. Revisions and proposals name the
    keys "price@summer", outcomes' conflicts, errors and proposals "price". A person who may not publish proposes.
    """
    if len(values) > BATCH:
        raise BatchTooLarge(f"{len(values)} products in one write: at most {BATCH}")
    return again_after_deadlock(  # as in write(): the variants of its models may be another's own
        partial(_written, campaign, values, by=by, base=base, cleaned=cleaned, converts=converts)
    )


def plan_campaign(
    campaign: Campaign,
    values: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    base: Mapping[int, Mapping[str, str]] | None = None,
    cleaned: bool = False,
) -> list[Outcome]:
    """What write_campaign() would do and say, writing nothing. The keys of what would change are plain."""
    if len(values) > BATCH:
        raise BatchTooLarge(f"{len(values)} products in one plan: at most {BATCH}")
    drafts, _structure = _drafted(
        campaign, values, by=by, base=base, cleaned=cleaned, converts=False, lock=False
    )
    return [concluded(draft) for draft in drafts]


def _drafted(
    campaign: Campaign,
    values: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    base: Mapping[int, Mapping[str, str]] | None,
    cleaned: bool,
    converts: bool,
    lock: bool,
) -> tuple[list[Draft], Structure]:
    rights = None if by.trusted else rights_of(by.user)
    wanted = Product.objects.filter(pk__in=list(values)).order_by("pk")
    rows = {row.pk: row for row in (wanted.select_for_update(no_key=True) if lock else wanted)}
    structure = Structure.current()  # once the rows are ours, as in write()
    stored = {
        row.product_id: row for row in CampaignValues.objects.filter(campaign=campaign, product_id__in=rows)
    }
    loaded = bundles.of_rows(rows.values(), structure=structure)
    bring(values.values(), structure)
    bring_products(values.values(), structure)
    rules, stands = KeyRules(structure, by_hand=by.origin in BY_HAND), Stands(by, structure)
    drafts = []
    for pk, raws in values.items():
        change = ProductChange(
            product=pk,
            values=dict(raws),
            base=None if base is None else base.get(pk, {}),
            cleaned=cleaned,
            converts=converts,
        )
        draft = _draft(change, loaded.get(pk), stored.get(pk), structure, rights)
        if structure.conversions:
            adapt([draft], structure)
        if not draft.outcome.errors:
            _apply(draft, campaign, rules=rules, stands=stands, by=by)
            name_first_words(draft, structure)
        drafts.append(draft)
    check_assets(drafts, structure)
    check_records(drafts, structure)
    check_links(drafts, structure)
    return drafts, structure


def _written(
    campaign: Campaign,
    values: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    base: Mapping[int, Mapping[str, str]] | None,
    cleaned: bool,
    converts: bool,
) -> list[Outcome]:
    with transaction.atomic():
        drafts, structure = _drafted(
            campaign, values, by=by, base=base, cleaned=cleaned, converts=converts, lock=True
        )
        if structure.conversions:
            record(drafts)
        written = [draft for draft in drafts if draft.outcome.changed and not draft.outcome.errors]
        if written:
            _store(campaign, written, by=by, structure=structure)
        held = [draft for draft in drafts if draft.proposals and not draft.outcome.errors]
        if held:
            store.store_proposals(held, by, timezone.now())
    return [concluded(draft) for draft in drafts]


def _draft(
    change: ProductChange,
    bundle: bundles.Bundle | None,
    document: CampaignValues | None,
    structure: Structure,
    rights: Rights | None,
) -> Draft:
    outcome = Outcome(ref=change.product, product=change.product)
    gone = _("This product is no longer there.")
    if bundle is None:
        draft = Draft(change, outcome, Product(), is_new=False)
        draft.refuse("_sku", "gone", gone)
        return draft
    outcome.rev = bundle.product.rev
    values = document.values if document else {}
    draft = Draft(
        change, outcome, bundle.product, is_new=False, values=dict(values), stored=values, family=bundle.family,
        variant=bundle.variant, above=tuple(Product(pk=level.product_id, sku=level.sku) for level in bundle.levels[1:]),
    )  # fmt: skip
    if structure.approving:
        draft.levels = approval.levels_of(bundle)
    if rights is not None:
        paths = [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
        draft.rights = rights.at(paths)
        if not draft.rights.may("product.view"):
            draft.refuse("_sku", "gone", gone)
    return draft


def _apply(draft: Draft, campaign: Campaign, *, rules: KeyRules, stands: Stands, by: Actor) -> None:
    axes = axes_of(draft.variant, draft.depth)
    for key, raw in draft.change.values.items():
        known = clean_value(draft, key, raw, rules)
        if known is None:
            continue
        spec, mine = known
        if spec.code in axes or spec.unique:
            text = _("%(label)s tells products apart: a campaign cannot change it.")
            draft.refuse(key, "not_in_campaign", text % {"label": spec.label()})
            continue
        if mine is ABSENT and raw is not RESET and raw is not ABSENT:
            mine = None  # left empty while the campaign lasts: the permanent value would shine through
        if same(draft.stored.get(key, ABSENT), mine, spec):
            continue
        if draft.change.base is not None:
            mine = merged(draft, key, spec, mine, noted_as=campaign_key(key, campaign.code))
            if mine is CONFLICT or same(draft.stored.get(key, ABSENT), mine, spec):
                continue
        if stands.stands_back(draft, key, spec):
            draft.proposals[campaign_key(key, campaign.code)] = None if mine is ABSENT else mine
            draft.outcome.proposals.append(key)
            continue
        draft.set_value(key, mine, by.source)


def _store(campaign: Campaign, drafts: list[Draft], *, by: Actor, structure: Structure) -> None:
    now = timezone.now()
    CampaignValues.objects.bulk_create(
        [CampaignValues(campaign=campaign, product_id=draft.row.pk, values=draft.values) for draft in drafts],
        update_conflicts=True,
        unique_fields=["campaign", "product"],
        update_fields=["values"],
    )
    for draft in drafts:
        draft.outcome.changed = {
            key if is_field(key) else campaign_key(key, campaign.code): change
            for key, change in draft.outcome.changed.items()
        }
        draft.row.rev += 1
        draft.row.updated_at = now
        draft.outcome.rev = draft.row.rev
    update_rows(Product, ["rev", "updated_at", "approvals"], [draft.row for draft in drafts])
    store.store_revisions(drafts, by, now)
    rows = {draft.row.pk: draft.row for draft in drafts}
    below = [pk for pk in descendants(rows) if pk not in rows]
    if below[BATCH:]:
        enqueue_rederive(below[BATCH:], by=by.user.pk if by.user else None)
    below = below[:BATCH]
    if below:
        rows |= {
            row.pk: row
            for row in Product.objects.filter(pk__in=below).order_by("pk").select_for_update(no_key=True)
        }
    batch = participants.ChangeBatch(
        changed={draft.row.pk: frozenset(draft.outcome.changed) for draft in drafts}, created=frozenset(), touched=list(rows),
        bundles=bundles.of_rows(rows.values(), structure=structure), structure=structure, origin=by.origin, ref=by.ref,
        by=by.user.pk if by.user else None,
    )  # fmt: skip
    refresh(batch, rows)
    transaction.on_commit(
        lambda: events.products_changed.send(sender=None, product_ids=list(rows), origin=by.origin)
    )
