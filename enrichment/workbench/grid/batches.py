"""Much work in batches, as a job that can be killed and goes on: what it comes to, over all of its workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from catalog.jobs import JobHandle
from catalog.models import Revision
from catalog.values.write import BATCH
from pim.lib.failpoint import failpoint

P = TypeVar("P", bound=Sized)


@dataclass(slots=True)
class Result:
    changed: int = 0
    refused: int = 0
    proposed: int = 0  # kept as proposals, nothing else of them written
    ref: str = ""
    reasons: dict[str, int] = field(default_factory=dict)

    @classmethod
    def so_far(cls, noted: Mapping[str, Any], *, ref: str) -> Result:
        """What earlier workers of the job have noted, as_json(); {} where there was none."""
        reasons = dict(noted.get("reasons", {}))
        counts = {name: noted.get(name, 0) for name in ("changed", "refused", "proposed")}
        return cls(**counts, ref=ref, reasons=reasons)

    def add(self, outcomes: Iterable[Any]) -> None:
        for outcome in outcomes:
            if outcome.ok:
                self.changed += bool(outcome.changed)
                self.proposed += bool(outcome.proposals and not outcome.changed)
            elif outcome.errors:
                self.refuse(outcome.errors[0].message)
            else:
                self.refuse(str(_("Changed by somebody else meanwhile.")))

    def refuse(self, reason: str, count: int = 1) -> None:
        self.refused += count
        self.reasons[reason] = self.reasons.get(reason, 0) + count

    def as_json(self) -> dict[str, Any]:
        return {
            "changed": self.changed, "refused": self.refused, "proposed": self.proposed, "reasons": self.reasons,
            "ref": self.ref,
        }  # fmt: skip


def by_batches(
    handle: JobHandle,
    ids: Sequence[int],
    act: Callable[[Sequence[int]], Result],
    *,
    ref: str,
    changed: Callable[[], int] | None = None,
) -> dict[str, Any]:
    """`act` on BATCH ids at a time, as a job: goes on from where its progress stands, and ends where it is cancelled."""
    parts = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    return by_parts(handle, parts, act, ref=ref, changed=changed)


def by_parts(
    handle: JobHandle,
    parts: Sequence[P],
    act: Callable[[P], Result],
    *,
    ref: str,
    changed: Callable[[], int] | None = None,
) -> dict[str, Any]:
    """The same, for parts that somebody else has cut. `changed`: how much `ref` has changed by now, where that is not the
    products it wrote revisions of."""
    total = Result.so_far(handle.row.result, ref=ref)
    done, every = 0, sum(map(len, parts))
    for part in parts:
        done += len(part)
        if done <= handle.row.done:
            continue
        if handle.cancelled():
            break
        result = act(part)
        failpoint("bulk_chunk")
        total.changed += result.changed
        total.proposed += result.proposed
        for reason, count in result.reasons.items():
            total.refuse(reason, count)
        handle.progress(done, every, result=total.as_json())
    # What an earlier worker changed counts as well, also where it ended before it could say how far it was.
    if handle.row.done or handle.row.attempts > 1:
        written = Revision.objects.filter(ref=ref).values("product_id").distinct()
        total.changed = changed() if changed else written.count()
    return total.as_json()


def whole_parts(rows: Iterable[tuple[int, int]], *, tears: bool = True) -> list[list[int]]:
    """(id, what it belongs to), in that order: ids in parts of at most BATCH that tear nothing apart which fits into one.
    Without `tears` what does not fit is a part of its own."""
    parts: list[list[int]] = []
    for _owner, members in groupby(rows, key=itemgetter(1)):
        ids = [pk for pk, _owner in members]
        step = BATCH if tears else len(ids)
        for start in range(0, len(ids), step):
            some = ids[start : start + step]
            if not parts or len(parts[-1]) + len(some) > BATCH:
                parts.append([])
            parts[-1] += some
    return parts
