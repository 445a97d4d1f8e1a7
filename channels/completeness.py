"""How complete a product is for each channel and locale. Pure: values and requirements in, numbers and names out.

What Akeneo counts: required attributes of the family, filled or not, by channel and locale; permanent values only.
Compiled once per family: each required attribute is one bit per distinct list of keys that would fill it, mostly one look
into the document for all places that ask for it; products lacking the same bits have the same scores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import AttributeType
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, Level
from catalog.values.conditions import applies
from catalog.values.keys import format_key
from catalog.values.resolve import Resolved, resolve
from channels import lacking as lacking_sets
from channels.lacking import number_of
from channels.models import Channel
from channels.profile import ChannelSpec, Profiles
from channels.rules.spec import RuleSpec, asked_in

EMPTY: tuple[Any, ...] = ("", [], {})  # and None, as AttributeType.is_empty
SOLD = frozenset({Product.Kind.SIMPLE.value, Product.Kind.VARIANT.value})
KNOWN = 10_000  # results kept per family


class Slot(NamedTuple):
    channel: int
    locale: str


class Score(NamedTuple):
    """`lacks`: the number of the set of attributes that are missing (channels.lacking); 0 where nothing is."""

    required: int
    missing: int
    lacks: int = 0

    @property
    def ratio(self) -> int:
        """floor(100 · (required − missing) / required); nothing required is complete."""
        return 100 if not self.required else 100 * (self.required - self.missing) // self.required


@dataclass(frozen=True, slots=True)
class _Check:
    """One bit: an attribute and the keys of which the first found, own level first, is its value. Shared by the places that
    ask for the same: all locales where locales don't matter, channels of the same contexts (and currencies)."""

    spec: AttributeSpec
    keys: tuple[str, ...]
    currencies: tuple[str, ...]
    up_to_date: bool = False  # an outdated translation counts as missing
    where: tuple[str, str] = (
        "",
        "",
    )  # (locale, context) where it is asked for only if something else says so
    rules: tuple[RuleSpec, ...] = ()  # one of which has to be about the product

    def is_met(self, values: Mapping[str, Any]) -> bool:
        """is_filled() with all levels laid over each other: keys in the order in which resolve() asks."""
        for key in self.keys:
            if key in values:
                return _says_all(self.spec, values[key], self.currencies)
        return False

    def is_outdated(self, levels: Sequence[Level]) -> bool:
        """Whether the text that counts was translated from a source that has changed since."""
        for key in self.keys:
            for level in levels:
                if key in level.values:
                    return key in level.outdated
        return False


class _Asked(NamedTuple):
    """What a slot asks for: its bits, and what counts and is never missing: the SKU, where the channel says so."""

    slot: Slot
    bits: int
    always: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A family's checks, the bit of each being its place.

    Few products say something for one channel alone: without any of its `nearer` keys the last key of a check decides.
    `last` are those keys, `bits` what hangs on each of them, `lookers` (place among them, bits, function) what looks into
    values that have parts. `conditional` are the checks that are asked for only where another value says so, with
    their bits. `known`: lacking and spared bits → scores; hardly a hundred differ among all products.
    """

    checks: tuple[_Check, ...]
    nearer: Mapping[str, Sequence[tuple[_Check, int]]]
    last: tuple[str, ...]
    bits: tuple[int, ...]
    lookers: tuple[tuple[int, int, Callable[[Any], bool]], ...]
    slots: tuple[_Asked, ...]
    conditional: tuple[tuple[_Check, int], ...]
    known: dict[tuple[int, int], dict[Slot, Score]]
    by_documents: bool  # whether documents alone decide: no condition, no outdated translation

    def count(self, documents: Sequence[Mapping[str, Any]]) -> dict[Slot, Score]:
        """`documents`: the product's own first, then its parent's, then its root's. Only where `by_documents`."""
        return self.scores(self.lacking(documents), 0)

    def lacking(self, documents: Sequence[Mapping[str, Any]]) -> int:
        values = documents[0]
        if len(documents) > 1:
            merged: dict[str, Any] = {}
            for document in reversed(documents):
                merged.update(document)
            values = merged
        lacking = 0
        found = list(map(values.get, self.last))
        if not all(found):
            for value, bits in zip(found, self.bits, strict=True):
                if not value and (value is None or value in EMPTY):
                    lacking |= bits
        for place, bits, says_all in self.lookers:
            if found[place] and not says_all(found[place]):
                lacking |= bits
        if not values.keys().isdisjoint(self.nearer):
            for key, checks in self.nearer.items():
                if key in values:
                    for check, bit in checks:
                        lacking = lacking & ~bit if check.is_met(values) else lacking | bit
        return lacking

    def outdated(self, levels: Sequence[Level]) -> int:
        """The bits of the texts that count as missing because they are outdated."""
        old = 0
        for place, check in enumerate(self.checks):
            if check.up_to_date and check.is_outdated(levels):
                old |= 1 << place
        return old

    def spared(self, bundle: Bundle, structure: Structure) -> int:
        """The bits that are not asked for, since their condition is not met."""
        spared = 0
        for check, bit in self.conditional:
            locale, context = check.where
            is_concerned = not check.rules or any(
                rule.is_asked(bundle, structure, context=context) for rule in check.rules
            )
            if not is_concerned or not applies(bundle, check.spec, structure, locale=locale, context=context):
                spared |= bit
        return spared

    def scores(self, lacking: int, spared: int) -> dict[Slot, Score]:
        found = self.known.get((lacking, spared))
        if found is None:
            found = {slot: self._score(bits & ~spared, always, lacking) for slot, bits, always in self.slots}
            if len(self.known) < KNOWN:
                self.known[lacking, spared] = found
        return found.copy()

    def _score(self, asked: int, always: int, lacking: int) -> Score:
        absent = asked & lacking
        codes = [check.spec.code for place, check in enumerate(self.checks) if absent >> place & 1]
        return Score(asked.bit_count() + always, absent.bit_count(), number_of(codes))


