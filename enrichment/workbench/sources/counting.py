"""How many values each source holds. Every document has to be read for that, so it is a job's, and its result is kept."""

from __future__ import annotations

from collections import Counter
from typing import Any

from catalog.jobs import JobHandle, job
from catalog.models import Job, ProductValues
from catalog.values.sources import whole

KIND = "sources.count"
_AT_ONCE = 500


@job(KIND)
def count(handle: JobHandle, /) -> dict[str, Any]:
    """Reads on from the start when it was killed: it changes nothing."""
    counted: Counter[str] = Counter()
    total, done, last = ProductValues.objects.count(), 0, 0
    while chunk := list(
        ProductValues.objects.filter(product_id__gt=last)
        .order_by("product_id")
        .values_list("product_id", "values", "sources")[:_AT_ONCE]
    ):
        for _product, values, sources in chunk:
            counted.update(whole(sources, values).values())
        last, done = chunk[-1][0], done + len(chunk)
        handle.progress(done, max(total, done))
        if handle.cancelled():
            return {}
    return {"values": dict(counted)}


def last_count() -> Job | None:
    """The job of the last count that came to its end."""
    return (
        Job.objects.filter(kind=KIND, state=Job.State.DONE, result__has_key="values").order_by("-pk").first()
    )


def is_counting() -> bool:
    return Job.objects.filter(kind=KIND, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists()
