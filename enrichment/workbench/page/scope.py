"""What the product page shows: which locale, which beside it, for which audience or channel, in which campaign or at what time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from catalog.models.user import User
from catalog.structure.snapshot import Structure

_PARTS = ("locale", "beside", "context", "campaign")


@dataclass(frozen=True, slots=True)
class Scope:
    """`context` "" is master; `at` None shows what stands now, for editing; a date previews campaigns, read-only.

    `campaign`: the code of the one whose values are shown and written, which leaves no room for a date.
    """

    locale: str
    beside: str = ""
    context: str = ""
    at: datetime | None = None
    campaign: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str], user: User, structure: Structure) -> Scope:
        """From the address; unknown parts fall back to the person's own locale and the master values."""
        active = [code for code, spec in structure.locales.items() if spec.is_active]
        own = user.locale.code if user.locale_id and user.locale else ""
        first = own if own in active else (active[0] if active else "")
        locale = query.get("locale", "")
        beside = query.get("beside", "")
        context = query.get("context", "")
        campaign = query.get("campaign", "")
        locale = locale if locale in active else first
        return cls(
            locale=locale,
            beside=beside if beside in active and beside != locale else "",
            context=context if context in structure.contexts else "",
            at=None if campaign else _moment(query.get("at", "")),
            campaign=campaign,
        )

    @property
    def locales(self) -> tuple[str, ...]:
        return (self.locale, self.beside) if self.beside else (self.locale,)

    def query(self, **changes: str) -> str:
        """This scope, or a changed one, as a query string."""
        changed = replace(
            self,
            **{name: value for name, value in changes.items() if name in _PARTS},
        )
        parts = {name: str(getattr(changed, name)) for name in _PARTS}
        if self.at and "at" not in changes and not changed.campaign:
            parts["at"] = timezone.localtime(self.at).strftime("%Y-%m-%dT%H:%M")
        return urlencode({name: value for name, value in parts.items() if value})


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError:
        return None
    if moment is None:
        if day is None:
            return None
        moment = datetime.combine(day, time(12))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
