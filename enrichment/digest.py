"""The daily mail: what waits for a person, at the hour they chose, where they are.

Level-triggered: a tick that was missed is made up for by the next one. A day is claimed before its mail goes out, so nobody
gets two; what a worker killed between the two did not send is in the next day's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.importing.pickup.telling import mail_is_set
from catalog.models import User
from catalog.time_zone import zone_named
from enrichment import assigning, review
from enrichment.assigning import Mine
from enrichment.comments import reading
from enrichment.comments.reading import Waiting
from enrichment.models import Digest, ReviewNote

logger = logging.getLogger(__name__)

SHOWN = 10  # of each kind


@dataclass(frozen=True, slots=True)
class Content:
    comments: list[Waiting]
    assigned: Mine
    returned: list[ReviewNote]

    def __bool__(self) -> bool:
        return bool(self.comments or self.assigned.total or self.returned)

    @property
    def subject(self) -> str:
        parts = []
        if self.comments:
            number = len(self.comments)
            parts.append(ngettext("%d comment", "%d comments", number) % number)
        if self.assigned.total:
            number = self.assigned.total
            parts.append(ngettext("%d assignment", "%d assignments", number) % number)
        if self.assigned.overdue:
            parts.append(_("%d overdue") % self.assigned.overdue)
        if self.returned:
            number = len(self.returned)
            parts.append(ngettext("%d product returned", "%d products returned", number) % number)
        return _("Waiting for you: %s") % ", ".join(parts)


def content(user: User) -> Content:
    """A constant number of queries. What is shown to them on their first screen, and no more."""
    returned = list(review.returned_to(user)[:SHOWN])
    return Content(reading.waiting(user), assigning.mine(user), returned)


def due_on(row: Digest, now: datetime) -> date | None:
    """The person's day whose mail is due, None where it is too early or settled."""
    local = timezone.localtime(now, zone_named(row.user.time_zone) or timezone.get_default_timezone())
    day = local.date()
    if local.hour < row.hour or (row.looked_on is not None and row.looked_on >= day):
        return None
    return day


def send_due(now: datetime | None = None) -> int:
    """How many went out. Not in a transaction."""
    if not mail_is_set():
        return 0
    moment = now or timezone.now()
    rows = Digest.objects.filter(user__is_active=True).exclude(user__email="").select_related("user")
    due = [(row, day) for row in rows.order_by("pk") if (day := due_on(row, moment)) is not None]
    if not due:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:
        logger.warning("The daily mails wait, the mail server does not answer: %s", error)
        return 0
    try:
        return sum(_settle(row, day, connection) for row, day in due)
    finally:
        connection.close()


def _settle(row: Digest, day: date, connection: Any) -> bool:
    """False where there was nothing to say, or somebody else does it. One person's failure harms no other."""
    if not Digest.objects.filter(pk=row.pk, looked_on=row.looked_on).update(looked_on=day):
        return False
    try:
        found = content(row.user)
        if not found:
            return False
        with timezone.override(zone_named(row.user.time_zone)):
            mail(row.user, found, day, connection).send()
    except Exception as error:
        logger.warning("The daily mail to person %s did not go out: %s", row.user_id, error)
        Digest.objects.filter(pk=row.pk, looked_on=day).update(looked_on=row.looked_on)
        return False
    return True


def mail(user: User, found: Content, day: date, connection: Any = None) -> EmailMultiAlternatives:
    base = settings.PIM_BASE_URL
    context = {
        "base": base,
        "user": user,
        "found": found,
        "comments": found.comments[:SHOWN],
        "more": max(0, len(found.comments) - SHOWN),
        "home": base + reverse("admin:index"),
        "change": base + reverse("admin:enrichment_digest"),
    }
    domain = urlsplit(base).hostname or "pim"
    made = EmailMultiAlternatives(
        found.subject,
        render_to_string("enrichment/digest/mail.txt", context),
        to=[user.email],
        headers={
            "Message-ID": f"<digest-{user.pk}-{day.isoformat()}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
        connection=connection,
    )
    made.attach_alternative(render_to_string("enrichment/digest/mail.html", context), "text/html")
    return made
