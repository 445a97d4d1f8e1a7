"""Numbers for many products: how many would get one, and the job that gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog import approval, search
from catalog.access import Rights, visible
from catalog.jobs import JobHandle, job
from catalog.models import Product, User
from catalog.numbering.claim import free_in_pools
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.changes import Actor, ProductChange
from catalog.values.products import with_below
from catalog.values.write import write
from enrichment.workbench.grid.batches import Result, by_batches
from enrichment.workbench.grid.bulk import MOST, Selection
from enrichment.workbench.grid.bulk_actions import BulkAction

SELLABLE = (Product.Kind.SIMPLE, Product.Kind.VARIANT)
ACTION = BulkAction("number", _("Give numbers"), "barcode", ("number", None), "product.edit")


def numbering(structure: Structure, rights: Rights) -> list[AttributeSpec]:
    """The identifiers for which this person may have numbers given."""
    return [
        spec
        for spec in structure.attributes.values()
        if structure.gives_numbers(spec) and rights.may_edit_key(spec)
    ]


@dataclass(frozen=True, slots=True)
class Preview:
    """`total`: what was selected; `wanting`: products without a number, variants of selected models among them. `free`: how many numbers there are, None for no end."""

    spec: AttributeSpec
    total: int
    wanting: int
    free: int | None

    @property
    def given(self) -> int:
        return min(self.wanting, MOST, self.wanting if self.free is None else self.free)

    @property
    def short(self) -> int:
        return self.wanting - self.given


def preview(selection: Selection, spec: AttributeSpec, user: User) -> Preview:
    """Counts only."""
    free = None if spec.params.get("number_pattern") else free_in_pools(spec.code)
    total = selection.products(user, ACTION).order_by().count()
    return Preview(spec, total, _wanting(selection, spec, user).count(), free)


def _wanting(selection: Selection, spec: AttributeSpec, user: User) -> QuerySet[Product]:
    """What is sold (a model takes its variants along), has the attribute in its family and no value of it, and may be
    edited by this person: where it is approved, published too."""
    chosen = selection.products(user, ACTION).order_by().values("pk")
    rows = Product.objects.alive().filter(with_below(chosen), kind__in=SELLABLE)
    rows = visible(user, search.filter_tokens(rows, all=[f"empty:{spec.code}"]), verb="product.edit")
    asked = approval.asked_for(Structure.current())
    published = visible(user, Product.objects.all(), verb="product.publish", locale=asked)
    return rows.filter(~Q(status=Product.Status.APPROVED) | Q(pk__in=published.values("pk")))


def ids_to_number(selection: Selection, spec: AttributeSpec, user: User) -> list[int]:
    """In the order in which the products were made; frozen when the person confirms."""
    return list(_wanting(selection, spec, user).order_by("pk").values_list("pk", flat=True)[:MOST])


def new_ref() -> str:
    return f"number:{uuid4().hex[:12]}"


@job("grid.number")
def run(handle: JobHandle, /, *, code: str, ids: list[int], ref: str) -> dict[str, Any]:
    """Begun again, a product that has its number by now keeps it."""
    user = User.objects.get(pk=handle.by_id)

    def give(part: Sequence[int]) -> Result:
        result = Result(ref=ref)
        changes = [ProductChange(product=pk, number=(code,)) for pk in part]
        result.add(write(changes, by=Actor(user=user, origin="bulk", ref=ref)))
        return result

    return by_batches(handle, ids, give, ref=ref)
