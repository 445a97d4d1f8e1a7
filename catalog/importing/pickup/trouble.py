"""What people have to know: opened once, however often it is met, and closed once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from catalog.models.pickup import ImportPickup, PickedFile, PickupTrouble
from pim.lib.redaction import redact

PLACE, ARCHIVE, JOB = "place", "archive", "job"


def about(file: PickedFile) -> str:
    return f"file:{file.pk}"


def begin(pickup: ImportPickup, key: str, text: str) -> None:
    """Notes it, or what it is about now: who was told is not told again."""
    text = redact(text)
    with transaction.atomic():
        made = {"text": text, "since": timezone.now()}
        row, is_new = PickupTrouble.objects.get_or_create(pickup=pickup, key=key, over_at=None, defaults=made)
        if not is_new and row.text != text:
            PickupTrouble.objects.filter(pk=row.pk).update(text=text)


def end(pickup: ImportPickup, *keys: str) -> None:
    """What nobody was told of yet ends unsaid."""
    now = timezone.now()
    rows = pickup.troubles.filter(key__in=keys, over_at=None)
    rows.filter(told_at=None).update(over_at=now, over_told_at=now)
    rows.exclude(told_at=None).update(over_at=now, next_try_at=None, tries=0)


def untold(now: datetime) -> QuerySet[PickupTrouble]:
    """What has to be said now: that something began, or that it is over."""
    waits = Q(told_at=None, over_at=None) | Q(told_at__isnull=False, over_at__isnull=False, over_told_at=None)
    return PickupTrouble.objects.filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now), waits, over_told_at=None
    )


def open_ones(pickup: ImportPickup) -> QuerySet[PickupTrouble]:
    return pickup.troubles.filter(over_at=None).order_by(F("since").desc())
