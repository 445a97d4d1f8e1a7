"""Saying what is wrong, and that it is well again: by mail and by a signed webhook, each once.

What did not go out is tried again for a day. A worker killed between sending and noting it sends twice, under the same
Message-ID and webhook-id, by which receivers know it again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importing.pickup import trouble
from catalog.importing.pickup.places import PLACES
from catalog.models.pickup import ImportPickup, PickupTrouble
from pim.lib import http, webhooks
from pim.lib.encrypted import DecryptionFailed

logger = logging.getLogger(__name__)

MOST_TRIES = 30
LONGEST_PAUSE = timedelta(hours=1)
WAIT = 15.0  # seconds for the webhook's receiver


def tell(pickup: ImportPickup, now: datetime) -> None:
    """Everything of this place that is due to be said. Not in a transaction."""
    for row in trouble.untold(now).filter(pickup=pickup).order_by("pk"):
        _tell(pickup, row, now)


def _tell(pickup: ImportPickup, row: PickupTrouble, now: datetime) -> None:
    is_over = row.over_at is not None
    went = True
    for medium, send in (("mail", _mail), ("webhook", _webhook)):
        mark = f"{medium} over" if is_over else medium
        if mark in row.sent:
            continue
        try:
            send(pickup, row)
        except Exception as error:
            logger.warning("The %s about the import profile %s did not go out: %s", medium, pickup, error)
            went = False
        else:
            row.sent = [*row.sent, mark]
            PickupTrouble.objects.filter(pk=row.pk).update(sent=row.sent)
    if went or row.tries + 1 >= MOST_TRIES:
        said = "over_told_at" if is_over else "told_at"
        PickupTrouble.objects.filter(pk=row.pk).update(**{said: now}, tries=0, next_try_at=None)
    else:
        pause = min(timedelta(minutes=2**row.tries), LONGEST_PAUSE)
        PickupTrouble.objects.filter(pk=row.pk).update(tries=row.tries + 1, next_try_at=now + pause)


def address_of(pickup: ImportPickup) -> str:
    return settings.PIM_BASE_URL + reverse("admin:catalog_importprofile_pickup", args=[pickup.profile_id])


def _name(row: PickupTrouble) -> str:
    return f"trouble-{row.pk}-{'over' if row.over_at else 'began'}"


def _mail(pickup: ImportPickup, row: PickupTrouble) -> None:
    people = pickup.told.filter(is_active=True).exclude(email="")
    to = sorted(set(people.values_list("email", flat=True)))
    if not to or not mail_is_set():
        return
    subject = _("Import profile %s is well again") if row.over_at else _("Import profile %s needs a look")
    lines = [
        _("It is over: %s") % row.text if row.over_at else row.text,
        "",
        _("Place: %s") % PLACES[pickup.kind].described(pickup.settings) if pickup.kind in PLACES else "",
        _("Since: %s") % timezone.localtime(row.since).strftime("%Y-%m-%d %H:%M %Z"),
        address_of(pickup),
    ]
    domain = urlsplit(settings.PIM_BASE_URL).hostname or "pim"
    headers = {"Message-ID": f"<{_name(row)}@{domain}>", "Auto-Submitted": "auto-generated"}
    one_line = " ".join((subject % pickup).split())
    EmailMessage(one_line, "\n".join(lines), to=to, headers=headers).send()


def mail_is_set() -> bool:
    return bool(settings.PIM_MAIL)


def _webhook(pickup: ImportPickup, row: PickupTrouble) -> None:
    """{"type": "import.trouble" | "import.recovered", "timestamp", "data": {"profile", "about", "text", "since", "url"}}"""
    if not pickup.webhook:
        return
    data = {"profile": pickup.profile.code, "about": row.key, "text": row.text, "since": row.since, "url": address_of(pickup)}  # fmt: skip
    kind = "import.recovered" if row.over_at else "import.trouble"
    body = orjson.dumps({"type": kind, "timestamp": row.over_at or row.since, "data": data})
    try:
        secret = str(dict(pickup.webhook_secret or ()).get("secret", ""))
    except DecryptionFailed:
        secret = ""
    if not secret:
        raise http.Blocked("The webhook's secret is missing or cannot be opened.")
    signed = webhooks.headers(secret, f"msg_{_name(row)}", int(timezone.now().timestamp()), body)
    with http.Client(read=WAIT, total=WAIT + 5, max_body=100_000) as client:
        answer = client.request("POST", pickup.webhook, headers=signed, body=body)
    if not answer.ok:
        raise http.HttpError(f"{urlsplit(pickup.webhook).hostname} answered with status {answer.status}.")
