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
        yield match.start(), match.end(), names


def _spellings(name: str) -> set[str]:
    """SQLite lowers and compares A to Z alone: what else one would type for the same name is asked for as it is."""
    return {name} if name.isascii() else {name, name.lower(), name.upper(), name.capitalize()}


def named(text: str, among: QuerySet[User]) -> list[User]:
    """One query, none where nobody is named."""
    typed = {name for _begin, _end, names in candidates(text) for name in names}
    if not typed:
        return []
    asked = Q(username__in={each for name in typed for each in _spellings(name)})
    asked |= Q(lowered__in={name.lower() for name in typed})
    found = among.annotate(lowered=Lower("username")).filter(asked).order_by("pk")
    wanted = {name.casefold() for name in typed}
    return [each for each in found if each.username.casefold() in wanted][:MOST]


def parts(text: str, people: Iterable[User]) -> list[tuple[str, str]]:
    """[(kind, text)] in order, kind "" or "named": where it names one of `people`, the name they are known by."""
    by_name = {each.username.casefold(): each for each in people}
    made: list[tuple[str, str]] = []
    at = 0
    for begin, _end, names in candidates(text):
        name = next((each for each in names if each.casefold() in by_name), None)
        if name is None:
            continue
        made.append(("", text[at:begin]))
        made.append(("named", f"@{called(by_name[name.casefold()])}"))
        at = begin + 1 + len(name)
    made.append(("", text[at:]))
    return [part for part in made if part[1]]


def called(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


def taking_part(comment: Comment) -> QuerySet[User]:
    """Who said something in the comment's thread, or was told of something there, that one aside."""
    others = Comment.objects.filter(thread=comment.thread_id).exclude(pk=comment.pk)
    told = Notification.objects.filter(comment__in=others)
    return User.objects.filter(Q(pk__in=others.values("author_id")) | Q(pk__in=told.values("user_id")))


def tell(comment: Comment, *, by: User, only_named: bool = False) -> list[User]:
    """Who is named in it and who took part in the thread gets it, where they may see it; the named who may not are returned.

    In the caller's transaction. A constant number of queries. Who was told of it before is not told again.
    """
    thread, structure = comment.thread, Structure.current()
    readers = places.readers(thread.key, paths_of(thread.product), structure).exclude(pk=by.pk)
    mentioned = named(comment.text, User.objects.filter(is_active=True).exclude(pk=by.pk))
    names = [each.pk for each in mentioned]
    wanted = Q(pk__in=names)
    if not only_named:
        wanted |= Q(pk__in=taking_part(comment))
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
        begins = Q()
        for each in _spellings(words):
            for name in ("username", "first_name", "last_name"):
                begins |= Q(**{f"{name}__istartswith": each})
        rows = rows.filter(begins)
    return list(rows.order_by("first_name", "last_name", "username")[:OFFERED])
