"""What an attribute's flags ask of each other, of its type and of other attributes: asked at every door of the structure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES, ValueRefused
from catalog.models.attribute import Attribute, Option
from catalog.models.context import Locale
from catalog.structure.snapshot import Structure, spec_of
from catalog.structure.specs import AttributeSpec, OptionSpec

# Types with few values, of which another attribute may be made to depend.
DECIDING_TYPES = frozenset({"boolean", "select", "multiselect"})


def check_flags(attribute: Attribute) -> None:
    """Raises ValidationError by field. Reads the database only for flags that are set."""
    errors: dict[str, Any] = {}
    for name, check in (
        ("locales", _locales),
        ("default", _default),
        ("depends_on", _condition),
        ("depends_values", _values),
        ("is_unique", _numbers),
    ):
        problem = check(attribute)
        if problem:
            errors[name] = problem
    if attribute.pk and not _may_decide(attribute):
        dependents = [str(row) for row in attribute.dependents.all()]
        if dependents:
            errors["localizable" if attribute.localizable else "type"] = _(
                "%(names)s depends on this attribute: it must stay a select or yes/no, with one value for all locales."
            ) % {"names": ", ".join(dependents)}
    if errors:
        raise ValidationError(errors)


def conditions_naming(attribute: Attribute, codes: Iterable[str]) -> list[str]:
    """The attributes that are asked for only where this one has one of these options."""
    wanted = set(codes)
    return [str(row) for row in attribute.dependents.all() if wanted & set(row.depends_values)]


def _may_decide(attribute: Attribute) -> bool:
    return attribute.type in DECIDING_TYPES and not attribute.localizable


def _locales(attribute: Attribute) -> str:
    if not isinstance(attribute.locales, list):
        return _("Write the codes of locales, with commas.")
    if not attribute.locales:
        return ""
    if not attribute.localizable:
        return _("Only a localizable attribute differs by locale: make it localizable, or name no locales.")
    known = set(Locale.objects.filter(code__in=attribute.locales).values_list("code", flat=True))
    unknown = [code for code in attribute.locales if code not in known]
    return _("There is no locale '%(codes)s'.") % {"codes": "', '".join(unknown)} if unknown else ""


def _default(attribute: Attribute) -> str:
    if not attribute.default.strip():
        return ""
    if attribute.localizable:
        return _("A default has no language: leave it empty, or make the attribute not localizable.")
    if attribute.is_unique:
        return _("No two products may have the same value of a unique attribute: leave the default empty.")
    kind = ATTRIBUTE_TYPES[attribute.type]
    if kind.names_assets or kind.names_products:
        # Where it is gone, the door would refuse every new product of the family.
        return _("A default cannot be a file or a product, since those may go: leave it empty.")
    structure = Structure.current()
    spec = spec_of(attribute, options_of(attribute), structure.measures, structure.entities)
    try:
        default_of(spec, structure)
    except ValueRefused as refused:
        return refused.message
    return ""


def default_of(spec: AttributeSpec, structure: Structure) -> Any:
    """The stored form of an attribute's default. Raises ValueRefused."""
    kind = ATTRIBUTE_TYPES[spec.type]
    return kind.clean(kind.from_cell(spec.default, spec), spec, structure=structure)


def options_of(attribute: Attribute) -> dict[str, OptionSpec]:
    rows = Option.objects.filter(attribute=attribute).order_by("position", "code") if attribute.pk else ()
    return {row.code: OptionSpec(row.code, row.labels, row.position) for row in rows}


def _numbers(attribute: Attribute) -> str:
    if attribute.is_unique:
        return ""
    if attribute.params.get("number_pattern"):
        return _("A pattern makes a number for one product each: make the attribute unique.")
    if attribute.pk and attribute.pools.exists():
        return _("Numbers of a pool are for one product each: the attribute stays unique while it has pools.")
    return ""


def _condition(attribute: Attribute) -> str:
    other = attribute.depends_on
    if other is None:
        return ""
    if other.pk == attribute.pk:
        return _("An attribute cannot depend on itself: choose another.")
    if not _may_decide(other):
        return _(
            "%(other)s cannot decide this: choose a select or yes/no attribute that is not localizable."
        ) % {"other": other}
    step, seen = other, {other.pk}
    while step.depends_on is not None:
        step = step.depends_on
        if step.pk == attribute.pk:
            return _("%(other)s itself depends on this attribute: choose another.") % {"other": other}
        if step.pk in seen:
            break
        seen.add(step.pk)
    return ""


def _values(attribute: Attribute) -> str:
    values = attribute.depends_values
    if not isinstance(values, list):
        return _("Write the values with commas.")
    other = attribute.depends_on
    if other is None:
        return _("Choose the attribute that must have these values.") if values else ""
    if not values:
        return _("Name the values of %(other)s for which this is asked.") % {"other": other}
    known = ("true", "false") if other.type == "boolean" else tuple(options_of(other))
    unknown = [str(value) for value in values if value not in known]
    if not unknown:
        return ""
    return _("%(other)s has no value '%(values)s': choose from %(known)s.") % {
        "other": other,
        "values": "', '".join(unknown),
        "known": ", ".join(known[:20]),
    }
