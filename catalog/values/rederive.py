"""Working out derived columns again, as a job: after a change of the structure, or below a model with many variants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog import participants
from catalog.jobs import JobHandle, enqueue, job
from catalog.models.category import Category
from catalog.models.family import FamilyAttribute, FamilyVariant
from catalog.models.measurement import MeasurementFamily
from catalog.models.product import Product
from catalog.structure import record_usage, units
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.store import renew_unique_values
from catalog.values.write import BATCH, refresh
from pim.lib.deadlocks import again_after_deadlock

# Kinds of structure whose change can alter labels, tokens or numbers; an option's label stands in none of them.
KINDS = frozenset(
    {
        "attribute",
        "family",
        "family_variant",
        "category",
        "locale",
        "measurement_family",
        "measurement_unit",
        "reference_entity",
        "reference_record",
    }
)


def enqueue_rederive(product_ids: Iterable[int], *, by: int | None = None) -> None:
    """In the caller's transaction: these products later, in chunks."""
    enqueue(
        "catalog.rederive",
        {"ids": sorted(product_ids)},
        by=by,
        title=_("Labels and search"),
        language=settings.LANGUAGE_CODE,
    )


def enqueue_for_structure(kind: str, ids: Sequence[int], *, by: int | None = None) -> None:
    """In the transaction of a structure change: the products it can alter. Which those are is asked now, before rows go."""
    if kind not in KINDS:
        return
    if kind == "reference_record":
        ids = record_usage.products_of(ids)
        if ids:
            enqueue_rederive(ids, by=by)
        return
    for where in _concerned(kind, ids):
        if Product.objects.filter(**where).exists():
            enqueue(
                "catalog.rederive",
                {"where": where},
                by=by,
                title=_("Labels and search, after a change of the structure"),
                language=settings.LANGUAGE_CODE,
            )


def _concerned(kind: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Filters of Product, as plain JSON, which no product meets two of."""
    if kind in ("measurement_family", "measurement_unit"):
        by = {"pk__in": ids} if kind == "measurement_family" else {"units__in": ids}
        codes = MeasurementFamily.objects.filter(**by).values_list("code", flat=True)
        return _concerned("attribute", [attribute.pk for attribute in units.attributes_of(codes)])
    if kind == "reference_entity":
        return _concerned("attribute", [attribute.pk for attribute in record_usage.attributes_of(ids)])
    if kind == "attribute":
        families = (
            FamilyAttribute.objects.filter(attribute_id__in=ids)
            .values_list("family_id", flat=True)
            .distinct()
        )
        return [
            {"family_id__in": sorted(families)},
            {"family_id": None},
        ]  # without a family they may have any
    if kind == "family":
        return [{"family_id__in": sorted(ids)}]
    if kind == "family_variant":
        owners = FamilyVariant.objects.filter(pk__in=ids).values_list("family_id", flat=True)
        return [{"family_id__in": sorted(owners)}]
    if kind == "category":
        branches = Q(pk__in=ids)
        for path in Category.objects.filter(pk__in=ids).exclude(path="").values_list("path", flat=True):
            branches |= Q(path__startswith=path)
        found = Category.objects.filter(branches).values_list("pk", flat=True)
        return [{"root__members__categories__in": sorted(found)}]
    return [{"pk__gt": 0}]


@job("catalog.rederive", owed=True)
def run(
    handle: JobHandle, *, ids: Sequence[int] = (), where: dict[str, object] | None = None
) -> dict[str, int]:
    """Chunks of BATCH, each a transaction; a killed run begins again and ends at the same state."""
    done = 0
    for chunk in _chunks(ids, where):
        handle.progress(done)
        rederive(chunk)
        done += len(chunk)
    return {"products": done}


def _chunks(ids: Sequence[int], where: dict[str, object] | None) -> Iterator[Sequence[int]]:
    if where is None:
        yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        return
    last = 0
    while chunk := list(
        Product.objects.filter(**where)
        .filter(pk__gt=last)
        .order_by("pk")
        .distinct()
        .values_list("pk", flat=True)[:BATCH]
    ):
        yield chunk
        last = chunk[-1]


def rederive(product_ids: Sequence[int]) -> None:
    """Derived columns, unique values, completeness and stale marks of at most BATCH products, from what is stored."""
    # Whoever writes a model has it and waits for its variants, which may be ours while we wait for what he has.
    again_after_deadlock(partial(_rederived, product_ids))


def _rederived(product_ids: Sequence[int]) -> None:
    with transaction.atomic():
        rows = {
            row.pk: row
            for row in Product.objects.filter(pk__in=product_ids)
            .order_by("pk")
            .select_for_update(no_key=True)
        }
        structure = (
            Structure.current()
        )  # once the rows are ours, so that the latest to derive knows the latest
        batch = participants.ChangeBatch(
            changed={}, created=frozenset(), touched=list(rows), structure=structure, origin="structure",
            bundles=bundles.of_rows(rows.values(), structure=structure),
        )  # fmt: skip
        refresh(batch, rows)
        renew_unique_values(batch.bundles, structure)
