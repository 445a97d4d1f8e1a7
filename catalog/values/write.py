"""The one door to stored values: for form, grid, bulk, import, rule, API and undo alike.

write() locks the products' rows, in the order of their ids. One call is one transaction (it joins an outer one) of at
most BATCH products and a constant number of statements: values, derived columns, revisions, proposals, participants.
After the commit one event tells the ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import events, participants
from catalog.access import Rights, rights_of
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import CONFLICT
from catalog.models.asset import Asset
from catalog.models.product import Product, ProductCategory, ProductValues, UniqueValue
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values import store
from catalog.values.changes import ABSENT, Actor, Outcome, ProductChange
from catalog.values.cleaning import KeyRules, clean_value
from catalog.values.derive import derive, number_keys, unique_entry
from catalog.values.draft import Draft
from catalog.values.fields import Coming, Surroundings, apply_fields, axes_of, check_axes
from catalog.values.keys import attribute_of
from catalog.values.precedence import Stands, merged, same
from catalog.values.products import descendants

BATCH = 500


class BatchTooLarge(ValueError):
    """More than BATCH products in one write: the caller chunks, so that no transaction grows long."""


def write(changes: Sequence[ProductChange], *, by: Actor) -> list[Outcome]:
    """Writes what may be written and says of each change what became of it, in order.

    A product with a refused value is left as it is, whole; the others of the batch are written.
    """
    if len(changes) > BATCH:
        raise BatchTooLarge(f"{len(changes)} products in one write: at most {BATCH}")
    structure = Structure.current()
    with transaction.atomic():
        drafts = _prepare(changes, by=by, structure=structure, lock=True, coming={})
        effective = [draft for draft in drafts if draft.outcome.changed and not draft.outcome.errors]
        if effective:
            _store(effective, by=by, structure=structure)
        held = [draft for draft in drafts if draft.proposals and not draft.outcome.errors and draft.row.pk]
        if held:
            store.store_proposals(held, by, timezone.now())
    return [_concluded(draft) for draft in drafts]


def plan(
    changes: Sequence[ProductChange], *, by: Actor, coming: Mapping[str, Coming] | None = None
) -> list[Outcome]:
    """What write() would do and say, writing nothing. `coming`: products (SKU in capitals) the same plan will create before."""
    if len(changes) > BATCH:
        raise BatchTooLarge(f"{len(changes)} products in one plan: at most {BATCH}")
    drafts = _prepare(changes, by=by, structure=Structure.current(), lock=False, coming=coming or {})
    return [_concluded(draft) for draft in drafts]


def _concluded(draft: Draft) -> Outcome:
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
    structure: Structure,
    lock: bool,
    coming: Mapping[str, Coming],
) -> list[Draft]:
    rights = None if by.trusted else rights_of(by.user)
    around, rows = _look_up(changes, lock=lock, coming=coming)
    drafts = _drafts(changes, rows, around, structure, rights)
    may_publish = rights is None or rights.may("product.publish")
    rules = KeyRules(structure, rights)
    stands = Stands(by, structure, may_publish=may_publish)
    for draft in drafts:
        if draft.outcome.errors:
            continue
        apply_fields(draft, by=by, structure=structure, around=around, rights=rights)
        if draft.outcome.errors and draft.is_new:
            # Its place is unknown, but each of its values is still looked at: all errors at once.
            draft.variant = draft.variant if draft.above else None
        _apply_values(draft, by=by, rules=rules, stands=stands)
    check_axes(drafts, _siblings(drafts))
    _check_duplicate_skus(drafts)
    _check_unique(drafts, structure)
    _check_assets(drafts, structure)
    return drafts


def _look_up(
    changes: Sequence[ProductChange], *, lock: bool, coming: Mapping[str, Coming]
) -> tuple[Surroundings, dict[int, Product]]:
    """The products of a batch, those above them and those their SKUs name, in two queries (locked: the first)."""
    ids = sorted({change.product for change in changes if change.product})
    queryset = Product.objects.filter(pk__in=ids).order_by("pk")
    rows = {row.pk: row for row in (queryset.select_for_update() if lock else queryset)} if ids else {}
    skus = {
        str(change.fields[name]).strip().upper()
        for change in changes
        for name in ("sku", "parent")
        if change.fields.get(name)
    }
    skus |= {coming[sku].parent for sku in skus & coming.keys() if coming[sku].parent}
    above = {pk for row in rows.values() for pk in (row.parent_id, row.root_id) if pk} - rows.keys()
    by_id = dict(rows)
    wanted = Q()
    if skus:
        wanted |= Q(folded_sku__in=skus)
    if above:
        wanted |= Q(pk__in=above)
    if wanted:
        found = Product.objects.annotate(folded_sku=Upper("sku")).filter(wanted).only(*bundles.ROW_FIELDS)
        by_id = {row.pk: row for row in found} | by_id
    grand = {row.parent_id for row in by_id.values() if row.parent_id} - by_id.keys()
    if grand:
        by_id |= {row.pk: row for row in Product.objects.filter(pk__in=grand).only(*bundles.ROW_FIELDS)}
    by_sku = {row.sku.upper(): row for row in by_id.values()}
    pseudo: dict[str, Product] = {}
    for sku, coming_product in coming.items():
        pseudo[sku] = Product(
            sku=coming_product.sku, kind=coming_product.kind, family_id=coming_product.family_id,
            family_variant_id=coming_product.family_variant_id,
        )  # fmt: skip
    created = {str(change.fields.get("sku", "")).strip().upper() for change in changes if not change.product}
    for sku, product in pseudo.items():
        if coming[sku].parent:
            product.parent = pseudo.get(coming[sku].parent) or by_sku.get(coming[sku].parent)
        if sku not in by_sku and sku not in created:
            by_sku[sku] = product
    return Surroundings(by_sku, by_id), rows


def _drafts(
    changes: Sequence[ProductChange],
    rows: Mapping[int, Product],
    around: Surroundings,
    structure: Structure,
    rights: Rights | None,
) -> list[Draft]:
    needed = sorted(around.by_id)
    documents = {
        pk: (values, sources) for pk, values, sources in ProductValues.objects.filter(pk__in=needed).values_list("pk", "values", "sources")
    } if needed else {}  # fmt: skip
    placed: dict[int, list[int]] = {}
    if needed and (
        rights is None
        or rights.category_paths() is not None
        or any("categories" in change.fields for change in changes)
    ):
        for pk, category in (
            ProductCategory.objects.filter(product_id__in=needed)
            .order_by("position", "pk")
            .values_list("product_id", "category_id")
        ):
            placed.setdefault(pk, []).append(category)
    drafts = []
    for change in changes:
        row = rows.get(change.product or 0)
        outcome = Outcome(ref=change.ref, product=change.product, rev=row.rev if row else 0)
        if change.product and row is None:
            draft = Draft(change, outcome, Product(), is_new=False)
            draft.refuse("_sku", "gone", _("This product is no longer there."))
        elif row is None:
            draft = Draft(change, outcome, Product(status=Product.Status.DRAFT), is_new=True)
            if rights is not None and not rights.may("product.create"):
                draft.refuse("_sku", "forbidden", _("Your roles do not let you create products."))
        else:
            values, sources = documents.get(row.pk, ({}, {}))
            above = tuple(_above(row, around.by_id))
            draft = Draft(
                change, outcome, row, is_new=False, values=dict(values), sources=dict(sources), stored=values, stored_sources=sources,
                above=above, categories=list(placed.get(row.pk, ())), stored_categories=placed.get(row.pk, []),
                family=structure.families.get(row.family_id) if row.family_id else None,
                variant=structure.variants.get(row.family_variant_id) if row.family_variant_id else None,
            )  # fmt: skip
            if rights is not None:
                _check_reach(draft, placed, structure, rights)
        drafts.append(draft)
    if any(change.only_empty for change in changes):
        for draft in drafts:
            draft.above_values = tuple(documents.get(step.pk, ({}, {}))[0] for step in draft.above)
    return drafts


def _above(row: Product, by_id: Mapping[int, Product]) -> Iterable[Product]:
    step = by_id.get(row.parent_id) if row.parent_id else None
    while step is not None:
        yield step
        step = by_id.get(step.parent_id) if step.parent_id else None


def _check_reach(draft: Draft, placed: Mapping[int, list[int]], structure: Structure, rights: Rights) -> None:
    """A role limited to categories reaches the products in them, and below its models."""
    paths = [
        structure.categories[category].path
        for step in (draft.row, *draft.above)
        for category in placed.get(step.pk, ())
        if category in structure.categories
    ]
    if not rights.may("product.edit") and draft.change.values:
        draft.refuse("_sku", "forbidden", _("Your roles do not let you edit products."))
    elif not rights.may_see_product(paths):
        draft.refuse("_sku", "gone", _("This product is no longer there."))


def _apply_values(draft: Draft, *, by: Actor, rules: KeyRules, stands: Stands) -> None:
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


def _siblings(drafts: Sequence[Draft]) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    parents = {
        draft.above[0].pk
        for draft in drafts
        if draft.above and draft.above[0].pk and not draft.outcome.errors and (axes := axes_of(draft.variant, draft.depth))
        and (draft.is_new or any(axis in draft.outcome.changed for axis in axes))
    }  # fmt: skip
    siblings: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    if parents:
        for pk, parent, values in ProductValues.objects.filter(product__parent_id__in=parents).values_list(
            "pk", "product__parent_id", "values"
        ):
            siblings.setdefault(parent, []).append((pk, values))
    return siblings


def _check_duplicate_skus(drafts: Sequence[Draft]) -> None:
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


def _unique_changes(draft: Draft, structure: Structure) -> Iterable[tuple[str, str]]:
    """(attribute, entry to claim, or "" to give up) of the unique attributes this draft changes."""
    for key, (_before, after) in draft.outcome.changed.items():
        spec = structure.attributes.get(key)
        if spec is not None and spec.unique:
            yield key, unique_entry(spec, after) if after is not ABSENT and after is not None else ""


def _check_unique(drafts: Sequence[Draft], structure: Structure) -> None:
    wanted: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        if draft.outcome.errors:
            continue
        for attribute, entry in _unique_changes(draft, structure):
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
        draft = wanted.get((attribute, entry))
        if draft is not None and product != draft.row.pk:
            draft.refuse(attribute, "not_unique", _("%(sku)s has the same value.") % {"sku": sku}, entry)


def _check_assets(drafts: Sequence[Draft], structure: Structure) -> None:
    named: dict[str, list[tuple[Draft, str]]] = {}
    for draft in drafts:
        for key, (_before, after) in draft.outcome.changed.items():
            spec = structure.attributes.get(attribute_of(key))
            if spec is not None and spec.type == "image" and after:
                for digest in ATTRIBUTE_TYPES[spec.type].references(after).get("asset", ()):
                    named.setdefault(digest, []).append((draft, key))
    if named:
        known = set(Asset.objects.filter(sha256__in=list(named)).values_list("sha256", flat=True))
        for digest in named.keys() - known:
            for draft, key in named[digest]:
                draft.refuse(
                    key, "unknown_asset", _("This picture is not in the library: upload it first."), digest
                )


def _store(drafts: Sequence[Draft], *, by: Actor, structure: Structure) -> None:
    now = timezone.now()
    store.store_products(drafts, now)
    store.store_categories(drafts)
    claims = [(draft, *entry) for draft in drafts for entry in _unique_changes(draft, structure)]
    if claims:
        store.store_unique_values(
            [(attribute, draft.row.pk) for draft, attribute, _entry in claims if not draft.is_new],
            [(attribute, entry, draft.row.pk) for draft, attribute, entry in claims if entry],
        )
    store.store_revisions(drafts, by, now)
    rows = {draft.row.pk: draft.row for draft in drafts}
    models = [draft.row.pk for draft in drafts if not draft.is_new and not draft.row.is_sellable]
    below = [pk for pk in descendants(models) if pk not in rows] if models else []
    later = below[BATCH:]
    if below:
        rows |= {
            row.pk: row
            for row in Product.objects.filter(pk__in=below[:BATCH]).order_by("pk").select_for_update()
        }
    documents = {draft.row.pk: (draft.values, draft.sources) for draft in drafts}
    categories = {
        draft.row.pk: draft.categories
        for draft in drafts
        if draft.is_new or "_categories" in draft.outcome.changed
    }
    batch = participants.ChangeBatch(
        changed={draft.row.pk: frozenset(draft.outcome.changed) for draft in drafts},
        created=frozenset(draft.row.pk for draft in drafts if draft.is_new),
        touched=list(rows),
        bundles=bundles.of_rows(
            rows.values(), structure=structure, documents=documents, categories=categories
        ),
        structure=structure,
        origin=by.origin,
        ref=by.ref,
        by=by.user.pk if by.user else None,
    )
    refresh(batch, rows)
    if later:
        from catalog.values.rederive import enqueue_rederive

        enqueue_rederive(later, by=batch.by)
    ids = [*rows, *later]
    transaction.on_commit(lambda: events.products_changed.send(sender=None, product_ids=ids))


def refresh(batch: participants.ChangeBatch, rows: Mapping[int, Product]) -> None:
    """Derived columns and the participants' part for a batch whose documents are stored."""
    derived = {pk: derive(batch.bundles[pk], batch.structure) for pk in batch.touched}
    added = participants.tokens(batch)
    changed_codes = {
        attribute_of(key) for keys in batch.changed.values() for key in keys if not key.startswith("_")
    }
    numeric = number_keys(changed_codes, batch.structure) if batch.changed else None
    numbers_of = [pk for pk in batch.touched if numeric is None or numeric]
    store.store_derived(rows, derived, added, numbers_of)
    participants.products_changed(batch)
