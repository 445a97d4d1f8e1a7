"""The changes that give a product another place, and doing them all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction

from catalog.models.product import Product
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor, Outcome, ProductChange
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
