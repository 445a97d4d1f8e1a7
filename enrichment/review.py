"""Deciding about a product in review: approved as it was seen, or back to who sent it, with a comment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from catalog.access import visible
from catalog.models import Product, Revision, User
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.write import write
from enrichment.models import ReviewNote

Status = Product.Status
COMMENT_LENGTH = 2000
_LOOKED_THROUGH = 200  # revisions, for who sent it


@dataclass(frozen=True, slots=True)
class Decision:
    """`changed_since`: somebody changed the product after the reviewer had seen it, or decided first: nothing was written."""

    outcome: Outcome | None = None
    changed_since: bool = False

    @property
    def ok(self) -> bool:
        return self.outcome is not None and self.outcome.ok


def approve(product_id: int, *, seen: int, by: User) -> Decision:
    """`seen`: the product's revision on the reviewer's screen."""
    return _decide(product_id, Status.APPROVED, seen=seen, by=by)


def send_back(product_id: int, text: str, *, seen: int, by: User) -> Decision:
    """The comment is kept in the transaction of the change, or neither is."""
    return _decide(product_id, Status.DRAFT, seen=seen, by=by, text=text.strip()[:COMMENT_LENGTH])


def _decide(product_id: int, status: str, *, seen: int, by: User, text: str = "") -> Decision:
    with transaction.atomic():
        row = Product.objects.select_for_update(no_key=True).only("rev", "status").get(pk=product_id)
        if row.rev != seen or row.status != Status.IN_REVIEW:
            return Decision(changed_since=True)
        change = ProductChange(
            product=product_id, fields={"status": status}, base={"_status": value_hash(row.status)}
        )
        outcome = write([change], by=Actor(user=by, origin="form", ref="review"))[0]
        if outcome.ok:
            settle([product_id])
            if text:
                ReviewNote.objects.create(
                    product_id=product_id,
                    text=text,
                    by=by,
                    to=sender(product_id),
                    rev=seen,
                    at=timezone.now(),
                )
        return Decision(outcome)


def settle(product_ids: Iterable[int]) -> None:
    """Their comments are answered. One statement, none for no product."""
    if ids := list(product_ids):
        ReviewNote.objects.filter(product__in=ids, settled_at=None).update(settled_at=timezone.now())


def sender(product_id: int) -> User | None:
    """Who sent it to review last, or where that was no person, who changed it last."""
    rows = Revision.objects.filter(product=product_id).order_by("-rev").select_related("user")
    last = None
    for revision in rows[:_LOOKED_THROUGH]:
        if revision.changes.get("_status", (None, None))[1] == Status.IN_REVIEW and revision.user:
            return revision.user
        if last is None and "_status" not in revision.changes:
            last = revision.user
    return last


def returned_to(user: User) -> QuerySet[ReviewNote]:
    """What waits for this person to be mended: still a draft, and still theirs to see."""
    waiting = ReviewNote.objects.filter(
        to=user, settled_at=None, product__status=Status.DRAFT, product__trashed_at=None
    )
    return visible(user, waiting).select_related("product", "by").order_by("-at")


def note_on(product: Product) -> ReviewNote | None:
    """The comment that stands on it. One query, none for what is approved."""
    if product.status == Status.APPROVED:
        return None
    notes = ReviewNote.objects.filter(product=product, settled_at=None).select_related("by")
    return notes.order_by("-at").first()
