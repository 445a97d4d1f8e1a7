"""Two products that are one: value by value it is chosen whose stays, the other goes to the trash with a pointer.

Categories are united. Identifiers that were chosen change hands within the one transaction, so that they stay unique.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.merged import MergedProduct
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle, attributes_at
from catalog.values.changes import ABSENT, RESET, Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import Key
from catalog.values.write import write


@dataclass(frozen=True, slots=True)
class Choice:
    """One key in which they differ. `preselected`: "keep" (the survivor's) or "take" (the other's)."""

    key: str
    spec: AttributeSpec
    kept: Any  # the survivor's stored value, ABSENT where it has none
    taken: Any
    preselected: str
    is_open: bool = True  # False: this person may not edit it, the survivor's stays


@dataclass(slots=True)
class Merge:
    survivor: Bundle
    other: Bundle
    choices: list[Choice] = field(default_factory=list)
    lost: list[tuple[AttributeSpec, Any]] = field(
        default_factory=list
    )  # the other's, without room at the survivor
    hidden: int = 0  # keys in which they differ and that this person may not see: the survivor's stay
    categories: list[str] = field(default_factory=list)  # the survivor's own and what it gets
    added_categories: list[str] = field(default_factory=list)


def why_not(survivor: Bundle, other: Bundle, *, other_has_variants: bool) -> str:
    """ "" where they can be merged, else the reason in a sentence."""
    if survivor.product.pk == other.product.pk:
        return _("A product cannot be merged with itself: give the SKU of the other one.")
    for bundle in (survivor, other):
        if bundle.product.trashed_at is not None:
            return _("%(sku)s is in the trash: take it out first.") % {"sku": bundle.product.sku}
    if other_has_variants:
        return _("%(sku)s has variants: move them to the model that stays, then merge.") % {
            "sku": other.product.sku
        }
    if survivor.product.is_sellable != other.product.is_sellable:
        return _("A model and a product that is sold are not the same thing.")
    return ""


def compare(
    survivor: Bundle, other: Bundle, structure: Structure, rights: Rights, other_rights: Rights
) -> Merge:
    """What the two say differently, with a sensible choice for each: what is filled before what is empty, the stronger
    source before the weaker, the survivor's before the other's. `rights`: the person's on the survivor; `other_rights`: on
    the other. What they may not see of either is only counted.
    """
    made = Merge(survivor, other)
    room = frozenset(attributes_at(survivor, structure))
    axes = survivor.variant.axes.get(survivor.depth, ()) if survivor.variant and survivor.depth else ()
    own, theirs = survivor.levels[0], other.effective
    shown = survivor.effective
    for key, taken in theirs.items():
        parsed = Key.parse(key)
        spec = structure.attributes.get(parsed.attribute)
        if spec is None or taken is None or spec.code in axes:
            continue
        kept = shown.get(key)
        if kept is not None and (kept == taken or ATTRIBUTE_TYPES[spec.type].equal(kept, taken, spec)):
            continue
        if not all(each.may_view_key(spec, parsed.locale, parsed.context) for each in (rights, other_rights)):
            made.hidden += 1
            continue
        if spec.code not in room:
            made.lost.append((spec, taken))
            continue
        choice = "keep"
        if kept is None or _rank(other, key, spec, structure) > _rank(survivor, key, spec, structure):
            choice = "take"
        is_open = rights.may_edit_key(spec, parsed.locale, parsed.context)
        mine = own.values.get(key, ABSENT if kept is None else kept)
        made.choices.append(Choice(key, spec, mine, taken, choice if is_open else "keep", is_open))
    order = {code: place for place, code in enumerate(structure.attributes)}
    made.choices.sort(key=lambda each: (order[each.spec.code], each.key))
    known = [structure.categories[pk].code for pk in survivor.categories if pk in structure.categories]
    coming = [structure.categories[pk].code for pk in other.categories if pk in structure.categories]
    made.added_categories = [code for code in coming if code not in known]
    made.categories = known
    return made


def _rank(bundle: Bundle, key: str, spec: AttributeSpec, structure: Structure) -> int:
    source = structure.sources.get(_source(bundle, key))
    return source.stand(spec)[1] if source else 0


def _source(bundle: Bundle, key: str) -> str:
    return next((level.sources.get(key, "") for level in bundle.levels if key in level.values), "")


def merge(made: Merge, chosen: Mapping[str, str], own_categories: list[str], *, by: Actor) -> list[Outcome]:
    """`chosen`: key → "keep" or "take", as preselected where it is silent. `own_categories`: codes of the survivor's own.

    One transaction, undone by its reference. A refusal of either changes neither.
    """
    taken = {
        choice.key: choice
        for choice in made.choices
        if choice.is_open and chosen.get(choice.key, choice.preselected) == "take"
    }
    given_up = {key: RESET for key, choice in taken.items() if choice.spec.unique}
    gone = ProductChange(
        product=made.other.product.pk, values=given_up, fields={"trashed": True}, cleaned=True,
        base={key: value_hash(made.other.levels[0].values.get(key, ABSENT)) for key in given_up},
    )  # fmt: skip
    stays = ProductChange(
        product=made.survivor.product.pk, values={key: choice.taken for key, choice in taken.items()}, cleaned=True,
        base={key: value_hash(made.survivor.levels[0].values.get(key, ABSENT)) for key in taken},
        sources={key: source for key in taken if (source := _source(made.other, key))},
    )  # fmt: skip
    if made.added_categories:
        stays.fields["categories"] = [*own_categories, *made.added_categories]
    outcomes: list[Outcome] = []
    with transaction.atomic():
        for change in (gone, stays):
            outcomes += write([change], by=by)
            if not outcomes[-1].ok or outcomes[-1].proposals:
                transaction.set_rollback(True)
                return outcomes
        MergedProduct.objects.update_or_create(
            product=made.other.product,
            defaults={"into": made.survivor.product, "at": timezone.now(), "by": by.user},
        )
    return outcomes


def merged_into(product: Product) -> Product | None:
    """The product that a trashed one is by now: what it was merged into may have been merged as well."""
    end = MergedProduct.objects.ends([product.pk]).get(product.pk)
    return Product.objects.filter(pk=end).first() if end is not None else None
