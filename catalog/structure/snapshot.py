"""The structure as one immutable snapshot, loaded in a constant number of queries and kept until its version changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.measures import MeasurementSpec
from catalog.models.attribute import Attribute, AttributeGroup, Option
from catalog.models.category import Category
from catalog.models.codes import label_of
from catalog.models.context import Context, Currency, Locale
from catalog.models.family import Family, FamilyAttribute, FamilyVariant, VariantAttribute
from catalog.models.numbering import GtinPool
from catalog.models.rendition import RenditionPreset
from catalog.models.source import Source, SourcePolicy
from catalog.structure import records, units
from catalog.structure.conversion import ConversionSpec, current
from catalog.structure.conversions_in_force import open_conversions
from catalog.structure.product_names import NAMES
from catalog.structure.records import Records
from catalog.structure.specs import AttributeSpec, OptionSpec


@dataclass(frozen=True, slots=True)
class LocaleSpec:
    code: str
    name: str
    is_active: bool
    chain: tuple[str, ...]  # itself, then its fallbacks
    source: str = ""  # the locale it is translated from; "" for the first
    own_approval: bool = False


@dataclass(frozen=True, slots=True)
class ContextSpec:
    code: str
    labels: Mapping[str, str]
    kind: str
    chain: tuple[str, ...]  # itself, its audiences, then "" (master)

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)


@dataclass(frozen=True, slots=True)
class GroupSpec:
    code: str
    labels: Mapping[str, str]
    position: int

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)


@dataclass(frozen=True, slots=True)
class FamilySpec:
    id: int
    code: str
    labels: Mapping[str, str]
    attributes: tuple[str, ...]
    label_attribute: str
    image_attribute: str

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)


@dataclass(frozen=True, slots=True)
class VariantSpec:
    """`bound`: the level of each bound attribute; `axes`: per level, in order."""

    id: int
    code: str
    family_id: int
    labels: Mapping[str, str]
    bound: Mapping[str, int]
    axes: Mapping[int, tuple[str, ...]]

    @property
    def levels(self) -> int:
        return max(self.axes, default=0)


@dataclass(frozen=True, slots=True)
class CategorySpec:
    id: int
    code: str
    labels: Mapping[str, str]
    path: str  # "/1/7/": ids from the root down to itself

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)

    @property
    def ancestry(self) -> tuple[int, ...]:
        """Its ancestors' ids from the root down, and its own."""
        return tuple(int(part) for part in self.path.split("/") if part)


@dataclass(frozen=True, slots=True)
class PresetSpec:
    """A size of pictures; the fields as in RenditionPreset."""

    id: int
    code: str
    labels: Mapping[str, str]
    width: int
    height: int
    fit: str
    background: str
    format: str
    quality: int
    max_kb: int | None
    ahead: bool

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)


@dataclass(frozen=True, slots=True)
class SourceSpec:
    code: str
    labels: Mapping[str, str]
    kind: str
    rank: int
    by_attribute: Mapping[str, tuple[bool, int]] = field(default_factory=dict)
    by_group: Mapping[str, tuple[bool, int]] = field(default_factory=dict)

    def stand(self, spec: AttributeSpec) -> tuple[bool, int]:
        """(may write, rank) of this source for an attribute."""
        return self.by_attribute.get(spec.code) or self.by_group.get(spec.group) or (True, self.rank)


