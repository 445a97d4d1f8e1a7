"""Puts the whole of the sample catalogue into our structure, through the doors everybody uses: rows and announcements for
the structure, catalog.values.write for the products. Its files lie beside the repository; nothing of them is in it."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.importing.targets import Target, parse_header
from catalog.models import (
    Asset,
    Attribute,
    AttributeGroup,
    Category,
    Context,
    Currency,
    Family,
    FamilyAttribute,
    FamilyVariant,
    Locale,
    MeasurementFamily,
    MeasurementUnit,
    Option,
    VariantAttribute,
)
from catalog.structure.announce import announce
from catalog.structure.categories import place
from catalog.structure.snapshot import Structure
from catalog.values.changes import Outcome, ProductChange
from catalog.values.write import BATCH, write
from channels import profiles
from channels.models import Channel, Requirement
from tests.catalog.unit_chains import apply, finite
from tests.channels.shop import sample_secret
from tests.world import SYSTEM

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
FOLDER = SAMPLES / "akeneo-icecat"
SKU = "sku"  # the identifier attribute: the product's own SKU here
TYPES = {
    "pim_catalog_text": "text", "pim_catalog_textarea": "text", "pim_catalog_simpleselect": "select",
    "pim_catalog_multiselect": "multiselect", "pim_catalog_metric": "measurement", "pim_catalog_price_collection": "price",
    "pim_catalog_boolean": "boolean", "pim_catalog_date": "date", "pim_catalog_number": "number", "pim_catalog_image": "image",
    "pim_catalog_file": "file" if "file" in ATTRIBUTE_TYPES else "image",
}  # fmt: skip
IMAGE_TYPES = frozenset({"png", "jpeg", "jpg", "gif"})


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def labels(row: Mapping[str, str]) -> dict[str, str]:
    return {name[6:]: text for name, text in row.items() if name.startswith("label-") and text}


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def build_structure() -> None:
    with transaction.atomic():
        spoken = {locale for row in rows("channels") for locale in split(row["locales"])}
        for position, row in enumerate(sorted(rows("locales"), key=lambda row: row["code"] not in spoken)):
            Locale.objects.create(
                code=row["code"], name=row["code"], position=position, is_active=row["code"] in spoken
            )
        paid = {code for row in rows("channels") for code in split(row["currencies"])}
        for position, row in enumerate(rows("currencies")):
            Currency.objects.create(code=row["code"], is_active=row["code"] in paid, position=position)
        for row in rows("channels"):
            Context.objects.create(code=row["code"], labels=labels(row))
        _measures()
        announce("structure", [])
        attributes = _attributes()
        _associations()
        families = _families(attributes)
        _variants(attributes, families)
        _categories()
        announce("structure", [])
    _channels(attributes, families)


def _measures() -> None:
    """The families of units that the attributes name, under the other system's own codes."""
    wanted = {row["metric_family"] for row in rows("attributes") if row["metric_family"]}
    for entry in json.loads((SAMPLES / "measurement_families.json").read_text(encoding="utf-8")):
        if entry["code"] not in wanted:
            continue
        MeasurementFamily.objects.filter(code__iexact=entry["code"]).delete()  # the built-in one of that name
        family = MeasurementFamily.objects.create(
            code=entry["code"], labels=entry["labels"], standard_unit=entry["standard_unit_code"]
        )
        for position, unit in enumerate(entry["units"].values()):
            steps = [(step["operator"], Fraction(step["value"])) for step in unit["convert_from_standard"]]
            factor, per = finite(apply(steps, Fraction(1)))  # lengths and weights have no offset
            row = MeasurementUnit(
                family=family, code=unit["code"], labels=unit["labels"], symbol=unit["symbol"], factor=factor, per=per, position=position
            )  # fmt: skip
            row.full_clean()
            row.save()


