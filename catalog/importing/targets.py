"""Where a column goes: one of the product's own fields, or an attribute at a locale and context.

The grammar of headers is `code[-locale][-context][-currency|-unit]`, as this PIM and Akeneo export it: `sku`,
`name-en_US`, `description-en_US-ecommerce`, `price-EUR`, `weight`, `weight-unit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import format_key

FIELD_LABELS: Mapping[str, Any] = {
    "sku": _("SKU"),
    "family": _("Family"),
    "family_variant": _("Family variant"),
    "parent": _("Parent (SKU)"),
    "categories": _("Categories"),
    "status": _("Status"),
    "enabled": _("Enabled"),
    "_rev": _("Revision the file is based on"),
}
# A product model's file names its SKU "code" (Akeneo).
FIELD_HEADERS: Mapping[str, str] = {**{name: name for name in FIELD_LABELS}, "code": "sku"}


class UnknownTarget(ValueError):
    """No field, attribute, locale or context of this name."""


class Target(NamedTuple):
    """`field` names a field of the product; else `attribute` with its locale, context and part (a currency, or "unit")."""

    field: str = ""
    attribute: str = ""
    locale: str = ""
    context: str = ""
    part: str = ""

    @property
    def key(self) -> str:
        """The value key, or the field's pseudo key."""
        return (
            f"_{self.field.lstrip('_')}"
            if self.field
            else format_key(self.attribute, self.locale, self.context)
        )

    def __str__(self) -> str:
        """Its header."""
        return self.field or "-".join(
            part for part in (self.attribute, self.locale, self.context, self.part) if part
        )

    def as_json(self) -> str | dict[str, str]:
        if self.field:
            return self.field
        return {name: part for name, part in zip(self._fields[1:], self[1:], strict=True) if part}

    @classmethod
    def from_json(cls, data: Any) -> Target | None:
        """None for "" (the column is ignored). Raises UnknownTarget for what has no such shape."""
        if data in ("", None):
            return None
        if isinstance(data, str):
            if data not in FIELD_LABELS:
                raise UnknownTarget(data)
            return cls(field=data)
        if not isinstance(data, Mapping) or set(data) - set(cls._fields[1:]) or not data.get("attribute"):
            raise UnknownTarget(str(data))
        return cls(**{name: str(part) for name, part in data.items()})


def parse_header(header: str, structure: Structure) -> Target | None:
    """The target a header names by code, in any case; None where it names none."""
    text = header.strip()
    if field := FIELD_HEADERS.get(text.lower()):
        return Target(field=field)
    code, *rest = text.split("-")
    spec = structure.find_attribute(code.strip())
    if spec is None:
        return None
    locale = context = part = ""
    rest = [piece.strip() for piece in rest]
    if rest and (found := _named(rest[0], structure.locales)):
        locale, rest = found, rest[1:]
    if rest and (found := _named(rest[0], structure.contexts)):
        context, rest = found, rest[1:]
    if rest and (found := _named(rest[0], parts_of(spec, structure))):
        part, rest = found, rest[1:]
    if rest:
        return None
    return Target(attribute=spec.code, locale=locale, context=context, part=part)


def _named(text: str, known: Iterable[str]) -> str:
    folded = text.casefold()
    return next((code for code in known if code.casefold() == folded), "")


def columns_of(spec: AttributeSpec, structure: Structure) -> list[str]:
    """The parts in which its values are written: [""] where one column has it all."""
    return ATTRIBUTE_TYPES[spec.type].columns(spec, structure)


def parts_of(spec: AttributeSpec, structure: Structure) -> list[str]:
    """The sub-columns an attribute can have: currencies of a price, "unit" of a measurement."""
    return [part for part in columns_of(spec, structure) if part]


def check(target: Target, structure: Structure) -> str:
    """What is wrong with a stored target in the structure of now, in a sentence; "" where nothing is."""
    if target.field:
        return ""
    spec = structure.attributes.get(target.attribute)
    if spec is None:
        return _("There is no attribute '%(code)s' any more.") % {"code": target.attribute}
    if target.locale and target.locale not in structure.locales:
        return _("There is no locale '%(locale)s'.") % {"locale": target.locale}
    if target.context and target.context not in structure.contexts:
        return _("There is no audience or channel '%(context)s'.") % {"context": target.context}
    if spec.localizable and not target.locale:
        return _("%(label)s is written by locale: choose one, as in %(code)s-en_US.") % {
            "label": spec.label(),
            "code": spec.code,
        }
    if target.locale and not spec.localizable:
        return _("%(label)s has one value for all locales.") % {"label": spec.label()}
    if target.locale and not spec.exists_in(target.locale):
        return _("%(label)s exists in %(locales)s only.") % {
            "label": spec.label(),
            "locales": ", ".join(spec.locales),
        }
    if target.context and not spec.scopable:
        return _("%(label)s has one value for all channels.") % {"label": spec.label()}
    return ""


def label(target: Target, structure: Structure) -> str:
    """For people: "Name · German (Germany) · Web shop"."""
    if target.field:
        return str(FIELD_LABELS[target.field])
    spec = structure.attributes.get(target.attribute)
    parts = [spec.label() if spec else target.attribute]
    if target.locale:
        parts.append(
            structure.locales[target.locale].name if target.locale in structure.locales else target.locale
        )
    if target.context:
        context = structure.contexts.get(target.context)
        parts.append(context.label() if context else target.context)
    if target.part:
        parts.append(str(_("unit")) if target.part == "unit" else target.part)
    return " · ".join(parts)


def choices(structure: Structure) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every target, grouped for a select: (group, [(header, label)])."""
    groups: list[tuple[str, list[tuple[str, str]]]] = [
        (str(_("Product")), [(name, str(text)) for name, text in FIELD_LABELS.items()])
    ]
    by_group: dict[str, list[tuple[str, str]]] = {}
    for spec in structure.attributes.values():
        locales = (
            [code for code, known in structure.locales.items() if known.is_active and spec.exists_in(code)]
            if spec.localizable
            else [""]
        )
        contexts = ["", *structure.contexts] if spec.scopable else [""]
        for locale in locales:
            for context in contexts:
                for part in ("", *parts_of(spec, structure)):
                    target = Target("", spec.code, locale, context, part)
                    by_group.setdefault(spec.group, []).append((str(target), label(target, structure)))
    for code, listed in by_group.items():
        group = structure.groups.get(code)
        groups.append((group.label() if group else code, listed))
    return groups
