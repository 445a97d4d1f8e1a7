"""How complete a product is for each channel and locale. Pure: values and requirements in, numbers and names out.

What Akeneo counts: required attributes of the family, filled or not, by channel and locale; permanent values only.
Compiled once per family: each required attribute is one bit per distinct set of keys that would fill it, each key of a
document is a mask of the bits it fills, so that a product costs one OR per key it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.conditions import applies
from catalog.values.keys import format_key
from catalog.values.resolve import resolve
from channels.profile import ChannelSpec, Profiles

# Their value may be there and yet not say all that is asked: a price in each currency, an amount with its unit.
PARTIAL_TYPES = ("price", "measurement")


class Slot(NamedTuple):
    channel: int
    locale: str


class Score(NamedTuple):
    required: int
    missing: int

    @property
    def ratio(self) -> int:
        """floor(100 · (required − missing) / required); nothing required is complete."""
        return 100 if not self.required else 100 * (self.required - self.missing) // self.required


@dataclass(frozen=True, slots=True)
class _Check:
    """One bit: an attribute and the place for which it is asked. The same for every locale where locales don't matter."""

    spec: AttributeSpec
    channel: ChannelSpec
    locale: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """A family's checks: `mask_of` key → bits it can fill, `slots` slot → bits it asks for, `partial` bits to be looked
    into, `conditional` bits that are asked for only where another value says so."""

    checks: tuple[_Check, ...]
    mask_of: Mapping[str, int]
    slots: Mapping[Slot, int]
    partial: int
    conditional: int = 0


class Completeness:
    """Computes slots for bundles of one state of structure and profiles; keeps the compiled plans."""

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles
        self.structure = profiles.structure
        self._plans: dict[int, _Plan] = {}

    def slots(self, bundle: Bundle) -> dict[Slot, Score]:
        """A score for every slot of the active channels; {} for models (what is sold is counted) and without a family."""
        if bundle.family is None or bundle.product.kind not in (Product.Kind.SIMPLE, Product.Kind.VARIANT):
            return {}
        plan = self._plan(bundle.family.id)
        filled = self._filled(bundle, plan)
        spared = self._spared(bundle, plan) if plan.conditional else 0
        return {
            slot: Score((asked & ~spared).bit_count(), (asked & ~spared & ~filled).bit_count())
            for slot, asked in plan.slots.items()
        }

    def incomplete(self, bundle: Bundle) -> list[Slot]:
        return [slot for slot, score in self.slots(bundle).items() if score.missing]

    def _filled(self, bundle: Bundle, plan: _Plan) -> int:
        mask_of, filled, doubtful = plan.mask_of, 0, plan.partial
        for level in bundle.levels:
            for key, value in level.values.items():
                mask = mask_of.get(key)
                if mask is None:
                    continue
                filled |= mask
                if value is None or value == "" or value == [] or value == {}:
                    doubtful |= mask  # explicitly empty: it may stop a value further on
        doubtful &= filled
        while doubtful:
            bit = doubtful & -doubtful
            check = plan.checks[bit.bit_length() - 1]
            if not is_filled(bundle, check.spec, check.channel, check.locale, self.structure):
                filled &= ~bit
            doubtful ^= bit
        return filled

    def _spared(self, bundle: Bundle, plan: _Plan) -> int:
        """The bits that are not asked for, since their condition is not met."""
        spared, left = 0, plan.conditional
        while left:
            bit = left & -left
            check = plan.checks[bit.bit_length() - 1]
            if not is_asked(bundle, check.spec, check.channel, check.locale, self.structure):
                spared |= bit
            left ^= bit
        return spared

    def _plan(self, family_id: int) -> _Plan:
        plan = self._plans.get(family_id)
        if plan is None:
            plan = self._plans[family_id] = _compile(family_id, self.profiles.active, self.structure)
        return plan


_latest: Completeness | None = None


def of(profiles: Profiles) -> Completeness:
    """The computer for these profiles; its plans are kept as long as the profiles stand."""
    global _latest
    if _latest is None or _latest.profiles is not profiles:
        _latest = Completeness(profiles)
    return _latest


def missing(bundle: Bundle, channel: ChannelSpec, locale: str, structure: Structure) -> list[AttributeSpec]:
    """The required attributes that are not filled, in the family's order."""
    if bundle.family is None:
        return []
    return [
        spec
        for spec in channel.required_of(bundle.family.id, structure)
        if is_asked(bundle, spec, channel, locale, structure)
        and not is_filled(bundle, spec, channel, locale, structure)
    ]


def is_asked(
    bundle: Bundle, spec: AttributeSpec, channel: ChannelSpec, locale: str, structure: Structure
) -> bool:
    if not spec.locales and not spec.depends_on:
        return True
    return applies(bundle, spec, structure, locale=locale, context=channel.context)


def is_filled(
    bundle: Bundle, spec: AttributeSpec, channel: ChannelSpec, locale: str, structure: Structure
) -> bool:
    """Whether the channel finds a whole permanent value: a price in all its currencies, an amount with its unit.

    A currency that is no longer active is not asked for: nobody could enter a price in it.
    """
    found = resolve(
        bundle, spec, structure, locale=locale, context=channel.context, fallback=channel.fallback_counts
    )
    value = found.value
    if not found.found or ATTRIBUTE_TYPES[spec.type].is_empty(value):
        return False
    if spec.type == "price":
        asked = (currency for currency in channel.currencies if currency in structure.currencies)
        return all(value.get(currency) not in (None, "") for currency in asked)
    if spec.type == "measurement":
        return value.get("amount") not in (None, "") and bool(value.get("unit"))
    return True


def _compile(family_id: int, channels: Iterable[ChannelSpec], structure: Structure) -> _Plan:
    checks: list[_Check] = []
    mask_of: dict[str, int] = defaultdict(int)
    slots: dict[Slot, int] = {}
    partial = conditional = 0
    for channel in channels:
        required = channel.required_of(family_id, structure)
        shared: dict[
            str, int
        ] = {}  # attributes that are not localizable: one bit for all locales of the channel
        for locale in channel.locales:
            asked = 0
            for spec in required:
                if not spec.exists_in(locale):
                    continue
                bit = 0 if spec.localizable else shared.get(spec.code, 0)
                if not bit:
                    bit = 1 << len(checks)
                    checks.append(_Check(spec, channel, locale))
                    for key in candidate_keys(spec, channel, locale, structure):
                        mask_of[key] |= bit
                    if spec.type in PARTIAL_TYPES:
                        partial |= bit
                    if spec.depends_on:
                        conditional |= bit
                    if not spec.localizable:
                        shared[spec.code] = bit
                asked |= bit
            slots[Slot(channel.id, locale)] = asked
    return _Plan(tuple(checks), dict(mask_of), slots, partial, conditional)


def candidate_keys(spec: AttributeSpec, channel: ChannelSpec, locale: str, structure: Structure) -> list[str]:
    """The keys under which a value counts for this channel and locale."""
    if not spec.localizable:
        locales: tuple[Any, ...] = ("",)
    else:
        locales = structure.locale_chain(locale) if channel.fallback_counts else (locale,)
    contexts = structure.context_chain(channel.context) if spec.scopable else ("",)
    return [format_key(spec.code, step, context) for step in locales for context in contexts]


def forget() -> None:
    """Drops this process's plans: for tests."""
    global _latest
    _latest = None
