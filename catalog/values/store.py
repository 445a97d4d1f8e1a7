"""Writing a batch of drafts: a constant number of statements, whatever the batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from catalog import search
from catalog.models.product import NumberValue, Product, ProductCategory, ProductValues, UniqueValue
from catalog.models.revision import Revision
from catalog.models.source import Proposal
from catalog.models.tokens import numbered
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor
from catalog.values.derive import Derived, unique_entry
from catalog.values.draft import Draft
from catalog.values.revisions import changes_to_json
from catalog.values.rows import delete_rows, insert_rows, reserve_ids, update_rows
from catalog.values.sources import compact

NEW_COLUMNS = (
    "id", "sku", "kind", "family", "family_variant", "parent", "root", "status", "approvals", "enabled", "trashed_at", "rev",
    "label", "labels", "image", "search", "tokens", "created_at", "updated_at",
)  # fmt: skip
NEW_ATTRIBUTES = [Product._meta.get_field(name).attname for name in NEW_COLUMNS]  # type: ignore[union-attr]
ROW_COLUMNS = ("sku", "family", "status", "enabled", "trashed_at", "rev", "updated_at")
_NUMBER_COLUMNS = ("product", "key", "number")
DERIVED_COLUMNS = ("label", "labels", "image", "search", "tokens")


def number(drafts: Sequence[Draft], now: datetime) -> None:
    """Gives every draft its next revision, and new ones their ids."""
    new = [draft for draft in drafts if draft.is_new]
    for draft in drafts:
        draft.row.rev += 1
        draft.row.updated_at = now
        draft.outcome.rev = draft.row.rev
    if new:
        for draft, pk in zip(new, reserve_ids(Product, len(new)), strict=True):
            row = draft.row
            row.id = pk
            row.root_id = row.root_id or pk
            row.created_at = now
            row._state.adding = False
    for draft in drafts:
        draft.outcome.product = draft.row.id


def store_products(drafts: Sequence[Draft], derived: Mapping[int, Derived]) -> None:
    """Inserts the new rows, with what is derived, and updates the others' own columns and documents."""
    new = [draft for draft in drafts if draft.is_new]
    if new:
        for draft in new:
            _take(draft.row, derived[draft.row.id])
        insert_rows(Product, NEW_COLUMNS, (_new_row(draft.row.__dict__) for draft in new))
        insert_rows(
            ProductValues,
            ["product", "values", "sources"],
            zip(
                (draft.row.id for draft in new),
                (draft.values for draft in new),
                (compact(draft.sources, draft.values) for draft in new),
                strict=True,
            ),
        )
        search.replace_tokens([(draft.row.id, (), draft.row.tokens) for draft in new])
        search.replace_texts([(draft.row.id, draft.row.search) for draft in new])
        _insert_numbers((draft.row.id, derived[draft.row.id]) for draft in new)
    old = [draft for draft in drafts if not draft.is_new]
    decided = any(name.startswith("_status") for draft in old for name in draft.outcome.changed)
    update_rows(
        Product, (*ROW_COLUMNS, "approvals") if decided else ROW_COLUMNS, [draft.row for draft in old]
    )
    update_rows(
        ProductValues,
        ["values", "sources"],
        [
            ProductValues(
                product_id=draft.row.id, values=draft.values, sources=compact(draft.sources, draft.values)
            )
            for draft in old
            if draft.values != draft.stored or draft.sources != draft.stored_sources
        ],
    )


_new_row = itemgetter(*NEW_ATTRIBUTES)


def store_categories(drafts: Sequence[Draft]) -> None:
    changed = [draft for draft in drafts if "_categories" in draft.outcome.changed]
    if not changed:
        return
    old = [draft.row.id for draft in changed if draft.stored_categories]
    ranks: dict[tuple[int, int], int] = {}
    if old:
        stored = ProductCategory.objects.filter(product_id__in=old)
        placed = stored.filter(rank__gt=0).values_list("product_id", "category_id", "rank")
        ranks = {(product, category): rank for product, category, rank in placed}
        stored.delete()
    insert_rows(
        ProductCategory,
        ["product", "category", "position", "rank"],
        (
            (draft.row.id, category, position, ranks.get((draft.row.id, category), 0))
            for draft in changed
            for position, category in enumerate(draft.categories)
        ),
    )


def store_revisions(drafts: Sequence[Draft], by: Actor, now: datetime) -> None:
    user = by.user.pk if by.user else None
    insert_rows(
        Revision,
        ["product", "rev", "at", "user", "source", "origin", "ref", "changes"],
        (
            (
                draft.row.id,
                draft.row.rev,
                now,
                user,
                by.source,
                by.origin,
                by.ref,
                changes_to_json(draft.outcome.changed),
            )
            for draft in drafts
        ),
    )


