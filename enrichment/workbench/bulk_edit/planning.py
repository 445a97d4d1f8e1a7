"""Which products a bulk edit writes to, and what it would change there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from catalog.access import rights_of, visible
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import Campaign, Product, ProductCategory, User
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle, attributes_of
from catalog.values.campaigns import plan_campaign, write_campaign
from catalog.values.changes import ABSENT, Actor, Outcome, ProductChange
from catalog.values.keys import Key
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
    """Products to write, each once, and how they came to be that."""

    ids: list[int] = field(default_factory=list)
    lacking: int = 0
    above: int = 0
    below: int = 0


def targets(chosen: Sequence[int], edit: Edit, user: User, structure: Structure) -> Targets:
    """The products at whose level the attribute is written: the chosen ones, their models, or the variants below them."""
    rows = visible(user, Product.objects.alive()).filter(pk__in=chosen).only(*bundles.ROW_FIELDS)
    if edit.attribute == CATEGORIES:
        return Targets(sorted(rows.values_list("pk", flat=True)))
    made, ids = Targets(), set[int]()
    below: dict[int, list[int]] = defaultdict(list)  # steps down → models
    keys = {code: edit.of_attribute(code) for code in edit.attributes}
    for bundle in bundles.of_rows(rows, structure=structure).values():
        here = [code for code in attributes_of(bundle, structure) if code in keys]
        made.lacking += not here
        ups, downs = set[int](), set[int]()
        for code in here:
            bound = bundle.variant.bound.get(code, bundle.depth) if bundle.variant else bundle.depth
            if bound > bundle.depth:
                downs.add(bound - bundle.depth)
            else:
                ups.add(bundle.depth - bound or _said_above(bundle, edit, keys[code]))
        made.above += any(ups)
        ids.update(bundle.levels[up].product_id for up in ups)
        for steps in downs:
            below[steps].append(bundle.product.pk)
    for steps, models in below.items():
        under = Q(parent_id__in=models) if steps == 1 else Q(parent__parent_id__in=models)
        found = visible(user, Product.objects.alive()).filter(under).values_list("pk", flat=True)
        made.below += len(found)
        ids.update(found)
    made.ids = sorted(ids)
    return made


def _said_above(bundle: Bundle, edit: Edit, keys: Sequence[str]) -> int:
    """How many levels up the text stands that is searched, or the list from which something is taken away. `keys`: of one
    attribute."""
    if edit.operation not in ("replace", "take"):
        return 0
    above = range(len(bundle.levels))
    said = (up for up in above if any(key in own_values(bundle, edit, level=up) for key in keys))
    return next(said, 0)


def changes(ids: Sequence[int], edit: Edit, user: User, structure: Structure) -> list[ProductChange]:
    """Of at most BATCH products, those that have something to change."""
    loaded = bundles.load(ids, structure=structure)
    if edit.origin:
        loaded = {
            pk: bundle for pk, bundle in loaded.items() if _may_read(edit.origin, bundle, user, structure)
        }
    placed: dict[int, list[str]] = defaultdict(list)
    if edit.attribute == CATEGORIES:
        rows = ProductCategory.objects.filter(product_id__in=ids).order_by("position", "pk")
        for product, category in rows.values_list("product_id", "category_id"):
            if category in structure.categories:
                placed[product].append(structure.categories[category].code)
    made = (change(edit, loaded[pk], structure, categories=placed.get(pk, ())) for pk in ids if pk in loaded)
    return [each for each in made if each is not None]


def _may_read(key: str, bundle: Bundle, user: User, structure: Structure) -> bool:
    """Whether the person sees what is copied: their roles may show one language here and another one there."""
    parsed = Key.parse(key)
    paths = [structure.categories[pk].path for pk in bundle.categories if pk in structure.categories]
    spec = structure.attributes[parsed.attribute]
    return rights_of(user).at(paths).may_view_key(spec, parsed.locale, parsed.context)


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def preview(chosen: Sequence[int], edit: Edit, *, user: User) -> Preview:
    """`chosen`: all the ids. Writes nothing."""
    structure = Structure.current()
    made = Preview(len(chosen))
    by = Actor(user=user, origin="bulk")
    seen: set[int] = set()
    for start in range(0, min(len(chosen), LOOKED_AT), STEP):
        if len(seen) >= LOOKED_AT:
            break
        part = chosen[start : start + STEP]
        made.looked_at += len(part)
        found = targets(part, edit, user, structure)
        made.lacking += found.lacking
        made.above += found.above
        made.below += found.below
        wanted = [pk for pk in found.ids if pk not in seen]
        seen.update(wanted)
        for ids in batches(wanted):
            _look(made, planned(changes(ids, edit, user, structure), edit, by=by), edit, structure)
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
