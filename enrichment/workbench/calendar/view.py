"""The calendar: a month of launches and campaigns, as a table or a list, of all channels or one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.access import endpoint, rights_of
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from enrichment.workbench.calendar import entries, month

VIEWS = ("month", "list")
YEARS = (1990, 2200)


@never_cache
@require_safe
@endpoint("product.view")
def page(request: HttpRequest) -> HttpResponse:
    """`month` as 2026-12 (else this one), `view` month or list, `channel` a channel's code."""
    now = timezone.now()
    today = timezone.localdate()
    first = _month(request.GET.get("month", ""), today)
    shape = request.GET.get("view", "")
    shape = shape if shape in VIEWS else "month"
    profiles = channel_profiles.current(Structure.current())
    channel = profiles.by_code(request.GET.get("channel", ""))
    first_weekday = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7  # Django counts from Sunday, 0
    begins, ends = month.span(first.year, first.month, first_weekday)
    if shape == "list":
        begins, ends = first, _later(first, 1)
    low, high = _midnight(begins), _midnight(ends)
    within = Q(at__gte=low, at__lt=high)
    user: Any = request.user
    launches = entries.launches(user, profiles, when=within, channel=channel, now=now)
    holdings = entries.campaigns(user, first=low, until=high, now=now)
    stay = {"view": shape, "channel": channel.code if channel else ""}
    context = {
        **admin.site.each_context(request),
        "title": _("Calendar"),
        "first": first,
        "shape": shape,
        "today": today,
        "zone": timezone.get_current_timezone_name(),
        "channels": profiles.active,
        "channel": channel,
        "undated": entries.launches(user, profiles, when=Q(at=None), channel=channel, now=now),
        "previous": _query(stay, month=f"{_later(first, -1):%Y-%m}"),
        "next": _query(stay, month=f"{_later(first, 1):%Y-%m}"),
        "now": _query(stay),
        "shapes": [
            (code, label, _query(stay, month=f"{first:%Y-%m}", view=code))
            for code, label in (("month", _("Month")), ("list", _("List")))
        ],
        "launches": launches,
        "holdings": holdings,
        "may_campaign": rights_of(user).may("structure.edit"),
    }
    if shape == "month":
        days = [(number + first_weekday) % 7 for number in range(month.WEEK)]
        context["weekdays"] = [(WEEKDAYS_ABBR[day], WEEKDAYS[day]) for day in days]
        context["weeks"] = month.weeks(
            first.year, first.month, today=today, first_weekday=first_weekday, launches=launches, holdings=holdings
        )  # fmt: skip
    return TemplateResponse(request, "enrichment/calendar/page.html", context)


def _month(text: str, today: date) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today
    if not YEARS[0] <= first.year <= YEARS[1]:
        first = today
    return first.replace(day=1)


def _later(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _query(stay: dict[str, str], **changed: str) -> str:
    return "?" + urlencode({name: value for name, value in {**stay, **changed}.items() if value})
