"""The types an attribute can have: one file each, every facet of the type in it (docs/adding-an-attribute-type.md)."""

from catalog.attribute_types.base import (
    ATTRIBUTE_TYPES,
    CONFLICT,
    AttributeType,
    CellOptions,
    NumberRange,
    ValueRefused,
)

ATTRIBUTE_TYPES.scan(__name__)

__all__ = ["ATTRIBUTE_TYPES", "CONFLICT", "AttributeType", "CellOptions", "NumberRange", "ValueRefused"]
