"""A channel's profile as plain data: what completeness, sheets and delivery read instead of model rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from catalog.models.codes import label_of
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.models import Channel, FieldMapping, Requirement
from channels.rules import spec as rules
from channels.rules.spec import RuleSpec

if TYPE_CHECKING:
    from channels.connectors.base import Connector


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the sheet; the JSON parts as in FieldMapping (channels.sheets owns them)."""

    target: str
    source: Mapping[str, Any]
    localized: bool = False
    transforms: Sequence[Mapping[str, Any]] = ()
    value_list: Mapping[str, Any] | None = None
    limits: Mapping[str, Any] | None = None
    required: bool = False

    @property
    def label(self) -> str:
        """ "short_description" → "Short description": what problems call the field."""
        words = self.target.replace("_", " ").replace(".", " ").strip()
        return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class ChannelSpec:
    """`requirements` and `fields` by family id; None holds what applies to every family.

    `locales` in the order of the locales' positions; `tree` is the id of the category tree's root, 0 where there is none.
    """

    id: int
    code: str
    labels: Mapping[str, str]
    context: str
    locales: tuple[str, ...]
    currencies: tuple[str, ...]
    tree: int
    assortment: Mapping[str, Any]
    connector: str
    settings: Mapping[str, Any]
    schedule: Mapping[str, Any]
    send_fallback: bool
    fallback_counts: bool
    counts_sku: bool
    outdated: str  # Channel.Outdated
    is_active: bool
    profile_rev: int
    requirements: Mapping[int | None, Mapping[str, str]]
    fields: Mapping[int | None, tuple[FieldSpec, ...]]
    on_drift: str = "push"  # Channel.OnDrift
    protected: Mapping[str, Sequence[str]] = field(default_factory=dict)  # channels.protection
    destinations: tuple[str, ...] = ()
    rules: tuple[RuleSpec, ...] = ()
    pictures: Mapping[str, Any] = field(default_factory=dict)  # channels.pictures

    @property
    def label(self) -> str:
        return label_of(dict(self.labels), self.code)

    @cached_property
    def unit(self) -> str:
        """What one sheet is of, as the connector says: "product" or "model"."""
        return self.connector_class.unit if self.connector_class else "product"

    @property
    def connector_class(self) -> type[Connector] | None:
        """None where this installation has no such connector."""
        from channels.connectors import CONNECTORS  # connectors read profiles

        return CONNECTORS.get(self.connector)

    @cached_property
    def _fields_by_family(self) -> dict[int | None, tuple[FieldSpec, ...]]:
        return {}

    @cached_property
    def _required(self) -> dict[tuple[int | None, str], tuple[Structure, tuple[AttributeSpec, ...]]]:
        return {}

    @cached_property
    def rows_by_family(self) -> dict[int, object]:
        """Owned by channels.sheets.build."""
        return {}

    def fields_of(self, family_id: int | None) -> tuple[FieldSpec, ...]:
        """The family's own rows, and for other targets those of every family, in the order of the latter."""
        known = self._fields_by_family
        if family_id not in known:
            own = {row.target: row for row in self.fields.get(family_id, ())} if family_id else {}
            shared = self.fields.get(None, ())
            merged = [own.pop(row.target, row) for row in shared]
            known[family_id] = (*merged, *own.values())
        return known[family_id]

    def required_of(
        self, family_id: int | None, structure: Structure, *, level: str = "required"
    ) -> tuple[AttributeSpec, ...]:
        """The attributes this channel requires of a family, in the family's order. The family's own row goes before
        the one for all families; only attributes the family has count (as in Akeneo)."""
        made_for, known = self._required.get((family_id, level), (None, ()))
        if made_for is structure:
            return known
        family = structure.families.get(family_id) if family_id else None
        if family is None:
            return ()
        levels = {**self.requirements.get(None, {}), **self.requirements.get(family_id, {})}
        required = tuple(
            structure.attributes[code]
            for code in family.attributes
            if levels.get(code) == level and code in structure.attributes
        )
        self._required[family_id, level] = structure, required
        return required

    def asked_by_rules(
        self, family_id: int | None, structure: Structure
    ) -> Iterator[tuple[AttributeSpec, tuple[RuleSpec, ...]]]:
        """The attributes of a family that rules in force require, at least of some of its products, with these rules."""
        family = structure.families.get(family_id) if family_id else None
        asked: dict[str, list[RuleSpec]] = {}
        for rule in self.rules if family else ():
            if rule.in_force and rule.is_required and rule.check == "filled" and rule.may_concern(family.id):  # type: ignore[union-attr]
                asked.setdefault(rule.attribute, []).append(rule)
        for code in family.attributes if family and asked else ():
            if code in asked and code in structure.attributes:
                yield structure.attributes[code], tuple(asked[code])