def store_proposals(drafts: Sequence[Draft], by: Actor, now: datetime) -> None:
    """Keeps what could not be written; a newer proposal of the same source for the same key replaces the older.

    A value that a person rejected last, of this source and key, is not proposed again.
    """
    rows = [
        Proposal(
            product_id=draft.row.id,
            key=key,
            value=value,
            source=by.source,
            proposed_by=by.user,
            created_at=now,
        )
        for draft in drafts
        for key, value in draft.proposals.items()
    ]
    if not rows:
        return
    products = sorted({row.product_id for row in rows})
    wanted = {(row.product_id, row.key) for row in rows}
    older = Proposal.objects.filter(
        product_id__in=products, source=by.source, state=Proposal.State.OPEN
    ).values_list("pk", "product_id", "key")
    Proposal.objects.filter(pk__in=[pk for pk, product, key in older if (product, key) in wanted]).delete()
    rejected = Proposal.objects.filter(
        product_id__in=products, source=by.source, state=Proposal.State.REJECTED
    )
    last = {
        (product, key): value
        for product, key, value in rejected.order_by("pk").values_list("product_id", "key", "value")
    }
    unsaid = object()
    Proposal.objects.bulk_create(
        row for row in rows if last.get((row.product_id, row.key), unsaid) != row.value
    )


def store_unique_values(gone: Sequence[tuple[str, int]], come: Sequence[tuple[str, str, int]]) -> None:
    """`gone`: (attribute, product id) whose entry goes; `come`: (attribute, entry, product id)."""
    if gone:
        products = sorted({product for _attribute, product in gone})
        wanted = set(gone)
        rows = UniqueValue.objects.filter(product_id__in=products).values_list(
            "pk", "attribute", "product_id"
        )
        UniqueValue.objects.filter(
            pk__in=[pk for pk, attribute, product in rows if (attribute, product) in wanted]
        ).delete()
    insert_rows(UniqueValue, ["attribute", "value", "product"], come)


def renew_unique_values(bundles: Mapping[int, Bundle], structure: Structure) -> None:
    """After an attribute became unique, or is so no longer: the entries these products' own values call for.

    Where two already had the same value the first found has the entry, and the other keeps its value without one.
    """
    unique = {code: spec for code, spec in structure.attributes.items() if spec.unique}
    wanted = {
        (code, unique_entry(spec, stored), pk)
        for pk, bundle in bundles.items()
        for code, spec in unique.items()
        if (stored := bundle.levels[0].values.get(code)) is not None
    }
    stored_rows = {
        (attribute, entry, product): pk
        for pk, attribute, entry, product in UniqueValue.objects.filter(
            product_id__in=list(bundles)
        ).values_list("pk", "attribute", "value", "product_id")
    }
    gone = [pk for slot, pk in stored_rows.items() if slot not in wanted]
    if gone:
        UniqueValue.objects.filter(pk__in=gone).delete()
    UniqueValue.objects.bulk_create(
        (
            UniqueValue(attribute=attribute, value=entry, product_id=product)
            for attribute, entry, product in sorted(wanted - stored_rows.keys(), key=lambda slot: slot[2])
        ),
        ignore_conflicts=True,
    )


def store_derived(
    rows: Mapping[int, Product], derived: Mapping[int, Derived], numbers_of: Collection[int]
) -> None:
    """Writes derived columns that differ, with the search backend's tables; the numbers of `numbers_of` are made anew."""
    changed: list[Product] = []
    tokens: list[tuple[int, Sequence[int], Sequence[int]]] = []
    texts: list[tuple[int, str]] = []
    for pk, row in rows.items():
        fresh, before, text = derived[pk], row.tokens, row.search
        if not _take(row, fresh):
            continue
        if before != row.tokens:
            tokens.append((pk, before, row.tokens))
        if text != row.search:
            texts.append((pk, row.search))
        changed.append(row)
    update_rows(Product, DERIVED_COLUMNS, changed)
    if tokens:
        search.replace_tokens(tokens)
    if texts:
        search.replace_texts(texts)
    _store_numbers(derived, numbers_of)


def _take(row: Product, fresh: Derived) -> bool:
    """Puts what is derived on the row; whether anything differs."""
    after = (
        fresh.label,
        fresh.labels,
        fresh.image,
        fresh.search,
        sorted({numbered(token) for token in fresh.tokens}),
    )
    if (row.label, row.labels, row.image, row.search, row.tokens) == after:
        return False
    row.label, row.labels, row.image, row.search, row.tokens = after
    return True


def _insert_numbers(products: Iterable[tuple[int, Derived]]) -> None:
    """In the order of their index, which so fills its pages."""
    insert_rows(
        NumberValue,
        _NUMBER_COLUMNS,
        ((pk, key, number) for pk, derived in products for key, number in sorted(_numbers(derived).items())),
    )


def _numbers(derived: Derived) -> dict[int, float]:
    return {numbered(key): number for key, number in derived.numbers.items()}


def _store_numbers(derived: Mapping[int, Derived], products: Collection[int]) -> None:
    if not products:
        return
    stored = {
        (product, key): number
        for product, key, number in NumberValue.objects.filter(product_id__in=products).values_list(
            *_NUMBER_COLUMNS
        )
    }
    wanted = {(pk, key): number for pk in products for key, number in _numbers(derived[pk]).items()}
    delete_rows(NumberValue, ("product", "key"), stored.keys() - wanted.keys())
    update_rows(
        NumberValue,
        ["number"],
        [
            NumberValue(product_id=product, key=key, number=number)
            for (product, key), number in wanted.items()
            if stored.get((product, key), number) != number
        ],
        by=("product", "key"),
    )
    come = sorted(wanted.keys() - stored.keys())
    insert_rows(NumberValue, _NUMBER_COLUMNS, ((*slot, wanted[slot]) for slot in come))
