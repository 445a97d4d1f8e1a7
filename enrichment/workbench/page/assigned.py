"""What is open about a product, and who has it, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.access import Rights
from catalog.models import Product, User
from enrichment import assigning
from enrichment.comments.mentions import called
from enrichment.models import Assignment


@dataclass(frozen=True, slots=True)
class Shown:
    row: Assignment
    who: str
    giver: str  # "" where they gave it to themselves, or left
    is_overdue: bool
    may_finish: bool


def shown(product: Product, user: User, rights: Rights) -> list[Shown]:
    """One query."""
    return [
        Shown(
            row,
            called(row.to),
            called(row.by) if row.by_id != row.to_id else "",
            assigning.is_overdue(row),
            may_finish(row, user, rights),
        )
        for row in assigning.on(product)
    ]


def may_finish(row: Assignment, user: User, rights: Rights) -> bool:
    """Whose it is, who gave it, or who may edit the product. `rights`: at its places."""
    return user.pk in (row.to_id, row.by_id) or rights.may("product.edit")
