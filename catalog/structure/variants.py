"""What a family variant must be like."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.family import FamilyAttribute, FamilyVariant, VariantAttribute
from catalog.models.product import Product


def check_variant(variant: FamilyVariant, rows: Iterable[VariantAttribute]) -> list[str]:
    """What is wrong with these rows as the whole of the variant, in sentences."""
    rows = list(rows)
    axes = {row.attribute_id: row.level for row in rows if row.is_axis}
    errors = []
    members = set(
        FamilyAttribute.objects.filter(family_id=variant.family_id).values_list("attribute_id", flat=True)
    )
    for row in rows:
        attribute = row.attribute
        if attribute.pk not in members:
            errors.append(
                _("%(attribute)s is not in the family: add it there first.") % {"attribute": attribute}
            )
        if row.is_axis and not ATTRIBUTE_TYPES[attribute.type].may_be_axis:
            errors.append(
                _("%(attribute)s cannot be an axis: its type has too many possible values.")
                % {"attribute": attribute}
            )
        if row.is_axis and (attribute.localizable or attribute.scopable):
            errors.append(
                _("%(attribute)s cannot be an axis: it varies by locale or context.")
                % {"attribute": attribute}
            )
    if 1 not in axes.values():
        errors.append(_("Level 1 needs an axis: what tells the variants apart, such as the colour."))
    deepest = max(axes.values(), default=0)
    if any(row.level > max(deepest, 1) for row in rows):
        errors.append(_("Level 2 needs an axis of its own, or nothing can be bound to it."))
    if variant.pk and Product.objects.filter(family_variant=variant).exists():
        stored = {
            row.attribute_id: row.level for row in VariantAttribute.objects.filter(family_variant=variant, is_axis=True)
        }  # fmt: skip
        if stored != axes:
            errors.append(
                _(
                    "Products are made by these axes, so they can no longer change. Make a new family variant instead."
                )
            )
    return errors
