"""Putting one file in another's place: a file is its content, so every value that names the old one is written anew.

Through the one door, with the person's rights, as revisions that can be seen and taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.access import can
from catalog.assets.changing import announce_assets
from catalog.assets.describing import refresh_search, set_tags
from catalog.assets.usage import campaigns_naming, products_showing
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.jobs import JobHandle
from catalog.models.asset import Asset
from catalog.models.job import Job
from catalog.models.product import ProductValues
from catalog.models.revision import Revision
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import attribute_of
from catalog.values.write import BATCH, plan, write

PREFIX = "replace:"
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
    return f"{PREFIX}{job_id}"


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
    """Done twice it changes nothing more. What the person may not write is left, and told in the job's log.

    Counts products and documents of campaigns, over all workers of the job: what an earlier one `changed` carries `ref`, what was
    `refused` or waits as a proposal (`proposed`) still names the old file, and is found again.
    """
    structure = Structure.current()
    by = Actor(user, origin="bulk", ref=ref)
    _describe_alike(old, new, user, handle)
    before = Revision.objects.filter(ref=ref).count() if handle is not None else 0
    result = {"changed": before, "refused": 0, "proposed": 0}
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
        if not outcome.ok:
            result["refused"] += 1
        elif outcome.changed or outcome.proposals:
            result["changed" if outcome.changed else "proposed"] += 1
        if handle is not None and not outcome.ok:
            reason = outcome.errors[0].message if outcome.errors else _("Somebody else changed it meanwhile.")
            handle.log(
                _("Product %(id)s was left as it is: %(reason)s") % {"id": outcome.product, "reason": reason}
            )
    if handle is not None:
        handle.progress(max(handle.row.done, sum(result.values())), result=result)


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


def _describe_alike(old: str, new: str, user: User, handle: JobHandle | None) -> None:
    """What was written of the old file holds for the new one, where nobody wrote anything yet. Its rights are its own.

    The new one may be shown by other products already: their sheets carry these texts too. The job remembers what it copied.
    """
    with transaction.atomic():
        before, after = Asset.objects.get(sha256=old), Asset.objects.select_for_update().get(sha256=new)
        missing = [name for name in DESCRIBED if getattr(before, name) and not getattr(after, name)]
        for name in missing:
            setattr(after, name, getattr(before, name))
        after.save(update_fields=missing)
        copied = {name: getattr(before, name) for name in missing}
        tags = list(before.tags.values_list("name", flat=True))
        if tags and not after.tags.exists():
            set_tags(after, tags)
            copied["tags"] = tags
        refresh_search(after)
        if copied and handle is not None:
            handle.remember(copied=copied)
        if missing:
            announce_assets([after.pk], by=user.pk)


def describe_as_before(ref: str, *, user: User) -> None:
    """After replace() was taken back: the new file loses what it got of the old one, where nobody wrote anything else since.

    It keeps all of it where a product of `ref` still shows it, and where the person may not describe files.
    """
    number = ref.removeprefix(PREFIX)
    if not ref.startswith(PREFIX) or not number.isdecimal() or not can(user, "asset.edit"):
        return
    row = Job.objects.filter(pk=int(number), kind="assets.replace", params__has_key="copied").first()
    if row is None:
        return
    touched = Revision.objects.filter(ref=ref).values("product_id")
    if products_showing([row.params["new"]]).filter(pk__in=touched).exists():
        return
    with transaction.atomic():
        asset = Asset.objects.select_for_update().filter(sha256=row.params["new"]).first()
        if asset is not None:
            _undescribe(asset, row.params["copied"], user)


def _undescribe(asset: Asset, copied: Mapping[str, Any], user: User) -> None:
    before = {name: getattr(asset, name) for name in DESCRIBED}
    for name, given in copied.items():
        if name == "tags":
            if set(asset.tags.values_list("name", flat=True)) == set(given):
                asset.tags.clear()
        elif isinstance(given, dict):
            now = getattr(asset, name)
            left = {code: text for code, text in now.items() if given.get(code) != text}
            setattr(asset, name, left)
        elif getattr(asset, name) == given:
            setattr(asset, name, "")
    changed = [name for name in DESCRIBED if getattr(asset, name) != before[name]]
    asset.save(update_fields=changed)
    refresh_search(asset)
    if changed:
        announce_assets([asset.pk], by=user.pk)