class Completeness:
    """Computes slots for bundles of one state of structure and profiles; keeps the compiled plans."""

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles
        self.structure = profiles.structure
        self._plans: dict[int, Plan] = {}

    def slots(self, bundle: Bundle) -> dict[Slot, Score]:
        """A score for every slot of the active channels; {} for models (what is sold is counted) and without a family."""
        plan = self.plan(bundle.product.kind, bundle.family.id if bundle.family else None)
        if plan is None:
            return {}
        documents = [level.values for level in bundle.levels]
        if plan.by_documents:
            return plan.count(documents)
        spared = plan.spared(bundle, self.structure) if plan.conditional else 0
        lacking = plan.lacking(documents)
        if any(level.outdated for level in bundle.levels):
            lacking |= plan.outdated(bundle.levels)
        return plan.scores(lacking, spared)

    @property
    def asks_outdated(self) -> bool:
        """Whether anybody counts an outdated translation as missing."""
        return any(channel.outdated == Channel.Outdated.MISSING for channel in self.profiles.active)

    @property
    def asks_categories(self) -> bool:
        """Whether anything is asked of the products of a category alone."""
        return any(rule.categories for channel in self.profiles.active for rule in channel.rules)

    def incomplete(self, bundle: Bundle) -> list[Slot]:
        return [slot for slot, score in self.slots(bundle).items() if score.missing]

    def plan(self, kind: str, family_id: int | None) -> Plan | None:
        """What counts a product of this kind and family; None: nothing does."""
        if kind not in SOLD or family_id is None or family_id not in self.structure.families:
            return None
        if family_id not in self._plans:
            self._plans[family_id] = _compile(family_id, self.profiles.active, self.structure)
        return self._plans[family_id]


_latest: Completeness | None = None


def of(profiles: Profiles) -> Completeness:
    """The computer for these profiles; its plans are kept as long as the profiles stand."""
    global _latest
    if _latest is None or _latest.profiles is not profiles:
        _latest = Completeness(profiles)
    return _latest


def missing(bundle: Bundle, channel: ChannelSpec, locale: str, structure: Structure) -> list[AttributeSpec]:
    """The required attributes that are not filled, in the family's order."""
    return [
        spec
        for spec in asked_of(bundle, channel, locale, structure)
        if not is_filled(bundle, spec, channel, locale, structure)
    ]


def asked_of(bundle: Bundle, channel: ChannelSpec, locale: str, structure: Structure) -> list[AttributeSpec]:
    """The attributes this product has to have there, by the profile and by rules, in the family's order."""
    if bundle.family is None:
        return []
    listed = list(channel.required_of(bundle.family.id, structure))
    for spec, rules in channel.asked_by_rules(bundle.family.id, structure):
        if spec not in listed and any(
            rule.speaks(locale) and rule.is_asked(bundle, structure, context=channel.context)
            for rule in rules
        ):
            listed.append(spec)
    if channel.rules:
        order = {code: place for place, code in enumerate(bundle.family.attributes)}
        listed.sort(key=lambda spec: order[spec.code])
    return [spec for spec in listed if is_asked(bundle, spec, channel, locale, structure)]


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
    if channel.outdated == Channel.Outdated.MISSING and is_outdated(bundle, found):
        return False
    return found.found and _says_all(spec, found.value, _currencies(spec, channel, structure))


