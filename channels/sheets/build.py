"""Building a sheet. Pure: what is given decides what comes out, so that a preview is what will be sent.

The payload: {"sku", "model" (of a variant standing alone: its model's SKU), "family": {"code", "label"}, "categories": [{"code", "path": [labels by locale, from the tree's top], "position"}],
"locales": {locale: {field: value}}, "fields": {field: value}, "images": [picture]} and, where the unit is a model,
"variants": [the same without categories, with "axes": {attribute: {locale: text}}] and "axes": [{"code", "labels": {locale: text}}],
by what its variants differ, in order. Fields without a value are left out: a sheet is always whole. Pictures and
other files are as channels.sheets.files says; those to which the rights do not hold are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from catalog.assets import AssetFacts
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import PresetSpec, Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, attributes_of
from channels.profile import ChannelSpec, FieldSpec
from channels.sheets import categories, sources, transforms
from channels.sheets.files import IMAGE_TYPES, Files, ImageUrl
from channels.sheets.made import NOTHING, Made, Place
from channels.sheets.problems import Problem
from pim.lib.canonical import canonical_hash


@dataclass(frozen=True, slots=True)
class SheetUnit:
    """What one sheet is of: a product, or a model with the variants that are to be sold."""

    bundle: Bundle
    variants: tuple[Bundle, ...] = ()
    is_model: bool = False
    files: Mapping[str, AssetFacts] = field(default_factory=dict)  # by hash, what its values name
    ranks: Mapping[int, int] = field(
        default_factory=dict
    )  # category id → its place there, where somebody placed it


@dataclass(frozen=True, slots=True)
class Sheet:
    """`payload` as sent, `hash` of it; `origins`: field → attribute codes; `problems`: met while building. `content`: what the
    connector makes of it, whose hash that is then (channels.delivery.gate.as_sent)."""

    payload: Mapping[str, Any]
    hash: str
    origins: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...] = field(default=())
    content: Any = field(default=None, repr=False)


def build(
    unit: SheetUnit, channel: ChannelSpec, structure: Structure, *, at: datetime | None, image_url: ImageUrl
) -> Sheet:
    """The sheet of a unit at a time (None: without campaigns, and with files whose rights have ended)."""
    problems: list[Problem] = []
    files = Files(unit.files, image_url)
    payload = {
        **_body(unit.bundle, channel, structure, at, files, problems),
        "categories": _categories(unit, channel, structure),
    }
    if not unit.is_model and unit.bundle.depth:
        payload["model"] = unit.bundle.levels[-1].sku
    if unit.is_model:
        axes = _axes(unit.bundle, structure)
        payload["axes"] = [
            {"code": spec.code, "labels": {locale: spec.label(locale) for locale in channel.locales}}
            for spec in axes
        ]
        payload["variants"] = [
            {
                **_body(bundle, channel, structure, at, files, problems, variant=True),
                "axes": _on_axes(bundle, axes, channel, structure, at, files),
            }
            for bundle in unit.variants
            if not NAMES.in_sheets or not NAMES.hides(bundle.product.pk)
        ]
    return Sheet(payload, canonical_hash(payload), origins_of(unit, channel, structure), tuple(problems))


def fields_of(bundle: Bundle, channel: ChannelSpec, structure: Structure) -> tuple[FieldSpec, ...]:
    """The mapping for the product's family; a channel without any row sends every attribute of it under its own code."""
    mapped = channel.fields_of(bundle.family.id if bundle.family else None)
    if mapped or channel.fields or bundle.family is None:
        return mapped
    codes = attributes_of(bundle, structure)
    specs = (structure.attributes[code] for code in codes if code in structure.attributes)
    return tuple(FieldSpec(spec.code, {"attribute": spec.code}, localized=spec.localizable) for spec in specs)


def origins_of(unit: SheetUnit, channel: ChannelSpec, structure: Structure) -> dict[str, tuple[str, ...]]:
    origins = dict(rows_of(unit.bundle, channel, structure).origins)
    if unit.is_model:
        origins |= {f"axes.{spec.code}": (spec.code,) for spec in _axes(unit.bundle, structure)}
    return origins


@dataclass(frozen=True, slots=True)
class Rows:
    """A family's fields, all in their order and apart by what is done with them; `origins`: field → attribute codes."""

    structure: Structure
    listed: tuple[FieldSpec, ...]
    fields: tuple[FieldSpec, ...]
    images: tuple[FieldSpec, ...]
    origins: Mapping[str, tuple[str, ...]]


