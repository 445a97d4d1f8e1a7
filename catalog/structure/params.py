"""What an attribute's parameters name must be there."""

from __future__ import annotations

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.attribute import Attribute
from catalog.structure.snapshot import Structure


def check_params(attribute: Attribute) -> None:
    """Raises ValidationError where its parameters name what the structure does not have: a measurement family, a unit."""
    kind = ATTRIBUTE_TYPES.get(attribute.type)
    if kind is not None:
        kind.check_params_in(attribute.params, Structure.current())
