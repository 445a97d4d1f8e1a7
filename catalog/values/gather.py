"""What one batch needs from the database before anything is decided: the rows, those above them, those they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import Q
from django.db.models.base import ModelState
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.models.product import Product, ProductCategory, ProductValues
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.changes import Outcome, ProductChange
from catalog.values.draft import Draft, Surroundings
from catalog.values.fields import Coming
from catalog.values.products import capitals
from catalog.values.sources import whole


def look_up(
    changes: Sequence[ProductChange], *, lock: bool, coming: Mapping[str, Coming]
) -> tuple[Surroundings, dict[int, Product]]:
    """The products of a batch, those above them and those their SKUs name, in two queries (locked: the first).

    On PostgreSQL one more, where variants come under models.
    """
    ids = sorted({change.product for change in changes if change.product})
    queryset = Product.objects.filter(pk__in=ids).order_by("pk")
    rows = (
        {row.pk: row for row in (queryset.select_for_update(no_key=True) if lock else queryset)}
        if ids
        else {}
    )
    written = {
        str(change.fields[name]).strip()
        for change in changes
        for name in ("sku", "parent")
        if change.fields.get(name)
    }
    skus = {spelling for sku in written for spelling in capitals(sku)}
    if lock:
        _keep_models(changes)
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


def _keep_models(changes: Sequence[ProductChange]) -> None:
    """Nobody writes the models that get a variant here, nor those above them, until it is there: who does looks for what
    stands below, and would not see it. Several may add variants to one model at once. SQLite has one writer anyway.
    """
    parents = {str(change.fields["parent"]).strip() for change in changes if _comes_under(change)}
    if not parents or connection.vendor != "postgresql":
        return
    skus = sorted({spelling for sku in parents for spelling in capitals(sku)})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalog_product WHERE id IN (SELECT unnest(ARRAY[id, parent_id]) FROM catalog_product"
            " WHERE UPPER(sku) = ANY(%s)) ORDER BY id FOR SHARE",
            [skus],
        )


def _comes_under(change: ProductChange) -> bool:
    return bool(change.fields.get("parent")) and (change.product is None or change.moves != "")


def make_drafts(
    changes: Sequence[ProductChange],
    rows: Mapping[int, Product],
    around: Surroundings,
    structure: Structure,
    rights: Rights | None,
    user: User | None = None,
) -> list[Draft]:
    needed = sorted(around.by_id)
    documents = {
        pk: (values, whole(sources, values))
        for pk, values, sources in ProductValues.objects.filter(pk__in=needed).values_list("pk", "values", "sources")
    } if needed else {}  # fmt: skip
    placed: dict[int, list[int]] = {}
    limited = rights is not None and not rights.everything
    if needed and (limited or any("categories" in change.fields for change in changes)):
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
            draft = Draft(change, outcome, _blank(), is_new=True)
            if rights is not None:
                _check_creating(draft, _coming_paths(change, around, placed, structure), rights)
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
    if structure.approving or any(change.only_empty for change in changes):
        for draft in drafts:
            draft.above_values = tuple(documents.get(step.pk, ({}, {}))[0] for step in draft.above)
    for draft in drafts:
        if draft.change.moves or "family" in draft.change.fields:
            draft.documents, draft.stored_above, draft.writer = documents, draft.above, user
    return drafts


_PATTERN = Product(status=Product.Status.DRAFT)


def _blank() -> Product:
    """A new product's row, as Product(status=draft) makes it, without that call's long way: imports make them by the million."""
    row = Product.__new__(Product)
    row.__dict__.update(_PATTERN.__dict__)
    row.approvals, row.labels, row.tokens, row._state = {}, {}, [], ModelState()
    return row


def _above(row: Product, by_id: Mapping[int, Product]) -> Iterable[Product]:
    step = by_id.get(row.parent_id) if row.parent_id else None
    while step is not None:
        yield step
        step = by_id.get(step.parent_id) if step.parent_id else None


def _check_reach(draft: Draft, placed: Mapping[int, list[int]], structure: Structure, rights: Rights) -> None:
    """A role limited to categories reaches the products in them, and below its models."""
    draft.rights = rights.at(_paths((draft.row, *draft.above), placed, structure))
    if not draft.rights.may("product.view"):
        draft.refuse("_sku", "gone", _("This product is no longer there."))
    elif draft.change.values and not draft.rights.may("product.edit"):
        draft.refuse("_sku", "forbidden", _("Your roles do not let you edit this product."))


def _check_creating(draft: Draft, paths: list[str], rights: Rights) -> None:
    draft.rights = rights.at(paths)
    if not draft.rights.may("product.create"):
        draft.refuse("_sku", "forbidden", _("Your roles do not let you create products here."))


def _paths(steps: Iterable[Product], placed: Mapping[int, list[int]], structure: Structure) -> list[str]:
    return [
        structure.categories[category].path
        for step in steps
        for category in placed.get(step.pk, ())
        if category in structure.categories
    ]


def _coming_paths(
    change: ProductChange, around: Surroundings, placed: Mapping[int, list[int]], structure: Structure
) -> list[str]:
    """The paths a product to be created will have: of the categories named for it, and of the models above it."""
    named = (
        structure.category_by_code.get(str(code).strip().casefold())
        for code in change.fields.get("categories") or ()
    )
    own = [category.path for category in named if category]
    parent = around.by_sku.get(str(change.fields.get("parent") or "").strip().upper())
    above = [parent, *_above(parent, around.by_id)] if parent is not None else []
    return own + _paths(above, placed, structure)
