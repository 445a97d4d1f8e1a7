"""Times are shown and read in the zone of whoever looks."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone


def time_zone_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    def respond(request: HttpRequest) -> HttpResponse:
        # Who brings no session is nobody: asking would mark every public answer as one of its own for each visitor.
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        name = getattr(request.user, "time_zone", "") if known else ""
        with timezone.override(zone_named(name)):
            return get_response(request)

    return respond


def zone_named(name: str) -> zoneinfo.ZoneInfo | None:
    """None, the installation's, also where the machine no longer knows the name."""
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
