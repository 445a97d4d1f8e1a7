"""Whom a text names: "@anna" by the name one signs in with, and who is told of a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from catalog.access import paths_of
from catalog.models import User
from catalog.structure.snapshot import Structure
from enrichment.comments import places
from enrichment.models import Comment, Notification

MOST = 20  # people named by one comment
TOLD = 100  # people told of one
OFFERED = 8
# What Django allows in a user name; one is not begun in the middle of a word or of an e-mail address.
_NAMED = re.compile(r"(?<![\w.@+-])@([\w.@+-]{1,150})")
_ENDS = ".,+-@_"

Because = Notification.Because


def candidates(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """(begin, end, the names it may be, longest first): a sentence's full stop may be a part of the name, or not."""
    for number, match in enumerate(_NAMED.finditer(text)):
        if number >= MOST:
            return
        name, names = match[1], [match[1]]
        while name and name[-1] in _ENDS:
            name = name[:-1]
            if name:
                names.append(name)
        yield match.start(), match.end(), [each.casefold() for each in names]


def named(text: str, among: QuerySet[User]) -> list[User]:
    """One query, none where nobody is named."""
    wanted = {name for _begin, _end, names in candidates(text) for name in names}
    if not wanted:
        return []
    return list(among.annotate(lowered=Lower("username")).filter(lowered__in=wanted).order_by("pk")[:MOST])


def parts(text: str, people: Iterable[User]) -> list[tuple[str, str]]:
    """[(kind, text)] in order, kind "" or "named": where it names one of `people`, the name they are known by."""
    by_name = {each.username.casefold(): each for each in people}
    made: list[tuple[str, str]] = []
    at = 0
    for begin, _end, names in candidates(text):
        name = next((each for each in names if each in by_name), None)
        if name is None:
            continue
        made.append(("", text[at:begin]))
        made.append(("named", f"@{called(by_name[name])}"))
        at = begin + 1 + len(name)
    made.append(("", text[at:]))
    return [part for part in made if part[1]]


def called(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


def tell(comment: Comment, *, by: User, only_named: bool = False) -> list[User]:
    """Who is named in it and who took part in the thread gets it, where they may see it; the named who may not are returned.

    In the caller's transaction. A constant number of queries. Who was told of it before is not told again.
    """
    thread, structure = comment.thread, Structure.current()
    readers = places.readers(thread.key, paths_of(thread.product), structure).exclude(pk=by.pk)
    mentioned = named(comment.text, User.objects.filter(is_active=True).exclude(pk=by.pk))
    in_thread = Comment.objects.filter(thread=thread).exclude(pk=comment.pk)
    taking_part = Q(pk__in=in_thread.values("author_id")) | Q(
        pk__in=Notification.objects.filter(comment__in=in_thread).values("user_id")
    )
    names = [each.pk for each in mentioned]
    wanted = Q(pk__in=names) if only_named else taking_part | Q(pk__in=names)
    told = set(readers.filter(wanted).values_list("pk", flat=True)[:TOLD])
    Notification.objects.bulk_create(
        [
            Notification(
                comment=comment, user_id=pk, because=Because.MENTION if pk in names else Because.REPLY
            )
            for pk in sorted(told)
        ],
        ignore_conflicts=True,
    )
    return [each for each in mentioned if each.pk not in told]


def offer(words: str, key: str, paths: list[str], structure: Structure, *, besides: User) -> list[User]:
    """People whose name begins with what was typed, among those who may see a thread there."""
    rows = places.readers(key, paths, structure).exclude(pk=besides.pk)
    if words:
        rows = rows.filter(
            Q(username__istartswith=words)
            | Q(first_name__istartswith=words)
            | Q(last_name__istartswith=words)
        )
    return list(rows.order_by("first_name", "last_name", "username")[:OFFERED])
