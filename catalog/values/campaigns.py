"""Writing what a campaign says of products: cleaned like any value, kept beside the permanent ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog import events, participants
from catalog.access import rights_of
from catalog.models.campaign import Campaign, CampaignValues
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values import store
from catalog.values.changes import ABSENT, Actor, Outcome, ProductChange
from catalog.values.cleaning import KeyRules, clean_value
from catalog.values.draft import Draft
from catalog.values.precedence import same
from catalog.values.products import descendants
from catalog.values.rederive import enqueue_rederive
from catalog.values.rows import update_rows
from catalog.values.write import BATCH, BatchTooLarge, refresh


def write_campaign(
    campaign: Campaign, values: Mapping[int, Mapping[str, Any]], *, by: Actor
) -> list[Outcome]:
    """`values`: product id → key → raw value or RESET. Revisions name the keys "price@summer". At most BATCH products."""
    if len(values) > BATCH:
        raise BatchTooLarge(f"{len(values)} products in one write: at most {BATCH}")
    structure = Structure.current()
    rules, rights = KeyRules(structure), None if by.trusted else rights_of(by.user)
    with transaction.atomic():
        rows = {
            row.pk: row
            for row in Product.objects.filter(pk__in=list(values)).order_by("pk").select_for_update()
        }
        stored = {
            row.product_id: row
            for row in CampaignValues.objects.filter(campaign=campaign, product_id__in=rows)
        }
        loaded = bundles.of_rows(rows.values(), structure=structure)
        drafts = []
        for pk, raws in values.items():
            bundle = loaded[pk]
            document = stored[pk].values if pk in stored else {}
            draft = Draft(
                ProductChange(product=pk, values=dict(raws)), Outcome(ref=pk, product=pk, rev=rows[pk].rev), rows[pk], is_new=False,
                values=dict(document), stored=document, family=bundle.family, variant=bundle.variant,
                above=tuple(Product(pk=level.product_id, sku=level.sku) for level in bundle.levels[1:]),
            )  # fmt: skip
            if rights is not None:
                paths = [
                    structure.categories[pk].path for pk in bundle.categories if pk in structure.categories
                ]
                draft.rights = rights.at(paths)
            for key, raw in raws.items():
                cleaned = clean_value(draft, key, raw, rules)
                if cleaned and not same(document.get(key, ABSENT), cleaned[1], cleaned[0]):
                    draft.set_value(key, cleaned[1], by.source)
            drafts.append(draft)
        written = [draft for draft in drafts if draft.outcome.changed and not draft.outcome.errors]
        if written:
            _store(campaign, written, stored, by=by, structure=structure)
    for draft in drafts:
        draft.outcome.status = (
            "refused" if draft.outcome.errors else "updated" if draft.outcome.changed else "unchanged"
        )
    return [draft.outcome for draft in drafts]


def _store(
    campaign: Campaign,
    drafts: list[Draft],
    stored: Mapping[int, CampaignValues],
    *,
    by: Actor,
    structure: Structure,
) -> None:
    now = timezone.now()
    CampaignValues.objects.bulk_create(
        [CampaignValues(campaign=campaign, product_id=draft.row.pk, values=draft.values) for draft in drafts],
        update_conflicts=True,
        unique_fields=["campaign", "product"],
        update_fields=["values"],
    )
    for draft in drafts:
        draft.outcome.changed = {
            f"{key}@{campaign.code}": change for key, change in draft.outcome.changed.items()
        }
        draft.row.rev += 1
        draft.row.updated_at = now
        draft.outcome.rev = draft.row.rev
    update_rows(Product, ["rev", "updated_at"], [draft.row for draft in drafts])
    store.store_revisions(drafts, by, now)
    rows = {draft.row.pk: draft.row for draft in drafts}
    below = [pk for pk in descendants(rows) if pk not in rows]
    if below[BATCH:]:
        enqueue_rederive(below[BATCH:], by=by.user.pk if by.user else None)
    below = below[:BATCH]
    if below:
        rows |= {
            row.pk: row for row in Product.objects.filter(pk__in=below).order_by("pk").select_for_update()
        }
    batch = participants.ChangeBatch(
        changed={draft.row.pk: frozenset(draft.outcome.changed) for draft in drafts}, created=frozenset(), touched=list(rows),
        bundles=bundles.of_rows(rows.values(), structure=structure), structure=structure, origin=by.origin, ref=by.ref,
        by=by.user.pk if by.user else None,
    )  # fmt: skip
    refresh(batch, rows)
    transaction.on_commit(lambda: events.products_changed.send(sender=None, product_ids=list(rows)))
