"""Whether an attribute is asked for at all: in this locale, and with what the product says elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.resolve import resolve


def applies(
    bundle: Bundle,
    spec: AttributeSpec,
    structure: Structure,
    *,
    locale: str = "",
    context: str = "",
    at: datetime | None = None,
) -> bool:
    """Whether the attribute exists in the locale and its condition is met in the context. `at` as in resolve()."""
    if spec.locales and locale not in spec.locales:
        return False
    return _chain_is_met(
        spec, structure, lambda other: resolve(bundle, other, structure, context=context, at=at).value
    )


def met_in(values: Mapping[str, Any], spec: AttributeSpec, structure: Structure) -> bool:
    """Whether the condition is met by a document's master values alone."""
    return _chain_is_met(spec, structure, lambda other: values.get(other.code))


def _chain_is_met(
    spec: AttributeSpec, structure: Structure, value_of: Callable[[AttributeSpec], Any]
) -> bool:
    """What decides may itself not be asked for, and a value kept there decides nothing."""
    seen = {spec.code}
    while spec.depends_on:
        other = structure.attributes.get(spec.depends_on)
        if other is None or other.code in seen or not is_met(spec, other, value_of(other)):
            return False
        seen.add(other.code)
        spec = other
    return True


def is_met(spec: AttributeSpec, other: AttributeSpec, stored: Any) -> bool:
    """Whether `stored`, of the attribute that `spec` depends on, is one of the values it asks for."""
    if stored is None:
        return False
    chosen = stored if isinstance(stored, list) else [ATTRIBUTE_TYPES[other.type].to_cell(stored, other)]
    return any(value in spec.depends_values for value in chosen)


def in_words(spec: AttributeSpec, structure: Structure) -> str:
    """ "Asked only where Rechargeable is Yes."; "" without a condition."""
    other = structure.attributes.get(spec.depends_on)
    if other is None:
        return ""
    kind = ATTRIBUTE_TYPES[other.type]
    names = [
        other.options[value].label()
        if value in other.options
        else kind.display({"true": True, "false": False}.get(value, value), other)
        for value in spec.depends_values
    ]
    return _("Asked only where %(attribute)s is %(values)s.") % {
        "attribute": other.label(),
        "values": (_(" or ")).join(names),
    }
