"""A model's variants as a table, and the form that adds one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.product import Product, ProductValues
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.write import write
from channels.models import Completeness

MOST = 500  # rows of one model's table


@dataclass(slots=True)
class VariantRow:
    product: Product
    axes: list[str]
    depth: int
    ratio: int | None = None


@dataclass(slots=True)
class VariantTable:
    axes: list[str] = field(default_factory=list)
    rows: list[VariantRow] = field(default_factory=list)
    truncated: bool = False


def table(bundle: Bundle, *, structure: Structure, locale: str) -> VariantTable:
    """All below a model, sub-models before their variants, in three queries."""
    variant, product = bundle.variant, bundle.product
    if variant is None or product.is_sellable:
        return VariantTable()
    levels = [level for level in sorted(variant.axes) if level > bundle.depth]
    axes = [(level, code) for level in levels for code in variant.axes[level]]
    columns = ("id", "sku", "label", "labels", "kind", "status", "image", "parent_id", "enabled")
    below = Product.objects.alive().filter(root_id=product.root_id or product.pk).exclude(pk=product.pk)
    if bundle.depth:
        below = below.filter(parent_id=product.pk)
    products = list(below.only(*columns).order_by("sku")[: MOST + 1])
    stored = ProductValues.objects.filter(pk__in=[row.pk for row in products]).values_list("pk", "values")
    documents = {pk: structure.read(values) for pk, values in stored}
    ratios = _ratios([row.pk for row in products])
    children: dict[int, list[Product]] = defaultdict(list)
    for row in products[:MOST]:
        children[row.parent_id].append(row)

    def position(row: Product, level: int) -> tuple[Any, ...]:
        own = documents.get(row.pk, {})
        ranks = []
        for code in variant.axes.get(level, ()):
            spec, value = structure.attributes[code], own.get(code)
            option = spec.options.get(value) if isinstance(value, str) else None
            ranks.append((option.position if option else 0, str(value)))
        return (*ranks, row.sku)

    rows: list[VariantRow] = []

    def walk(parent: int, depth: int, inherited: dict[str, Any]) -> None:
        for row in sorted(children.get(parent, ()), key=lambda each: position(each, depth)):
            values = {**inherited, **documents.get(row.pk, {})}
            shown = [
                ATTRIBUTE_TYPES[structure.attributes[code].type].display(
                    values.get(code), structure.attributes[code], locale
                )
                if level <= depth
                else ""
                for level, code in axes
            ]
            rows.append(VariantRow(row, shown, depth - bundle.depth - 1, ratios.get(row.pk)))
            walk(row.pk, depth + 1, values)

    walk(product.pk, bundle.depth + 1, {})
    return VariantTable(
        [structure.attributes[code].label(locale) for _level, code in axes], rows, len(products) > MOST
    )


def _ratios(ids: list[int]) -> dict[int, int]:
    sums = (
        Completeness.objects.filter(product_id__in=ids)
        .values_list("product_id")
        .annotate(required=Sum("required"), missing=Sum("missing"))
    )
    return {
        pk: 100 if not required else 100 * (required - missing) // required for pk, required, missing in sums
    }


class VariantForm(forms.Form):
    """SKU and a value for each axis of the level below `bundle`'s product."""

    def __init__(self, *args: Any, bundle: Bundle, structure: Structure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.bundle = bundle
        self.fields["sku"] = forms.CharField(
            label=_("SKU"), max_length=150, widget=UnfoldAdminTextInputWidget()
        )
        axes = bundle.variant.axes.get(bundle.depth + 1, ()) if bundle.variant else ()
        for code in axes:
            spec = structure.attributes[code]
            formfield = ATTRIBUTE_TYPES[spec.type].form_field(spec, required=True, structure=structure)
            formfield.label = spec.label()
            self.fields[f"axis:{code}"] = formfield

    def create(self, user: User) -> Outcome:
        """Through the door; its refusals land on this form's fields."""
        values = {
            name.removeprefix("axis:"): value for name, value in self.cleaned_data.items() if name != "sku"
        }
        fields = {"sku": self.cleaned_data["sku"], "parent": self.bundle.product.sku}
        outcome = write([ProductChange(values=values, fields=fields)], by=Actor(user=user, origin="form"))[0]
        for error in outcome.errors:
            name = "sku" if error.key == "_sku" else f"axis:{error.key}"
            self.add_error(name if name in self.fields else None, error.message)
        return outcome


def may_add(bundle: Bundle, rights: Rights) -> bool:
    return (
        rights.may("product.create")
        and bundle.variant is not None
        and not bundle.product.is_sellable
        and bundle.product.trashed_at is None
        and bool(bundle.variant.axes.get(bundle.depth + 1))
    )
