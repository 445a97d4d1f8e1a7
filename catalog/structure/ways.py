"""From one attribute type to another: which ways there are, and what a stored value becomes on each.

Every way is safe to go twice: a value that has the new form already stays as it is. So a document may be rewritten half
way through a conversion, by a person or by its job, and is the same afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.attribute_types.measurement import default_unit, family_of
from catalog.attribute_types.number import canonical
from catalog.attribute_types.select import label_of_option, options_of
from catalog.structure.specs import AttributeSpec

Way = Callable[[Any, AttributeSpec, AttributeSpec], Any]

_NO_CODE = re.compile(r"[^a-z0-9]+")


def option_code(text: str) -> str:
    """A code for an option made of a text: "Dark red" → "dark_red". "" where nothing of it can stand in a code."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return _NO_CODE.sub("_", plain).strip("_")[:100]


def _by_cell(stored: Any, old: AttributeSpec, new: AttributeSpec) -> Any:
    """What the new type reads from what the old one writes into a spreadsheet."""
    if ATTRIBUTE_TYPES[old.type].is_text and not isinstance(stored, str):
        return stored
    kind = ATTRIBUTE_TYPES[new.type]
    text = stored if isinstance(stored, str) else ATTRIBUTE_TYPES[old.type].to_cell(stored, old)
    return kind.clean(kind.from_cell(text, new), new)


def _to_option(stored: Any, old: AttributeSpec, new: AttributeSpec) -> Any:
    """The option of that code or label; for a text nobody knew when the options were made, the code it will get."""
    if isinstance(stored, list):
        if len(stored) != 1:
            raise ValueRefused(
                "several", _("It has several options, and one is kept only where there is one.")
            )
        stored = stored[0]
    try:
        return options_of(new).find(stored)
    except ValueRefused:
        code = "" if ATTRIBUTE_TYPES[old.type].has_options else option_code(str(stored))
        if not code:
            raise
        return code


def _to_options(stored: Any, old: AttributeSpec, new: AttributeSpec) -> Any:
    return stored if isinstance(stored, list) else [_to_option(stored, old, new)]


def _to_label(stored: Any, old: AttributeSpec, new: AttributeSpec) -> Any:
    codes = stored if isinstance(stored, list) else [stored]
    if isinstance(stored, str) and stored not in old.options:
        return stored
    text = ", ".join(label_of_option(code, old, None) for code in codes)
    return ATTRIBUTE_TYPES[new.type].clean(text, new)


def _to_measure(stored: Any, old: AttributeSpec, new: AttributeSpec) -> Any:
    return ATTRIBUTE_TYPES[new.type].clean(stored, new)


def _to_amount(stored: Any, old: AttributeSpec, new: AttributeSpec) -> Any:
    if isinstance(stored, dict):
        stored = _converted(stored, old, default_unit(old).code)["amount"]
    return ATTRIBUTE_TYPES[new.type].clean(stored, new)


def _to_unit(stored: Any, old: AttributeSpec, new: AttributeSpec) -> Any:
    return ATTRIBUTE_TYPES[new.type].clean(_converted(stored, new, default_unit(new).code), new)


def _converted(stored: Any, spec: AttributeSpec, unit: str) -> dict[str, str]:
    if stored["unit"] == unit:
        return stored
    family = family_of(spec)
    if stored["unit"] not in family.units:
        raise ValueRefused(
            "unknown_unit", _("The unit %(unit)s is not in the measurement family."), {"unit": stored["unit"]}
        )
    return {
        "amount": canonical(family.convert(Decimal(stored["amount"]), stored["unit"], unit)),
        "unit": unit,
    }


WAYS: dict[tuple[str, str], Way] = {
    **{("text", to): _by_cell for to in ("number", "date", "datetime", "boolean", "measurement", "identifier", "link")},
    ("text", "select"): _to_option,
    ("text", "multiselect"): _to_options,
    ("identifier", "text"): _by_cell,
    ("link", "text"): _by_cell,
    ("number", "text"): _by_cell,
    ("number", "measurement"): _to_measure,
    ("date", "text"): _by_cell,
    ("select", "multiselect"): _to_options,
    ("select", "text"): _to_label,
    ("multiselect", "select"): _to_option,
    ("multiselect", "text"): _to_label,
    ("measurement", "number"): _to_amount,
    ("measurement", "text"): _by_cell,
    ("measurement", "measurement"): _to_unit,
}  # fmt: skip


def targets(type_code: str) -> list[str]:
    """The other types an attribute of this one can get."""
    return [to for origin, to in WAYS if origin == type_code and to != origin and to in ATTRIBUTE_TYPES]
