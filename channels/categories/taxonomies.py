"""Lists of a channel's categories: read from the files that channels publish, and searched.

A line is a code and a path: "594 - Home & Garden > Lighting > Lamps" (Google), "gid://shopify/TaxonomyCategory/hg-13 : Home &
Garden > Lighting" (Shopify), or both with a tab or a semicolon between. Lines that begin with # are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from channels.categories.words import words_of
from channels.models import Channel, Taxonomy

MOST_BYTES = 5_000_000
MOST = 50_000
_GENERIC = ("feed", "portal", "webhook")  # connectors that name no service
FOUND = 20
_LINE = re.compile(r"(?P<code>[^\s;]{1,255})(?:\s+[-:]\s+|\s*[;\t]\s*)(?P<path>\S.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    path: str

    @property
    def steps(self) -> list[str]:
        return [step.strip() for step in self.path.split(">")]

    @property
    def name(self) -> str:
        return self.steps[-1]


def read(content: bytes) -> list[Entry]:
    """Raises ValidationError: it is no such list."""
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file is larger than 5 MB: that is no list of categories."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _("The file is not a text in UTF-8: save it so, or load the list anew.")
        ) from None
    found: dict[str, Entry] = {}
    lines = [
        line for line in text.replace("\x00", "").splitlines() if line.strip() and not line.startswith("#")
    ]
    strange = 0
    for line in lines:
        match = _LINE.fullmatch(line.strip())
        if match is None:
            strange += 1
        else:
            found[match["code"]] = Entry(match["code"], " > ".join(Entry("", match["path"]).steps))
    if not found or strange > len(lines) // 10:
        raise ValidationError(
            _("These are no lines of a code and a path, as “594 - Home & Garden > Lighting > Lamps”.")
        )
    if len(found) > MOST:
        raise ValidationError(_("The list has more than %d categories.") % MOST)
    return list(found.values())


def keep(channel: Channel, *, locale: str, name: str, entries: Sequence[Entry], now: datetime) -> Taxonomy:
    """In the place of the list there was in this language."""
    with transaction.atomic():
        kept, _made = Taxonomy.objects.update_or_create(
            connector=owner(channel), locale=locale,
            defaults={"name": name[:255], "entries": [[one.code, one.path] for one in entries], "count": len(entries), "at": now},
        )  # fmt: skip
    return kept


def owner(channel: Channel) -> str:
    """Whose lists these are: a service has its own, the same for all its channels; what is generic has them per channel."""
    generic = channel.connector in _GENERIC
    return f"{channel.connector}:{channel.pk}" if generic else channel.connector


@dataclass(frozen=True)
class Index:
    """A list in a language, to be looked into. `by_word`: folded word of the name → places in `entries`."""

    locale: str
    entries: Sequence[Entry]
    by_code: dict[str, Entry]
    by_word: dict[str, list[int]]


def indexes(channel: Channel) -> list[Index]:
    """One query; a process keeps what it has read until a list is replaced."""
    rows = Taxonomy.objects.filter(connector=owner(channel)).order_by("pk").values_list("pk", "at")
    return [_index(pk, at) for pk, at in rows]


@lru_cache(maxsize=8)
def _index(pk: int, at: datetime) -> Index:
    row = Taxonomy.objects.get(pk=pk)
    entries = [Entry(str(code), str(path)) for code, path in row.entries]
    by_word: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        for word in words_of(entry.name):
            by_word.setdefault(word, []).append(place)
    return Index(row.locale, entries, {entry.code: entry for entry in entries}, by_word)


def search(listed: Iterable[Index], text: str) -> list[Entry]:
    """Those whose path has all of these words (or their beginnings), short paths first; each code once."""
    wanted = [word.casefold() for word in text.split()]
    if not wanted:
        return []
    found: dict[str, Entry] = {}
    for index in listed:
        for entry in index.entries:
            whole = entry.path.casefold()
            if all(word in whole for word in wanted) or entry.code.casefold() == text.strip().casefold():
                found.setdefault(entry.code, entry)
    return sorted(found.values(), key=lambda one: (len(one.steps), len(one.path), one.path))[:FOUND]


def code_of(listed: Iterable[Index], given: str) -> str:
    """The code a person means by a code or a whole path; what no list has stays as it is."""
    text = given.strip()
    path = " > ".join(Entry("", text).steps).casefold()
    for index in listed:
        if text in index.by_code:
            return text
        for entry in index.entries:
            if entry.path.casefold() == path:
                return entry.code
    return text