def rows_of(bundle: Bundle, channel: ChannelSpec, structure: Structure) -> Rows:
    """The same for all products of a family: made once for them."""
    family = bundle.family.id if bundle.family else 0
    known = channel.rows_by_family.get(family)
    if isinstance(known, Rows) and known.structure is structure:
        return known
    listed = fields_of(bundle, channel, structure)
    images = tuple(row for row in listed if _is_image(row, structure))
    origins = {row.target: sources.attributes_of(row.source, structure) for row in listed}
    shown = images or _familys_own_picture(bundle)
    origins["images"] = tuple(str(row.source["attribute"]) for row in shown)
    made = Rows(structure, listed, tuple(row for row in listed if row not in images), shown, origins)
    channel.rows_by_family[family] = made
    return made


def _axes(bundle: Bundle, structure: Structure) -> list[AttributeSpec]:
    """By what the variants of a model differ: its family variant's axes, level by level."""
    if bundle.variant is None:
        return []
    codes = (code for level in sorted(bundle.variant.axes) for code in bundle.variant.axes[level])
    return [structure.attributes[code] for code in codes if code in structure.attributes]


def _on_axes(
    bundle: Bundle,
    axes: Sequence[AttributeSpec],
    channel: ChannelSpec,
    structure: Structure,
    at: datetime | None,
    files: Files,
) -> dict[str, dict[str, str]]:
    """Where a variant stands on each axis, as text; an axis on which it has no value is left out."""
    first = channel.locales[0] if channel.locales else next(iter(structure.locales), "")
    place = Place(bundle, channel, structure, first, at, files)
    found: dict[str, dict[str, str]] = {}
    for spec in axes:
        stored = place.stored(spec)
        if stored is not None:
            kind = ATTRIBUTE_TYPES[spec.type]
            found[spec.code] = {locale: kind.sheet_text(stored, spec, locale) for locale in channel.locales}
    return found


def _body(
    bundle: Bundle,
    channel: ChannelSpec,
    structure: Structure,
    at: datetime | None,
    files: Files,
    problems: list[Problem],
    *,
    variant: bool = False,
) -> dict[str, Any]:
    first = channel.locales[0] if channel.locales else next(iter(structure.locales), "")
    shared: dict[str, Any] = {}
    by_locale: dict[str, dict[str, Any]] = {locale: {} for locale in channel.locales}
    places = {
        locale: Place(bundle, channel, structure, locale, at, files) for locale in (*channel.locales, first)
    }
    for row in rows_of(bundle, channel, structure).fields:
        for locale in channel.locales if row.localized else (first,):
            value = _value(
                row,
                places[locale],
                problems,
                locale if row.localized else "",
                bundle.product.sku if variant else "",
            )
            if value is not None:
                (by_locale[locale] if row.localized else shared)[row.target] = value
    family = bundle.family
    return {
        "sku": bundle.product.sku,
        "family": {"code": family.code, "label": family.label(first)} if family else None,
        "locales": by_locale,
        "fields": shared,
        "images": _images(
            places[first],
            problems,
            bundle.product.sku if variant else "",
        ),
    }


def _value(row: FieldSpec, place: Place, problems: list[Problem], locale: str, sku: str) -> Any:
    if "category" in row.source:
        word = categories.word_of(row.value_list or {}, place.bundle, place.channel, place.structure)
        if not word and row.required:
            problems.append(_no_word(row, place, sku))
        return transforms.apply_all(row.transforms, Made(word, word)) if word else None
    made = sources.read(row.source, place)
    if made.value is None:
        return None
    if row.value_list:
        made = _translated(row, made, problems, locale, sku)
        if made.value is None:
            return None
    value = transforms.apply_all(row.transforms, made)
    return None if value in ("", [], {}) else value


def _no_word(row: FieldSpec, place: Place, sku: str) -> Problem:
    listed = categories.placed(place.bundle, place.channel, place.structure)
    message = (
        _(
            "%(field)s: the channel has no category for '%(ours)s' yet. Choose one under Categories of the channel."
        )
        % {"field": row.label, "ours": listed[0].label(place.locale)}
        if listed
        else _(
            "%(field)s is made of the product's category, and it is in none of the channel's tree. Put it into one."
        )
        % {"field": row.label}
    )
    return Problem(row.target, "no_channel_value", message, sku=sku)


def _translated(row: FieldSpec, made: Made, problems: list[Problem], locale: str, sku: str) -> Made:
    """Our option in the channel's words. An option without one is left out and told."""
    words = row.value_list or {}
    whole = made.stored if made.spec else made.value
    codes = whole if isinstance(whole, list) else [whole]
    unknown = [code for code in codes if str(code) not in words]
    for code in unknown:
        attribute = made.spec.code if made.spec else ""
        option = made.spec.options.get(code) if made.spec and isinstance(code, str) else None
        name = option.label(locale or None) if option else str(code)
        problems.append(
            Problem(
                row.target, "no_channel_value", _("%(field)s: the channel has no word for '%(value)s'. Choose another, or add it to the value list.")
                % {"field": row.label, "value": name}, locale, attribute, sku,
            )
        )  # fmt: skip
    known = [words[str(code)] for code in codes if str(code) in words]
    if isinstance(made.value, list):
        return Made(known or None, ", ".join(map(str, known)))
    return Made(known[0], str(known[0])) if known else NOTHING


