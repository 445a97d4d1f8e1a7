"""Saying something about a product, answering, taking it back, resolving a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import Product, User
from enrichment.comments import mentions
from enrichment.models import Comment, Notification, Thread


@dataclass(frozen=True, slots=True)
class Said:
    """`untold`: people it names who are not told, since their roles do not show them what it is about."""

    comment: Comment
    untold: list[User] = field(default_factory=list)


def cleaned(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def say(product: Product, key: str, text: str, *, by: User, seen: int = 0) -> Said | None:
    """Into the open thread of that place, or a new one; None where nothing was written. `seen`: see read.

    The caller has asked whether this person may see the place (places.may_see). Locks the thread.
    """
    if not (text := cleaned(text)):
        return None
    now = timezone.now()
    with transaction.atomic():
        thread, _created = Thread.objects.select_for_update(no_key=True).get_or_create(
            product=product, key=key, resolved_at=None, defaults={"created_at": now}
        )
        comment = Comment.objects.create(thread=thread, author=by, text=text, at=now)
        read([thread.pk], by=by, seen=seen)
        return Said(comment, mentions.tell(comment, by=by))


def edit(comment: Comment, text: str, *, by: User) -> Said | None:
    """By its author (the caller has asked). Who is named only now is told, who is no longer named no longer waits for it,
    unless they take part in the thread: for them it is an answer."""
    text = cleaned(text)
    if not text or text == comment.text:
        return None
    with transaction.atomic():
        now = timezone.now()
        changed = Comment.objects.filter(pk=comment.pk, author=by, deleted_at=None)
        if not changed.update(text=text, edited_at=now):
            return None
        comment.text, comment.edited_at = text, now
        still = mentions.named(text, User.objects.filter(is_active=True))
        waiting = Notification.objects.filter(comment=comment, because=mentions.Because.MENTION, read_at=None)
        unnamed = waiting.exclude(user__in=still)
        unnamed.filter(user__in=mentions.taking_part(comment)).update(because=mentions.Because.REPLY)
        unnamed.delete()
        return Said(comment, mentions.tell(comment, by=by, only_named=True))


def delete(comment: Comment, *, by: User) -> bool:
    """By its author. The text goes; a thread in which nothing is left goes as well."""
    with transaction.atomic():
        Thread.objects.select_for_update(no_key=True).filter(pk=comment.thread_id).first()
        own = Comment.objects.filter(pk=comment.pk, author=by, deleted_at=None)
        if not own.update(text="", deleted_at=timezone.now()):
            return False
        Notification.objects.filter(comment=comment).delete()
        if not Comment.objects.filter(thread=comment.thread_id, deleted_at=None).exists():
            Thread.objects.filter(pk=comment.thread_id).delete()
        return True


def resolve(thread: Thread, *, by: User, seen: int = 0) -> bool:
    """False where somebody did so before. `seen`: see read."""
    with transaction.atomic():
        open_ = Thread.objects.filter(pk=thread.pk, resolved_at=None)
        done = bool(open_.update(resolved_at=timezone.now(), resolved_by=by))
        read([thread.pk], by=by, seen=seen)
        return done


def reopen(thread: Thread) -> bool:
    """False where another thread is open at that place by now: what is to be said goes there."""
    try:
        with transaction.atomic():
            return bool(Thread.objects.filter(pk=thread.pk).update(resolved_at=None, resolved_by=None))
    except IntegrityError:  # thread_open
        return False


def read(threads: Iterable[int], *, by: User, seen: int) -> int:
    """What waited for this person in these threads, up to the comment `seen` (a primary key: the last one they were shown),
    waits no longer. One statement."""
    waiting = Notification.objects.filter(
        user=by, read_at=None, comment__thread__in=list(threads), comment__lte=seen
    )
    return waiting.update(read_at=timezone.now())
