"""A rule in use, as plain data of a channel's profile, and whether it is about a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.resolve import resolve
from channels.models import PackedRule, RulePack
from channels.rules.countries import EU, spoken_in
from channels.rules.pack import Check
from channels.rules.packs import PACKS


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """`attribute`: the code of ours that is asked for; `families`, `categories`: ids of what it is about, `everywhere`:
    of all; `locales`: the only ones it is asked in, None for all; `condition`: the attribute that tells the maker's
    country, "" where it is asked unconditionally; `in_force`: its day has come."""

    code: str
    pack: str
    attribute: str
    level: str
    check: Check
    counts_from: date | None
    in_force: bool
    everywhere: bool
    families: frozenset[int]
    categories: frozenset[int]
    locales: frozenset[str] | None = None
    condition: str = ""

    @property
    def is_required(self) -> bool:
        return self.level == PackedRule.Level.REQUIRED

    def may_concern(self, family_id: int) -> bool:
        """Some product of the family: for all of it, or for those in certain categories."""
        return self.everywhere or family_id in self.families or bool(self.categories)

    def is_asked_always(self, family_id: int) -> bool:
        """Of every product of the family, whatever it says and wherever it stands."""
        return not self.condition and (self.everywhere or family_id in self.families)

    def speaks(self, locale: str) -> bool:
        return self.locales is None or locale in self.locales

    def concerns(self, bundle: Bundle, structure: Structure) -> bool:
        if self.everywhere or (bundle.family is not None and bundle.family.id in self.families):
            return True
        placed = (structure.categories[pk] for pk in bundle.categories if pk in structure.categories)
        return bool(self.categories) and any(
            self.categories.intersection(category.ancestry) for category in placed
        )

    def is_asked(self, bundle: Bundle, structure: Structure, *, context: str) -> bool:
        """It is about this product, and what it depends on is met."""
        return self.concerns(bundle, structure) and (
            not self.condition or _made_outside_eu(bundle, self.condition, structure, context)
        )


def _made_outside_eu(bundle: Bundle, code: str, structure: Structure, context: str) -> bool:
    """Only where a country is told: who is not known is not said to be outside."""
    spec = structure.attributes.get(code)
    found = resolve(bundle, spec, structure, context=context).value if spec else None
    country = country_of(found, spec) if spec is not None and found is not None else ""
    return bool(country) and country not in EU


def country_of(stored: Any, spec: AttributeSpec) -> str:
    """ISO 3166-1, two letters: an option's own code or a text, where it is one; "" else."""
    code = str(ATTRIBUTE_TYPES[spec.type].to_cell(stored, spec)).strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def asked_in(
    by_rule: Iterable[tuple[AttributeSpec, tuple[RuleSpec, ...]]], locale: str, family_id: int
) -> Iterator[tuple[AttributeSpec, tuple[RuleSpec, ...]]]:
    """What rules ask in a locale; without the rules where it is asked of the whole family."""
    for spec, rules in by_rule:
        spoken = tuple(rule for rule in rules if rule.speaks(locale))
        if spoken:
            yield spec, () if any(rule.is_asked_always(family_id) for rule in spoken) else spoken


def of_channels(
    destinations: Mapping[int, Sequence[str]],
    locales: Mapping[int, Collection[str]],
    codes: Mapping[int, str],
) -> dict[int, tuple[RuleSpec, ...]]:
    """Channel's id → its rules, of packs that are on and have an attribute; `codes`: attribute's id → code.

    Three queries, one where no pack is on. A channel that sends to no member state has none.
    """
    found: dict[int, list[RuleSpec]] = defaultdict(list)
    rows = (
        PackedRule.objects.filter(use__is_on=True)
        .exclude(level=PackedRule.Level.OFF)
        .exclude(attribute=None)
        .order_by("use_id", "pk")
        .values_list(
            "use_id", "use__channel_id", "use__pack", "code", "attribute_id", "condition_id", "level",
            "counts_from", "in_force",
        )
    )  # fmt: skip
    listed = [row for row in rows if EU.intersection(destinations.get(row[1], ()))]
    if not listed:
        return {}
    families = _members(RulePack.families.through, "family_id")
    categories = _members(RulePack.categories.through, "category_id")
    for use, channel, pack, code, attribute, condition, level, counts_from, in_force in listed:
        rule = PACKS[pack].by_code.get(code) if pack in PACKS else None
        if rule is None or attribute not in codes or (rule.outside_eu and condition not in codes):
            continue  # nobody can tell whether the maker is outside: told where the pack is set up
        countries = EU.intersection(destinations[channel])
        spoken = frozenset(spoken_in(locales.get(channel, ()), countries)) if rule.in_language else None
        of_families, of_categories = families[use], categories[use]
        found[channel].append(
            RuleSpec(
                f"{pack}.{code}", pack, codes[attribute], level, rule.check, counts_from, in_force,
                PACKS[pack].everywhere and not of_families and not of_categories, of_families, of_categories,
                spoken, codes[condition] if rule.outside_eu else "",
            )
        )  # fmt: skip
    return {channel: tuple(rules) for channel, rules in found.items()}


def _members(through: Any, column: str) -> dict[int, frozenset[int]]:
    members: dict[int, set[int]] = defaultdict(set)
    for use, member in through.objects.values_list("rulepack_id", column):
        members[use].add(member)
    return defaultdict(frozenset, {use: frozenset(ids) for use, ids in members.items()})
