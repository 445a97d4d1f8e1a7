"""The snapshot of the structure, loaded while somebody changes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction

from catalog.models import (
    Attribute,
    AttributeGroup,
    FamilyAttribute,
    FamilyVariant,
    Source,
    SourcePolicy,
    VariantAttribute,
)
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure, forget
from tests.world import build_world


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table", ["catalog_familyattribute", "catalog_variantattribute", "catalog_sourcepolicy"]
)
def test_what_comes_between_two_of_its_statements_is_there_the_next_time(table: str) -> None:
    world = build_world()
    forget()
    met: list[str] = []

    def change_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if f'FROM "{table}"' in sql and not met:
            met.append(sql)
            with transaction.atomic():
                attribute = Attribute.objects.create(
                    code="glaze", type="text", group=AttributeGroup.objects.get(code="technical")
                )
                FamilyAttribute.objects.create(family=world.families["mugs"], attribute=attribute)
                VariantAttribute.objects.create(
                    family_variant=FamilyVariant.objects.get(code="shirts_size"), attribute=attribute, level=1
                )
                SourcePolicy.objects.create(
                    source=Source.objects.get(code="erp"), attribute=attribute, rank=1
                )
                announce("attribute", [attribute.pk])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(change_first):
        before = Structure.current()
    assert met
    assert "glaze" not in before.attributes
    after = Structure.current()
    assert "glaze" in after.attributes
    assert "glaze" in after.families[world.families["mugs"].pk].attributes
