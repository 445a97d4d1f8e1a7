"""Associations for tests: cross-sell (shown on both), parts (one way), a set's contents, and a reference of one product."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from catalog.models import Attribute, AttributeGroup, FamilyAttribute
from catalog.structure.announce import announce
from tests.world import World

ASSOCIATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "CROSSSELL": ("association", {"two_way": True}),
    "PARTS": ("association", {}),
    "CONTENTS": ("association", {"quantified": True, "contents": True}),
    "successor": ("product_reference", {"multiple": False}),
}


def add_associations(world: World) -> None:
    """CROSSSELL, PARTS and CONTENTS are everywhere, `successor` is of mugs."""
    with transaction.atomic():
        group = AttributeGroup.objects.create(code="links", position=9)
        for position, (code, (kind, params)) in enumerate(ASSOCIATIONS.items()):
            attribute = Attribute(
                code=code, type=kind, group=group, labels={"en_US": code.title()}, params=params, position=60 + position
            )  # fmt: skip
            attribute.full_clean()
            attribute.save()
            world.attributes[code] = attribute
        FamilyAttribute.objects.create(
            family=world.families["mugs"], attribute=world.attributes["successor"], position=60
        )
        announce("structure", [])
