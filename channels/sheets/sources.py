"""Where a field's value comes from: an attribute, a template of several, or fixed.

{"attribute": "name"} · {"template": "{brand} {name}"} · {"fixed": "new"} · {"category": true}: the product's category in the
channel's words, which are the field's value list (channels.sheets.categories). In templates {sku} and {family} stand beside
attribute codes; what is empty leaves no gap. No expression is evaluated. Of a reference, the record's own code, label and
fields are read by a point: "brand.label", "brand.country"; so are a type's own parts: "packaging.case_gtin".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.sheets import records
from channels.sheets.made import NOTHING, Made, Place

KINDS = ("attribute", "template", "fixed", "category")
OWN_FIELDS = ("sku", "family")
_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.]+)\}")


def read(source: Mapping[str, Any], place: Place) -> Made:
    """The value a source gives; NOTHING where it gives none."""
    if "fixed" in source:
        fixed = source["fixed"]
        return (
            Made(fixed, fixed if isinstance(fixed, str) else str(fixed))
            if fixed not in (None, "")
            else NOTHING
        )
    if "template" in source:
        text = _fill(str(source["template"]), place)
        return Made(text, text) if text else NOTHING
    return _named(str(source.get("attribute", "")), place)


def _named(code: str, place: Place) -> Made:
    spec, part = find(code, place.structure)
    if spec is None:
        return NOTHING
    if not part:
        return of_attribute(spec, place)
    return records.of_field(spec, part, place) if spec.records is not None else _part(spec, part, place)


def _part(spec: AttributeSpec, part: str, place: Place) -> Made:
    value, text = ATTRIBUTE_TYPES[spec.type].sheet_part(place.stored(spec), spec, part, place.locale)
    return NOTHING if value is None else Made(value, text)


def find(code: str, structure: Structure) -> tuple[AttributeSpec | None, str]:
    """The attribute a source names, and the part after the point; (None, "") where it names none."""
    spec = structure.find_attribute(code)
    if spec is not None:
        return spec, ""
    name, point, part = code.rpartition(".")
    spec = structure.find_attribute(name) if point else None
    known = spec is not None and (
        records.has_part(spec, part) or part in ATTRIBUTE_TYPES[spec.type].sheet_parts(spec)
    )
    return (spec, part) if known else (None, "")


def of_attribute(spec: AttributeSpec, place: Place) -> Made:
    stored = place.stored(spec)
    if stored is None:
        return NOTHING
    kind = ATTRIBUTE_TYPES[spec.type]
    value = kind.sheet_value(stored, spec, place.locale)
    if kind.names_assets:
        value = place.files.sent(value, place.locale, place.at, place.structure)
        return NOTHING if value is None else Made(value, str(value.get("url", "")), stored, spec)
    return Made(value, partial(kind.sheet_text, stored, spec, place.locale), stored, spec)


def attributes_of(source: Mapping[str, Any], structure: Structure) -> tuple[str, ...]:
    """The codes of the attributes a source reads, so that a channel's refusal finds its way back to the field."""
    specs = (find(code, structure)[0] for code in names_of(source))
    return tuple(dict.fromkeys(spec.code for spec in specs if spec is not None))


def names_of(source: Mapping[str, Any]) -> tuple[str, ...]:
    """What a source names, as it is written: attributes, and parts of their records."""
    if "attribute" in source:
        return (str(source["attribute"]),)
    if "template" in source:
        return tuple(
            dict.fromkeys(
                code for code in _PLACEHOLDER.findall(str(source["template"])) if code not in OWN_FIELDS
            )
        )
    return ()


def clean(source: Mapping[str, Any], structure: Structure) -> dict[str, Any]:
    """The source to store. Raises ValidationError where it is of no known form or names an unknown attribute."""
    kinds = [kind for kind in KINDS if kind in source]
    if len(kinds) != 1 or len(source) != 1:
        raise ValidationError(_("Give one of attribute, template, fixed or category."))
    unknown = [code for code in names_of(source) if find(code, structure)[0] is None]
    if unknown:
        raise ValidationError(_("There is no attribute '%s'.") % "', '".join(unknown))
    return {"category": True} if kinds == ["category"] else dict(source)


def _fill(template: str, place: Place) -> str:
    def value(code: str) -> str:
        if code == "sku":
            return place.bundle.product.sku
        if code == "family":
            return place.bundle.family.label(place.locale) if place.bundle.family else ""
        return _named(code, place).text

    parts = _apart(template)  # text, code, text, code … text
    values = [value(code) for code in parts[1::2]]
    if values and not any(values):
        return ""
    filled = [part for pair in zip(parts[::2], [*values, ""], strict=True) for part in pair]
    return " ".join("".join(filled).split())


@lru_cache(maxsize=256)
def _apart(template: str) -> list[str]:
    return _PLACEHOLDER.split(template)
