"""What a rig's hands can do, in the rig's own processes: JSON in, JSON out."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, F
from django.utils import timezone

from catalog.importing import runs
from catalog.jobs import enqueue, run_due
from catalog.jobs.inline import run_here
from catalog.models import Campaign, Job, Option, Product, Revision, User
from catalog.models.importing import ImportRun
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ProductChange
from catalog.values.fingerprint import catalogue_hash
from catalog.values.write import write
from channels import profile, profiles
from channels.delivery.prepare import prepare
from channels.models import Attempt, Channel, Completeness, Listing
from enrichment.workbench.bulk_edit.operations import Edit
from enrichment.workbench.grid import bulk
from pim.lib.canonical import canonical_hash
from tests.channels.stage import FULL, make_channel
from tests.faults.words import ROLLED_BACK
from tests.world import SYSTEM, build_world

BATCH = 200


class _RollBack(Exception):
    """Ends a transaction that had written something."""


def build() -> None:
    """The world of the tests, with its B2B channel."""
    make_channel(build_world())
    _work_off_jobs()


def begin(endpoint: str, products: int, status: str, timeout: int) -> list[str]:
    """Points the channel at a shop and makes mugs, every fourth of them red; returns their SKUs."""
    Channel.objects.update(settings={"endpoint": endpoint, "timeout": timeout})
    skus = [f"MUG-{number:04d}" for number in range(1, products + 1)]
    changes = [
        ProductChange(
            values={**FULL, "color": "red" if number % 4 == 0 else "navy"},
            fields={"sku": sku, "family": "mugs", "status": status},
        )
        for number, sku in enumerate(skus)
    ]
    for start in range(0, len(changes), BATCH):
        assert all(outcome.ok for outcome in write(changes[start : start + BATCH], by=SYSTEM))
    return skus


# --- saves


def save(skus: Sequence[str], values: dict[str, Any] | None = None, **fields: Any) -> None:
    ids = Product.objects.filter(sku__in=skus).values_list("pk", flat=True)
    outcomes = write([ProductChange(product=pk, values=values or {}, fields=fields) for pk in ids], by=SYSTEM)
    assert len(outcomes) == len(skus)
    assert all(outcome.ok for outcome in outcomes), outcomes


def save_many(
    skus: Sequence[str], *, count: int, seed: int, key: str, rest: float = 0.0, first: int = 1
) -> dict[str, int]:
    """`count` saves of random products, each with the next number; returns the last number saved of each product.

    Every 20th is rolled back after it was written: nothing may be seen of it. `rest`: seconds between two, at most.
    A save whose database crashed is made again, as a person does who was told so.
    """
    chance = random.Random(seed)
    ids = dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk"))
    last: dict[str, int] = {}
    for number in range(first, first + count):
        sku = chance.choice(list(skus))
        change = ProductChange(product=ids[sku], values=_numbered(key, number))
        outcome = _through_crashes(lambda change=change: write([change], by=SYSTEM))[0]
        assert outcome.ok, outcome
        last[sku] = number
        if number % 20 == 0:
            _through_crashes(lambda sku=sku: _written_and_rolled_back(ids[sku]))
        time.sleep(chance.uniform(0, rest))
    return last


def _written_and_rolled_back(product: int) -> None:
    try:
        with transaction.atomic():
            write([ProductChange(product=product, values={"name|en_US": ROLLED_BACK})], by=SYSTEM)
            raise _RollBack
    except _RollBack:
        pass


def _through_crashes(save: Callable[[], Any]) -> Any:
    """Again until the database is back; any other error is one."""
    for _ in range(600):
        try:
            return save()
        except (InterfaceError, OperationalError):
            if connection.vendor != "postgresql" or (connection.connection and connection.is_usable()):
                raise
            connection.close()
            time.sleep(0.1)
    raise AssertionError("the database did not come back")


def _numbered(key: str, number: int) -> dict[str, Any]:
    return {"price": {"EUR": str(number), "USD": "12"}} if key == "price" else {key: f"No {number}"}


# --- time and structure


def plan_campaign(sku: str, title: str, *, begins_in: float, lasts: float) -> tuple[float, float]:
    """A campaign with another English name for one product; its begin and end as seconds since 1970."""
    product = Product.objects.get(sku=sku)
    begins = timezone.now() + timedelta(seconds=begins_in)
    with transaction.atomic():
        campaign = Campaign.objects.create(
            code="days", starts_at=begins, ends_at=begins + timedelta(seconds=lasts)
        )
        announce("campaign", [campaign.pk])
        outcomes = write_campaign(campaign, {product.pk: {"name|en_US": title}}, by=SYSTEM)
        assert outcomes[0].status == "updated", outcomes
    return campaign.starts_at.timestamp(), campaign.ends_at.timestamp()


def rename_option(attribute: str, code: str, label: str) -> list[str]:
    """Returns the SKUs of the products with this option."""
    with transaction.atomic():
        option = Option.objects.get(attribute__code=attribute, code=code)
        option.labels = {**option.labels, "en_US": label}
        option.save(update_fields=["labels"])
        announce("option", [option.pk])
    return sorted(
        sku
        for sku, values in Product.objects.values_list("sku", "own__values")
        if values.get(attribute) == code
    )


# --- the channel


def channel() -> dict[str, Any]:
    row = Channel.objects.get()
    return {"paused": row.paused_at is not None, "reason": row.paused_reason, "failures": row.failures}


def write_feed_files() -> None:
    """The channel becomes one of feed files."""
    settings = {"format": "jsonl", "layout": "together", "name": "products", "keep": 5}
    Channel.objects.update(connector="feed", settings=settings)
    profile.forget()  # this process knows it as it was


def let_leases_end() -> None:
    """Those of a snapshot last minutes."""
    now = timezone.now()
    Channel.objects.exclude(lease_until=None).update(lease_until=now)
    Listing.objects.exclude(lease_until=None).update(lease_until=now)


def resume() -> None:
    assert profiles.resume(channel_id=Channel.objects.get().pk)


def listing(sku: str) -> dict[str, Any]:
    row = Listing.objects.get(product__sku=sku)
    return {
        **{
            name: getattr(row, name)
            for name in ("state", "desired_rev", "sent_rev", "sent_hash", "external_id", "attempts", "unknown",
                         "error_class")
        },
        "is_leased": bool(row.lease_token),
        "token": row.lease_token,
        "has_due_date": row.due_at is not None,
        "tries": row.attempts_made.count(),
    }  # fmt: skip


def attempts(outcome: str) -> int:
    return Attempt.objects.filter(outcome=outcome).count()


# --- what is true


def open_work() -> dict[str, int]:
    """What has still to be done; all zero in a system at rest."""
    jobs = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return {
        "stale": Listing.objects.filter(desired_rev__gt=F("sent_rev")).count(),
        "leased": Listing.objects.exclude(lease_token="", lease_until=None).count(),
        "unknown": Listing.objects.filter(unknown=True).count(),
        "unlisted": Product.objects.alive().filter(kind="simple", listings=None).count(),
        "jobs": jobs.count(),
    }


def expected() -> dict[str, Any]:
    """What the catalogue wants the shop to hold now: a sheet for each key, or None for what should not be there."""
    sheets, held = {}, []
    with _snapshot():
        for _row, one in _prepared():
            if one.decision.kind == "present":
                sheets[one.key] = one.decision.sheet.payload
            elif one.decision.kind == "absent":
                sheets[one.key] = None
            else:
                held.append(one.key)
    return json.loads(json.dumps({"sheets": sheets, "held": held}))


def unmarked() -> list[str]:
    """SKUs whose sheet is not what was sent although nothing says so: no save may ever leave one, at any moment."""
    with _snapshot():
        return [
            one.key
            for row, one in _prepared()
            if one.decision.kind == "present"
            and one.decision.sheet.hash != row.sent_hash
            and not (row.is_stale or row.unknown)
        ]


@contextmanager
def _snapshot() -> Iterator[None]:
    """All that is read within is of one moment: saves go on meanwhile."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _prepared() -> Any:
    structure = Structure.current()
    spec = profile.current(structure).by_code("b2b")
    assert spec is not None
    rows = list(Listing.objects.order_by("pk"))
    return zip(rows, prepare(rows, spec, structure, at=timezone.now()), strict=True)


