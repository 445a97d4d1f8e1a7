"""The one door to stored values: for form, grid, bulk, import, rule, API and undo alike.

write() locks the products' rows, in the order of their ids. One call is one transaction (it joins an outer one) of at
most BATCH products and a constant number of statements: values, derived columns, revisions, proposals, participants.
After the commit one event tells the ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog import events, participants
from catalog.access import rights_of
from catalog.attribute_types.base import CONFLICT
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values import approving, converting, numbers, store, translations
from catalog.values import bundle as bundles
from catalog.values.changes import ABSENT, BY_HAND, Actor, Outcome, ProductChange
from catalog.values.checks import check_assets, check_skus, check_unique, siblings_of, unique_changes
from catalog.values.cleaning import KeyRules, clean_value
from catalog.values.defaults import apply_defaults
from catalog.values.derive import Derived, deriver, number_keys
from catalog.values.draft import Draft
from catalog.values.fields import Coming, apply_fields, check_axes
from catalog.values.gather import look_up, make_drafts
from catalog.values.keys import attribute_of
from catalog.values.links import bring_products, check_links
from catalog.values.moving import (
    check_whole_models,
    is_moved,
    keep_campaigns,
    shed,
    stays_where_it_is,
    store_moves,
)
from catalog.values.precedence import Stands, merged, same
from catalog.values.products import descendants
from catalog.values.records import bring, check_records
from pim.lib.deadlocks import again_after_deadlock

BATCH = 500


class BatchTooLarge(ValueError):
    """More than BATCH products in one write: the caller chunks, so that no transaction grows long."""


def write(changes: Sequence[ProductChange], *, by: Actor) -> list[Outcome]:
    """Writes what may be written and says of each change what became of it, in order.

    A product with a refused value is left as it is, whole; the others of the batch are written. Where somebody took a
    SKU or a unique value between the look and the write, the batch is looked at once more, and then says whose it was.
    So is a batch that the database let go because it and another waited for each other.
    """
    if len(changes) > BATCH:
        raise BatchTooLarge(f"{len(changes)} products in one write: at most {BATCH}")
    # A batch has its own products, then waits for those below its models, and those may be another batch's own.
    written = partial(_written, changes, by=by)
    try:
        return again_after_deadlock(written)
    except IntegrityError:
        return again_after_deadlock(written)


def _written(changes: Sequence[ProductChange], *, by: Actor) -> list[Outcome]:
    with transaction.atomic():
        drafts, structure = _prepare(changes, by=by, lock=True, coming={})
        if structure.conversions:
            converting.record(drafts)
        effective = [draft for draft in drafts if draft.outcome.changed and not draft.outcome.errors]
        if effective:
            _store(effective, by=by, structure=structure)
        held = [draft for draft in drafts if draft.proposals and not draft.outcome.errors and draft.row.pk]
        if held:
            store.store_proposals(held, by, timezone.now())
    return [concluded(draft) for draft in drafts]


def plan(
    changes: Sequence[ProductChange], *, by: Actor, coming: Mapping[str, Coming] | None = None
) -> list[Outcome]:
    """What write() would do and say, writing nothing. `coming`: products (SKU in capitals) the same plan will create before."""
    if len(changes) > BATCH:
        raise BatchTooLarge(f"{len(changes)} products in one plan: at most {BATCH}")
    drafts, _structure = _prepare(changes, by=by, lock=False, coming=coming or {})
    return [concluded(draft) for draft in drafts]


def concluded(draft: Draft) -> Outcome:
    """The outcome of a draft, with its status."""
    outcome = draft.outcome
    if outcome.errors:
        outcome.status = "refused"
        outcome.changed = {}
        outcome.proposals = []
    elif outcome.conflicts:
        outcome.status = "conflict"
    elif outcome.changed:
        outcome.status = "created" if draft.is_new else "updated"
    return outcome


def _prepare(
    changes: Sequence[ProductChange],
    *,
    by: Actor,
    lock: bool,
    coming: Mapping[str, Coming],
) -> tuple[list[Draft], Structure]:
    rights = None if by.trusted else rights_of(by.user)
    around, rows = look_up(changes, lock=lock, coming=coming)
    # Asked once the rows are ours: what follows a change of the structure may have been here while we waited for them.
    structure = Structure.current()
    bring((change.values for change in changes), structure)
    bring_products((change.values for change in changes), structure)
    drafts = make_drafts(changes, rows, around, structure, rights, None if by.trusted else by.user)
    if structure.conversions:
        converting.adapt(drafts, structure)
    if structure.approving:
        approving.bring_levels(drafts, structure)
    rules = KeyRules(structure, by_hand=by.origin in BY_HAND)
    stands = Stands(by, structure)
    for draft in drafts:
        if draft.outcome.errors:
            continue
        apply_fields(draft, structure=structure, around=around)
        if stays_where_it_is(draft):
            continue
        if draft.outcome.errors and draft.is_new:
            # Its place is unknown, but each of its values is still looked at: all errors at once.
            draft.variant = draft.variant if draft.above else None
        if is_plain(draft, rules, stands):
            draft.take_all(draft.change.values, by.source)
        else:
            apply_values(draft, by=by, rules=rules, stands=stands)
        if is_moved(draft):
            shed(draft, structure)
        elif structure.approving:
            approving.name_first_words(draft, structure)
        if draft.is_new and structure.defaults:
            apply_defaults(draft, structure)
    keep_campaigns(drafts, structure)
    check_whole_models(drafts)
    check_axes(drafts, siblings_of(drafts, structure))
    check_skus(drafts)
    check_unique(drafts, structure)
    check_assets(drafts, structure)
    check_records(drafts, structure)
    check_links(drafts, structure)
    if lock and (structure.numbered or any(change.number for change in changes)):
        numbers.assign(drafts, structure, source=by.source)
    return drafts, structure


def is_plain(draft: Draft, rules: KeyRules, stands: Stands) -> bool:
    """Whether a draft's values only have to be taken as they are: those of a new product, cleaned before, each under a
    key this batch has judged already. Nothing is stored that they could be compared, merged or ranked with.

    apply_values would come to the same, at twenty times the cost: it is most of an import.
    """
    change = draft.change
    if not draft.is_new or not change.cleaned or change.base is not None or change.sources:
        return False
    known, keys = rules.of(draft), change.values.keys()
    return (
        keys <= known.keys()
        and _TO_BE_WEIGHED.isdisjoint(map(type, change.values.values()))
        and not (change.only_empty and draft.above_values)
        and stands.lets_write(keys, known)
    )


# An empty value may inherit or not; EMPTY, RESET and ABSENT say what to do rather than what there is.
_TO_BE_WEIGHED = frozenset({type(None), type(ABSENT)})


def apply_values(draft: Draft, *, by: Actor, rules: KeyRules, stands: Stands) -> None:
    """Each value by itself: cleaned, compared with what is stored, merged, and weighed against other sources' ranks."""
    for key, raw in draft.change.values.items():
        cleaned = clean_value(draft, key, raw, rules)
        if cleaned is None:
            continue
        spec, mine = cleaned
        if draft.change.only_empty and _is_filled(draft, key):
            continue
        if same(draft.stored.get(key, ABSENT), mine, spec):
            continue
        if draft.change.base is not None:
            mine = merged(draft, key, spec, mine)
            if mine is CONFLICT or same(draft.stored.get(key, ABSENT), mine, spec):
                continue
        if stands.stands_back(draft, key, spec):
            draft.proposals[key] = None if mine is ABSENT else mine
            draft.outcome.proposals.append(key)
            continue
        draft.set_value(key, mine, (draft.change.sources or {}).get(key, by.source))


