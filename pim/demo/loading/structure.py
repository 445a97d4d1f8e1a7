"""The demo's structure: made where it is missing, left alone where somebody has changed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Context,
    Currency,
    Family,
    FamilyAttribute,
    FamilyVariant,
    GtinPool,
    Locale,
    Option,
    ReferenceEntity,
    ReferenceField,
    ReferenceRecord,
    Source,
    SourcePolicy,
    Term,
    VariantAttribute,
)
from catalog.structure.announce import announce
from catalog.structure.flags import check_flags

Rows = Mapping[str, Any]


def load_structure(data: Rows) -> None:
    """`data` as pim.demo.catalogue.structure() gives it."""
    with transaction.atomic():
        _contexts(data)
        _entities(data)
        _attributes(data)
        _families(data)
        _categories(data)
        _sources(data)
        _gtin_pools(data)
        _terms(data)
        announce("structure", [])


def _contexts(data: Rows) -> None:
    for position, row in enumerate(data["locales"]):
        fallback = Locale.objects.filter(code=row["fallback"] or "").first()
        Locale.objects.get_or_create(
            code=row["code"], defaults={"name": row["name"], "fallback": fallback, "position": position}
        )
    for position, row in enumerate(data["currencies"]):
        Currency.objects.get_or_create(code=row["code"], defaults={"name": row["name"], "position": position})
    for position, row in enumerate(data["contexts"]):
        parent = Context.objects.filter(code=row["parent"] or "").first()
        Context.objects.get_or_create(
            code=row["code"],
            defaults={"kind": row["kind"], "labels": row["labels"], "parent": parent, "position": position},
        )


def _entities(data: Rows) -> None:
    for row in data["entities"]:
        entity, made = ReferenceEntity.objects.get_or_create(
            code=row["code"], defaults={"labels": row["labels"]}
        )
        if made:
            ReferenceField.objects.bulk_create(
                ReferenceField(entity=entity, position=position, **field)
                for position, field in enumerate(row["fields"])
            )
            ReferenceRecord.objects.bulk_create(
                ReferenceRecord(entity=entity, **record) for record in row["records"]
            )


def _attributes(data: Rows) -> None:
    for position, row in enumerate(data["attribute_groups"]):
        AttributeGroup.objects.get_or_create(
            code=row["code"], defaults={"labels": row["labels"], "position": position}
        )
    for position, row in enumerate(data["attributes"]):
        if Attribute.objects.filter(code=row["code"]).exists():
            continue
        attribute = Attribute(
            code=row["code"], type=row["type"], group=AttributeGroup.objects.get(code=row["group"]), labels=row["labels"],
            localizable=row["localizable"], scopable=row["scopable"], is_unique=row["unique"], filterable=row["filterable"],
            searchable=row["searchable"], params=row["params"], position=position, read_only=row["read_only"],
            default=row["default"], locales=row["locales"], help=row["help"], depends_values=row["depends_values"],
            depends_on=Attribute.objects.get(code=row["depends_on"]) if row["depends_on"] else None,
        )  # fmt: skip
        attribute.full_clean()
        check_flags(attribute)
        attribute.save()
        Option.objects.bulk_create(
            Option(attribute=attribute, code=option["code"], labels=option["labels"], position=place)
            for place, option in enumerate(row["options"])
        )


def _families(data: Rows) -> None:
    attributes = {attribute.code: attribute for attribute in Attribute.objects.all()}
    for row in data["families"]:
        family, made = Family.objects.get_or_create(
            code=row["code"],
            defaults={
                "labels": row["labels"],
                "label_attribute": attributes[row["label_attribute"]],
                "image_attribute": attributes[row["image_attribute"]],
            },
        )
        if made:
            FamilyAttribute.objects.bulk_create(
                FamilyAttribute(family=family, attribute=attributes[code], position=position)
                for position, code in enumerate(row["attributes"])
            )
    for row in data["family_variants"]:
        variant, made = FamilyVariant.objects.get_or_create(
            code=row["code"],
            defaults={"labels": row["labels"], "family": Family.objects.get(code=row["family"])},
        )
        if made:
            VariantAttribute.objects.bulk_create(
                VariantAttribute(
                    family_variant=variant,
                    attribute=attributes[code],
                    level=level,
                    is_axis=code in part["axes"],
                    position=position,
                )
                for level, part in enumerate(row["levels"], start=1)
                for position, code in enumerate([*part["axes"], *part["attributes"]])
            )


def _categories(data: Rows) -> None:
    for row in data["categories"]:
        if Category.objects.filter(code=row["code"]).exists():
            continue
        parent = Category.objects.get(code=row["parent"]) if row["parent"] else None
        category = Category.objects.create(
            code=row["code"], labels=row["labels"], parent=parent, position=row["position"]
        )
        Category.objects.filter(pk=category.pk).update(path=f"{parent.path if parent else '/'}{category.pk}/")


def _sources(data: Rows) -> None:
    for row in data["sources"]:
        Source.objects.get_or_create(
            code=row["code"], defaults={"kind": row["kind"], "rank": row["rank"], "labels": row["labels"]}
        )
    for row in data["source_policies"]:
        SourcePolicy.objects.get_or_create(
            source=Source.objects.get(code=row["source"]),
            group=AttributeGroup.objects.get(code=row["group"]) if row["group"] else None,
            attribute=Attribute.objects.get(code=row["attribute"]) if row["attribute"] else None,
            defaults={"may_write": row["may_write"], "rank": row["rank"]},
        )


def _gtin_pools(data: Rows) -> None:
    for row in data["gtin_pools"]:
        if not GtinPool.objects.filter(code=row["code"]).exists():
            attribute = Attribute.objects.get(code=row["attribute"])
            pool = GtinPool(**{**row, "attribute": attribute})
            pool.full_clean()
            pool.save()


def _terms(data: Rows) -> None:
    for row in data["terms"]:
        if not Term.objects.filter(code=row["code"]).exists():
            term = Term(**row)
            term.full_clean()
            term.save()
