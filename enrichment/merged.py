"""What people said and were to do about a product that was merged into another one goes along: in the trash nobody sees it.

Where the merge is taken back it stays with the product that stayed, at which people have gone on talking since.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from enrichment.models import Assignment, Comment, Thread
from enrichment.models.assignment import NOTE_LENGTH


def follow(gone: int, stays: int) -> None:
    """In the transaction of the merge. Locks the threads of both; a constant number of statements, but for talks open at both."""
    with transaction.atomic():
        rows = Thread.objects.filter(product__in=(gone, stays), resolved_at=None).order_by("pk")
        open_: dict[tuple[int, str], int] = {
            (product, key): pk
            for pk, product, key in rows.select_for_update(no_key=True).values_list("pk", "product_id", "key")
        }
        for (product, key), theirs in open_.items():
            ours = open_.get((stays, key))
            if product == gone and ours is not None:
                Comment.objects.filter(thread=theirs).update(thread=ours)
                Thread.objects.filter(pk=theirs).delete()
        Thread.objects.filter(product=gone).update(product=stays)
        _assignments(gone, stays)


def _assignments(gone: int, stays: int) -> None:
    """Who is to do something about both keeps that of the product that stays, until the earlier day, with what is to be done at both."""
    rows = Assignment.objects.filter(product__in=(gone, stays), done_at=None).select_for_update(no_key=True)
    ours = {row.to_id: row for row in rows if row.product_id == stays}
    for row in rows:
        own = ours.get(row.to_id)
        if row.product_id == gone and own is not None:
            due = min((day for day in (own.due, row.due) if day), default=None)
            Assignment.objects.filter(pk=own.pk).update(due=due, note=_both(own.note, row.note))
            Assignment.objects.filter(pk=row.pk).update(done_at=timezone.now())
    Assignment.objects.filter(product=gone, done_at=None).update(product=stays)


def _both(ours: str, theirs: str) -> str:
    """Two notes as one: each once, cut where they are too long."""
    notes = dict.fromkeys(note for note in (ours.strip(), theirs.strip()) if note)
    return " · ".join(notes)[:NOTE_LENGTH]
