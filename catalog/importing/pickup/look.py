"""One look at a place: what is there, what is new, and what is whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from django.utils.translation import gettext as _

from catalog.importing.pickup.places.base import Found, Opened, Place, Refused
from catalog.models.pickup import ImportPickup, PickedFile

SETTLES = timedelta(seconds=10)  # a file that was not touched for as long, between two looks, is whole
MOST = 2000  # files that fit the pattern
_CHUNK = 500
State = PickedFile.State


@dataclass(slots=True)
class Seen:
    """`files` that fit the pattern; `ready` to be taken, the oldest first; `fresh`: may still be written."""

    files: int = 0
    ready: list[PickedFile] = field(default_factory=list)
    fresh: int = 0


def fits(name: str, pattern: str) -> bool:
    """Whether one of the patterns, with blanks between, is the name's; capitals make no difference."""
    return any(fnmatchcase(name.casefold(), each.casefold()) for each in pattern.split() or ["*"])


def matching(place: type[Place], opened: Opened, pattern: str) -> list[Found]:
    """The place's files by age. Raises PlaceError."""
    found = []
    for each in place.listed(opened):
        if fits(each.name, pattern):
            found.append(each)
            if len(found) > MOST:
                text = _(
                    "More than %d files fit the pattern: let them be moved to the archive, or narrow the pattern."
                )
                raise Refused(text % MOST)
    return sorted(found, key=lambda each: (each.modified, each.name))


def look(pickup: ImportPickup, place: type[Place], opened: Opened, now: datetime) -> Seen:
    """Notes what is there. Raises PlaceError."""
    found = matching(place, opened, pickup.pattern)
    # What tells nothing of its content has to be fetched each time to know.
    found = [each if each.stamp else replace(each, stamp=f"at {now.isoformat()}") for each in found]
    seen = Seen(len(found))
    order = {(each.name, each.size, each.stamp): position for position, each in enumerate(found)}
    rows = _noted(pickup, found, now)
    PickedFile.objects.filter(pickup=pickup, state=State.SEEN).exclude(
        pk__in=[row.pk for row in rows if row.state == State.SEEN]
    ).delete()
    for row in sorted(rows, key=lambda row: order[row.name, row.size, row.stamp]):
        if row.state != State.SEEN:
            continue
        if place.is_whole or row.first_seen_at <= now - SETTLES:
            seen.ready.append(row)
        else:
            seen.fresh += 1
    return seen


def _noted(pickup: ImportPickup, found: Iterable[Found], now: datetime) -> list[PickedFile]:
    """The row of each file: the one there is, or a new one."""
    listed = list(found)
    noted: list[PickedFile] = []
    for start in range(0, len(listed), _CHUNK):
        part = listed[start : start + _CHUNK]
        wanted = {(each.name, each.size, each.stamp) for each in part}
        PickedFile.objects.bulk_create(
            [
                PickedFile(
                    pickup=pickup,
                    name=each.name,
                    size=each.size,
                    stamp=each.stamp,
                    first_seen_at=now,
                    seen_at=now,
                )
                for each in part
            ],
            ignore_conflicts=True,
        )
        rows = PickedFile.objects.filter(pickup=pickup, name__in={each.name for each in part})
        here = [row for row in rows if (row.name, row.size, row.stamp) in wanted]
        PickedFile.objects.filter(pk__in=[row.pk for row in here]).update(seen_at=now)
        noted += here
    return noted