@dataclass(frozen=True, slots=True)
class Structure:
    version: str
    attributes: Mapping[str, AttributeSpec]
    groups: Mapping[str, GroupSpec]
    families: Mapping[int, FamilySpec]
    variants: Mapping[int, VariantSpec]
    locales: Mapping[str, LocaleSpec]
    contexts: Mapping[str, ContextSpec]
    currencies: tuple[str, ...]
    sources: Mapping[str, SourceSpec]
    categories: Mapping[int, CategorySpec]
    category_by_code: Mapping[str, CategorySpec]  # by casefolded code
    unique: tuple[str, ...]  # codes of the unique attributes
    folded: Mapping[str, str]  # casefolded attribute code → code
    family_by_code: Mapping[str, FamilySpec]  # by casefolded code
    variant_by_code: Mapping[str, VariantSpec]  # by casefolded code
    measures: Mapping[str, MeasurementSpec] = field(default_factory=dict)
    entities: Mapping[str, Records] = field(default_factory=dict)
    referencing: tuple[AttributeSpec, ...] = ()  # the attributes that point at records
    linking: tuple[AttributeSpec, ...] = ()  # those that point at products
    everywhere: tuple[str, ...] = ()  # codes of the attributes that every family has: associations
    defaults: tuple[str, ...] = ()  # of the attributes that new products get a value for, dependent ones last
    conversions: tuple[
        ConversionSpec, ...
    ] = ()  # attributes whose documents may still be in their former way
    presets: Mapping[str, PresetSpec] = field(default_factory=dict)  # of renditions, by code
    asset_attributes: frozenset[str] = frozenset()  # codes of those whose values are files of the library

    def read(self, values: dict[str, Any]) -> dict[str, Any]:
        """A stored document as its attributes are now, though a conversion may not have rewritten it yet."""
        return current(values, self.conversions) if self.conversions else values

    numbered: tuple[str, ...] = ()  # identifiers of which new products get the next number
    pooled: frozenset[str] = frozenset()  # attributes that have an active pool of GTINs
    approving: tuple[str, ...] = ()  # locales that are approved by themselves

    def gives_numbers(self, spec: AttributeSpec) -> bool:
        return bool(spec.params.get("number_pattern")) or spec.code in self.pooled

    def find_attribute(self, code: str) -> AttributeSpec | None:
        return self.attributes.get(code) or self.attributes.get(self.folded.get(code.casefold(), ""))

    def locale_chain(self, locale: str) -> tuple[str, ...]:
        spec = self.locales.get(locale)
        return spec.chain if spec else (locale,)

    def translated_from(self, locale: str) -> tuple[str, ...]:
        """The locales whose texts are translated from this one."""
        return tuple(code for code, spec in self.locales.items() if spec.source == locale)

    def context_chain(self, context: str) -> tuple[str, ...]:
        spec = self.contexts.get(context)
        return spec.chain if spec else ("",) if not context else (context, "")

    @staticmethod
    def current() -> Structure:
        """The structure of now: one query where this process has it already, a dozen where it changed."""
        global _cached
        with connection.cursor() as cursor:  # asked by every write and page: the ORM takes five times as long
            cursor.execute("SELECT version FROM catalog_structureversion WHERE id = 1")
            found = cursor.fetchone()
        version = found[0] if found else ""
        if _cached is None or _cached.version != version:
            _cached = _load(version)
        return _cached


_cached: Structure | None = None


def forget() -> None:
    """Drops the snapshot of this process: for tests, whose databases begin again without one."""
    global _cached
    _cached = None


def _is(type_code: str, trait: str) -> bool:
    """Whether the type has a trait such as "everywhere"; one that is not installed has none."""
    return bool(getattr(ATTRIBUTE_TYPES.get(type_code), trait, False))


def _depth(attributes: Mapping[str, AttributeSpec], code: str) -> int:
    """On how many others, one after the other, an attribute depends."""
    seen = {code}
    while (code := attributes[code].depends_on) in attributes and code not in seen:
        seen.add(code)
    return len(seen)


def _chains(parents: Mapping[Any, Any]) -> dict[Any, tuple[Any, ...]]:
    chains = {}
    for start in parents:
        chain, step = [start], parents[start]
        while step is not None and step not in chain:
            chain.append(step)
            step = parents.get(step)
        chains[start] = tuple(chain)
    return chains


def spec_of(
    row: Attribute,
    options: Mapping[str, OptionSpec],
    measures: Mapping[str, MeasurementSpec],
    entities: Mapping[str, Records],
) -> AttributeSpec:
    """A row as plain data; it may be one that is not saved yet."""
    return AttributeSpec(
        id=row.pk or 0, code=row.code, type=row.type, group=row.group.code, labels=row.labels,
        localizable=row.localizable, scopable=row.scopable, unique=row.is_unique, filterable=row.filterable,
        searchable=row.searchable, params=row.params, options=options,
        measure=measures.get(str(row.params.get("family", ""))), records=entities.get(str(row.params.get("entity", ""))),
        products=NAMES if _is(row.type, "names_products") else None,
        read_only=row.read_only, default=row.default, locales=tuple(row.locales), help=row.help,
        depends_on=row.depends_on.code if row.depends_on else "", depends_values=tuple(row.depends_values),
    )  # fmt: skip


