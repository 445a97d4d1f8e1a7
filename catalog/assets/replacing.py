"""Putting one file in another's place: a file is its content, so every value that names the old one is written anew.

Through the one door, with the person's rights, as revisions that can be seen and taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.assets.changing import announce_assets
from catalog.assets.describing import refresh_search
from catalog.assets.usage import campaigns_naming, products_showing
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.jobs import JobHandle
from catalog.models.asset import Asset
from catalog.models.product import ProductValues
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import attribute_of
from catalog.values.write import BATCH, plan, write

DESCRIBED = ("titles", "alts", "credit", "copyright", "licence")


@dataclass(slots=True)
class ReplacePlan:
    """`products` whose own values name the old file, with `values` of them; `refusals`: sentence → how often, of the first
    BATCH products; `campaigns`: documents of campaigns."""

    products: int = 0
    values: int = 0
    campaigns: int = 0
    refusals: dict[str, int] = field(default_factory=dict)


def ref_of(job_id: int) -> str:
    """What its revisions carry: by it the grid shows the products, and takes all of it back."""
    return f"replace:{job_id}"


def planned(old: str, new: str, *, user: User) -> ReplacePlan:
    """What replace() would do; writes nothing."""
    found = ReplacePlan(campaigns=campaigns_naming([old]).count())
    for number, changes in enumerate(_batches(old, new, Structure.current())):
        found.products += len(changes)
        found.values += sum(len(change.values) for change in changes)
        if number == 0:
            for outcome in plan(changes, by=Actor(user, origin="bulk")):
                for error in outcome.errors:
                    found.refusals[error.message] = found.refusals.get(error.message, 0) + 1
    return found


def replace(old: str, new: str, *, user: User, ref: str, handle: JobHandle | None = None) -> dict[str, int]:
    """Done twice it changes nothing more. What the person may not write is left, and told in the job's log."""
    structure = Structure.current()
    by = Actor(user, origin="bulk", ref=ref)
    _describe_alike(old, new, user)
    result = {"changed": 0, "refused": 0}
    for changes in _batches(old, new, structure):
        if handle is not None and handle.cancelled():
            return result
        _count(write(changes, by=by), result, handle)
    for document in campaigns_naming([old]).select_related("campaign", "product").order_by("pk"):
        before = structure.read(document.values)
        values = _swapped(before, old, new, structure)
        base = {document.product_id: {key: value_hash(before[key]) for key in values}}
        _count(
            write_campaign(document.campaign, {document.product_id: values}, by=by, base=base), result, handle
        )
    return result


def _count(outcomes: list[Outcome], result: dict[str, int], handle: JobHandle | None) -> None:
    for outcome in outcomes:
        result["changed" if outcome.ok else "refused"] += 1
        if handle is not None and not outcome.ok:
            reason = outcome.errors[0].message if outcome.errors else _("Somebody else changed it meanwhile.")
            handle.log(
                _("Product %(id)s was left as it is: %(reason)s") % {"id": outcome.product, "reason": reason}
            )
    if handle is not None:
        handle.progress(result["changed"] + result["refused"])


def _batches(old: str, new: str, structure: Structure) -> Iterator[list[ProductChange]]:
    """Changes of the products whose own document names the file: of those that show it, which inherit it too."""
    showing, last = products_showing([old]), 0
    while ids := list(showing.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        changes = []
        for pk, values in ProductValues.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "values"):
            values = structure.read(values)
            swapped = _swapped(values, old, new, structure)
            if swapped:
                base = {key: value_hash(values[key]) for key in swapped}
                changes.append(ProductChange(product=pk, values=swapped, base=base))
        if changes:
            yield changes


def _swapped(values: Mapping[str, Any], old: str, new: str, structure: Structure) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, stored in values.items():
        spec = structure.attributes.get(attribute_of(key))
        if not stored or spec is None or spec.code not in structure.asset_attributes:
            continue
        if old in ATTRIBUTE_TYPES[spec.type].references(stored).get("asset", ()):
            found[key] = (
                [new if each == old else each for each in stored] if isinstance(stored, list) else new
            )
    return found


def _describe_alike(old: str, new: str, user: User) -> None:
    """What was written of the old file holds for the new one, where nobody wrote anything yet. Its rights are its own.

    The new one may be shown by other products already: their sheets carry these texts too.
    """
    with transaction.atomic():
        before, after = Asset.objects.get(sha256=old), Asset.objects.select_for_update().get(sha256=new)
        missing = [name for name in DESCRIBED if getattr(before, name) and not getattr(after, name)]
        for name in missing:
            setattr(after, name, getattr(before, name))
        after.save(update_fields=missing)
        if not after.tags.exists():
            after.tags.set(before.tags.all())
        refresh_search(after)
        if missing:
            announce_assets([after.pk], by=user.pk)
