"""The changes that give a product another place, and doing them all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models.product import Product
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor, FieldError, Outcome, ProductChange
from catalog.values.products import descendants
from catalog.values.write import write


def actor(user: User) -> Actor:
    """A person who moves: one reference for all revisions of the move, by which it is undone."""
    return Actor(user=user, origin="move", ref=f"move:{uuid4().hex[:12]}")


def to_family(product: Product, family: str) -> list[ProductChange]:
    """Of a simple product. `family`: its code, "" for none."""
    return [ProductChange(product=product.pk, fields={"family": family or None}, moves="along")]


def to_family_variant(product: Product, family_variant: str) -> list[ProductChange]:
    """Of a model with all below it; the family follows."""
    return [
        ProductChange(product=pk, fields={"family_variant": family_variant}, moves="along")
        for pk in (product.pk, *descendants([product.pk]))
    ]


def under(product: Product, parent: str, axes: Mapping[str, Any]) -> list[ProductChange]:
    """A simple product becomes a variant of the model `parent` (SKU), a variant or sub-model goes to another one."""
    return [ProductChange(product=product.pk, fields={"parent": parent}, values=dict(axes), moves="along")]


def out_of_model(bundle: Bundle, structure: Structure) -> list[ProductChange]:
    """A variant becomes a product of its own, with what it inherited: values, campaigns' values and categories."""
    categories = [structure.categories[pk].code for pk in bundle.categories if pk in structure.categories]
    fields = {"parent": None, "categories": categories}
    return [ProductChange(product=bundle.product.pk, fields=fields, moves="along")]


def apply(changes: Sequence[ProductChange], *, by: Actor) -> list[Outcome]:
    """Through the door, in one transaction: all of it, or nothing where one is refused."""
    with transaction.atomic():
        outcomes = write(changes, by=by)
        if not all(outcome.ok for outcome in outcomes):
            transaction.set_rollback(True)
    return outcomes


def write_together(groups: Sequence[Sequence[ProductChange]], *, by: Actor) -> list[Outcome]:
    """Each group of changes as a whole or not at all, whatever becomes of the others; at most BATCH changes in all.

    A model and what stands below it are a group: half of it elsewhere could not be read any more. Those that would not be
    whole are left out, and the others written again, all at once.
    """
    left: list[Outcome] = []
    while groups:
        with transaction.atomic():
            outcomes = write([change for group in groups for change in group], by=by)
            of = {outcome.product: outcome for outcome in outcomes}
            whole, torn = [], []
            for group in groups:
                found = [of[change.product] for change in group]
                (whole if _is_whole(found) else torn).append(group)
            if not torn:
                return [*outcomes, *left]
            transaction.set_rollback(True)
        left += [_left(of[change.product]) for group in torn for change in group]
        groups = whole
    return left


def _is_whole(outcomes: Sequence[Outcome]) -> bool:
    return (
        len(outcomes) == 1
        or all(outcome.ok for outcome in outcomes)
        or all(outcome.errors for outcome in outcomes)
    )


def _left(outcome: Outcome) -> Outcome:
    """Of a group that was not written: also what nothing is wrong with stayed."""
    if outcome.ok:
        text = _("It moves with its whole model, and some of that cannot come along.")
        outcome.errors.append(FieldError("_family_variant", "variants_stay", text))
    outcome.status, outcome.changed, outcome.proposals = "refused", {}, []
    return outcome
