"""The values that new products get without anybody writing them."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from catalog.attribute_types import ValueRefused
from catalog.structure.flags import default_of
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.conditions import met_in
from catalog.values.draft import Draft
from catalog.values.fields import axes_of

SOURCE = "default"  # no Source row: anybody's value goes before it

_stored: WeakKeyDictionary[AttributeSpec, Any] = WeakKeyDictionary()


def apply_defaults(draft: Draft, structure: Structure) -> None:
    """Fills what a new product was given no value for, where such a value may stand; never a value that was given.

    A default that depends on another attribute is given where the product's own values meet the condition.
    """
    if draft.family is None:
        return
    for code in structure.defaults:
        spec = structure.attributes[code]
        if code in draft.values or code in draft.change.values or not belongs(draft, spec):
            continue
        if not met_in(draft.values, spec, structure):
            continue
        stored = _default(spec, structure)
        if stored is not None:
            draft.set_value(code, stored, SOURCE)


def belongs(draft: Draft, spec: AttributeSpec) -> bool:
    """In its family, at its level: bound there, or common to all and the product stands at the top."""
    if draft.family is None or spec.code not in draft.family.attributes:
        return False
    bound = draft.variant.bound.get(spec.code, 0) if draft.variant else 0
    return bound == draft.depth and spec.code not in axes_of(draft.variant, draft.depth)


def _default(spec: AttributeSpec, structure: Structure) -> Any:
    """None where the structure changed so that the default no longer fits: then there is none."""
    if spec not in _stored:
        try:
            _stored[spec] = default_of(spec, structure)
        except ValueRefused:
            _stored[spec] = None
    return _stored[spec]
