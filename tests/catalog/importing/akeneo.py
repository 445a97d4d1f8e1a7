"""Builds the structure that Akeneo's own demo catalogue describes, from the sample files beside the repository."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from catalog.measures import BUILT_IN
from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Context,
    Currency,
    Family,
    FamilyAttribute,
    FamilyVariant,
    Locale,
    Option,
    VariantAttribute,
)
from catalog.structure.announce import announce

SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples"
FOLDER = SAMPLES / "akeneo-icecat"
TYPES = {
    "pim_catalog_text": "text", "pim_catalog_textarea": "text", "pim_catalog_simpleselect": "select",
    "pim_catalog_multiselect": "multiselect", "pim_catalog_metric": "measurement", "pim_catalog_price_collection": "price",
    "pim_catalog_boolean": "boolean", "pim_catalog_date": "date", "pim_catalog_number": "number",
    "pim_reference_data_simpleselect": "text", "pim_reference_data_multiselect": "text",
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def build() -> None:
    """Pictures and files are left out: the sample has their names only."""
    with transaction.atomic():
        for position, code in enumerate(("en_US", "de_DE", "fr_FR")):
            Locale.objects.create(code=code, name=code, position=position)
        for code in ("EUR", "USD"):
            Currency.objects.create(code=code)
        for row in rows("channels"):
            Context.objects.create(code=row["code"])
        groups = {
            row["code"]: AttributeGroup.objects.create(code=row["code"]) for row in rows("attribute_groups")
        }
        attributes = _attributes(groups)
        families = _families(attributes)
        _variants(attributes, families)
        _categories()
        announce("structure", [])


def _attributes(groups: dict[str, AttributeGroup]) -> dict[str, Attribute]:
    options: dict[str, list[dict[str, str]]] = {}
    for row in rows("attribute_options"):
        options.setdefault(row["attribute"], []).append(row)
    attributes = {}
    for row in rows("attributes"):
        kind = TYPES.get(row["type"])
        if kind is None:
            continue
        params: dict[str, object] = {}
        if kind == "measurement":
            family = next(
                (code for code, known in BUILT_IN.items() if row["default_metric_unit"] in known.units), ""
            )
            if not family:
                kind = "text"
            else:
                params = {"family": family, "unit": row["default_metric_unit"]}
        if row["type"] == "pim_catalog_textarea":
            params = {"multiline": True}
        attribute = Attribute(
            code=row["code"], type=kind, group=groups[row["group"]], labels={"en_US": row["label-en_US"]},
            localizable=row["localizable"] == "1", scopable=row["scopable"] == "1", params=params,
        )  # fmt: skip
        attribute.clean()
        attribute.save()
        attributes[row["code"]] = attribute
        Option.objects.bulk_create(
            Option(
                attribute=attribute,
                code=option["code"],
                labels={"en_US": option["label-en_US"]},
                position=position,
            )
            for position, option in enumerate(options.get(row["code"], []))
            if kind in ("select", "multiselect")
        )
    return attributes


def _families(attributes: dict[str, Attribute]) -> dict[str, Family]:
    families = {}
    for row in rows("families"):
        family = Family.objects.create(
            code=row["code"], label_attribute=attributes.get(row["attribute_as_label"])
        )
        FamilyAttribute.objects.bulk_create(
            FamilyAttribute(family=family, attribute=attributes[code], position=position)
            for position, code in enumerate(row["attributes"].split(","))
            if code in attributes
        )
        families[row["code"]] = family
    return families


def _variants(attributes: dict[str, Attribute], families: dict[str, Family]) -> None:
    for row in rows("family_variants"):
        variant = FamilyVariant.objects.create(code=row["code"], family=families[row["family"]])
        for level in (1, 2):
            axes = [code for code in row[f"variant-axes_{level}"].split(",") if code]
            for code in dict.fromkeys([*axes, *row[f"variant-attributes_{level}"].split(",")]):
                if code in attributes:
                    VariantAttribute.objects.create(
                        family_variant=variant, attribute=attributes[code], level=level, is_axis=code in axes
                    )


def _categories() -> None:
    placed: dict[str, Category] = {}
    for row in rows("categories"):
        parent = placed.get(row["parent"])
        category = Category.objects.create(code=row["code"], parent=parent)
        category.path = f"{parent.path if parent else '/'}{category.pk}/"
        category.save(update_fields=["path"])
        placed[row["code"]] = category
