"""What each channel says of a product, field by field: from the sheets that would be sent, with where each value is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.resolve import resolve
from channels.consistency.lines import PICTURES, Lines
from channels.mapping.starting import differs_by_locale
from channels.profile import ChannelSpec, FieldSpec
from channels.sheets import load, sources
from channels.sheets.build import Sheet, SheetUnit, fields_of
from channels.sheets.files import IMAGE_TYPES
from channels.sheets.made import Place
from channels.sheets.words import in_words
from channels.units import unit_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of one channel. `value` as the sheet has it, None where it has none; `made_in`: the locale it was made in,
    "" where it is the same in every language.

    `spec` and `stored`: of the one attribute it is made from, else None; `context`, `campaign`, `from_locale`: where that
    value stands. `targets` of more than one field of the channel on this line are told one by one, the first compared.
    """

    channel: ChannelSpec
    line: str
    row: FieldSpec
    value: Any
    made_in: str = ""
    spec: AttributeSpec | None = None
    stored: Any = None
    context: str = ""
    campaign: str = ""
    from_locale: str = ""
    attributes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return in_words(self.value)

    @property
    def is_empty(self) -> bool:
        return self.value is None


def units(
    product: Product, channels: Iterable[ChannelSpec], structure: Structure
) -> dict[int, tuple[SheetUnit, Bundle]]:
    """Channel's id → what its sheet is of, and the product within it; without those that have no sheet of it."""
    found = of_products([product], channels, structure)
    return {channel: pair for (_pk, channel), pair in found.items()}


def of_products(
    products: Iterable[Product], channels: Iterable[ChannelSpec], structure: Structure
) -> dict[tuple[int, int], tuple[SheetUnit, Bundle]]:
    """(product's id, channel's id) → its unit and itself within it. As many queries as there are kinds of units (and
    sets of associations that are told both ways), whatever the number of products and channels."""
    rows = list(products)
    kinds: dict[tuple[Any, ...], list[ChannelSpec]] = {}
    for channel in channels:
        both_ways = tuple(spec.code for spec in load.two_way(channel, structure))
        kinds.setdefault((channel.unit, both_ways), []).append(channel)
    found = {}
    for (kind, _both_ways), alike in kinds.items():
        wanted = {
            row.pk: its_unit
            for row in rows
            if (its_unit := unit_of(kind, product=row.pk, kind=row.kind, root=row.root_id))
        }
        loaded = load.units(dict.fromkeys(wanted.values()), alike[0], structure)
        for pk, unit_id in wanted.items():
            unit = loaded.get(unit_id)
            bundle = _within(unit, pk) if unit else None
            if unit is not None and bundle is not None:
                found |= {(pk, channel.id): (unit, bundle) for channel in alike}
    return found


def _within(unit: SheetUnit, product_id: int) -> Bundle | None:
    parts = (unit.bundle, *unit.variants)
    return next((bundle for bundle in parts if bundle.product.pk == product_id), None)


def part_of(sheet: Sheet, sku: str) -> Mapping[str, Any]:
    """The product's own part of a sheet: of a model's, that of the variant."""
    own = (part for part in sheet.payload.get("variants", ()) if part.get("sku") == sku)
    return next(own, sheet.payload)


def entries(
    bundle: Bundle,
    part: Mapping[str, Any],
    channel: ChannelSpec,
    structure: Structure,
    lines: Lines,
    *,
    locale: str,
    at: datetime | None,
) -> Iterator[Entry]:
    """What the channel says in a locale; fields by locale are left out where it has not this one."""
    first = channel.locales[0] if channel.locales else next(iter(structure.locales), "")
    has_pictures = False
    for row in fields_of(bundle, channel, structure):
        spec, name = sources.find(str(row.source.get("attribute", "")), structure)
        if spec is not None and spec.type in IMAGE_TYPES:
            has_pictures = True
            continue
        if row.localized and locale not in channel.locales:
            continue
        values = part["locales"].get(locale, {}) if row.localized else part["fields"]
        made_in = locale if row.localized else first
        codes = sources.attributes_of(row.source, structure)
        if not any(differs_by_locale(structure.attributes[code]) for code in codes):
            made_in = ""
        alone = spec if not name else None
        yield Entry(
            channel, lines.key(row, channel), row, values.get(row.target), made_in, alone, attributes=codes,
            **(_origin(alone, bundle, channel, structure, locale if row.localized else first, at) if alone else {}),
        )  # fmt: skip
    if has_pictures or part.get("images"):
        pictures = [image["sha256"] for image in part.get("images") or ()]
        codes = tuple(
            str(row.source["attribute"])
            for row in fields_of(bundle, channel, structure)
            if (spec := structure.find_attribute(str(row.source.get("attribute", "")))) is not None
            and spec.type in IMAGE_TYPES
        )
        yield Entry(
            channel, PICTURES, FieldSpec(PICTURES, {}), pictures or None, stored=pictures, attributes=codes
        )


def _origin(
    spec: AttributeSpec,
    bundle: Bundle,
    channel: ChannelSpec,
    structure: Structure,
    locale: str,
    at: datetime | None,
) -> dict[str, Any]:
    found = resolve(
        bundle, spec, structure, locale=locale, context=channel.context, at=at, fallback=channel.send_fallback
    )
    stored = Place(bundle, channel, structure, locale, at).stored(spec)
    return {
        "stored": stored,
        "context": found.context,
        "campaign": found.campaign,
        "from_locale": found.locale,
    }
