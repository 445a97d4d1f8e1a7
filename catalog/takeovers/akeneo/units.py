"""Akeneo's measurement families: ours where they are the same, made from its JSON where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from catalog.measures import MeasurementSpec
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.parts import Part

# Families whose names differ although their units do not.
_SAME = {"binary": "digital", "electriccharge": "charge", "intensity": "current"}
_UNIT_HEADERS = ["family", "code", "symbol", "factor", "per", "offset", "position"]


def ours(name: str, unit: str, measures: Mapping[str, MeasurementSpec]) -> MeasurementSpec | None:
    """The family that is called so and has the unit."""
    wanted = {name.casefold(), _SAME.get(name.casefold(), "")}
    found = next((spec for code, spec in measures.items() if code.casefold() in wanted), None)
    return found if found is not None and (not unit or found.find_unit(unit)) else None


def resolved(row: Mapping[str, str], draft: Draft) -> tuple[str, str]:
    """(family, unit) of a metric attribute as they are called here; ("", "") where nothing is known of them."""
    name, unit = row.get("metric_family", ""), row.get("default_metric_unit", "")
    measures = draft.measures
    family = ours(name, unit, measures)
    if family is not None:
        found = family.find_unit(unit) if unit else None
        return family.code, found.code if found else ""
    described = _described(name, draft)
    if described is not None and (not unit or unit in _units(described)):
        here = ours(name, "", measures)  # it lacks the unit, which is added
        return (here.code if here else described["code"]), unit
    return ("", "") if not unit else (name, unit)  # made with this unit alone


def _described(name: str, draft: Draft) -> Mapping[str, Any] | None:
    return next(
        (each for each in draft.exports.measurements if str(each["code"]).casefold() == name.casefold()), None
    )


def _units(family: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """By code; Akeneo writes them as an object or as a list."""
    units = family["units"]
    return {str(unit["code"]): unit for unit in (units.values() if isinstance(units, dict) else units)}


def wanted(draft: Draft) -> dict[str, list[str]]:
    """Akeneo's families that its attributes are measured in, with their default units."""
    found: dict[str, list[str]] = {}
    for row in draft.rows("attributes"):
        if row.get("type") == "pim_catalog_metric" and row.get("metric_family"):
            listed = found.setdefault(row["metric_family"], [])
            if row.get("default_metric_unit") and row["default_metric_unit"] not in listed:
                listed.append(row["default_metric_unit"])
    return found


def families(draft: Draft) -> Part:
    part = Part(
        "measurement_families", _("Measurement families"), "measurements", ["code", "standard_unit", *_label_headers(draft)]
    )  # fmt: skip
    measures = draft.measures
    for name, asked in wanted(draft).items():
        here = ours(name, "", measures)
        described = _described(name, draft)
        if here is not None:
            part.same += 1
        elif described is not None:
            part.add(
                code=str(described["code"]), standard_unit=str(described["standard_unit_code"]), **_labels(described, draft)
            )  # fmt: skip
        elif asked:
            part.add(code=name, standard_unit=asked[0])
            part.notes.append(
                _(
                    "Nothing says how the units of %(family)s are converted: it is made with %(unit)s alone, and values in others are refused. Add measurement_families.json, which Akeneo's API gives."
                )
                % {"family": name, "unit": asked[0]}
            )
    unused = [
        str(each["code"])
        for each in draft.exports.measurements
        if str(each["code"]).casefold() not in {name.casefold() for name in wanted(draft)}
    ]
    part.left_out += [(code, _("No attribute is measured in it.")) for code in unused]
    return part


def units(draft: Draft) -> Part:
    part = Part("measurement_units", _("Units"), "measurements", [*_UNIT_HEADERS, *_label_headers(draft)])
    measures = draft.measures
    for name, asked in wanted(draft).items():
        here = ours(name, "", measures)
        described = _described(name, draft)
        if described is None:
            if here is None and asked:
                part.add(
                    family=name, code=asked[0], symbol=asked[0], factor="1", per="1", offset="0", position="0"
                )
            continue
        base = here.find_unit(str(described["standard_unit_code"])) if here is not None else None
        for position, (code, unit) in enumerate(_units(described).items()):
            if here is not None and here.find_unit(code):
                continue
            if here is not None and base is None:
                part.left_out.append(
                    (f"{name} / {code}", _("The family is here with another standard unit: add it by hand."))
                )
                continue
            scale = Fraction(base.factor) / Fraction(base.per) if base is not None else Fraction(1)
            try:
                factor, per, offset = _linear(unit["convert_from_standard"], scale)
            except (ValueError, ArithmeticError, KeyError, TypeError):
                part.left_out.append(
                    (f"{name} / {code}", _("Its conversion is none that can be reckoned with here."))
                )
                continue
            family = here.code if here is not None else str(described["code"])
            part.add(
                family=family, code=code, symbol=str(unit.get("symbol") or code)[:20], factor=factor, per=per, offset=offset,
                position=str(position + (len(here.units) if here is not None else 0)), **_labels(unit, draft),
            )  # fmt: skip
    return part


def _linear(steps: Any, scale: Fraction) -> tuple[str, str, str]:
    """factor, per and offset of "standard = (amount + offset) × factor / per", from Akeneo's chain of steps.

    Raises ValueError where it is no such thing.
    """
    at_none, at_one = _through(steps, Fraction(0)), _through(steps, Fraction(1))
    slope = at_one - at_none
    if slope <= 0 or _through(steps, Fraction(2)) - at_one != slope:
        raise ValueError(steps)
    factor, per = _finite(slope * scale)
    offset, rest = _finite(at_none / slope)
    if rest != "1":
        raise ValueError(steps)
    return factor, per, offset


def _through(steps: Any, amount: Fraction) -> Fraction:
    for step in steps:
        value, operator = Fraction(str(step["value"])), step["operator"]
        if operator == "mul":
            amount *= value
        elif operator == "div":
            amount /= value
        elif operator == "add":
            amount += value
        elif operator == "sub":
            amount -= value
        else:
            raise ValueError(operator)
    return amount


def _finite(number: Fraction) -> tuple[str, str]:
    """A fraction as a decimal over a whole number: 5/18 has no finite decimal form."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    scaled = number * rest
    text = format((Decimal(scaled.numerator) / Decimal(scaled.denominator)).normalize(), "f")
    return text, str(rest)


def _label_headers(draft: Draft) -> list[str]:
    return [f"label-{locale}" for locale in draft.spoken]


def _labels(described: Mapping[str, Any], draft: Draft) -> dict[str, str]:
    labels = described.get("labels") or {}
    if not isinstance(labels, dict):  # PHP writes an empty object as []
        return {}
    return {f"label_{locale}": str(labels.get(locale) or "") for locale in draft.spoken}
