"""The daily mail: what waits for a person, at the hour they chose, where they are.

Level-triggered: a tick that was missed is made up for by the next one. A day is claimed before its mail goes out, so nobody
gets two; what a worker killed between the two did not send is in the next day's. So is what a server refused for good, or
answered so late that nobody knows whether it took it. What certainly did not go out is tried again a few times.
"""

from __future__ import annotations

import contextlib
import logging
import smtplib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.importing.pickup.telling import mail_is_set
from catalog.models import User
from catalog.structure.snapshot import Structure
from catalog.time_zone import zone_named
from enrichment import assigning, review
from enrichment.assigning import Mine
from enrichment.comments import reading
from enrichment.comments.reading import Waiting
from enrichment.models import Digest, ReviewNote

logger = logging.getLogger(__name__)

SHOWN = 10  # of each kind
LATE = timedelta(hours=6)  # so long a mail that was due the evening before still goes out
MOST_TRIES = 4  # of one day's mail, by one worker process
PAUSE = timedelta(minutes=15)  # before the second try; four times as long before each further one


@dataclass(frozen=True, slots=True)
class Content:
    comments: list[Waiting]
    assigned: Mine
    returned: list[ReviewNote]  # the last SHOWN
    returned_more: int = 0  # beyond those

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
            number = len(self.returned) + self.returned_more
            parts.append(ngettext("%d product returned", "%d products returned", number) % number)
        return _("Waiting for you: %s") % ", ".join(parts)


def content(user: User) -> Content:
    """A constant number of queries. What is shown to them on their first screen, and no more."""
    notes = review.returned_to(user, Structure.current())
    returned = list(notes[: SHOWN + 1])
    more = notes.count() - SHOWN if len(returned) > SHOWN else 0
    return Content(reading.waiting(user), assigning.mine(user), returned[:SHOWN], more)


def due_on(row: Digest, now: datetime) -> date | None:
    """The person's day whose mail is due, None where it is too early or settled."""
    local = timezone.localtime(now, zone_named(row.user.time_zone) or timezone.get_default_timezone())
    day = local.date()
    if local.hour >= row.hour and (row.looked_on is None or row.looked_on < day):
        return day
    before = day - timedelta(days=1)
    is_late = row.looked_on is not None and row.looked_on < before
    return before if is_late and timedelta(hours=local.hour + 24 - row.hour) < LATE else None


def send_due(now: datetime | None = None) -> int:
    """How many went out. Not in a transaction."""
    if not mail_is_set():
        return 0
    moment = now or timezone.now()
    rows = Digest.objects.filter(user__is_active=True).exclude(user__email="").select_related("user")
    connection = get_connection()
    sent = 0
    try:
        for row in rows.order_by("pk"):
            day = due_on(row, moment)
            if day is None or _tries(row, day, moment)[1] > moment:
                continue
            try:
                connection.open()  # nothing is done where it is open
            except Exception as error:
                logger.warning("The daily mails wait, the mail server does not answer: %s", error)
                break
            sent += _settle(row, day, connection, moment)
    finally:
        _close(connection)
    return sent


def _settle(row: Digest, day: date, connection: Any, now: datetime) -> bool:
    """False where there was nothing to say, or somebody else does it. One person's failure harms no other."""
    if not Digest.objects.filter(pk=row.pk, looked_on=row.looked_on).update(looked_on=day):
        return False
    made = None
    try:
        with timezone.override(zone_named(row.user.time_zone)):
            found = content(row.user)
            if not found:
                return False
            made = mail(row.user, found, day, connection)
        made.send()
    except Exception as error:
        logger.warning("The daily mail to person %s did not go out: %s", row.user_id, error)
        _close(connection)  # it may have ended within a message: the next one begins anew
        if made is None or is_put_off(error):
            _put_off(row, day, now)
        return False
    return True


def is_put_off(error: Exception) -> bool:
    """Whether the server said that it did not take the message, and may later (RFC 5321 4.2.1: replies 400 to 499)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        codes = [error.smtp_code]
    else:
        return False
    return all(400 <= code < 500 for code in codes)


def _tries(row: Digest, day: date, now: datetime) -> tuple[int, datetime]:
    """(how many failed, the moment of the next): this process's, since only what was not taken is tried again."""
    found: tuple[int, datetime] = cache.get(_tries_key(row, day), (0, now))
    return found


def _tries_key(row: Digest, day: date) -> str:
    return f"digest-tries:{row.pk}:{day.isoformat()}"


def _put_off(row: Digest, day: date, now: datetime) -> None:
    """Gives the day back, unless it was tried often enough."""
    tries = _tries(row, day, now)[0]
    if tries + 1 >= MOST_TRIES:
        return
    cache.set(_tries_key(row, day), (tries + 1, now + PAUSE * 4**tries), timeout=2 * 86_400)
    Digest.objects.filter(pk=row.pk, looked_on=day).update(looked_on=row.looked_on)


def _close(connection: Any) -> None:
    with contextlib.suppress(Exception):  # what was taken is taken, however the server says good-bye
        connection.close()


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
