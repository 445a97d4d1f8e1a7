"""The switch, and rewriting the products behind it.

The attribute is changed first, in one short transaction that opens the conversion: from then on documents not yet rewritten
are read as if they were (catalog.structure.conversion), and both spellings are taken from whoever writes. So nothing is
unreadable or refused midway, and no edit is lost; the job only makes lasting what everybody sees already.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.conversions.asking import Wanted, facets_of, reasons_against
from catalog.conversions.planning import documents
from catalog.jobs import JobHandle, enqueue, job
from catalog.jobs.queue import ENDED
from catalog.models.attribute import Attribute, Option
from catalog.models.campaign import Campaign, CampaignValues
from catalog.models.conversion import Conversion
from catalog.models.job import Job
from catalog.models.source import Proposal
from catalog.models.user import User
from catalog.structure.announce import announce
from catalog.structure.conversion import ConversionSpec
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.keys import split_campaign
from catalog.values.write import write

KIND = "catalog.convert"
STEP = 200  # products: one transaction
Step = list[tuple[int, dict[str, Any]]]  # (product id, document)


def start(row: Conversion, *, by: User | None) -> Job:
    """Opens a planned conversion and enqueues its job. Raises ValidationError, changing nothing, where it may not be."""
    with transaction.atomic():
        row = Conversion.objects.select_for_update().select_related("attribute").get(pk=row.pk)
        attribute = Attribute.objects.select_for_update().get(pk=row.attribute_id)
        settings = row.settings
        wanted = Wanted(
            **row.after,
            locales=tuple(settings.get("locales", ())),
            contexts=tuple(settings.get("contexts", ())),
        )
        reasons = reasons_against(attribute, wanted)
        if row.state != Conversion.State.PLANNED or facets_of(attribute) != row.before:
            reasons = [_("The attribute was changed since this was planned: plan it again.")]
        if row.plan.get("too_many_options"):
            reasons.append(
                _("There are too many different texts to make options of: that is no list to choose from.")
            )
        if reasons:
            raise ValidationError(reasons)
        _make_options(attribute, row.plan.get("options", {}), by=by)
        for name, value in row.after.items():
            setattr(attribute, name, value)
        attribute.full_clean()
        attribute.save(update_fields=list(row.after))
        # An older conversion of this attribute ends here: what it understood, this one understands.
        Conversion.objects.filter(attribute=attribute, state=Conversion.State.DONE).update(
            finished_at=row.created_at
        )
        row.state, row.started_at, row.position, row.counts = Conversion.State.OPEN, timezone.now(), 0, {}
        row.save(update_fields=["state", "started_at", "position", "counts"])
        announce("attribute", [attribute.pk], by=by.pk if by else None)
        return _enqueue(row, by)


def go_on(row: Conversion, *, by: User | None) -> Job | None:
    """Another job for an open conversion whose own ended before its time: it was cancelled, or failed. None while it runs."""
    with transaction.atomic():
        row = Conversion.objects.select_for_update().select_related("attribute").get(pk=row.pk)
        return _enqueue(row, by) if is_left(row) else None


def is_left(row: Conversion) -> bool:
    """Whether the conversion is open and nobody is at it."""
    if row.state != Conversion.State.OPEN:
        return False
    return not Job.objects.exclude(state__in=ENDED).filter(kind=KIND, params__conversion=row.pk).exists()


def _enqueue(row: Conversion, by: User | None) -> Job:
    title = _("Converting the values of %(attribute)s") % {"attribute": row.attribute}
    return enqueue(KIND, {"conversion": row.pk}, by=by, title=title)


def _make_options(attribute: Attribute, wanted: dict[str, str], *, by: User | None) -> list[int]:
    known = {code.casefold() for code in attribute.options.values_list("code", flat=True)}
    first = attribute.options.count()
    locale = next((code for code, spec in Structure.current().locales.items() if spec.is_active), "en_US")
    made = [
        Option(attribute=attribute, code=code, labels={locale: text}, position=first + position)
        for position, (code, text) in enumerate(wanted.items())
        if code.casefold() not in known
    ]
    created = Option.objects.bulk_create(made)
    return [option.pk for option in created]


@job(KIND, owed=True)
def run(handle: JobHandle, /, *, conversion: int) -> dict[str, Any]:
    """Rewrites products in steps, each a transaction with its place; a killed run goes on from there. It is not cancelled
    half way: what is not rewritten would be read through the conversion for ever.
    """
    row = Conversion.objects.select_related("attribute").get(pk=conversion)
    if row.state != Conversion.State.OPEN:
        return row.counts
    user = User.objects.filter(pk=handle.by_id or 0).first()
    by = Actor(user=user, origin="conversion", ref=f"conversion:{row.pk}", trusted=True)
    total = row.plan.get("products") or 0
    done = int(row.counts.get("looked_at", 0))
    while step := list(documents(row.attribute.code, row.position).values_list("pk", "values")[:STEP]):
        with transaction.atomic():
            handle.check_lease()
            _count(row, _rewrite(row, step, by=by))
            row.position = step[-1][0]
            done += len(step)
            row.counts["looked_at"] = done
            row.save(update_fields=["position", "counts"])
        handle.progress(done, max(total, done))
    _passed_over(row, by, handle)
    _campaigns(row, by, handle)
    _proposals(row, handle)
    _finish(row, by=user)
    return row.counts


def _rewrite(row: Conversion, step: Step, *, by: Actor) -> list[Outcome]:
    _options_since(row, step, by=by.user)
    return write([ProductChange(product=pk, converts=True) for pk, _values in step], by=by)


def _passed_over(row: Conversion, by: Actor, handle: JobHandle) -> None:
    """What a transaction wrote in the former way that began before the switch and ended behind the job's back."""
    spec = _spec(row)
    every = documents(row.attribute.code).values_list("pk", "values").iterator(chunk_size=STEP)
    left = [(pk, values) for pk, values in every if spec is not None and spec.document(values) is not None]
    for first in range(0, len(left), STEP):
        with transaction.atomic():
            handle.check_lease()
            _rewrite(row, left[first : first + STEP], by=by)


