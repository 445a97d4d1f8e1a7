"""What may be written instead: the options a column has, and the one that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.codes import label_of
from catalog.importing.mapping import Column
from catalog.models.product import Product
from catalog.structure.snapshot import Structure

MOST = 2_000  # options: beyond, what is meant is typed
_LEAST_ALIKE = 0.6


def choices_of(column: Column | None, structure: Structure) -> list[tuple[str, str]]:
    """(what a cell would say, label) of each thing the column may name; [] where it is no choice, or of too many."""
    target = column.to if column else None
    if target is None:
        return []
    if target.field:
        listed = _of_field(target.field, structure)
    else:
        spec = structure.attributes.get(target.attribute)
        if spec is None or target.part:
            return []
        if ATTRIBUTE_TYPES[spec.type].has_options:
            listed = [(code, option.label()) for code, option in spec.options.items()]
        elif spec.type == "boolean":
            listed = [("1", _("yes")), ("0", _("no"))]
        else:
            return []
    return listed if len(listed) <= MOST else []


def _of_field(name: str, structure: Structure) -> list[tuple[str, str]]:
    named: Mapping[str, Iterable[Any]] = {
        "family": structure.family_by_code.values(),
        "family_variant": structure.variant_by_code.values(),
        "categories": structure.category_by_code.values(),
    }
    if name in named:
        return sorted(
            ((spec.code, _label(spec)) for spec in named[name]), key=lambda pair: pair[1].casefold()
        )
    if name == "enabled":
        return [("1", _("yes")), ("0", _("no"))]
    if name == "status":
        return [(str(value), str(label)) for value, label in Product.Status.choices]
    return []


def _label(spec: Any) -> str:
    return label_of(dict(spec.labels), spec.code)


def names_of(column: Column | None, structure: Structure) -> dict[str, str]:
    """Code and labels in any language, case folded, of each of `choices_of` → what a cell would say."""
    names: dict[str, str] = {}
    for code, label in choices_of(column, structure):
        for name in (label, code, *_labels_of(code, column, structure)):
            names.setdefault(name.strip().casefold(), code)
    return names


def closest(text: str, column: Column | None, structure: Structure, *, least: float = _LEAST_ALIKE) -> str:
    """The choice whose code or label, in any language, is most like the text; "" where none is. `least`: 1 is the same."""
    names = names_of(column, structure)
    found = difflib.get_close_matches(text.strip().casefold()[:60], names, n=1, cutoff=least)
    return names[found[0]] if found else ""


def _labels_of(code: str, column: Column | None, structure: Structure) -> Iterable[str]:
    target = column.to if column else None
    if target is not None and target.attribute:
        options = structure.attributes[target.attribute].options or {}
        return options[code].labels.values() if code in options else ()
    specs: Mapping[str, Mapping[str, Any]] = {
        "family": structure.family_by_code,
        "family_variant": structure.variant_by_code,
        "categories": structure.category_by_code,
    }
    spec = specs.get(target.field if target else "", {}).get(code.casefold())
    return spec.labels.values() if spec else ()
