"""Dry runs of many products: a job whose result is bounded (counts, the first of each kind), and a file of all of it."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.access import require, visible
from catalog.exporting import stored
from catalog.exporting.files import CsvFile
from catalog.jobs import JobCancelled, JobHandle, enqueue, job
from catalog.models.job import Job
from catalog.models.product import Product
from catalog.models.user import User
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from channels import dry_run, profile
from channels.dry_run import KINDS, Planned
from channels.models import Listing
from channels.profile import ChannelSpec
from channels.told import WITHHELD, Told

KIND = "channels.dry_run"
FIRST = 50  # of each kind
FIELDS = 8  # of each
LONGEST = 160  # characters of a value
MOST_CHOSEN = 10_000  # products of a selection
FILE_FIELDS = frozenset({"change"})  # kinds whose fields are told in the file one by one


def start(*, channel: ChannelSpec, by: User, products: Sequence[int] | None = None) -> Job:
    """Enqueues one; `products`: a selection, at most MOST_CHOSEN. Raises PermissionDenied."""
    require(by, "channel.sync")
    params: dict[str, Any] = {"channel": channel.id}
    if products is not None:
        params["products"] = list(products)[:MOST_CHOSEN]
    with transaction.atomic():
        return enqueue(KIND, params, by=by, title=_("Dry run for %s") % channel.label)


def last_of(channel_id: int, by: User) -> Job | None:
    """The person's own last one: it holds what they may see."""
    rows = Job.objects.filter(kind=KIND, created_by=by, params__channel=channel_id)
    return rows.defer("log").order_by("-pk").first()


@job(KIND, queue="delivery")
def run(handle: JobHandle, *, channel: int, products: list[int] | None = None) -> dict[str, Any]:
    """Begun again it counts anew. Only what the person may see now is in it."""
    user = User.objects.filter(pk=handle.by_id or 0, is_active=True).first()
    structure = Structure.current()
    spec = profile.current(structure).by_id.get(channel)
    if user is None or spec is None:
        raise PermissionDenied(_("Whoever asked for it may no longer sign in, or the channel is gone."))
    require(user, "channel.sync")
    listings, rows = visible(user, Listing.objects.all()), visible(user, Product.objects.all())
    if products is not None:
        units = dry_run.units_of_products(rows.filter(pk__in=products).only("pk", "kind", "root_id"), spec)
        listings, rows = listings.filter(product_id__in=units), rows.filter(pk__in=units)
    total = listings.filter(channel_id=channel).count() + dry_run.new_units(spec, rows).count()
    found = _Found()
    with tempfile.TemporaryDirectory(prefix="dry-run-") as folder:
        path, lost = Path(folder) / "dry-run.csv", Path(folder) / "lost.jsonl"
        with CsvFile(path) as file, lost.open("w+", encoding="utf-8") as aside:
            file.write([_("SKU"), _("What"), _("Why"), _("Field"), _("Sent last"), _("Now")])
            done = 0
            for page in dry_run.of_channel(spec, structure, listings=listings, products=rows):
                if handle.cancelled():
                    raise JobCancelled
                allowed = Told(page)
                for one in page:
                    entry = _entry(one, allowed)
                    if one.removes:  # what becomes of it hangs on how many there are
                        aside.write(json.dumps([one.kind, entry], ensure_ascii=False, default=str) + "\n")
                        found.lost += 1
                    else:
                        found.add(one.kind, entry)
                        _write(file, one.kind, entry, one)
                done += len(page)
                handle.progress(done, max(total, done))
            lets = not found.lost or dry_run.cap_lets(channel, found.lost, at=timezone.now())
            aside.seek(0)
            for kind, entry in map(json.loads, aside):
                became = kind if lets else "held"
                found.add(became, entry)
                _write(file, became, entry)
        name = f"dry-run-{spec.code}-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
        kept = stored.keep(path, job=handle.pk, filename=name)
    return {
        **kept, "counts": {kind: found.counts[kind] for kind in KINDS}, "first": found.first,
        "capped": 0 if lets else found.lost, "chosen": products is not None,
    }  # fmt: skip


class _Found:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, list[dict[str, Any]]] = {}
        self.lost = 0

    def add(self, kind: str, entry: dict[str, Any]) -> None:
        self.counts[kind] += 1
        listed = self.first.setdefault(kind, [])
        if kind != "nothing" and len(listed) < FIRST:
            listed.append(entry)


def _entry(one: Planned, told: Told) -> dict[str, Any]:
    """As the job's result has it. Who does not see every product is told no values, as channels.told says."""
    changes = told.changes(one)
    return {
        "product": one.product_id, "sku": one.sku, "why": told.reason(one), "asks": one.asks,
        "errors": [str(error.get("message", ""))[:LONGEST] for error in told.errors(one)[:FIELDS]],
        "fields": len(changes),
        "changes": [
            [change.path, *((short(change.before), short(change.after)) if told.values else (WITHHELD, WITHHELD))]
            for change in changes[:FIELDS]
        ],
    }  # fmt: skip


def _write(file: CsvFile, kind: str, entry: dict[str, Any], one: Planned | None = None) -> None:
    for cells in _fields(kind, one):
        file.write([entry["sku"], str(KINDS[kind]), entry["why"], *cells])


def _fields(kind: str, one: Planned | None) -> Iterator[tuple[str, str, str]]:
    if one is None or kind not in FILE_FIELDS or not one.changes or not NAMES.sees_all:
        yield "", "", ""
        return
    for change in one.changes:
        yield change.path, short(change.before, 2000), short(change.after, 2000)


def short(value: Any, longest: int = LONGEST) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else text[: longest - 1] + "…"
