"""Everything needed to resolve a product's values: its own document, those above it, its campaigns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog.models.campaign import CampaignValues
from catalog.models.product import Product, ProductCategory, ProductValues
from catalog.structure.conversion import current_with_sources
from catalog.structure.snapshot import FamilySpec, Structure, VariantSpec
from catalog.values.links import bring_products
from catalog.values.records import bring
from catalog.values.rows import select_rows
from catalog.values.sources import whole

NOTHING: frozenset[str] = frozenset()
# What a bundle's product row carries: all but the derived columns, which are wide and only searched.
ROW_FIELDS = (
    "id", "sku", "kind", "family_id", "family_variant_id", "parent_id", "root_id", "status", "approvals", "enabled", "trashed_at",
    "rev", "label", "labels", "image", "created_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One product of the chain variant → sub-model → model, with its own document."""

    product_id: int
    sku: str
    kind: str
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    outdated: frozenset[str] = NOTHING  # keys of its texts whose source has changed since
    approvals: Mapping[str, str] = field(default_factory=dict)  # Product.approvals


@dataclass(frozen=True, slots=True)
class CampaignDocument:
    """What a campaign says at one level (0: the product itself, 1: its parent …). In order of precedence."""

    code: str
    labels: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    level: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bundle:
    """`levels`: the product's own first, then its parent's, then its root's."""

    product: Product
    levels: tuple[Level, ...]
    family: FamilySpec | None
    variant: VariantSpec | None
    categories: tuple[int, ...]  # ids, its own and those of the levels above
    campaigns: tuple[CampaignDocument, ...]
    linked: Mapping[str, tuple[int, ...]] = field(
        default_factory=dict
    )  # attribute → products pointing here, if asked for

    @property
    def depth(self) -> int:
        """The level at which this product stands in its family variant: 0 for a model or a simple product."""
        return len(self.levels) - 1

    @property
    def effective(self) -> dict[str, Any]:
        """Key → value with the levels merged, the own winning; campaigns, contexts and fallbacks left alone."""
        merged: dict[str, Any] = {}
        for level in reversed(self.levels):
            merged.update(level.values)
        return merged


def attributes_of(bundle: Bundle, structure: Structure) -> tuple[str, ...]:
    """The attribute codes of the product's family, and those that every family has; all where it has no family."""
    if bundle.family is None:
        return tuple(structure.attributes)
    return tuple(dict.fromkeys((*bundle.family.attributes, *structure.everywhere)))


def attributes_at(bundle: Bundle, structure: Structure) -> tuple[str, ...]:
    """Those of them that may be written at this product's level: bound to it, or bound to none."""
    codes = attributes_of(bundle, structure)
    if bundle.variant is None:
        return codes
    return tuple(code for code in codes if bundle.variant.bound.get(code, bundle.depth) == bundle.depth)


def load(product_ids: Iterable[int], *, structure: Structure | None = None) -> dict[int, Bundle]:
    """Bundles of these products, in at most six queries whatever their number."""
    structure = structure or Structure.current()
    rows = {row.pk: row for row in Product.objects.filter(pk__in=list(product_ids)).only(*ROW_FIELDS)}
    return of_rows(rows.values(), structure=structure)


