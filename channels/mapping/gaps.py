"""How many products of the assortment a field comes out empty for, or against the channel's rules: counted, never guessed.

The count is a job: it builds every sheet. What it found is its result, with the profile it was counted for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.jobs import JobHandle, enqueue, job
from catalog.models.job import Job
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from channels import profile
from channels.mapping import judging
from channels.models import Channel
from channels.profile import ChannelSpec
from channels.sheets import load

KIND = "channels.count_gaps"
CHUNK = 200
EXAMPLES = 5
BY_ITSELF = 5000  # products: more are counted only when somebody asks


@dataclass(frozen=True, slots=True)
class Gaps:
    """`fields`: target → {"empty", "broken": how many products, "examples": SKUs}; `is_current`: of the mapping as it is."""

    products: int
    fields: dict[str, dict[str, Any]]
    at: str
    is_current: bool


@job(KIND, queue="delivery")
def run(handle: JobHandle, *, channel: int) -> dict[str, Any]:
    """Reads only. Ends early where the profile changes meanwhile: who changed it has it counted anew."""
    structure = Structure.current()
    spec = profile.current(structure).by_id.get(channel)
    if spec is None:
        return {}
    tally, done, last = Tally(), 0, 0
    while ids := _units(spec, last):
        if not Channel.objects.filter(pk=channel, profile_rev=spec.profile_rev).exists():
            return {}
        count(ids, spec, structure, tally)
        done, last = done + len(ids), ids[-1]
        handle.progress(done)
    return {
        "profile_rev": spec.profile_rev,
        "products": tally.products,
        "fields": tally.fields,
        "at": timezone.now().isoformat(),
    }


@dataclass
class Tally:
    products: int = 0
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, judged: judging.Judged) -> None:
        skus = judging.skus_of(judged)
        self.products += len(skus)
        met: dict[tuple[str, str], set[str]] = {}
        for error in judged.errors:
            kind = "empty" if error.get("code") in ("required", "missing") else "broken"
            of = [error["sku"]] if error.get("sku") else skus
            met.setdefault((error["field"], kind), set()).update(of)
        for (target, kind), found in met.items():
            entry = self.fields.setdefault(target, {"empty": 0, "broken": 0, "examples": []})
            entry[kind] += len(found)
            room = EXAMPLES - len(entry["examples"])
            entry["examples"] += [sku for sku in sorted(found) if sku not in entry["examples"]][:room]


def count(ids: list[int], spec: ChannelSpec, structure: Structure, tally: Tally) -> None:
    """A constant number of queries for a chunk."""
    now = timezone.now()
    for unit in load.units(ids, spec, structure).values():
        if judging.is_offered(unit, spec, structure):
            tally.add(judging.judge(unit, spec, structure, at=now))


def _units(spec: ChannelSpec, last: int) -> list[int]:
    """Ids of what one sheet is of on this channel, in the order of their ids."""
    rows = Product.objects.filter(pk__gt=last, trashed_at=None, enabled=True).order_by("pk")
    if spec.unit == "model":
        rows = rows.filter(Q(root=None) | Q(root=F("pk")))
    else:
        rows = rows.filter(kind__in=(Product.Kind.SIMPLE, Product.Kind.VARIANT))
    return list(rows.values_list("pk", flat=True)[:CHUNK])


def _jobs(channel_id: int) -> Any:
    return Job.objects.filter(kind=KIND, params__channel=channel_id).order_by("-pk")


def known(channel: Channel) -> Gaps | None:
    """What was counted last; None where nothing was."""
    for row in _jobs(channel.pk).filter(state=Job.State.DONE)[:5]:
        if row.result and "fields" in row.result:
            found = row.result
            return Gaps(
                found["products"], found["fields"], found["at"], found["profile_rev"] == channel.profile_rev
            )
    return None


def is_counting(channel: Channel) -> bool:
    return _jobs(channel.pk).filter(state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists()


def ask(channel: Channel, *, by: int | None) -> None:
    """Counts anew. In the caller's transaction, if there is one."""
    title = _("What %(channel)s would find empty or wrong") % {"channel": channel}
    enqueue(KIND, {"channel": channel.pk}, by=by, queue="delivery", title=title)


def ask_if_small(channel: Channel, *, by: int | None) -> None:
    """Without being asked, where that takes a moment."""
    if Product.objects.order_by()[: BY_ITSELF + 1].count() <= BY_ITSELF:
        ask(channel, by=by)