def values_of(key: str) -> dict[str, Any]:
    rows = Product.objects.alive().values_list("sku", "own__values")
    return {sku: values.get(key) for sku, values in rows}


def history_gaps() -> list[str]:
    """Products whose stored values or revision are not those their last revision says: half a save."""
    gaps = []
    for product in Product.objects.select_related("own"):
        last = Revision.objects.filter(product=product).order_by("-rev").first()
        count = Revision.objects.filter(product=product).count()
        if last is None or last.rev != product.rev or count != product.rev:
            gaps.append(f"{product.sku}: revision {product.rev}, {count} recorded")
            continue
        for key, (_before, after) in last.changes.items():
            if not key.startswith("_") and product.own.values.get(key) != after:
                gaps.append(f"{product.sku}: {key} is not what was written last")
    return gaps


def revisions() -> int:
    return Revision.objects.count()


# --- imports


def import_whole(path: str) -> dict[str, Any]:
    """Plans and applies in this process, without interruption."""
    run = _start(path)
    run_here(lambda: runs.plan(run, user=None, trusted=True))
    run.refresh_from_db()
    run_here(lambda: runs.apply(run, policy=ImportRun.Policy.SKIP_BAD, user=None, trusted=True))
    return import_outcome(run.pk)


def plan_import(path: str) -> int:
    run = _start(path)
    runs.plan(run, user=None, trusted=True)
    return run.pk