def _is_filled(draft: Draft, key: str) -> bool:
    for document in (draft.stored, *draft.above_values):
        if key in document:
            return document[key] is not None
    return False


def _store(drafts: Sequence[Draft], *, by: Actor, structure: Structure) -> None:
    now = timezone.now()
    store.number(drafts, now)
    translations.follow(drafts, structure=structure, now=now)
    left = store_moves(drafts, structure=structure)
    rows = {draft.row.pk: draft.row for draft in drafts}
    models = [draft.row.pk for draft in drafts if not draft.is_new and not draft.row.is_sellable]
    below = [pk for pk in descendants(models) if pk not in rows] if models else []
    later = below[BATCH:]
    below = sorted({*below[:BATCH], *left})
    if below:
        rows |= {
            row.pk: row
            for row in Product.objects.filter(pk__in=below).order_by("pk").select_for_update(no_key=True)
        }
    documents = {draft.row.pk: (draft.values, draft.sources) for draft in drafts}
    categories = {
        draft.row.pk: draft.categories
        for draft in drafts
        if draft.is_new or "_categories" in draft.outcome.changed
    }
    created = frozenset(draft.row.pk for draft in drafts if draft.is_new)
    batch = participants.ChangeBatch(
        changed={draft.row.pk: frozenset(draft.outcome.changed) for draft in drafts},
        created=created,
        touched=list(rows),
        bundles=bundles.of_rows(
            rows.values(), structure=structure, documents=documents, categories=categories, created=created
        ),
        structure=structure,
        origin=by.origin,
        ref=by.ref,
        by=by.user.pk if by.user else None,
    )
    derived = _derived(batch)
    store.store_products(drafts, derived)
    store.store_categories(drafts)
    claims = [(draft, *entry) for draft in drafts for entry in unique_changes(draft, structure)]
    if claims:
        store.store_unique_values(
            [(attribute, draft.row.pk) for draft, attribute, _entry in claims if not draft.is_new],
            [(attribute, entry, draft.row.pk) for draft, attribute, entry in claims if entry],
        )
    rewritten = [draft.row.pk for draft in drafts if draft.rewritten] if structure.conversions else ()
    if rewritten and structure.unique:
        store.renew_unique_values({pk: batch.bundles[pk] for pk in rewritten}, structure)
    store.store_revisions(drafts, by, now)
    _store_derived(batch, {pk: row for pk, row in rows.items() if pk not in created}, derived)
    participants.products_changed(batch)
    if later:
        from catalog.values.rederive import enqueue_rederive

        enqueue_rederive(later, by=batch.by)
    ids = [*rows, *later]
    transaction.on_commit(
        lambda: events.products_changed.send(sender=None, product_ids=ids, origin=by.origin)
    )


def refresh(batch: participants.ChangeBatch, rows: Mapping[int, Product]) -> None:
    """Derived columns and the participants' part for a batch whose documents are stored."""
    _store_derived(batch, rows, _derived(batch))
    participants.products_changed(batch)


def _derived(batch: participants.ChangeBatch) -> dict[int, Derived]:
    """What is worked out of the batch's products, with the participants' tokens."""
    of = deriver(batch.structure)
    derived = {pk: of(batch.bundles[pk]) for pk in batch.touched}
    for pk, added in participants.tokens(batch).items():
        derived[pk].tokens |= added
    return derived


def _store_derived(
    batch: participants.ChangeBatch, rows: Mapping[int, Product], derived: Mapping[int, Derived]
) -> None:
    if rows:
        changed = set().union(*batch.changed.values()) if batch.changed else set()
        codes = {attribute_of(key) for key in changed if not key.startswith("_")}
        # Another model has other numbers to inherit, though nothing of the product's own says one.
        goes_elsewhere = any("_parent" in batch.changed.get(pk, ()) for pk in rows)
        has_numbers = not batch.changed or goes_elsewhere or bool(number_keys(codes, batch.structure))
        store.store_derived(rows, derived, list(rows) if has_numbers else ())
