"""Making launches, moving and cancelling them. Each change is a step of its launch, with who made it.

A launch's moment is only read (channels.launches.embargo): nothing runs at it but the claim that finds a listing due. So what
is done here is to write the moment down and to make the listings concerned stale, which work out anew when they are due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.jobs import JobHandle, enqueue, job
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from channels import profile
from channels.launches.embargo import pending
from channels.marking import mark_products
from channels.models import Launch, LaunchEntry, LaunchStep
from channels.profile import ChannelSpec

AT_ONCE = 500  # products marked in one transaction
PAGE = 50  # entries a step of the job takes: a model may stand for hundreds of variants
Kind = LaunchStep.Kind


class Over(Exception):
    """It has taken place, so it can neither be moved nor cancelled."""


class Again(Exception):
    """What was asked for by this ref is scheduled already."""


def create(*, name: str, at: datetime, time_zone: str, by: int | None, ref: str = "") -> Launch:
    """Without products as yet: `add` brings them. Raises Again for a `ref` of which there is one; where another request is
    about to write it, that one is waited for."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                launch = Launch.objects.create(name=name, at=at, time_zone=time_zone, ref=ref)
        except IntegrityError as error:  # nothing else of it is unique
            raise Again(ref) from error
        _step(launch, Kind.SCHEDULED, by, after=at)
    return launch


def add(launch: Launch, channel: ChannelSpec, product_ids: Iterable[int], *, by: int | None) -> int:
    """Puts products (a model for all its variants) into a launch, on one channel. They leave the launches they waited for
    there. One transaction; locks the products, then their listings, in the order of their ids. Returns how many are new.
    """
    ids = sorted(set(product_ids))
    with transaction.atomic():
        rows = list(_below(ids).order_by("pk").select_for_update(no_key=True).only("pk", "kind", "root_id"))
        now = timezone.now()
        others = LaunchEntry.objects.filter(
            pending(now), channel_id=channel.id, product_id__in=[row.pk for row in rows]
        )
        others = others.exclude(launch=launch)
        left = Counter(others.values_list("launch_id", flat=True))
        others.delete()
        for other in Launch.objects.filter(pk__in=left):
            _step(other, Kind.TAKEN, by, count=left[other.pk])
        known = set(launch.entries.filter(channel_id=channel.id).values_list("product_id", flat=True))
        there = {row.pk for row in rows}
        new = [pk for pk in ids if pk in there and pk not in known]
        LaunchEntry.objects.bulk_create(
            LaunchEntry(launch=launch, channel_id=channel.id, product_id=pk) for pk in new
        )
        launch.steps.filter(kind=Kind.SCHEDULED).update(count=launch.entries.count())
        mark_products(rows, [channel])
    return len(new)


def move(launch_id: int, *, at: datetime, time_zone: str, by: int | None) -> Launch:
    """To another moment; one without a date gets it. Raises Over."""
    return _changed(launch_id, Kind.MOVED, at=at, time_zone=time_zone, by=by)


def keep_back(launch_id: int, *, by: int | None) -> Launch:
    """Takes the date away: its products stay off the channels until they are given another. Raises Over."""
    return _changed(launch_id, Kind.KEPT_BACK, at=None, by=by)


def let_go(launch_id: int, *, by: int | None) -> Launch:
    """Ends the waiting now: what is ready goes out at once. Raises Over."""
    return _changed(launch_id, Kind.LET_GO, at=timezone.now(), by=by)


def _changed(
    launch_id: int, kind: LaunchStep.Kind, *, at: datetime | None, by: int | None, time_zone: str = ""
) -> Launch:
    with transaction.atomic():
        launch = Launch.objects.select_for_update(no_key=True).get(pk=launch_id)
        if not launch.is_pending(timezone.now()):
            raise Over
        before, launch.at = launch.at, at
        launch.time_zone = time_zone or launch.time_zone
        launch.save(update_fields=["at", "time_zone"])
        _step(launch, kind, by, before=before, after=at)
        _mark(launch, by)
    return launch


def _step(
    launch: Launch,
    kind: LaunchStep.Kind,
    by: int | None,
    *,
    before: datetime | None = None,
    after: datetime | None = None,
    count: int = 0,
) -> None:
    LaunchStep.objects.create(launch=launch, kind=kind, by_id=by, before=before, after=after, count=count)


def _below(ids: Sequence[int]) -> QuerySet[Product]:
    return Product.objects.filter(Q(pk__in=ids) | Q(parent_id__in=ids) | Q(root_id__in=ids))


def _mark(launch: Launch, by: int | None) -> None:
    """Everything in it, at once where it is little."""
    entries = list(launch.entries.order_by("channel_id", "pk").values_list("channel_id", "product_id"))
    if _below([product for _channel, product in entries]).count() > AT_ONCE:
        enqueue(
            "channels.launch", {"launch": launch.pk}, by=by, queue="delivery",
            title=_("What waits for a launch that was moved"), language=settings.LANGUAGE_CODE,
        )  # fmt: skip
        return
    _mark_entries(entries)


def _mark_entries(entries: Sequence[tuple[int, int]]) -> None:
    known = profile.current(Structure.current()).by_id
    for pk in dict.fromkeys(channel for channel, _product in entries):
        if pk in known and known[pk].is_active:
            ids = [product for channel, product in entries if channel == pk]
            mark_products(_below(ids).only("pk", "kind", "root_id"), [known[pk]])


@job("channels.launch", queue="delivery", owed=True)
def run(handle: JobHandle, *, launch: int) -> dict[str, int]:
    """Marks what is in a launch, page by page. Begun again it marks some twice, which sends nothing twice."""
    done = last = 0
    rows = LaunchEntry.objects.filter(launch_id=launch).order_by("pk")
    while page := list(rows.filter(pk__gt=last).values_list("pk", "channel_id", "product_id")[:PAGE]):
        with transaction.atomic():
            _mark_entries([(channel, product) for _pk, channel, product in page])
        done, last = done + len(page), page[-1][0]
        handle.progress(done)
    return {"entries": done}
