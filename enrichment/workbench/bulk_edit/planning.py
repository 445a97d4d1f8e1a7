"""Which products a bulk edit writes to, and what it would change there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catalog.access import rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Campaign, Product, ProductCategory, User
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle, attributes_of
from catalog.values.campaigns import plan_campaign, write_campaign
from catalog.values.changes import ABSENT, Actor, Outcome, ProductChange
from catalog.values.keys import Key, attribute_of
from catalog.values.links import bring_pairs
from catalog.values.write import BATCH, plan, write
from enrichment.workbench.bulk_edit.operations import CATEGORIES, TEXTS, Edit, change, own_values
from enrichment.workbench.differences import difference
from enrichment.workbench.page.placement import names

LOOKED_AT = 1000  # products the preview goes through, chosen ones and what is written for them; the run goes through all
STEP = 100  # chosen ones at once: a model may stand for hundreds of variants
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A product that would change: `changes` as (place, [("same" | "gone" | "come", text)])."""

    product: int
    sku: str
    changes: list[tuple[str, list[tuple[str, str]]]]


@dataclass(slots=True)
class Preview:
    """Of the first `looked_at` of `total` chosen products. `products`: how many would change; `refused`: why, and how many."""

    total: int
    looked_at: int = 0
    products: int = 0
    proposed: int = 0
    lacking: int = 0  # chosen ones whose family does not have the attribute
    above: int = 0  # chosen ones that have it from their model, which is what is written
    below: int = 0  # variants of chosen models that are written
    rows: list[Row] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.looked_at == self.total


@dataclass(slots=True)
class Targets:
    """Product → the attributes that are written there (none: its categories), and how they came to be that."""

    codes: dict[int, set[str]] = field(default_factory=dict)
    lacking: int = 0
    above: int = 0
    below: int = 0

    @property
    def ids(self) -> list[int]:
        return sorted(self.codes)

    def put(self, products: Iterable[int], codes: Iterable[str]) -> None:
        for pk in products:
            self.codes.setdefault(pk, set()).update(codes)

    def add(self, other: Targets) -> None:
        for pk, codes in other.codes.items():
            self.put([pk], codes)
        self.lacking += other.lacking
        self.above += other.above
        self.below += other.below


def targets(chosen: Sequence[int], edit: Edit, user: User, structure: Structure) -> Targets:
    """The products at whose level each attribute is written: the chosen ones, their models, or the variants below them."""
    rows = visible(user, Product.objects.alive()).filter(pk__in=chosen).only(*bundles.ROW_FIELDS)
    made = Targets()
    if edit.attribute == CATEGORIES:
        made.put(rows.values_list("pk", flat=True), ())
        return made
    wanted, keys = edit.codes, frozenset(edit.keys)
    below: dict[int, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))  # steps down → model
    for bundle in bundles.of_rows(rows, structure=structure).values():
        here = [code for code in attributes_of(bundle, structure) if code in wanted]
        made.lacking += not here
        said = _said(bundle, edit, keys)
        is_above = False
        for code in here:
            bound = bundle.variant.bound.get(code, bundle.depth) if bundle.variant else bundle.depth
            if bound > bundle.depth:
                below[bound - bundle.depth][bundle.product.pk].add(code)
                continue
            up = bundle.depth - bound or said.get(code, 0)
            is_above |= up > 0
            made.put([bundle.levels[up].product_id], [code])
        made.above += is_above
    found = set[int]()
    for steps, models in below.items():
        above = "parent_id" if steps == 1 else "parent__parent_id"
        variants = visible(user, Product.objects.alive()).filter(**{f"{above}__in": list(models)})
        for pk, model in variants.values_list("pk", above):
            made.put([pk], models[model])
            found.add(pk)
    made.below = len(found)
    return made


def _said(bundle: Bundle, edit: Edit, keys: frozenset[str]) -> dict[str, int]:
    """How many levels up the text stands that is searched, or the list from which something is taken away: by attribute."""
    found: dict[str, int] = {}
    if edit.operation in ("replace", "take"):
        for up in range(len(bundle.levels)):
            for key in own_values(bundle, edit, level=up):
                if key in keys:
                    found.setdefault(attribute_of(key), up)
    return found


def changes(
    codes: Mapping[int, Collection[str]], edit: Edit, user: User, structure: Structure
) -> list[ProductChange]:
    """Of at most BATCH products, those that have something to change. `codes`: as of Targets."""
    loaded = bundles.load(codes, structure=structure)
    if edit.origin:
        loaded = {
            pk: bundle for pk, bundle in loaded.items() if _may_read(edit.origin, bundle, user, structure)
        }
    placed: dict[int, list[str]] = defaultdict(list)
    if edit.attribute == CATEGORIES:
        rows = ProductCategory.objects.filter(product_id__in=codes).order_by("position", "pk")
        for product, category in rows.values_list("product_id", "category_id"):
            if category in structure.categories:
                placed[product].append(structure.categories[category].code)
    places = {key: place for place, key in enumerate(edit.keys)}
    made = (
        change(
            edit, loaded[pk], structure, keys=_keys(edit, loaded[pk], codes[pk], places),
            categories=placed.get(pk, ()),
        )
        for pk in codes if pk in loaded
    )  # fmt: skip
    return [each for each in made if each is not None]