@dataclass(frozen=True)
class Profiles:
    """Every channel at one state of profiles and structure."""

    key: tuple[Any, ...]
    structure: Structure
    by_id: Mapping[int, ChannelSpec]

    @cached_property
    def active(self) -> tuple[ChannelSpec, ...]:
        return tuple(spec for spec in self.by_id.values() if spec.is_active)

    def by_code(self, code: str) -> ChannelSpec | None:
        return next((spec for spec in self.by_id.values() if spec.code.casefold() == code.casefold()), None)


_cached: Profiles | None = None


def current(structure: Structure) -> Profiles:
    """The profiles of now: one query where this process has them already, nine to eleven where a profile or the structure changed."""
    global _cached
    rows = tuple(Channel.objects.order_by("pk").values_list("pk", "code", "profile_rev", "is_active"))
    key = (structure.version, *rows)
    if _cached is None or _cached.key != key or _cached.structure is not structure:
        _cached = _load(key, structure)
    return _cached


def forget() -> None:
    """Drops this process's copy: for tests, whose databases begin again with the same revisions."""
    global _cached
    _cached = None


def _load(key: tuple[Any, ...], structure: Structure) -> Profiles:
    codes = {spec.id: code for code, spec in structure.attributes.items()}
    requirements: dict[int, dict[int | None, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for channel, family, attribute, level in Requirement.objects.values_list(
        "channel_id", "family_id", "attribute_id", "level"
    ):
        if attribute in codes:
            requirements[channel][family][codes[attribute]] = level
    fields: dict[int, dict[int | None, list[FieldSpec]]] = defaultdict(lambda: defaultdict(list))
    for mapping in FieldMapping.objects.order_by("position", "pk"):
        fields[mapping.channel_id][mapping.family_id].append(
            FieldSpec(
                mapping.target,
                mapping.source,
                mapping.localized,
                tuple(mapping.transforms),
                mapping.value_list,
                mapping.limits,
                mapping.required,
            )
        )
    locales = _members(Channel.locales.through, "locale__code")
    currencies = _members(Channel.currencies.through, "currency__code")
    rows = list(Channel.objects.select_related("context").order_by("code"))
    by_rule = rules.of_channels({row.pk: row.destinations for row in rows}, locales, codes)
    by_id = {}
    for row in rows:
        chosen = locales.get(row.pk, set())
        by_id[row.pk] = ChannelSpec(
            id=row.pk, code=row.code, labels=row.labels, context=row.context.code,
            locales=tuple(code for code in structure.locales if code in chosen),
            currencies=tuple(sorted(currencies.get(row.pk, ()))), tree=row.category_tree_id or 0,
            assortment=row.assortment, connector=row.connector, settings=row.settings, schedule=row.schedule,
            send_fallback=row.send_fallback, fallback_counts=row.fallback_counts, counts_sku=row.counts_sku, outdated=row.outdated, is_active=row.is_active,
            profile_rev=row.profile_rev, requirements=dict(requirements.get(row.pk, {})),
            fields={family: tuple(listed) for family, listed in fields.get(row.pk, {}).items()},
            on_drift=row.on_drift, protected=row.protected, destinations=tuple(row.destinations), rules=by_rule.get(row.pk, ()),
            pictures=row.pictures,
        )  # fmt: skip
    return Profiles(key, structure, by_id)


def _members(through: Any, code: str) -> dict[int, set[str]]:
    members: dict[int, set[str]] = defaultdict(set)
    for channel, member in through.objects.values_list("channel_id", code):
        members[channel].add(member)
    return members
