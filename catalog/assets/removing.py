"""Taking assets out of the library, and deleting them for good once it is certain that nothing names them.

In two steps, since a write that has seen the asset may still be on its way: out of the library no new value can name it;
a while later whatever took it up before is visible, and what is used after all is put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from catalog.assets import usage
from catalog.assets.renditions import SCREEN_SIZES, screen_path
from catalog.jobs import JobHandle
from catalog.models.asset import Asset
from catalog.models.rendition import Rendition

PAGE = 500


@dataclass(frozen=True, slots=True)
class Removed:
    removed: int
    still_used: int


def remove(ids: Sequence[int], *, by: int | None) -> Removed:
    """Takes those of at most PAGE assets out of the library that nothing uses. `by`: a user's id."""
    from catalog.assets.jobs import enqueue_purge

    with transaction.atomic():
        chosen = Asset.objects.in_library().filter(pk__in=list(ids)[:PAGE])
        total = chosen.count()
        free = list(usage.unused(chosen).values_list("pk", flat=True))
        Asset.objects.filter(pk__in=free).update(removed_at=timezone.now())
        if free:
            enqueue_purge(by=by)
    return Removed(len(free), total - len(free))


def purge(*, before: datetime, handle: JobHandle | None = None) -> dict[str, int]:
    """Rows first, then their files: a killed run leaves files that nobody names, never a row without its file."""
    deleted = put_back = last = 0
    while True:
        rows = list(Asset.objects.filter(removed_at__lt=before, pk__gt=last).order_by("pk")[:PAGE])
        if not rows:
            return {"deleted": deleted, "put_back": put_back}
        for asset in rows:
            if handle is not None:
                handle.progress(deleted + put_back)
            if _purge(asset, before):
                deleted += 1
            else:
                put_back += 1
        last = rows[-1].pk


def _purge(asset: Asset, before: datetime) -> bool:
    files = [asset.file.name, *(screen_path(asset.sha256, size) for size in SCREEN_SIZES)]
    with transaction.atomic():
        row = Asset.objects.filter(pk=asset.pk, removed_at__lt=before)
        # Locked: who wants it again now waits, and stores it anew.
        if not row.select_for_update().values_list("pk", flat=True):
            return False
        if usage.used(row).exists():
            row.update(removed_at=None)
            return False
        files += [
            name for name in Rendition.objects.filter(asset=asset).values_list("file", flat=True) if name
        ]
        row.delete()
    if not Asset.objects.filter(sha256=asset.sha256).exists():
        for name in files:
            default_storage.delete(name)
    return True