def _spec(row: Conversion) -> ConversionSpec | None:
    return next((spec for spec in Structure.current().conversions if spec.id == row.pk), None)


def _options_since(row: Conversion, step: Step, *, by: User | None) -> None:
    """Options for texts written between the plan and the switch."""
    spec = _spec(row)
    if (
        spec is None
        or not ATTRIBUTE_TYPES[spec.new.type].has_options
        or ATTRIBUTE_TYPES[spec.old.type].has_options
    ):
        return
    missing: dict[str, str] = {}
    for _pk, values in step:
        for key, stored in values.items():
            if stored and isinstance(stored, str) and spec.holds(key):
                try:
                    code = spec.value(stored)
                except ValueRefused:
                    continue
                code = code[0] if isinstance(code, list) else code
                if code not in spec.new.options:
                    missing.setdefault(code, stored)
    if missing:
        announce("option", _make_options(row.attribute, missing, by=by), by=by.pk if by else None)


def _count(row: Conversion, outcomes: list[Any]) -> None:
    counts = row.counts
    counts["products"] = counts.get("products", 0) + sum(bool(outcome.changed) for outcome in outcomes)
    refused = [outcome for outcome in outcomes if outcome.errors]
    counts["failed"] = counts.get("failed", 0) + len(refused)
    counts["reasons"] = [
        *counts.get("reasons", []),
        *([outcome.product, outcome.errors[0].message] for outcome in refused),
    ][:100]


def _campaigns(row: Conversion, by: Actor, handle: JobHandle) -> None:
    code = row.attribute.code
    rows = CampaignValues.objects.annotate(text=Cast("values", TextField()))
    rows = rows.filter(Q(values__has_key=code) | Q(text__contains=f'"{code}|'))
    for campaign in Campaign.objects.filter(pk__in=rows.order_by().values("campaign_id")):
        ids = list(rows.filter(campaign=campaign).order_by("product_id").values_list("product_id", flat=True))
        for first in range(0, len(ids), STEP):
            outcomes = write_campaign(
                campaign, {pk: {} for pk in ids[first : first + STEP]}, by=by, converts=True
            )
            with_changes = sum(bool(outcome.changed) for outcome in outcomes)
            row.counts["campaigns"] = row.counts.get("campaigns", 0) + with_changes
            handle.progress(handle.row.done)
    row.save(update_fields=["counts"])


def _proposals(row: Conversion, handle: JobHandle) -> None:
    """Open proposals get the new spelling and form; one that cannot is closed, as its value would be refused."""
    spec = _spec(row)
    if spec is None:
        return
    code = row.attribute.code
    own = Q(key=code) | Q(key__startswith=f"{code}|") | Q(key__startswith=f"{code}@")
    waiting = Proposal.objects.filter(own, state=Proposal.State.OPEN).order_by("pk")
    for number, pk in enumerate(list(waiting.values_list("pk", flat=True))):
        if number % STEP == 0:
            handle.progress(handle.row.done)
        with transaction.atomic():
            # Asked again under its lock: somebody may have decided it meanwhile.
            proposal = Proposal.objects.select_for_update().filter(pk=pk, state=Proposal.State.OPEN).first()
            if proposal is not None and _is_spelled_anew(proposal, spec):
                row.counts["proposals"] = row.counts.get("proposals", 0) + 1
    row.save(update_fields=["counts"])


def _is_spelled_anew(proposal: Proposal, spec: ConversionSpec) -> bool:
    plain, campaign = split_campaign(proposal.key)
    made = spec.document({plain: proposal.value})
    if made is None:
        return False
    document, _origins, _failures = made
    proposal.delete()
    for key, value in document.items():
        suffix = f"@{campaign}" if campaign else ""
        wanted = {"product_id": proposal.product_id, "key": f"{key}{suffix}", "source": proposal.source}
        if not Proposal.objects.filter(**wanted, state=Proposal.State.OPEN).exists():
            Proposal.objects.create(
                **wanted,
                value=value,
                proposed_by_id=proposal.proposed_by_id,
                created_at=proposal.created_at,
            )
    return True


def _finish(row: Conversion, *, by: User | None) -> None:
    with transaction.atomic():
        if (
            ATTRIBUTE_TYPES[row.before["type"]].has_options
            and not ATTRIBUTE_TYPES[row.after["type"]].has_options
        ):
            Option.objects.filter(attribute=row.attribute).delete()
        row.state, row.finished_at = Conversion.State.DONE, timezone.now()
        row.save(update_fields=["state", "finished_at"])
        announce("attribute", [row.attribute_id], by=by.pk if by else None)
