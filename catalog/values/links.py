"""Products that point at products: brought by name, there when written, never in a circle, and found from the other side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from catalog import search
from catalog.models.campaign import CampaignValues
from catalog.models.merged import MergedProduct
from catalog.models.product import Product, ProductValues
from catalog.structure.product_names import NAMES, split_skus
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.draft import Draft
from catalog.values.keys import attribute_of, split_campaign

DEEPEST = 20  # sets within sets


def bring_products(
    documents: Iterable[Mapping[str, Any]], structure: Structure, *, anew: bool = True
) -> None:
    """Makes the names of the products known that these documents, stored or raw, point at: one query at most, and one
    more where who reads is limited to categories."""
    if not structure.linking:
        NAMES.bring(anew=anew)
        return
    codes = {spec.code for spec in structure.linking}
    ids: set[int] = set()
    skus: set[str] = set()
    for document in documents:
        for key, value in document.items():
            if value and attribute_of(key) in codes:
                _gather(value, ids, skus)
    NAMES.bring(ids=ids, skus=skus, anew=anew)


def bring_pairs(changes: Iterable[Mapping[str, tuple[Any, Any]]], structure: Structure) -> None:
    """As `bring_products`, of what changes by key show as before and after."""
    if structure.linking:
        sides = [
            {split_campaign(key)[0]: pair[side] for key, pair in changed.items()}
            for changed in changes
            for side in (0, 1)
        ]
        bring_products(sides, structure)


def _gather(value: Any, ids: set[int], skus: set[str]) -> None:
    if isinstance(value, str):
        skus.update(split_skus(value))
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, str):
                skus.add(item)
            elif isinstance(item, Mapping):
                if isinstance(item.get("product"), int):
                    ids.add(item["product"])
                elif isinstance(item.get("sku"), str):
                    skus.add(item["sku"])


def check_links(drafts: Sequence[Draft], structure: Structure) -> None:
    """Refuses values that point at the product itself, at products that are gone, and sets that contain themselves."""
    if not structure.linking:
        return
    known = {spec.code: spec for spec in structure.linking}
    contents: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        for key, (_before, after) in draft.outcome.changed.items():
            spec = known.get(attribute_of(key)) if after else None
            if spec is None:
                continue
            if draft.row.pk and any(entry["product"] == draft.row.pk for entry in after):
                text = _("%(label)s: a product cannot point at itself.") % {"label": spec.label()}
                draft.refuse(key, "points_at_itself", text)
            elif draft.change.cleaned and any(NAMES.by_id(entry["product"]) is None for entry in after):
                text = _("One of the products is no longer there: take it out.")
                draft.refuse(key, "unknown_product", text)
            elif spec.params.get("contents") and draft.row.pk:
                contents[spec.code].append(draft)
    for code, listed in contents.items():
        _check_circles(code, listed, known[code])


def _check_circles(code: str, drafts: Sequence[Draft], spec: AttributeSpec) -> None:
    """Walks down what the sets contain, all of the batch at once: a query for each level of sets within sets."""
    inside = {draft.row.pk: _targets(draft.values, code) for draft in drafts}
    level = {pk for targets in inside.values() for pk in targets} - inside.keys()
    for _step in range(DEEPEST):
        if not level:
            break
        rows = ProductValues.objects.filter(pk__in=level, values__has_key=code).values_list("pk", "values")
        found = {pk: _targets(values, code) for pk, values in rows}
        inside |= found
        level = {pk for targets in found.values() for pk in targets} - inside.keys()
    for draft in drafts:
        way = _way_back(draft.row.pk, inside)
        if way:
            text = _("%(label)s: %(sku)s would contain itself, by %(way)s.") % {
                "label": spec.label(), "sku": draft.row.sku, "way": ", ".join(map(NAMES.shown, way)),
            }  # fmt: skip
            draft.refuse(code, "circle", text)


def _targets(values: Mapping[str, Any], code: str) -> list[int]:
    return [
        entry["product"]
        for key, value in values.items()
        if value and attribute_of(key) == code
        for entry in value
    ]


def _way_back(start: int, inside: Mapping[int, Sequence[int]]) -> list[int]:
    """The products by which one comes back to `start`; [] where one does not."""
    ways: list[list[int]] = [[pk] for pk in inside.get(start, ())]
    seen: set[int] = set()
    while ways:
        way = ways.pop()
        for pk in inside.get(way[-1], ()):
            if pk == start:
                return way
            if pk not in seen:
                seen.add(pk)
                ways.append([*way, pk])
    return []


def tokens_at(product_ids: Iterable[int], specs: Iterable[AttributeSpec]) -> list[str]:
    ids = list(product_ids)
    return [f"{spec.code}={pk}" for spec in specs for pk in ids]


def pointing_at(product_ids: Collection[int], specs: Iterable[AttributeSpec]) -> list[int]:
    """Ids of the products (those that inherit included) whose values of these attributes point at one of them, or at one
    that was merged into it."""
    merged = MergedProduct.objects.beginnings(product_ids)
    tokens = tokens_at([*product_ids, *merged], specs)
    if not tokens:
        return []
    rows = search.filter_tokens(Product.objects.all(), any_of=[tokens])
    return list(rows.order_by("pk").values_list("pk", flat=True))


def pointing_in_campaigns(product_ids: Collection[int], specs: Sequence[AttributeSpec]) -> set[int]:
    """Ids of the products to which an active campaign gives a value that points at one of these, or at one that was
    merged into it. Tokens do not know campaigns, so documents are read: those that have such an attribute at all."""
    wanted = {*product_ids, *MergedProduct.objects.beginnings(product_ids)}
    codes = {spec.code for spec in specs}
    own = Q(pk__in=[])
    for code in codes:
        own |= Q(text__contains=f'"{code}"') | Q(text__contains=f'"{code}|')
    rows = CampaignValues.objects.filter(campaign__is_active=True)
    rows = rows.annotate(text=Cast("values", TextField())).filter(own)
    return {
        product
        for product, values in rows.values_list("product_id", "values").iterator()
        for key, value in values.items()
        if value and attribute_of(key) in codes and any(entry["product"] in wanted for entry in value)
    }


def linked_to(
    product_ids: Collection[int], specs: Sequence[AttributeSpec]
) -> dict[int, dict[str, list[int]]]:
    """{product: {attribute: products that point at it, or at one that was merged into it}}, themselves and not by
    inheritance, what is in the trash left out. Three queries, and one for each merge of what was merged."""
    merged = MergedProduct.objects.beginnings(product_ids)
    meant = {**merged, **{pk: pk for pk in product_ids}}
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    codes = {spec.code for spec in specs}
    tokens = tokens_at(meant, specs)
    if not tokens:
        return {}
    pointing = list(search.filter_tokens(Product.objects.all(), any_of=[tokens]).values_list("pk", flat=True))
    if not pointing:
        return {}
    rows = ProductValues.objects.filter(pk__in=pointing, product__trashed_at=None).order_by("pk")
    for pk, values in rows.values_list("pk", "values"):
        for key, value in values.items():
            code = attribute_of(key)
            if value and code in codes:
                for entry in value:
                    to = meant.get(entry["product"])
                    if to is not None and pk != to and pk not in found[to][code]:
                        found[to][code].append(pk)
    return {pk: dict(by_code) for pk, by_code in found.items()}