def is_outdated(bundle: Bundle, found: Resolved) -> bool:
    """Whether the source of this text was changed after it was translated."""
    return found.found and not found.campaign and found.key in bundle.levels[found.level].outdated


def outdated(bundle: Bundle, channel: ChannelSpec, locale: str, structure: Structure) -> list[AttributeSpec]:
    """The required attributes whose text is there and outdated, in the family's order; [] where that counts as translated."""
    if bundle.family is None or channel.outdated == Channel.Outdated.COUNTS:
        return []
    if not any(level.outdated for level in bundle.levels):
        return []
    found = {
        spec: resolve(
            bundle, spec, structure, locale=locale, context=channel.context, fallback=channel.fallback_counts
        )
        for spec in asked_of(bundle, channel, locale, structure)
        if spec.localizable
    }
    return [spec for spec, text in found.items() if is_outdated(bundle, text)]


def _says_all(spec: AttributeSpec, value: Any, currencies: Iterable[str]) -> bool:
    if ATTRIBUTE_TYPES[spec.type].is_empty(value):
        return False
    if spec.type == "price":
        return all(value.get(currency) not in (None, "") for currency in currencies)
    return spec.type != "measurement" or _is_measured(value)


def _is_measured(value: Any) -> bool:
    return value.get("amount") not in (None, "") and bool(value.get("unit"))


def _currencies(spec: AttributeSpec, channel: ChannelSpec, structure: Structure) -> tuple[str, ...]:
    if spec.type != "price":
        return ()
    return tuple(currency for currency in channel.currencies if currency in structure.currencies)


def _compile(family_id: int, channels: Iterable[ChannelSpec], structure: Structure) -> Plan:
    bits: dict[_Check, int] = {}
    slots: list[_Asked] = []
    for channel in channels:
        required = channel.required_of(family_id, structure)
        by_rule = [
            (spec, rules)
            for spec, rules in channel.asked_by_rules(family_id, structure)
            if spec not in required
        ]
        for locale in channel.locales:
            asked = 0
            for spec, rules in [*((spec, ()) for spec in required), *asked_in(by_rule, locale, family_id)]:
                if not spec.exists_in(locale):
                    continue
                keys = tuple(candidate_keys(spec, channel, locale, structure))
                where = (locale, channel.context) if spec.depends_on or rules else ("", "")
                strict = spec.localizable and channel.outdated == Channel.Outdated.MISSING
                check = _Check(spec, keys, _currencies(spec, channel, structure), strict, where, rules)
                asked |= bits.setdefault(check, 1 << len(bits))
            slots.append(_Asked(Slot(channel.id, locale), asked, int(channel.counts_sku)))
    last: dict[tuple[str, tuple[str, ...]], tuple[_Check, int]] = {}
    for check, bit in bits.items():
        place = (check.keys[-1], check.currencies)
        last[place] = (check, last[place][1] | bit if place in last else bit)
    nearer: dict[str, list[tuple[_Check, int]]] = {}
    for check, bit in bits.items():
        for key in check.keys[:-1]:
            nearer.setdefault(key, []).append((check, bit))
    return Plan(
        checks=tuple(bits),
        nearer=nearer,
        last=tuple(check.keys[-1] for check, _joined in last.values()),
        bits=tuple(joined for _check, joined in last.values()),
        lookers=tuple(
            (place, joined, looker)
            for place, (check, joined) in enumerate(last.values())
            if (looker := _looker(check)) is not None
        ),
        slots=tuple(slots),
        conditional=tuple(
            (check, bit) for check, bit in bits.items() if check.spec.depends_on or check.rules
        ),
        known={},
        by_documents=not any(check.spec.depends_on or check.rules or check.up_to_date for check in bits),
    )


def _looker(check: _Check) -> Callable[[Any], bool] | None:
    """None for types whose value is either there or empty, as most types' are."""
    spec, currencies = check.spec, check.currencies
    if spec.type == "price":

        def has_currencies(value: Any) -> bool:
            for currency in currencies:  # noqa: SIM110 - all() takes twice as long
                if value.get(currency) in (None, ""):
                    return False
            return True

        return has_currencies
    if spec.type == "measurement":
        return _is_measured
    plain = type(ATTRIBUTE_TYPES[spec.type]).is_empty is AttributeType.is_empty
    return None if plain else partial(_says_all, spec, currencies=())


def candidate_keys(spec: AttributeSpec, channel: ChannelSpec, locale: str, structure: Structure) -> list[str]:
    """The keys under which a value counts for this channel and locale, in the order of resolution."""
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
    lacking_sets.forget()