def _load(version: str) -> Structure:
    """A dozen statements, each of its own moment: what came between two of them is left out, and comes with its version."""
    options: dict[int, dict[str, OptionSpec]] = defaultdict(dict)
    for attribute_id, code, labels, position in Option.objects.order_by(
        "attribute_id", "position", "code"
    ).values_list("attribute_id", "code", "labels", "position"):
        options[attribute_id][code] = OptionSpec(code, labels, position)
    measures = units.load()
    entities = records.load(measures)
    codes: dict[int, str] = {}
    attributes: dict[str, AttributeSpec] = {}
    # Joined here: thousands of attributes share a few groups, and few depend on another.
    group_rows = {row.pk: row for row in AttributeGroup.objects.order_by("position", "code")}
    rows = Attribute.objects.order_by("group__position", "group__code", "position", "code")
    by_id = {row.pk: row for row in rows}
    for row in by_id.values():
        if row.group_id not in group_rows:
            continue
        row.group = group_rows[row.group_id]
        row.depends_on = by_id.get(row.depends_on_id or 0)
        codes[row.pk] = row.code
        attributes[row.code] = spec_of(row, options.get(row.pk, {}), measures, entities)
    everywhere = tuple(code for code, spec in attributes.items() if _is(spec.type, "everywhere"))
    members: dict[int, list[str]] = defaultdict(list)
    for family_id, attribute_id in FamilyAttribute.objects.order_by(
        "family_id", "position", "pk"
    ).values_list("family_id", "attribute_id"):
        if attribute_id in codes:
            members[family_id].append(codes[attribute_id])
    families = {
        row.pk: FamilySpec(
            row.pk, row.code, row.labels, tuple(members.get(row.pk, ())),
            codes.get(row.label_attribute_id, ""), codes.get(row.image_attribute_id, ""),
        )
        for row in Family.objects.order_by("code")
    }  # fmt: skip
    bound: dict[int, dict[str, int]] = defaultdict(dict)
    axes: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in VariantAttribute.objects.order_by("family_variant_id", "level", "position", "pk"):
        if row.attribute_id not in codes:
            continue
        bound[row.family_variant_id][codes[row.attribute_id]] = row.level
        if row.is_axis:
            axes[row.family_variant_id][row.level].append(codes[row.attribute_id])
    variants = {
        row.pk: VariantSpec(
            row.pk, row.code, row.family_id, row.labels, bound.get(row.pk, {}),
            {level: tuple(listed) for level, listed in sorted(axes.get(row.pk, {}).items())},
        )
        for row in FamilyVariant.objects.order_by("code")
    }  # fmt: skip
    locale_rows = list(
        Locale.objects.select_related("fallback", "translated_from").order_by("position", "code")
    )
    locale_chains = _chains({row.code: row.fallback.code if row.fallback else None for row in locale_rows})
    first = next((row.code for row in locale_rows if row.is_active), "")
    context_rows = list(Context.objects.select_related("parent").order_by("position", "code"))
    context_chains = _chains({row.code: row.parent.code if row.parent else None for row in context_rows})
    by_attribute: dict[int, dict[str, tuple[bool, int]]] = defaultdict(dict)
    by_group: dict[int, dict[str, tuple[bool, int]]] = defaultdict(dict)
    source_rows = list(Source.objects.order_by("-rank", "code"))
    ranks = {row.pk: row.rank for row in source_rows}
    for policy in SourcePolicy.objects.select_related("group"):
        if policy.source_id not in ranks or (policy.attribute_id and policy.attribute_id not in codes):
            continue
        stand = (policy.may_write, ranks[policy.source_id] if policy.rank is None else policy.rank)
        if policy.attribute_id:
            by_attribute[policy.source_id][codes[policy.attribute_id]] = stand
        elif policy.group:
            by_group[policy.source_id][policy.group.code] = stand
    categories = {
        pk: CategorySpec(pk, code, labels, path)
        for pk, code, labels, path in Category.objects.order_by("path").values_list(
            "pk", "code", "labels", "path"
        )
    }
    pooled = frozenset(GtinPool.objects.filter(is_active=True).values_list("attribute__code", flat=True))
    return Structure(
        version=version,
        attributes=attributes,
        groups={
            row.code: GroupSpec(row.code, row.labels, row.position) for row in group_rows.values()
        },
        families=families,
        variants=variants,
        locales={
            row.code: LocaleSpec(
                row.code, row.name, row.is_active, locale_chains[row.code], row.source_code(first), row.own_approval
            )
            for row in locale_rows
        },
        approving=tuple(row.code for row in locale_rows if row.own_approval),
        contexts={
            row.code: ContextSpec(row.code, row.labels, row.kind, (*context_chains[row.code], "")) for row in context_rows
        },
        currencies=tuple(Currency.objects.filter(is_active=True).order_by("position", "code").values_list("code", flat=True)),
        sources={
            row.code: SourceSpec(row.code, row.labels, row.kind, row.rank, by_attribute.get(row.pk, {}), by_group.get(row.pk, {}))
            for row in source_rows
        },
        categories=categories,
        category_by_code={spec.code.casefold(): spec for spec in categories.values()},
        unique=tuple(code for code, spec in attributes.items() if spec.unique),
        numbered=tuple(
            code for code, spec in attributes.items()
            if spec.params.get("number_new") and (spec.params.get("number_pattern") or code in pooled)
        ),
        pooled=pooled,
        defaults=tuple(
            sorted((code for code, spec in attributes.items() if spec.default), key=lambda code: _depth(attributes, code))
        ),
        folded={code.casefold(): code for code in attributes},
        family_by_code={spec.code.casefold(): spec for spec in families.values()},
        variant_by_code={spec.code.casefold(): spec for spec in variants.values()},
        conversions=open_conversions(codes, attributes, measures),
        measures=measures,
        presets={
            row.code: PresetSpec(
                row.pk, row.code, row.labels, row.width, row.height, row.fit, row.background, row.format, row.quality, row.max_kb,
                row.ahead,
            )
            for row in RenditionPreset.objects.order_by("code")
        },
        asset_attributes=frozenset(
            code for code, spec in attributes.items() if _is(spec.type, "names_assets")
        ),
        entities=entities,
        referencing=tuple(spec for spec in attributes.values() if spec.records is not None),
        linking=tuple(spec for spec in attributes.values() if spec.products is not None),
        everywhere=everywhere,
    )  # fmt: skip
