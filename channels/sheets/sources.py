"""Where a field's value comes from: an attribute, a template of several, or fixed.

{"attribute": "name"} · {"template": "{brand} {name}"} · {"fixed": "new"}. In templates {sku} and {family} stand beside
attribute codes; what is empty leaves no gap. No expression is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.resolve import resolve
from channels.profile import ChannelSpec
from channels.sheets.files import NO_FILES, Files

KINDS = ("attribute", "template", "fixed")
OWN_FIELDS = ("sku", "family")
_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.]+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """For which product, channel, locale and time a value is asked."""

    bundle: Bundle
    channel: ChannelSpec
    structure: Structure
    locale: str
    at: datetime | None
    files: Files = NO_FILES

    def stored(self, spec: AttributeSpec) -> Any:
        """The resolved value, prices only in the channel's currencies; None where there is none."""
        found = resolve(
            self.bundle, spec, self.structure, locale=self.locale, context=self.channel.context, at=self.at,
            fallback=self.channel.send_fallback,
        )  # fmt: skip
        value = found.value
        if ATTRIBUTE_TYPES[spec.type].is_empty(value):
            return None
        if spec.type == "price" and self.channel.currencies:
            value = {
                currency: amount for currency, amount in value.items() if currency in self.channel.currencies
            } or None
        return value


@dataclass(frozen=True, slots=True)
class Made:
    """A value on its way: JSON as the sheet carries it, the same as text, and where it is from."""

    value: Any
    text: str
    stored: Any = None
    spec: AttributeSpec | None = None


NOTHING = Made(None, "")


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
    spec = place.structure.find_attribute(str(source.get("attribute", "")))
    return of_attribute(spec, place) if spec else NOTHING


def of_attribute(spec: AttributeSpec, place: Place) -> Made:
    stored = place.stored(spec)
    if stored is None:
        return NOTHING
    kind = ATTRIBUTE_TYPES[spec.type]
    value = kind.sheet_value(stored, spec, place.locale)
    if kind.names_assets:
        value = place.files.sent(value, place.locale, place.at, place.structure)
        return NOTHING if value is None else Made(value, str(value.get("url", "")), stored, spec)
    return Made(value, kind.sheet_text(stored, spec, place.locale), stored, spec)


def attributes_of(source: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes a source reads, so that a channel's refusal finds its way back to the field."""
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
        raise ValidationError(_("Give one of attribute, template or fixed."))
    unknown = [code for code in attributes_of(source) if structure.find_attribute(code) is None]
    if unknown:
        raise ValidationError(_("There is no attribute '%s'.") % "', '".join(unknown))
    return dict(source)


def _fill(template: str, place: Place) -> str:
    def value(match: re.Match[str]) -> str:
        code = match[1]
        if code == "sku":
            return place.bundle.product.sku
        if code == "family":
            return place.bundle.family.label(place.locale) if place.bundle.family else ""
        spec = place.structure.find_attribute(code)
        return of_attribute(spec, place).text if spec else ""

    if _PLACEHOLDER.search(template) and not any(value(match) for match in _PLACEHOLDER.finditer(template)):
        return ""
    return " ".join(_PLACEHOLDER.sub(value, template).split())
