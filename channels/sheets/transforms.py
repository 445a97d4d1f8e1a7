"""What a channel's field does to a value on its way: small, named, in order. [{"name": "truncate", "length": 75}]

Each takes the value as it is so far and its own parameters. Text transforms read a rich value (an option, a measure) as
people see it in the locale.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any

import nh3
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types.measurement import family_of
from catalog.structure.snapshot import Structure
from channels.sheets.made import Made
from pim.lib.decimals import canonical


@dataclass(frozen=True, slots=True)
class Transform:
    """`params`: name → type of each parameter; those in `optional` may be left out."""

    name: str
    label: Any
    apply: Callable[..., Any]
    params: Mapping[str, type]
    optional: tuple[str, ...] = ()


TRANSFORMS: dict[str, Transform] = {}


def transform(
    label: Any, *, optional: tuple[str, ...] = (), **params: type
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function (made, value, **params) → value under its own name."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        TRANSFORMS[function.__name__] = Transform(function.__name__, label, function, params, optional)
        return function

    return register


def apply_all(steps: Iterable[Mapping[str, Any]], made: Made) -> Any:
    """The value after all steps; None stays None. Raises KeyError for an unknown name: `clean` keeps those out."""
    value = made.value
    for step in steps:
        if value is None:
            return None
        params = {key: given for key, given in step.items() if key != "name"}
        value = TRANSFORMS[step["name"]].apply(made, value, **params)
    return value


def clean(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps to store. Raises ValidationError for unknown names and parameters, or parameters of the wrong type."""
    cleaned, errors = [], []
    for step in steps:
        known = TRANSFORMS.get(str(step.get("name")))
        if known is None:
            errors.append(
                _("There is no transform '%(name)s': choose one of %(known)s.")
                % {"name": step.get("name"), "known": ", ".join(sorted(TRANSFORMS))}
            )
            continue
        given = {key: value for key, value in step.items() if key != "name"}
        errors += [
            _("%(name)s knows no '%(key)s'.") % {"name": known.name, "key": key}
            for key in given
            if key not in known.params
        ]
        for key, kind in known.params.items():
            if key not in given and key not in known.optional:
                errors.append(_("%(name)s needs '%(key)s'.") % {"name": known.name, "key": key})
            elif key in given and (
                not isinstance(given[key], kind)
                or (kind is int and (isinstance(given[key], bool) or given[key] < 0))
            ):
                errors.append(
                    _("%(name)s: '%(key)s' is not of the right kind.") % {"name": known.name, "key": key}
                )
        if known.name == "rendition" and given.get("preset") not in Structure.current().presets:
            errors.append(
                _("There is no rendition preset '%s': choose one of the library's.") % given.get("preset")
            )
        cleaned.append({"name": known.name, **given})
    if errors:
        raise ValidationError(errors)
    return cleaned


def as_text(made: Made, value: Any) -> str:
    """A value as text: itself where it is one already, the option's label, else what people see."""
    if isinstance(value, str):
        return value
    if value is made.value:
        return made.text
    if isinstance(value, dict) and "label" in value:
        return str(value["label"])
    if isinstance(value, list):
        return ", ".join(as_text(made, item) for item in value)
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    return str(value)


@transform(gettext_lazy("As text"))
def text(made: Made, value: Any) -> str:
    """The option's label, the measure with its unit: what people read in the locale."""
    return as_text(made, value)


@transform(gettext_lazy("Shorten at a word"), optional=("ellipsis",), length=int, ellipsis=bool)
def truncate(made: Made, value: Any, *, length: int, ellipsis: bool = False) -> str:
    """At most `length` characters, cut between words where there is a blank in the second half."""
    whole = as_text(made, value)
    if len(whole) <= length:
        return whole
    room = max(length - (1 if ellipsis else 0), 0)
    cut = whole[:room]
    if not whole[room : room + 1].isspace() and (blank := cut.rfind(" ")) >= room // 2:
        cut = cut[:blank]
    return cut.rstrip(" ,;:-–") + ("…" if ellipsis and length else "")


@transform(gettext_lazy("Remove formatting"))
def strip_html(made: Made, value: Any) -> str:
    """Plain text: paragraphs, list items and line breaks become new lines."""
    marked = re.sub(r"(?i)<br\s*/?>|</(?:p|li|h[1-6]|div|tr)>", "\n", as_text(made, value))
    plain = unescape(nh3.clean(marked, tags=set()))
    return "\n".join(line for line in (" ".join(line.split()) for line in plain.splitlines()) if line)


@transform(gettext_lazy("Capital letters"))
def upper(made: Made, value: Any) -> str:
    return as_text(made, value).upper()


@transform(gettext_lazy("Small letters"))
def lower(made: Made, value: Any) -> str:
    return as_text(made, value).lower()


@transform(gettext_lazy("Capitalise Words"))
def title(made: Made, value: Any) -> str:
    """The first letter of each word; the rest stays, so that "USB-C" does."""
    return re.sub(r"(?<!\S)\S", lambda match: match[0].upper(), as_text(made, value))


@transform(gettext_lazy("Replace text"), old=str, new=str)
def replace(made: Made, value: Any, *, old: str, new: str) -> str:
    whole = as_text(made, value)
    return whole.replace(old, new) if old else whole


@transform(gettext_lazy("Join a list"), separator=str)
def join(made: Made, value: Any, *, separator: str) -> str:
    return (
        separator.join(as_text(made, item) for item in value)
        if isinstance(value, list)
        else as_text(made, value)
    )


@transform(gettext_lazy("First of a list"), count=int)
def first_n(made: Made, value: Any, *, count: int) -> Any:
    return value[:count] if isinstance(value, list) else value


@transform(gettext_lazy("Convert the unit"), unit=str)
def convert_unit(made: Made, value: Any, *, unit: str) -> Any:
    """A measurement in another unit of its family; left alone where the unit is not of the family."""
    if made.spec is None or made.spec.type != "measurement" or not isinstance(value, dict):
        return value
    family = family_of(made.spec)
    if unit not in family.units or value.get("unit") not in family.units:
        return value
    return {"amount": canonical(family.convert(Decimal(value["amount"]), value["unit"], unit)), "unit": unit}


@transform(gettext_lazy("Format the number"), optional=("decimal",), decimals=int, decimal=str)
def number_format(made: Made, value: Any, *, decimals: int, decimal: str = ".") -> Any:
    """A number, or the amount of a measure, with fixed decimals; other values stay."""
    if isinstance(value, dict) and "amount" in value:
        return {**value, "amount": _fixed(value["amount"], decimals, decimal)}
    return _fixed(value, decimals, decimal)


def _fixed(value: Any, decimals: int, mark: str) -> Any:
    try:
        return f"{Decimal(str(value)):.{decimals}f}".replace(".", mark)
    except ArithmeticError:
        return value


@transform(gettext_lazy("Pictures in the size of a rendition preset"), preset=str)
def rendition(made: Made, value: Any, *, preset: str) -> Any:
    """Said of a picture's field; the sheet's pictures are addressed by it (channels.sheets.files). Other values pass."""
    return value


def presets_in(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """The codes of the rendition presets that a field asks for; the last one holds."""
    return [str(step.get("preset", "")) for step in steps if step.get("name") == "rendition"]