def apply_import(run: int) -> None:
    runs.apply(ImportRun.objects.get(pk=run), policy=ImportRun.Policy.SKIP_BAD, user=None, trusted=True)


def undo_import(run: int) -> None:
    runs.undo(ImportRun.objects.get(pk=run), user=None, trusted=True)


def import_state(run: int) -> str:
    """Raises when it failed: nothing more would come."""
    row = ImportRun.objects.get(pk=run)
    assert row.state != ImportRun.State.FAILED, row.error
    return row.state


def claim_of(run: int) -> str:
    """Changes with each claim of the run's job."""
    return ImportRun.objects.get(pk=run).job.lease_token


def import_outcome(run: int) -> dict[str, Any]:
    row = ImportRun.objects.get(pk=run)
    states = dict(row.rows.order_by().values_list("state").annotate(Count("pk")))
    return {
        **row.counts,
        "row_states": states,
        "revisions": Revision.objects.count(),
        "hash": catalogue_hash(),
    }


def fingerprint() -> str:
    return catalogue_hash()


# --- bulk changes

CLAIM, TRUTH = "for ever", "for years"


def claim_everywhere(products: int) -> None:
    """Mugs of as many names, in which the claim stands; in every tenth it does not."""
    changes = [
        ProductChange(
            values={**FULL, "name|en_US": f"Mug {number} {'to keep' if number % 10 == 0 else CLAIM}"},
            fields={"sku": f"MUG-{number:05d}", "family": "mugs"},
        )
        for number in range(1, products + 1)
    ]
    for start in range(0, len(changes), BATCH):
        assert all(outcome.ok for outcome in write(changes[start : start + BATCH], by=SYSTEM))


def replace_claim() -> tuple[int, str]:
    """As the screen begins it for more than a batch: (job, ref). Done twice it would find its own work."""
    edit = Edit(
        "replace", "name", keys=("name|en_US",), find=CLAIM, by=f"{CLAIM} and {TRUTH}", match_case=True
    )
    ids = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    ref = bulk.new_ref()
    return _begin("grid.edit", edit=edit.as_json(), ids=ids, leave=[], ref=ref), ref


def undo_bulk(ref: str) -> int:
    return _begin("grid.undo", ref=ref)


def _begin(kind: str, **params: Any) -> int:
    admin.autodiscover()  # a process that knows no screens knows none of their jobs
    user, _made = User.objects.get_or_create(
        username="marta", defaults={"is_staff": True, "is_superuser": True}
    )
    with transaction.atomic():
        return enqueue(kind, params, by=user, title=kind).pk


def job_row(job: int) -> dict[str, Any]:
    """Raises when it failed: nothing more would come."""
    row = Job.objects.get(pk=job)
    assert row.state not in (Job.State.FAILED, Job.State.CANCELLED), row.error
    return {"is_done": row.state == Job.State.DONE, "claim": row.lease_token, "result": row.result}


def written_by(ref: str) -> tuple[int, int]:
    """(revisions of this bulk change, products they are of)"""
    rows = Revision.objects.filter(ref=ref)
    return rows.count(), rows.values("product_id").distinct().count()


def everything_stored() -> str:
    """One number over what a save stores of each product, its sources and what is derived from its values included; revisions
    and times are left out."""
    rows = Product.objects.order_by("pk").values_list(
        "pk",
        "sku",
        "status",
        "enabled",
        "label",
        "labels",
        "image",
        "search",
        "tokens",
        "own__values",
        "own__sources",
    )
    hashes = [canonical_hash([*row[:8], sorted(row[8]), *row[9:]]) for row in rows.iterator(chunk_size=1000)]
    scores = Completeness.objects.order_by("product_id", "channel_id", "locale")
    return canonical_hash(
        [hashes, list(scores.values_list("product_id", "channel_id", "locale", "required", "missing"))]
    )


def _start(path: str) -> ImportRun:
    with open(path, "rb") as content:
        return runs.start(content, "supplier.csv", user=None, guess=False, trusted=True)


def _work_off_jobs() -> None:
    for queue in ("interactive", "imports", "delivery"):
        while run_due(queue):
            pass