def _keys(edit: Edit, bundle: Bundle, codes: Collection[str], places: Mapping[str, int]) -> Sequence[str]:
    """Of every text only what stands there can be found: few of very many keys."""
    if edit.attribute != TEXTS:
        return edit.keys
    found = (key for key in own_values(bundle, edit) if key in places and attribute_of(key) in codes)
    return sorted(found, key=places.__getitem__)


def _may_read(key: str, bundle: Bundle, user: User, structure: Structure) -> bool:
    """Whether the person sees what is copied: their roles may show one language here and another one there."""
    parsed = Key.parse(key)
    paths = [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
    spec = structure.attributes[parsed.attribute]
    return rights_of(user).at(paths).may_view_key(spec, parsed.locale, parsed.context)


def batches(found: Targets) -> Iterator[dict[int, set[str]]]:
    """Its codes, BATCH products at a time."""
    ids = found.ids
    for start in range(0, len(ids), BATCH):
        yield {pk: found.codes[pk] for pk in ids[start : start + BATCH]}


def preview(chosen: Sequence[int], edit: Edit, *, user: User) -> Preview:
    """`chosen`: all the ids. Writes nothing."""
    structure = Structure.current()
    made = Preview(len(chosen))
    by = Actor(user=user, origin="bulk")
    found = Targets()
    for start in range(0, min(len(chosen), LOOKED_AT), STEP):
        if len(found.codes) >= LOOKED_AT:
            break
        part = chosen[start : start + STEP]
        made.looked_at += len(part)
        found.add(targets(part, edit, user, structure))
    made.lacking, made.above, made.below = found.lacking, found.above, found.below
    for codes in batches(found):
        _look(made, planned(changes(codes, edit, user, structure), edit, by=by), edit, structure)
    return made


def planned(made: Sequence[ProductChange], edit: Edit, *, by: Actor) -> list[Outcome]:
    """What writing them would do, to the permanent values or the campaign's."""
    if not edit.campaign:
        return plan(made, by=by)
    campaign = Campaign.objects.get(code=edit.campaign)
    return plan_campaign(campaign, values_of(made), by=by, base=bases_of(made), cleaned=edit.is_cleaned)


def written(made: Sequence[ProductChange], edit: Edit, *, by: Actor) -> list[Outcome]:
    """The same, and does it. A campaign that was deleted meanwhile is an error."""
    if not edit.campaign:
        return write(made, by=by)
    campaign = Campaign.objects.get(code=edit.campaign)
    return write_campaign(campaign, values_of(made), by=by, base=bases_of(made), cleaned=edit.is_cleaned)


def values_of(made: Iterable[ProductChange]) -> dict[int, dict[str, Any]]:
    return {change.product: change.values for change in made if change.product is not None}


def bases_of(made: Iterable[ProductChange]) -> dict[int, Any] | None:
    """One operation bases all of its changes on what it saw, or none."""
    found = {change.product: change.base for change in made if change.product is not None and change.base}
    return found or None


def _look(made: Preview, outcomes: Sequence[Outcome], edit: Edit, structure: Structure) -> None:
    bring_pairs((outcome.changed for outcome in outcomes), structure)
    shown: list[Outcome] = []
    for outcome in outcomes:
        for error in outcome.errors[:1]:
            made.refused[error.message] = made.refused.get(error.message, 0) + 1
        made.proposed += bool(outcome.proposals)
        if outcome.ok and outcome.changed:
            made.products += 1
            if len(made.rows) + len(shown) < SHOWN:
                shown.append(outcome)
    skus = dict(Product.objects.filter(pk__in=[each.product for each in shown]).values_list("pk", "sku"))
    for outcome in shown:
        product = outcome.product or 0
        texts = [
            (
                place_of(key, structure, named=edit.attribute == TEXTS),
                difference(*(text_of(key, value, structure) for value in pair)),
            )
            for key, pair in outcome.changed.items()
        ]
        made.rows.append(Row(product, skus.get(product, ""), texts))


def text_of(key: str, value: Any, structure: Structure) -> str:
    if value is ABSENT or value is None:
        return ""
    if key == CATEGORIES:
        return names(value, structure, "")
    parsed = Key.parse(key)
    spec = structure.attributes.get(parsed.attribute)
    return (
        str(value) if spec is None else ATTRIBUTE_TYPES[spec.type].display(value, spec, parsed.locale or None)
    )


def place_of(key: str, structure: Structure, *, named: bool = False) -> str:
    """`named`: with the attribute's name, where not all changes are of one."""
    if key == CATEGORIES:
        return ""
    parsed = Key.parse(key)
    context, spec = structure.contexts.get(parsed.context), structure.attributes.get(parsed.attribute)
    name = spec.label() if spec and named else ""
    parts = (name, parsed.locale, context.label() if context else parsed.context)
    return " · ".join(part for part in parts if part) or _("every language and channel")
