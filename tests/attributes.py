"""One more attribute in a family of the tests' world."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from catalog.models import Attribute, AttributeGroup, Family, FamilyAttribute, Option
from catalog.structure.announce import announce
from catalog.structure.flags import check_flags
from tests.world import World


def add(
    world: World, code: str, kind: str, *, options: tuple[str, ...] = (), family: str = "mugs", **flags: Any
) -> Attribute:
    """Another attribute of a family, through the check that every door of the structure makes."""
    group = AttributeGroup.objects.get(code="technical")
    labels = {"en_US": code.replace("_", " ").capitalize()}
    attribute = Attribute(code=code, type=kind, group=group, labels=labels, position=99, **flags)
    attribute.clean()
    attribute.save()
    for option in options:
        Option.objects.create(attribute=attribute, code=option, labels={"en_US": option.upper()})
    check_flags(attribute)
    FamilyAttribute.objects.create(family=Family.objects.get(code=family), attribute=attribute, position=99)
    world.attributes[code] = attribute
    changed("attribute", attribute.pk)
    return attribute


def changed(kind: str, *ids: int) -> None:
    with transaction.atomic():
        announce(kind, ids)
