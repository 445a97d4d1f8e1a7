"""Brands and materials for tests: an entity with fields, its records, and the attributes that point at them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from catalog.models import (
    Attribute,
    AttributeGroup,
    FamilyAttribute,
    ReferenceEntity,
    ReferenceField,
    ReferenceRecord,
)
from catalog.structure.announce import announce
from tests.world import World

BRANDS = {
    "tarn": ({"en_US": "Tarn", "de_DE": "Tarn"}, {"country": "SE", "story|en_US": "Made by hand.", "story|de_DE": "Von Hand gemacht."}),
    "Holt": ({"en_US": "Holt & Sons", "de_DE": "Holt & Söhne"}, {"country": "NO"}),
    "fell": ({"en_US": "Fell"}, {}),
}  # fmt: skip


def add_brands(world: World) -> None:
    """Attributes `brand` (one) and `makers` (several) on mugs, both of the entity brand."""
    with transaction.atomic():
        entity = ReferenceEntity.objects.create(code="brand", labels={"en_US": "Brand"})
        ReferenceField.objects.create(entity=entity, code="country", labels={"en_US": "Country"}, type="text")
        ReferenceField.objects.create(
            entity=entity, code="story", labels={"en_US": "Story"}, type="text", localizable=True, position=1
        )
        for code, (labels, values) in BRANDS.items():
            ReferenceRecord.objects.create(entity=entity, code=code, labels=labels, values=values)
        for code, params in (("brand", {}), ("makers", {"multiple": True})):
            attribute = Attribute.objects.create(
                code=code, type="reference", group=AttributeGroup.objects.get(code="marketing"), labels={"en_US": code.title()},
                searchable=True, filterable=code == "brand", params={"entity": "brand", **params},
            )  # fmt: skip
            FamilyAttribute.objects.create(family=world.families["mugs"], attribute=attribute, position=50)
            world.attributes[code] = attribute
        announce("structure", [])


def change_record(code: str, **columns: Any) -> None:
    with transaction.atomic():
        record = ReferenceRecord.objects.get(code=code)
        for name, value in columns.items():
            setattr(record, name, value)
        record.save()
        announce("reference_record", [record.pk])
