"""Pools of GTINs as a file."""

from __future__ import annotations

from catalog.models import Attribute, GtinPool
from catalog.transfer.base import StructureMeta, StructureResource
from catalog.transfer.resources import by_code


class GtinPoolResource(StructureResource):
    announced = "gtin_pool"
    attribute = by_code("attribute", Attribute)

    class Meta(StructureMeta):
        model = GtinPool
        fields = export_order = (
            "code", "attribute", "length", "prefix", "first", "last", "next", "is_active", "position",
        )  # fmt: skip