def _attributes() -> dict[str, Attribute]:
    groups = {
        row["code"]: AttributeGroup.objects.create(
            code=row["code"], labels=labels(row), position=int(row["sort_order"])
        )
        for row in rows("attribute_groups")
    }
    attributes = {}
    for row in rows("attributes"):
        if row["code"] == SKU:
            continue
        kind, params = TYPES[row["type"]], {}
        if row["code"] == "ean":
            kind, params = "identifier", {"kind": "gtin"}
        elif row["type"] == "pim_catalog_textarea":
            params = {"multiline": True}
        elif kind == "measurement":
            params = {"family": row["metric_family"], "unit": row["default_metric_unit"]}
        elif (kind == "image" and set(split(row["allowed_extensions"])) <= IMAGE_TYPES) or kind == "file":
            params = {"extensions": split(row["allowed_extensions"])}
        if row["type"] == "pim_catalog_number":
            params |= {"decimals": None if row["decimals_allowed"] == "1" else 0}
            params |= {"min": "0"} if row["negative_allowed"] == "0" else {}
        attribute = Attribute(
            code=row["code"], type=kind, group=groups[row["group"]], labels=labels(row), localizable=row["localizable"] == "1",
            scopable=row["scopable"] == "1", is_unique=row["unique"] == "1", filterable=row["useable_as_grid_filter"] == "1",
            params={name: value for name, value in params.items() if value is not None}, position=int(row["sort_order"]),
        )  # fmt: skip
        attribute.full_clean()
        attribute.save()
        attributes[row["code"]] = attribute
    for row in rows("attribute_options"):
        Option.objects.create(
            attribute=attributes[row["attribute"]], code=row["code"], labels=labels(row), position=int(row["sort_order"])
        )  # fmt: skip
    return attributes


def _associations() -> None:
    group = AttributeGroup.objects.create(code="associations", labels={"en_US": "Associations"}, position=99)
    for position, row in enumerate(rows("association_types")):
        attribute = Attribute(
            code=row["code"], type="association", group=group, labels=labels(row), position=position
        )
        attribute.full_clean()
        attribute.save()


def _families(attributes: Mapping[str, Attribute]) -> dict[str, Family]:
    families = {}
    for row in rows("families"):
        family = Family.objects.create(
            code=row["code"], labels=labels(row), label_attribute=attributes.get(row["attribute_as_label"]),
            image_attribute=attributes.get(row["attribute_as_image"]),
        )  # fmt: skip
        FamilyAttribute.objects.bulk_create(
            FamilyAttribute(family=family, attribute=attributes[code], position=position)
            for position, code in enumerate(split(row["attributes"]))
            if code != SKU
        )
        families[row["code"]] = family
    return families


def _variants(attributes: Mapping[str, Attribute], families: Mapping[str, Family]) -> None:
    """What stands at no level is common to all variants there; so it is bound to the model here."""
    for row in rows("family_variants"):
        family = families[row["family"]]
        variant = FamilyVariant.objects.create(code=row["code"], family=family, labels=labels(row))
        levels = {}
        for level in (1, 2):
            axes = split(row[f"variant-axes_{level}"])
            for code in dict.fromkeys([*axes, *split(row[f"variant-attributes_{level}"])]):
                levels[code] = (level, code in axes)
        for code in family.family_attributes.values_list("attribute__code", flat=True):
            level, is_axis = levels.get(code, (0, False))
            VariantAttribute.objects.create(
                family_variant=variant, attribute=attributes[code], level=level, is_axis=is_axis
            )


def _categories() -> None:
    placed: dict[str, Category] = {}
    for position, row in enumerate(rows("categories")):
        category = Category.objects.create(code=row["code"], labels=labels(row), position=position)
        place(category, placed.get(row["parent"]))
        placed[row["code"]] = category