def of_rows(
    rows: Iterable[Product],
    *,
    structure: Structure,
    documents: Mapping[int, tuple[Mapping[str, Any], Mapping[str, str]]] | None = None,
    categories: Mapping[int, Sequence[int]] | None = None,
    created: Collection[int] = (),
) -> dict[int, Bundle]:
    """Bundles of rows in hand. `documents` and `categories` (by product id) override what the database has.

    `created`: ids of products that this transaction makes: no campaign can name them yet, and no text of theirs is outdated.
    """
    rows = list(rows)
    known = {row.pk: row for row in rows}
    above = {pk for row in rows for pk in (row.parent_id, row.root_id) if pk and pk not in known}
    if above:
        known |= {row.pk: row for row in Product.objects.filter(pk__in=above).only(*ROW_FIELDS)}
    docs = dict(documents or {})
    missing = [pk for pk in known if pk not in docs]
    if missing:
        for pk, values, stored in ProductValues.objects.filter(pk__in=missing).values_list(
            "pk", "values", "sources"
        ):
            sources = whole(stored, values)
            docs[pk] = (
                current_with_sources(values, sources, structure.conversions)
                if structure.conversions
                else (values, sources)
            )
    bring((values for values, _sources in docs.values()), structure)
    bring_products((values for values, _sources in docs.values()), structure)
    placed: dict[int, Sequence[int]] = dict(categories or {})
    missing = [pk for pk in known if pk not in placed]
    if missing:
        found: dict[int, list[int]] = defaultdict(list)
        for pk, category in (
            ProductCategory.objects.filter(product_id__in=missing)
            .order_by("position", "pk")
            .values_list("product_id", "category_id")
        ):
            found[pk].append(category)
        placed |= found
    older = [pk for pk in known if pk not in created]
    campaigns = _campaigns(older, structure)
    bring((document.values for listed in campaigns.values() for document in listed), structure)
    if campaigns:
        in_campaigns = (document.values for listed in campaigns.values() for document in listed)
        bring_products(in_campaigns, structure, anew=False)
    outdated = outdated_keys(older)
    bundles = {}
    families, variants = structure.families, structure.variants
    for row in rows:
        if row.parent_id is None and row.pk not in campaigns:  # most products stand alone
            document = docs.get(row.pk, ({}, {}))
            level = Level(row.pk, row.sku, row.kind, *document, outdated.get(row.pk, NOTHING), row.approvals)
            bundles[row.pk] = Bundle(
                row,
                (level,),
                families.get(row.family_id) if row.family_id else None,
                variants.get(row.family_variant_id) if row.family_variant_id else None,
                tuple(placed.get(row.pk, ())),
                (),
            )
            continue
        chain = _chain(row, known)
        levels = tuple(
            Level(
                step.pk,
                step.sku,
                step.kind,
                *docs.get(step.pk, ({}, {})),
                outdated.get(step.pk, NOTHING),
                step.approvals,
            )
            for step in chain
        )
        bundles[row.pk] = Bundle(
            product=row,
            levels=levels,
            family=families.get(row.family_id) if row.family_id else None,
            variant=variants.get(row.family_variant_id) if row.family_variant_id else None,
            categories=tuple(
                dict.fromkeys(category for step in chain for category in placed.get(step.pk, ()))
            ),
            campaigns=_in_order(
                (document, depth)
                for depth, step in enumerate(chain)
                for document in campaigns.get(step.pk, ())
            ),
        )
    return bundles


def outdated_keys(product_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Product → the keys of its texts whose source has changed since they were translated. At most one query."""
    ids = list(product_ids)
    found: dict[int, set[str]] = defaultdict(set)
    if ids:
        for product, key in select_rows(
            "SELECT product_id, key FROM catalog_outdatedtranslation WHERE product_id {ids}", ids
        ):
            found[product].add(key)
    return {product: frozenset(keys) for product, keys in found.items()}


def _chain(row: Product, known: Mapping[int, Product]) -> list[Product]:
    chain = [row]
    while (parent := chain[-1].parent_id) and parent in known and len(chain) < 3:
        chain.append(known[parent])
    return chain


def _campaigns(product_ids: Iterable[int], structure: Structure) -> dict[int, list[CampaignValues]]:
    wanted = list(product_ids)
    by_product: dict[int, list[CampaignValues]] = defaultdict(list)
    if wanted:
        for document in CampaignValues.objects.filter(
            product_id__in=wanted, campaign__is_active=True
        ).select_related("campaign"):
            document.values = structure.read(document.values)
            by_product[document.product_id].append(document)
    return by_product


def _in_order(documents: Iterable[tuple[CampaignValues, int]]) -> tuple[CampaignDocument, ...]:
    """Higher priority first, then the later start, then the code, so that the order is total."""
    ordered = sorted(
        documents,
        key=lambda pair: (
            -pair[0].campaign.priority,
            -pair[0].campaign.starts_at.timestamp(),
            pair[0].campaign.code,
            pair[1],
        ),
    )
    return tuple(
        CampaignDocument(
            d.campaign.code, d.campaign.labels, d.campaign.starts_at, d.campaign.ends_at, depth, d.values
        )
        for d, depth in ordered
    )
