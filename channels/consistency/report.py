"""The report of contradictions: a job looks through the assortment, keeps what it finds, and forgets what is no longer so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.jobs import JobHandle, enqueue, job
from catalog.models.job import Job
from catalog.models.product import Product
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.bundle import ROW_FIELDS
from channels import profile
from channels.consistency import entries
from channels.consistency.finding import Found, Said, of_product
from channels.consistency.lines import Lines
from channels.mapping.judging import is_offered
from channels.models import Contradiction
from channels.profile import ChannelSpec
from channels.sheets import load
from channels.sheets.build import Sheet

KIND = "channels.contradictions"
CHUNK = 50  # products: some contradict on many lines, and a chunk is one transaction
MOST = 20_000  # kept in all; the result says where there were more
_UPDATED = (
    "label", "attributes", "values", "pairs", "why", "digest", "found_at", "seen_at", "accepted_by", "accepted_at",
)  # fmt: skip


@job(KIND, queue="delivery")
def run(handle: JobHandle) -> dict[str, Any]:
    """Every product that is sold, chunk by chunk; a killed run begins again, and finds the same."""
    begun = timezone.now()
    structure = Structure.current()
    channels = profile.current(structure).active
    lines = Lines(channels, structure)
    room = MOST
    counts: dict[str, int] = {}
    done, last, is_cut = 0, 0, False
    while rows := _products(last):
        found = find(rows, channels, structure, lines, at=timezone.now())
        kept = _within(found, room)
        is_cut = is_cut or sum(map(len, kept.values())) < sum(map(len, found.values()))
        with transaction.atomic():
            handle.check_lease()
            store(kept, [row.pk for row in rows], now=timezone.now())
        for listed in kept.values():
            for one in listed:
                counts[one.kind] = counts.get(one.kind, 0) + 1
                room -= 1
        done, last = done + len(rows), rows[-1].pk
        handle.progress(done)
    # What is in no chunk any more: trashed, disabled, turned into a model.
    while old := list(Contradiction.objects.filter(seen_at__lt=begun).values_list("pk", flat=True)[:500]):
        Contradiction.objects.filter(pk__in=old).delete()
    return {"products": done, "counts": counts, "cut": is_cut}


def _products(last: int) -> list[Product]:
    rows = Product.objects.filter(pk__gt=last, trashed_at=None, enabled=True)
    sold = rows.filter(kind__in=(Product.Kind.SIMPLE, Product.Kind.VARIANT))
    return list(sold.only(*ROW_FIELDS).order_by("pk")[:CHUNK])


def find(
    rows: Sequence[Product],
    channels: Iterable[ChannelSpec],
    structure: Structure,
    lines: Lines,
    *,
    at: datetime,
) -> dict[int, list[Found]]:
    """Product's id → its contradictions, of channels that offer it; as many queries for any number of products.

    In the installation's language, whoever asks: what is kept is everybody's, and in other words it would be something new.
    """
    units = entries.of_products(rows, channels, structure)
    sheets: dict[tuple[int, int], Sheet] = {}
    by_id = {channel.id: channel for channel in channels}
    said: dict[int, list[Said]] = {}
    for (product, channel_id), (unit, bundle) in units.items():
        channel = by_id[channel_id]
        if not is_offered(unit, channel, structure):
            continue
        key = (unit.bundle.product.pk, channel_id)
        if key not in sheets:
            sheets[key] = load.sheet_of(unit, channel, structure, at=at)
        part = entries.part_of(sheets[key], bundle.product.sku)
        said.setdefault(product, []).append(Said(channel, bundle, part))
    with translation.override(settings.LANGUAGE_CODE):
        return {
            product: list(of_product(listed, structure, lines, at=at)) for product, listed in said.items()
        }


def _within(found: Mapping[int, list[Found]], room: int) -> dict[int, list[Found]]:
    kept = {}
    for product, listed in found.items():
        kept[product] = listed[: max(room, 0)]
        room -= len(kept[product])
    return kept


def store(found: Mapping[int, Sequence[Found]], looked_at: Sequence[int], *, now: datetime) -> None:
    """In the caller's transaction. What is as it was stays as it is, accepted or not; what changed has to be accepted anew."""
    stored = {
        (row.product_id, row.kind, row.line, row.locale): row
        for row in Contradiction.objects.filter(product_id__in=looked_at)
    }
    written, same = [], []
    for product, listed in found.items():
        for one in listed:
            known = stored.pop((product, one.kind, one.line, one.locale), None)
            if known is not None and known.digest == one.digest:
                same.append(known.pk)
                continue
            written.append(
                Contradiction(
                    product_id=product, kind=one.kind, line=one.line, label=one.label, locale=one.locale,
                    attributes=one.attributes, values=one.values, pairs=one.pairs, why=one.why, digest=one.digest,
                    found_at=now, seen_at=now,
                )
            )  # fmt: skip
    Contradiction.objects.filter(pk__in=same).update(seen_at=now)
    Contradiction.objects.filter(pk__in=[row.pk for row in stored.values()]).delete()
    Contradiction.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["product", "kind", "line", "locale"],
        update_fields=_UPDATED,
    )


def ask(*, by: int | None) -> None:
    """Looks anew; one look at a time."""
    with transaction.atomic():
        if not is_looking():
            enqueue(
                KIND,
                {},
                by=by,
                queue="delivery",
                title=_("Contradictions between channels"),
            )


def is_looking() -> bool:
    return Job.objects.filter(kind=KIND, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists()


def last_look() -> Job | None:
    return Job.objects.filter(kind=KIND, state=Job.State.DONE).order_by("-pk").first()


def accept(pk: int, digest: str, *, by: User) -> bool:
    """Meant so, until a value changes. False where it is no longer what the person saw (`digest`)."""
    rows = Contradiction.objects.filter(pk=pk, digest=digest)
    return bool(rows.update(accepted_by=by, accepted_at=timezone.now()))


def take_back(pk: int) -> bool:
    return bool(Contradiction.objects.filter(pk=pk).update(accepted_by=None, accepted_at=None))