def _channels(attributes: Mapping[str, Attribute], families: Mapping[str, Family]) -> None:
    for row in rows("channels"):
        with transaction.atomic():
            channel = Channel.objects.create(
                code=row["code"], labels=labels(row), context=Context.objects.get(code=row["code"]), connector="webhook",
                category_tree=Category.objects.get(code=row["tree"]), counts_sku=True,
                settings={"endpoint": "http://127.0.0.1:9/hook", "timeout": 1}, credentials={"secret": sample_secret()},
            )  # fmt: skip
            channel.locales.set(Locale.objects.filter(code__in=split(row["locales"])))
            channel.currencies.set(Currency.objects.filter(code__in=split(row["currencies"])))
            Requirement.objects.bulk_create(
                Requirement(channel=channel, family=families[family["code"]], attribute=attributes[code])
                for family in rows("families")
                for code in split(family[f"requirements-{row['code']}"])
                if code != SKU
            )
            profiles.changed(channel)


# --- products


def asset_of(path: str) -> str:
    """The file itself is not in the sample: its name stands for its bytes."""
    digest = hashlib.sha256(path.encode()).hexdigest()
    Asset.objects.get_or_create(
        sha256=digest,
        defaults={"file": path, "name": path, "mime": "image/jpeg", "size": 1, "created_at": timezone.now()},
    )
    return digest


def write_all() -> list[Outcome]:
    """Models, sub-models, products: parents before those below them."""
    structure = Structure.current()
    models = rows("product_models")
    levels: list[list[dict[str, str]]] = [
        [row for row in models if not row["parent"]], [row for row in models if row["parent"]], rows("products"),
    ]  # fmt: skip
    outcomes = []
    for level in levels:
        for start in range(0, len(level), BATCH):
            outcomes += write([_change(row, structure) for row in level[start : start + BATCH]], by=SYSTEM)
    return outcomes


def sku_of(row: Mapping[str, str]) -> str:
    return row.get("sku") or row["code"]


def targets(row: Iterable[str], structure: Structure) -> dict[str, Target]:
    found = {header: parse_header(header, structure) for header in row}
    return {header: target for header, target in found.items() if target is not None}


def _change(row: Mapping[str, str], structure: Structure) -> ProductChange:
    fields: dict[str, Any] = {"sku": sku_of(row), "categories": split(row["categories"])}
    if row["parent"]:
        fields["parent"] = row["parent"]
    elif row.get("family_variant"):
        fields["family_variant"] = row["family_variant"]
    elif row["family"]:
        fields["family"] = row["family"]
    if "enabled" in row:
        fields["enabled"] = row["enabled"]
    cells: dict[str, dict[str, str]] = {}
    where: dict[str, Target] = {}
    for header, target in targets(row, structure).items():
        if target.attribute and row[header]:
            cells.setdefault(target.key, {})[target.part] = row[header]
            where[target.key] = target
    values = {}
    for key, parts in cells.items():
        spec = structure.attributes[where[key].attribute]
        if row["parent"] and is_above(spec.code, row, structure):
            continue  # these files repeat in a variant's row what its model says
        if TYPES_OF_FILES & {spec.type}:
            values[key] = asset_of(parts[""])
        else:
            values[key] = ATTRIBUTE_TYPES[spec.type].from_columns(parts, spec)
    return ProductChange(values=values, fields=fields, ref=sku_of(row))


TYPES_OF_FILES = frozenset({"image", "file"})


@cache
def _parents() -> dict[str, dict[str, str]]:
    return {row["code"].casefold(): row for row in rows("product_models")}


def chain_of(row: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The row, its parent's, its root's; parents are found in any case."""
    chain = [row]
    while parent := chain[-1]["parent"]:
        chain.append(_parents()[parent.casefold()])
    return chain


def is_above(code: str, row: Mapping[str, str], structure: Structure) -> bool:
    chain = chain_of(row)
    variant = structure.variant_by_code[chain[-1]["family_variant"].casefold()]
    return variant.bound[code] < len(chain) - 1