def _categories(unit: SheetUnit, channel: ChannelSpec, structure: Structure) -> list[dict[str, Any]]:
    """The product's categories in the channel's tree (in any, where it names none), the tree's root left out of paths.

    `position` orders the products of a category that were placed by hand: a number to sort by, with gaps.
    """
    listed: list[dict[str, Any]] = []
    for category in categories.placed(unit.bundle, channel, structure):
        steps = [structure.categories[step] for step in category.ancestry if step in structure.categories][1:]
        path = [{locale: step.label(locale) for locale in channel.locales} for step in steps]
        listed.append({"code": category.code, "path": path})
        if category.id in unit.ranks:
            listed[-1]["position"] = unit.ranks[category.id]
    return listed


def _is_image(row: FieldSpec, structure: Structure) -> bool:
    spec = structure.find_attribute(str(row.source.get("attribute", "")))
    return spec is not None and spec.type in IMAGE_TYPES


def _familys_own_picture(bundle: Bundle) -> tuple[FieldSpec, ...]:
    """Where no field of pictures is mapped."""
    if bundle.family is None or not bundle.family.image_attribute:
        return ()
    return (FieldSpec("images", {"attribute": bundle.family.image_attribute}),)


def picture_digests(
    bundle: Bundle,
    channel: ChannelSpec,
    structure: Structure,
    at: datetime | None,
    known: Mapping[str, AssetFacts],
) -> list[str]:
    """The pictures a channel is sent of a product, by hash, in their order."""
    first = channel.locales[0] if channel.locales else next(iter(structure.locales), "")
    place = Place(bundle, channel, structure, first, at, Files(known))
    found = [digest for row in rows_of(bundle, channel, structure).images for digest in _held(row, place)[1]]
    return list(dict.fromkeys(found))


def _held(row: FieldSpec, place: Place) -> tuple[list[str], list[str]]:
    """The pictures a row's attribute names, and those of them to which the rights hold."""
    spec = place.structure.find_attribute(str(row.source["attribute"]))
    value = place.stored(spec) if spec else None
    digests = [value] if isinstance(value, str) else list(value or ())
    return digests, [digest for digest in digests if place.files.may_be_shown(digest, place.at)]


def _images(place: Place, problems: list[Problem], sku: str) -> list[dict[str, Any]]:
    """Each picture once, where it first occurs. `problems`: a required field all of whose pictures had to be left out."""
    alt = _alt(place)
    images, seen = [], set()
    for row in rows_of(place.bundle, place.channel, place.structure).images:
        digests, held = _held(row, place)
        preset = _preset(row, place.structure, problems, sku)
        if row.required and digests and not held:
            problems.append(_rights_ended(row, digests[0], place, sku))
        for digest in held:
            if digest not in seen:
                seen.add(digest)
                images.append(place.files.image(digest, alt, place.channel.locales, place.structure, preset))
    return images


def _alt(place: Place) -> str:
    """The product's name as this channel may have it: in no language that it is not sent, nor one that is not approved."""
    labels = place.bundle.product.labels or {}
    chain = place.structure.locale_chain(place.locale) if place.channel.send_fallback else (place.locale,)
    return next((labels[code] for code in (*chain, "") if labels.get(code)), place.bundle.product.sku)


def _preset(row: FieldSpec, structure: Structure, problems: list[Problem], sku: str) -> PresetSpec | None:
    asked = transforms.presets_in(row.transforms)
    preset = structure.presets.get(asked[-1]) if asked else None
    if asked and preset is None:
        problems.append(
            Problem(
                row.target, "no_preset", _("%(field)s: there is no rendition preset '%(preset)s' any more. Choose another in the channel's fields.")
                % {"field": row.label, "preset": asked[-1]}, sku=sku,
            )
        )  # fmt: skip
    return preset


def _rights_ended(row: FieldSpec, digest: str, place: Place, sku: str) -> Problem:
    return Problem(
        row.target, "rights_ended", _("%(field)s: the rights to '%(name)s' do not hold now. Choose another picture, or correct its dates in the library.")
        % {"field": row.label, "name": place.files.name(digest)}, attribute=str(row.source["attribute"]), sku=sku,
    )  # fmt: skip
