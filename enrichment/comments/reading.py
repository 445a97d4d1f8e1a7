"""What was said, as one person may see it: the threads of a product, their number beside each field, what waits for oneself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from catalog.access import Rights, paths_of_each, rights_of
from catalog.models import Product, User
from catalog.structure.snapshot import Structure
from enrichment.comments import mentions, places
from enrichment.models import Comment, Notification, Thread

THREADS = 50  # open ones shown; and as many resolved
COMMENTS = 500
WAITING = 100


@dataclass(frozen=True, slots=True)
class ShownComment:
    row: Comment
    author: str
    parts: list[tuple[str, str]]  # mentions.parts
    is_own: bool
    is_unread: bool


@dataclass(slots=True)
class ShownThread:
    row: Thread
    label: str  # of the value it is about, "" for the product
    href: str
    comments: list[ShownComment] = field(default_factory=list)

    @property
    def has_unread(self) -> bool:
        return any(each.is_unread for each in self.comments)


def counts(product: Product, rights: Rights, structure: Structure) -> dict[str, int]:
    """Key → comments in its open thread, of what this person may see. One query."""
    said = Count("comments", filter=Q(comments__deleted_at=None))
    rows = Thread.objects.filter(product=product, resolved_at=None).values_list("key").annotate(n=said)
    return {key: n for key, n in rows if places.may_see(key, rights, structure)}


def threads(
    product: Product, *, reader: User, rights: Rights, structure: Structure, key: str | None = None
) -> list[ShownThread]:
    """The open ones, those last begun first, then the resolved; `key`: of that place alone. Three queries."""
    rows = Thread.objects.filter(product=product).select_related("resolved_by")
    if key is not None:
        rows = rows.filter(key=key)
    listed = [
        *rows.filter(resolved_at=None).order_by("-pk")[:THREADS],
        *rows.exclude(resolved_at=None).order_by("-resolved_at")[:THREADS],
    ]
    shown = {
        row.pk: ShownThread(
            row, places.label(row.key, structure), places.href(product.pk, row.key, structure)
        )
        for row in listed
        if places.may_see(row.key, rights, structure)
    }
    said = list(
        Comment.objects.filter(thread__in=list(shown)).select_related("author").order_by("-pk")[:COMMENTS]
    )
    told: dict[int, list[Notification]] = {}
    for each in Notification.objects.filter(comment__in=[row.pk for row in said]).select_related("user"):
        told.setdefault(each.comment_id, []).append(each)
    for row in reversed(said):
        people = told.get(row.pk, [])
        shown[row.thread_id].comments.append(
            ShownComment(
                row,
                mentions.called(row.author),
                mentions.parts(row.text, [each.user for each in people]),
                row.author_id == reader.pk,
                any(each.user_id == reader.pk and each.read_at is None for each in people),
            )
        )
    return list(shown.values())


@dataclass(frozen=True, slots=True)
class Waiting:
    """A comment for this person. `about`: the value, "" for the product as a whole."""

    notification: Notification
    product: Product
    about: str
    href: str
    author: str


def waiting(user: User) -> list[Waiting]:
    """Unread comments for a person, the last said first, WAITING at most: of what is not in the trash, and theirs to see by
    now. One query where there are none, a constant number else."""
    rows = Notification.objects.filter(
        user=user, read_at=None, comment__deleted_at=None, comment__thread__product__trashed_at=None
    ).select_related("comment__author", "comment__thread__product")
    listed = list(rows.order_by("-comment")[:WAITING])
    if not listed:
        return []
    structure = Structure.current()
    return [
        Waiting(
            row,
            row.comment.thread.product,
            places.label(row.comment.thread.key, structure),
            places.href(row.comment.thread.product_id, row.comment.thread.key, structure),
            mentions.called(row.comment.author),
        )
        for row in _seen(user, listed, structure)
    ]


def _seen(user: User, rows: list[Notification], structure: Structure) -> Iterable[Notification]:
    rights = rights_of(user)
    paths = {} if rights.everything else paths_of_each({row.comment.thread.product for row in rows})
    for row in rows:
        thread = row.comment.thread
        at = rights if rights.everything else rights.at(paths[thread.product_id])
        if places.may_see(thread.key, at, structure):
            yield row
