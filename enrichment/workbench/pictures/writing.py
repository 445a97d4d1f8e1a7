"""Files onto their products: through the one door, batch by batch, as one change that is seen in the history and taken back.

What a file became is stored in the transaction of its product's change, so that a job begun again goes on with the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import ngettext

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.jobs import JobHandle, enqueue, job
from catalog.models import Job, User
from catalog.models.product import ProductValues
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT, Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import attribute_of
from catalog.values.write import write
from enrichment.models import PictureFile, PictureMatch
from enrichment.workbench.grid.bulk import new_ref
from enrichment.workbench.pictures.naming import Rule
from pim.lib.deadlocks import again_after_deadlock
from pim.lib.failpoint import failpoint
from pim.lib.grouped import Grouped

PRODUCTS = 200  # in a transaction
State = PictureFile.State
_ON_IT = (State.MATCHED, State.WRITTEN)
_RESULT = ("state", "code", "told", "ref")


def start(match: PictureMatch, user: User) -> Job | None:
    """Enqueues the writing of what is ready; None where nothing is."""
    with transaction.atomic():
        locked = PictureMatch.objects.select_for_update().get(pk=match.pk)
        count = locked.files.filter(state=State.MATCHED).count()
        if not count:
            return None
        title = ngettext("%s file to its product", "%s files to their products", count) % Grouped(count)
        made = enqueue("pictures.write", {"match": match.pk, "ref": new_ref()}, by=user, title=title)
        PictureMatch.objects.filter(pk=match.pk).update(job=made)
    return made


def retry(match: PictureMatch) -> int:
    """What was not written may be tried again; what the attribute does not take is refused again by the door."""
    return match.files.filter(state=State.FAILED).exclude(product=None).update(
        state=State.MATCHED, code="", told=""
    )  # fmt: skip


@job("pictures.write")
def run_write(handle: JobHandle, *, match: int, ref: str) -> dict[str, Any]:
    row = PictureMatch.objects.get(pk=match)
    by = Actor(User.objects.get(pk=handle.by_id), origin="bulk", ref=ref)
    rule = Rule.of(row.rule)
    ready = row.files.filter(state=State.MATCHED).exclude(product=None)
    row.files.filter(state=State.MATCHED, product=None).update(state=State.UNMATCHED, code="no_product")
    done = handle.row.done
    total = done + ready.count()
    while not handle.cancelled():

        def step() -> int:
            with transaction.atomic():
                handle.check_lease()
                ids = list(ready.order_by("product").values_list("product", flat=True).distinct()[:PRODUCTS])
                return _write(row, ids, rule, by) if ids else 0

        taken = again_after_deadlock(step)
        if not taken:
            break
        done += taken
        handle.progress(done, max(done, total))
        failpoint("pictures_chunk")
    counts = {
        state: row.files.filter(ref=ref, state=state).count() for state in (State.WRITTEN, State.FAILED)
    }
    return {"ref": ref, "written": counts[State.WRITTEN], "failed": counts[State.FAILED]}


def _write(match: PictureMatch, ids: Sequence[int], rule: Rule, by: Actor) -> int:
    """All files of these products, in their order; returns how many were dealt with."""
    listed: dict[int, list[PictureFile]] = defaultdict(list)
    files = match.files.filter(product__in=ids, state__in=_ON_IT).select_related("asset")
    for file in sorted(files, key=lambda file: (file.place, file.name.casefold(), file.pk)):
        listed[file.product_id or 0].append(file)
    structure = Structure.current()
    documents = {
        pk: structure.read(values)
        for pk, values in ProductValues.objects.filter(pk__in=ids).values_list("pk", "values")
    }
    changes = []
    for pk, of_product in listed.items():
        before = documents.get(pk, {}).get(rule.key, ABSENT)
        after = _after(before, of_product, rule, structure)
        changes.append(
            ProductChange(
                product=pk, values={rule.key: after}, base={rule.key: value_hash(before)}, ref=of_product
            )
        )
    changed: list[PictureFile] = []
    for outcome in write([change for change in changes if change.values[rule.key]], by=by):
        changed += _told(outcome, rule, by.ref)
    changed += [file for change in changes if not change.values[rule.key] for file in _pending(change.ref)]
    PictureFile.objects.bulk_update(changed, _RESULT)
    return len(changed)


def _pending(files: Sequence[PictureFile]) -> list[PictureFile]:
    """Those of a product that the value does not get."""
    return [
        file for file in files if file.state == State.FAILED and file.code in ("gone", "one_only", "filled")
    ]


def _after(before: Any, files: Sequence[PictureFile], rule: Rule, structure: Structure) -> Any:
    """The value a product gets; files that find no place in it say so. What it inherits is not repeated in it."""
    there = []
    for file in files:
        if file.asset is None or file.asset.removed_at is not None:
            file.state, file.code = State.FAILED, "gone"
        else:
            there.append(file)
    digests = list(dict.fromkeys(file.asset.sha256 for file in there if file.asset))
    kind = ATTRIBUTE_TYPES[structure.attributes[attribute_of(rule.key)].type]
    own = before if before is not ABSENT and before else None
    if kind.has_parts:
        kept = [] if rule.mode == "replace" else list(own or ())
        return [*kept, *(digest for digest in digests if digest not in kept)] if digests else None
    if not digests:
        return None
    first = digests[0] if rule.mode == "replace" or own is None else own
    for file in there:
        if file.asset and file.asset.sha256 != first:
            file.state = State.FAILED
            file.code = "one_only" if first in digests else "filled"
    return first


def _told(outcome: Outcome, rule: Rule, ref: str) -> list[PictureFile]:
    told = []
    for file in outcome.ref:
        if file.state == State.MATCHED:
            file.state, file.code, file.told = _state_of(outcome, rule)
            file.ref = ref
            told.append(file)
        elif file.state == State.FAILED:
            told.append(file)
    return told


def _state_of(outcome: Outcome, rule: Rule) -> tuple[str, str, str]:
    if outcome.errors:
        return State.FAILED, outcome.errors[0].code[:40], outcome.errors[0].message
    if outcome.conflicts:
        return State.FAILED, "changed", ""
    if rule.key in outcome.proposals:
        return State.FAILED, "proposed", ""
    return State.WRITTEN, "", ""
