"""A new product like one that is there: its values and categories, not what only one product can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.keys import Key, attribute_of
from catalog.values.write import write


@dataclass(slots=True)
class Copy:
    """`left_out`: (attribute's label, why), of what the new product does not get."""

    change: ProductChange
    copied: list[str] = field(default_factory=list)  # keys
    left_out: list[tuple[str, str]] = field(default_factory=list)


def copy(
    bundle: Bundle,
    structure: Structure,
    rights: Rights,
    *,
    sku: str,
    axes: Mapping[str, Any] | None = None,
    own_categories: tuple[str, ...] = (),
) -> Copy:
    """`axes`: stored forms, of a variant, which stands beside the one it is made from. A model is copied without its variants.

    Approval, history, listings, campaigns' values and unique values stay with the product they are of.
    """
    row, family, variant = bundle.product, bundle.family, bundle.variant
    fields: dict[str, Any] = {"sku": sku}
    if len(bundle.levels) > 1:
        fields["parent"] = bundle.levels[1].sku
    elif variant is not None and not row.is_sellable:
        fields["family_variant"] = variant.code
    elif family is not None:
        fields["family"] = family.code
    if own_categories:
        fields["categories"] = list(own_categories)
    if not row.enabled:
        fields["enabled"] = False
    made = Copy(
        ProductChange(fields=fields, values=dict(axes or {}), cleaned=True, sources=bundle.levels[0].sources)
    )
    noted = set()
    order = {code: place for place, code in enumerate(structure.attributes)}
    own = bundle.levels[0].values
    for key in sorted(own, key=lambda key: (order.get(attribute_of(key), 0), key)):
        value = own[key]
        parsed = Key.parse(key)
        spec = structure.attributes.get(parsed.attribute)
        if spec is None or key in made.change.values:
            continue
        why = ""
        if spec.unique:
            why = _("no two products may have the same")
        elif not rights.may_edit_key(spec, parsed.locale, parsed.context):
            why = _("your roles do not let you write it")
        if not why:
            made.change.values[key] = (
                value  # also None: what is left empty on purpose does not inherit in the copy either
            )
            made.copied.append(key)
        elif value is not None and spec.code not in noted:
            noted.add(spec.code)
            made.left_out.append((spec.label(), why))
    return made


def duplicate(made: Copy, *, by: Actor) -> Outcome:
    """Through the door; its refusals tell what is wrong with the new SKU or the axes."""
    return write([made.change], by=by)[0]
