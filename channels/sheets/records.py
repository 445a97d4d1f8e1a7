"""What a sheet reads of the records a product points at: "brand.label", "brand.country"."""

from __future__ import annotations

from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.records import RecordSpec
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import format_key
from channels.sheets.made import NOTHING, Made, Place


def has_part(spec: AttributeSpec, part: str) -> bool:
    return spec.records is not None and (part in ("code", "label") or part in spec.records.fields)


def of_field(spec: AttributeSpec, part: str, place: Place) -> Made:
    """The part of the product's record; of several records a list, those without it left out."""
    codes = place.stored(spec)
    if not codes or spec.records is None:
        return NOTHING
    found = (spec.records.find(code) for code in codes)
    made = [one for record in found if record and (one := _part(record, spec, part, place)).value is not None]
    if not made:
        return NOTHING
    if len(codes) == 1 and not spec.params.get("multiple"):
        return made[0]
    return Made([one.value for one in made], ", ".join(one.text for one in made))


def _part(record: RecordSpec, spec: AttributeSpec, part: str, place: Place) -> Made:
    if part == "code":
        return Made(record.code, record.code)
    if part == "label":
        label = record.label(place.locale)
        return Made(label, label)
    field = spec.records.fields[part]  # type: ignore[union-attr]
    kind, value = ATTRIBUTE_TYPES[field.type], _resolved(record, field, place)
    if kind.is_empty(value):
        return NOTHING
    text = kind.sheet_text(value, field, place.locale)
    return Made(kind.sheet_value(value, field, place.locale), text, value, field)


def _resolved(record: RecordSpec, field: AttributeSpec, place: Place) -> Any:
    if not field.localizable:
        return record.values.get(field.code)
    chain = place.structure.locale_chain(place.locale) if place.channel.send_fallback else (place.locale,)
    keys = (format_key(field.code, locale) for locale in chain)
    return next((record.values[key] for key in keys if record.values.get(key) is not None), None)
