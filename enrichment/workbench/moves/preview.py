"""What a move would do, in the words of the product page: values lost, gained and changed, and what channels then miss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.codes import label_of
from catalog.models.product import Product
from catalog.models.user import User
from catalog.moves.place import actor
from catalog.structure.snapshot import Structure, VariantSpec
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle, Level, attributes_at
from catalog.values.changes import ABSENT, Outcome, ProductChange
from catalog.values.keys import Key, attribute_of, is_field
from catalog.values.write import plan
from channels import completeness
from channels.models import Listing
from channels.profile import Profiles

MOST = 200  # rows shown of one group


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    place: str  # locale and context, and the campaign
    before: str
    after: str
    sku: str = ""
    product: int = 0


@dataclass(frozen=True, slots=True)
class ChannelEffect:
    label: str
    locale: str
    before: int  # missing required values
    after: int


@dataclass(slots=True)
class Preview:
    """`facts`: (what, before, after) of the place. `total`: products that are to move, of which `refused` stay."""

    total: int = 0
    refused: int = 0
    facts: list[tuple[str, str, str]] = field(default_factory=list)
    lost: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    gained: list[Row] = field(default_factory=list)
    effects: list[ChannelEffect] = field(default_factory=list)
    listings: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)  # (key, message)
    hidden: int = 0  # values that would go and that this person may not see

    @property
    def lost_more(self) -> int:
        return max(len(self.lost) - MOST, 0)

    @property
    def lost_shown(self) -> list[Row]:
        return self.lost[:MOST]

    @property
    def is_refused(self) -> bool:
        return bool(self.errors)


def of(
    changes: Sequence[ProductChange],
    *,
    user: User,
    structure: Structure,
    profiles: Profiles,
    rights: Callable[[Bundle], Rights],
    locale: str,
) -> Preview:
    """Plans the changes and compares what each product says before and after, inherited values counted in.

    `rights`: the person's at a product, as it is now.
    """
    before = bundles.load([change.product for change in changes if change.product], structure=structure)
    outcomes = plan(changes, by=actor(user))
    made = Preview(total=len(changes))
    after = _after(before, outcomes, structure)
    several = len(changes) > 1
    for outcome in outcomes:
        made.errors += [(error.key, error.message) for error in outcome.errors]
        made.refused += bool(outcome.errors)
        if outcome.product in after:
            sku = before[outcome.product].product.sku if several else ""
            was = before[outcome.product]
            _compare(made, was, after[outcome.product], structure, rights(was), locale, sku)
    if outcomes and outcomes[0].product in after:
        first = outcomes[0].product
        made.facts = _facts(before[first], after[first], locale)
    made.effects = _effects(before, after, profiles)
    made.listings = Listing.objects.filter(product_id__in=list(before)).exclude(sent_hash="").count()
    return made


def _after(
    before: Mapping[int, Bundle], outcomes: Iterable[Outcome], structure: Structure
) -> dict[int, Bundle]:
    """The bundles as they would be: documents from the plan, levels above from where the products go."""
    outcomes = [outcome for outcome in outcomes if outcome.product in before and not outcome.errors]
    skus = {outcome.changed["_parent"][1] for outcome in outcomes if "_parent" in outcome.changed} - {None}
    targets = bundles.load(
        Product.objects.filter(sku__in=skus).values_list("pk", flat=True), structure=structure
    )
    above = {bundle.product.sku: bundle for bundle in targets.values()}
    made: dict[int, Bundle] = {}
    for outcome in outcomes:
        was = before[outcome.product or 0]
        own = dict(was.levels[0].values)
        for key, (_before, value) in outcome.changed.items():
            if value is ABSENT:
                own.pop(key, None)
            elif not is_field(key) and "@" not in key:
                own[key] = value
        levels = was.levels[1:]
        if "_parent" in outcome.changed:
            parent = outcome.changed["_parent"][1]
            levels = above[parent].levels if parent else ()
        # Where a model moves with its variants, its own new document is what they inherit.
        levels = tuple(
            made[step.product_id].levels[0] if step.product_id in made else step for step in levels
        )
        place = {
            name: outcome.changed[name][1]
            for name in ("_family", "_family_variant")
            if name in outcome.changed
        }
        family = (
            structure.family_by_code.get((place["_family"] or "").casefold())
            if "_family" in place
            else was.family
        )
        variant = (
            structure.variant_by_code.get((place["_family_variant"] or "").casefold())
            if "_family_variant" in place
            else was.variant
        )
        level = Level(was.product.pk, was.product.sku, was.product.kind, own, was.levels[0].sources)
        made[was.product.pk] = replace(was, levels=(level, *levels), family=family, variant=variant)
    return made


def _compare(
    made: Preview, was: Bundle, will: Bundle, structure: Structure, rights: Rights, locale: str, sku: str
) -> None:
    before, after = was.effective, will.effective
    order = {code: place for place, code in enumerate(structure.attributes)}
    for key in sorted(before.keys() | after.keys(), key=lambda key: (order.get(attribute_of(key), 0), key)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        parsed = Key.parse(key)
        spec = structure.attributes.get(parsed.attribute)
        if spec is None:
            continue
        if not rights.may_view_key(spec, parsed.locale, parsed.context):
            made.hidden += 1
            continue
        kind = ATTRIBUTE_TYPES[spec.type]
        place = _place_of(parsed, structure)
        row = Row(
            spec.label(locale or None), place, kind.summary(old, spec, locale or None), kind.summary(new, spec, locale or None),
            sku, was.product.pk,
        )  # fmt: skip
        group = made.lost if new is None else made.gained if old is None else made.changed
        group.append(row)
    _lost_of_campaigns(made, was, will, structure, rights, locale, sku)


def _lost_of_campaigns(
    made: Preview, was: Bundle, will: Bundle, structure: Structure, rights: Rights, locale: str, sku: str
) -> None:
    """What campaigns say of the product itself, and its new place has no room for."""
    room = frozenset(attributes_at(will, structure))
    for document in was.campaigns:
        for key, value in document.values.items() if document.level == 0 else ():
            parsed = Key.parse(key)
            spec = structure.attributes.get(parsed.attribute)
            if spec is None or spec.code in room:
                continue
            if not rights.may_view_key(spec, parsed.locale, parsed.context):
                made.hidden += 1
                continue
            before = ATTRIBUTE_TYPES[spec.type].summary(value, spec, locale or None)
            place = _place_of(
                parsed, structure, label_of(dict(document.labels), document.code, locale or None)
            )
            made.lost.append(Row(spec.label(locale or None), place, before, "", sku, was.product.pk))


def _place_of(key: Key, structure: Structure, campaign: str = "") -> str:
    context = structure.contexts.get(key.context)
    parts = (key.locale, context.label() if context else key.context, campaign)
    return " · ".join(part for part in parts if part)


def _named(variant: VariantSpec | None, locale: str) -> str:
    return label_of(dict(variant.labels), variant.code, locale or None) if variant else _("none")


def _facts(was: Bundle, will: Bundle, locale: str) -> list[tuple[str, str, str]]:
    def describe(bundle: Bundle) -> list[tuple[str, str]]:
        return [
            (_("Family"), bundle.family.label(locale or None) if bundle.family else _("none")),
            (_("Model"), bundle.levels[1].sku if len(bundle.levels) > 1 else _("none")),
            (_("Family variant"), _named(bundle.variant, locale)),
        ]

    return [
        (what, before, after)
        for (what, before), (_what, after) in zip(describe(was), describe(will), strict=True)
        if before != after
    ]


def _effects(
    before: Mapping[int, Bundle], after: Mapping[int, Bundle], profiles: Profiles
) -> list[ChannelEffect]:
    """Missing required values by channel and locale, summed over the products that are sold; where they change."""
    computer = completeness.of(profiles)
    totals: dict[tuple[int, str], list[int]] = {}
    for index, side in enumerate((before, after)):
        for pk, bundle in side.items():
            if pk not in after or not bundle.product.is_sellable:
                continue
            for slot, score in computer.slots(bundle).items():
                totals.setdefault((slot.channel, slot.locale), [0, 0])[index] += score.missing
    return [
        ChannelEffect(profiles.by_id[channel].label, locale, *missing)
        for (channel, locale), missing in totals.items()
        if missing[0] != missing[1]
    ]
