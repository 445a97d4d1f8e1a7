"""Arranging the category trees: among its siblings, under another parent, one step in or out."""

from __future__ import annotations

from django.db import transaction

from catalog.models.category import Category
from catalog.structure.announce import announce
from catalog.structure.categories import place


def siblings(parent: Category | None) -> list[Category]:
    return list(Category.objects.filter(parent=parent).order_by("position", "code"))


def move(category: Category, parent: Category | None, index: int, *, by: int | None = None) -> int:
    """Puts the category under `parent` (None: a root) as the child number `index` (from 0); returns the index it has then.

    Raises ValidationError where the parent lies below the category, or the tree would be too deep.
    """
    with transaction.atomic():
        moves = (parent.pk if parent else None) != category.parent_id
        if moves:
            place(category, parent)
        rows = [row for row in siblings(parent) if row.pk != category.pk]
        index = max(0, min(index, len(rows)))
        rows.insert(index, category)
        changed = []
        for position, row in enumerate(rows):
            if row.position != position:
                row.position = position
                changed.append(row)
        Category.objects.bulk_update(changed, ["position"])
        if moves:
            announce("category", [category.pk], by=by)
        elif changed:
            announce("category_order", [row.pk for row in changed], by=by)
        return index


def target(category: Category, step: str) -> tuple[Category | None, int] | None:
    """Where one step leads: "up", "down", "in" (under the sibling above), "out" (after its parent). None: it cannot."""
    own = siblings(category.parent)
    place_now = next(number for number, row in enumerate(own) if row.pk == category.pk)
    if step == "up" and place_now > 0:
        return category.parent, place_now - 1
    if step == "down" and place_now < len(own) - 1:
        return category.parent, place_now + 1
    if step == "in" and place_now > 0:
        above = own[place_now - 1]
        return above, len(siblings(above))
    if step == "out" and category.parent is not None:
        around = siblings(category.parent.parent)
        return category.parent.parent, next(
            n for n, row in enumerate(around) if row.pk == category.parent_id
        ) + 1
    return None
