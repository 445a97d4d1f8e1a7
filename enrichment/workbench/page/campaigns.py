"""Which campaign's values the product page shows and writes, over the permanent ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from catalog.models.campaign import Campaign
from catalog.values.bundle import Bundle

MOST = 50  # campaigns to choose from


@dataclass(frozen=True, slots=True)
class Choice:
    campaign: Campaign
    is_running: bool
    is_over: bool

    @property
    def code(self) -> str:
        return self.campaign.code

    @property
    def label(self) -> str:
        return self.campaign.label()

    @property
    def period(self) -> str:
        """ "21 June – 31 July": its first and its last day; the end itself is no longer part of it."""
        first = timezone.localtime(self.campaign.starts_at)
        last = timezone.localtime(self.campaign.ends_at - timedelta(microseconds=1))
        this_year = {first.year, last.year} == {timezone.localtime().year}
        style = "MONTH_DAY_FORMAT" if this_year else "DATE_FORMAT"
        begin = "MONTH_DAY_FORMAT" if first.year == last.year else style
        return _("%(first)s – %(last)s") % {
            "first": date_format(first, begin),
            "last": date_format(last, style),
        }


def choices(chosen: str = "") -> list[Choice]:
    """Those that run or will, the next first, and the chosen one even when it is over. One query."""
    now = timezone.now()
    rows = Campaign.objects.filter(Q(ends_at__gt=now) | Q(code=chosen), is_active=True)
    return [_choice(row, now) for row in rows.order_by("starts_at", "code")[:MOST]]


def find(code: str) -> Choice | None:
    row = Campaign.objects.filter(code=code, is_active=True).first()
    return _choice(row, timezone.now()) if row else None


def _choice(row: Campaign, now: datetime) -> Choice:
    return Choice(row, row.starts_at <= now < row.ends_at, row.ends_at <= now)


@dataclass(frozen=True, slots=True)
class Layer:
    """What the fields show and write: `own` values at the product's own level, over what `bundle` resolves to at `at`."""

    bundle: Bundle
    own: Mapping[str, Any]
    at: datetime | None
    choice: Choice | None = None


def layer(bundle: Bundle, *, at: datetime | None, choice: Choice | None) -> Layer:
    """The permanent values (with `at`: and the campaigns of that moment), or those of one campaign over them."""
    if choice is None:
        return Layer(bundle, bundle.levels[0].values, at)
    documents = tuple(each for each in bundle.campaigns if each.code == choice.code)
    own = next((each.values for each in documents if each.level == 0), {})
    return Layer(replace(bundle, campaigns=documents), own, choice.campaign.starts_at, choice)
