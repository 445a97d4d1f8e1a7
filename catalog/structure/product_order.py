"""The order of the products within one category, made by hand: those placed come first, the others as they arrived.

`ProductCategory.rank` is 0 for what nobody placed. Ranks have gaps, so that moving one product changes one row: only its
sheets go stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from catalog.models.category import Category
from catalog.models.product import ProductCategory
from catalog.values.products import descendants
from catalog.values.rederive import enqueue_rederive, rederive
from catalog.values.rows import update_rows
from catalog.values.write import BATCH

GAP = 1024
MOST = 2000  # a product is placed by hand among the first of these


class NotPlaced(ValueError):
    """Where it cannot be put, in a sentence."""


@dataclass(frozen=True, slots=True)
class Moved:
    position: int  # from 1
    of: int
    touched: int  # products whose rank changed


def listed(category: Category | int) -> QuerySet[ProductCategory]:
    """The rows of the products that stand in the category itself, in order; without those in the trash."""
    pk = category if isinstance(category, int) else category.pk
    unplaced = Case(When(rank=0, then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = ProductCategory.objects.filter(category_id=pk, product__trashed_at=None)
    return rows.annotate(unplaced=unplaced).order_by("unplaced", "rank", "pk")


def move(category: Category, product: int, to: int, *, by: int | None = None) -> Moved:
    """Puts a product at position `to` (from 1; beyond the end is the end). Locks the category's row. Raises NotPlaced."""
    with transaction.atomic():
        Category.objects.select_for_update().get(pk=category.pk)
        rows = list(listed(category)[:MOST])
        row = next((each for each in rows if each.product_id == product), None)
        if row is None:
            row = listed(category).filter(product_id=product).first()
            if row is None:
                raise NotPlaced(_("This product does not stand in the category any more."))
        else:
            rows.remove(row)
        index = max(0, min(to - 1, len(rows)))
        if index >= MOST - 1:
            raise NotPlaced(_("Products are placed by hand among the first %d of a category.") % (MOST - 1))
        rows.insert(index, row)
        changed = _rank(rows, index)
        update_rows(ProductCategory, ["rank"], changed)
        _make_stale([each.product_id for each in changed], by=by)
        return Moved(index + 1, listed(category).count(), len(changed))


def _rank(rows: Sequence[ProductCategory], index: int) -> list[ProductCategory]:
    """Gives the row at `index` a rank between its neighbours', or all up to the last placed one new ranks."""
    before = rows[index - 1].rank if index else 0
    after = next((row.rank for row in rows[index + 1 :] if row.rank), 0)
    is_placed = index == 0 or before > 0
    if is_placed and (not after or after - before > 1):
        wanted = (before + after) // 2 if after else before + GAP
        if rows[index].rank == wanted:
            return []
        rows[index].rank = wanted
        return [rows[index]]
    last = max([index, *(place for place, row in enumerate(rows) if row.rank and place != index)])
    changed = []
    for place, row in enumerate(rows[: last + 1]):
        wanted = (place + 1) * GAP
        if row.rank != wanted:
            row.rank = wanted
            changed.append(row)
    return changed


def _make_stale(products: Sequence[int], *, by: int | None) -> None:
    """What channels get of them says where they stand: sheets of the products, of their variants and models."""
    if not products:
        return
    ids = list(dict.fromkeys([*products, *descendants(products)]))
    rederive(ids[:BATCH])
    if ids[BATCH:]:
        enqueue_rederive(ids[BATCH:], by=by)
