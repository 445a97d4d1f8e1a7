from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import (
    Campaign,
    FamilyVariant,
    Grant,
    ImportProfile,
    Job,
    MeasurementFamily,
    MeasurementUnit,
    ReferenceEntity,
    ReferenceField,
    ReferenceRecord,
    Role,
    Source,
    SourcePolicy,
    Term,
    VariantAttribute,
)
from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    assert world.admin is not None
    client.force_login(world.admin)
    return client


def fill(world: World, number: int) -> None:
    """One more of everything the screens list."""
    from catalog.models import (
        Attribute,
        AttributeGroup,
        Category,
        Context,
        Currency,
        Family,
        FamilyAttribute,
        Locale,
        Option,
        User,
    )
    from catalog.structure.categories import place

    now, color = timezone.now(), world.attributes["color"]
    suffix = f"{number:02}"
    locale = Locale.objects.create(
        code=f"x{chr(97 + number)}_DE", name=suffix, fallback=Locale.objects.first(), is_active=False
    )
    Currency.objects.create(code=f"X{suffix}")
    context = Context.objects.create(code=f"context{suffix}", parent=world.contexts["consumer"])
    group = AttributeGroup.objects.create(code=f"group{suffix}")
    attribute = Attribute.objects.create(code=f"attribute{suffix}", type="select", group=group)
    Option.objects.create(attribute=color, code=f"option{suffix}")
    family = Family.objects.create(code=f"family{suffix}", label_attribute=world.attributes["name"])
    FamilyAttribute.objects.create(family=family, attribute=color)
    FamilyAttribute.objects.create(family=world.families["mugs"], attribute=attribute)
    variant = FamilyVariant.objects.create(code=f"variant{suffix}", family=family)
    VariantAttribute.objects.create(family_variant=variant, attribute=color, level=1, is_axis=True)
    category = Category.objects.create(code=f"category{suffix}", parent=world.categories["kitchen"])
    place(category, world.categories["kitchen"])
    source = Source.objects.create(code=f"source{suffix}")
    SourcePolicy.objects.create(source=Source.objects.get(code="erp"), attribute=attribute)
    Campaign.objects.create(code=f"campaign{suffix}", starts_at=now, ends_at=now + timezone.timedelta(days=1))
    ImportProfile.objects.create(code=f"profile{suffix}", source=source)
    measures = MeasurementFamily.objects.create(code=f"measures{suffix}", standard_unit="ONE")
    MeasurementUnit.objects.create(family=measures, code="ONE", symbol="1")
    Term.objects.create(code=f"term{suffix}", preferred={"en_US": suffix, "de_DE": suffix})
    entity = ReferenceEntity.objects.create(code=f"entity{suffix}")
    ReferenceField.objects.create(entity=entity, code="note", type="text")
    ReferenceRecord.objects.create(entity=entity, code=f"record{suffix}")
    role, _created = Role.objects.get_or_create(code="first", verbs=["product.view"])
    other = Role.objects.create(code=f"role{suffix}", verbs=["product.view"])
    grant = Grant.objects.create(role=role)
    grant.groups.add(group)
    grant.locales.add(locale)
    grant.contexts.add(context)
    grant.categories.add(category)
    user = User.objects.create_user(f"user{suffix}")
    user.roles.set([role, other])
    Job.objects.create(
        kind="test", title=suffix, created_at=now, run_at=now, created_by=user, done=number, total=9
    )
