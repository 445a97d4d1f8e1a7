"""How far a product is from each channel: completeness by channel and locale, and what is missing there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Count, Q

from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, attributes_at
from channels import completeness
from channels.models import Completeness
from channels.profile import ChannelSpec, Profiles


@dataclass(frozen=True, slots=True)
class Missing:
    """A required attribute without a value. `href` leads to its field, "" where it is written on another level."""

    spec: AttributeSpec
    href: str
    level: str = ""

    @property
    def label(self) -> str:
        return self.spec.label()


@dataclass(frozen=True, slots=True)
class Place:
    """One channel in one locale. For a model, `required` and `missing` count variants instead of attributes."""

    channel: ChannelSpec
    locale: str
    required: int
    missing: int
    items: tuple[Missing, ...] = ()
    counts_variants: bool = False
    outdated: tuple[Missing, ...] = ()  # there, but their source has changed since

    @property
    def ratio(self) -> int:
        """floor(100 · done / required); nothing required is complete."""
        return 100 if not self.required else 100 * (self.required - self.missing) // self.required

    @property
    def filled(self) -> int:
        return self.required - self.missing


@dataclass(slots=True)
class ChannelReadiness:
    channel: ChannelSpec
    places: list[Place] = field(default_factory=list)

    @property
    def ratio(self) -> int:
        required = sum(place.required for place in self.places)
        missing = sum(place.missing for place in self.places)
        return 100 if not required else 100 * (required - missing) // required


def field_id(key: str) -> str:
    """The id of a value's input on the product page: "name|de_DE" → "f-name-de_DE"."""
    return "f-" + key.replace("|", "-").replace(".", "_")


def of_product(bundle: Bundle, profiles: Profiles, structure: Structure) -> list[ChannelReadiness]:
    """For the active channels, in their order. One query for a model (its variants are counted), else none."""
    if not bundle.product.is_sellable:
        return _of_variants(bundle, profiles, structure)
    scores = completeness.of(profiles).slots(bundle)
    writable = frozenset(attributes_at(bundle, structure))
    result = []
    for channel in profiles.active:
        readiness = ChannelReadiness(channel)
        for locale in channel.locales:
            score = scores.get(completeness.Slot(channel.id, locale))
            if score is None:
                continue
            items: tuple[Missing, ...] = ()
            if score.missing:
                absent = completeness.missing(bundle, channel, locale, structure)
                items = tuple(missing_item(spec, locale, bundle, writable) for spec in absent)
            old = _outdated(bundle, channel, locale, structure, writable)
            place = Place(channel, locale, score.required, score.missing, items, outdated=old)
            readiness.places.append(place)
        if readiness.places:
            result.append(readiness)
    return result


def _outdated(
    bundle: Bundle, channel: ChannelSpec, locale: str, structure: Structure, writable: frozenset[str]
) -> tuple[Missing, ...]:
    found = completeness.outdated(bundle, channel, locale, structure)
    return tuple(missing_item(spec, locale, bundle, writable) for spec in found)


def missing_item(spec: AttributeSpec, locale: str, bundle: Bundle, writable: frozenset[str]) -> Missing:
    """`writable`: attributes_at() the product's level."""
    query = urlencode({"locale": locale}) if spec.localizable else ""
    key = f"{spec.code}|{locale}" if spec.localizable else spec.code
    if spec.code in writable:
        return Missing(spec, f"?{query}#{field_id(key)}")
    bound = bundle.variant.bound.get(spec.code, 0) if bundle.variant else 0
    if bound < bundle.depth:
        owner = bundle.levels[bundle.depth - bound]
        return Missing(spec, f"../../{owner.product_id}/change/?{query}#{field_id(key)}", owner.sku)
    return Missing(spec, "")


def _of_variants(bundle: Bundle, profiles: Profiles, structure: Structure) -> list[ChannelReadiness]:
    """What is outdated of a model's own texts is outdated on all its variants, and is mended here."""
    product = bundle.product
    writable = frozenset(attributes_at(bundle, structure))
    below = Q(product__parent_id=product.pk) | Q(product__parent__parent_id=product.pk)
    rows = (
        Completeness.objects.filter(below, product__trashed_at=None, product__kind=Product.Kind.VARIANT)
        .values_list("channel_id", "locale")
        .annotate(total=Count("pk"), open=Count("pk", filter=Q(missing__gt=0)))
    )
    counted: Mapping[tuple[int, str], tuple[int, int]] = {
        (c, loc): (total, some) for c, loc, total, some in rows
    }
    result = []
    for channel in profiles.active:
        places = [
            Place(
                channel, locale, *counted[channel.id, locale], counts_variants=True,
                outdated=_outdated(bundle, channel, locale, structure, writable),
            )
            for locale in channel.locales
            if (channel.id, locale) in counted
        ]  # fmt: skip
        if places:
            result.append(ChannelReadiness(channel, places))
    return result
