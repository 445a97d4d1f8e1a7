"""Many products to another family at once: each simple product by itself, each model with all that stands below it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from catalog.models.product import Product
from catalog.moves import place
from catalog.structure.snapshot import FamilySpec, Structure, VariantSpec
from catalog.values.changes import ProductChange
from catalog.values.write import BATCH

Kind = Product.Kind
Group = list[ProductChange]  # of a simple product, or of a model (first) and all below it


@dataclass(slots=True)
class Moving:
    """`groups`: what moves. Of the others, how many products stay, and why.

    `there`: they have the family. `below`: variants, whose family follows their model. `unlike`: models for which the family
    has no family variant with the same axes; `several`: it has more than one; `large`: they have too many variants.
    """

    groups: list[Group] = field(default_factory=list)
    there: int = 0
    below: int = 0
    unlike: int = 0
    several: int = 0
    large: int = 0

    @property
    def size(self) -> int:
        """Products that move, variants counted in."""
        return sum(map(len, self.groups))


def moving(
    products: Iterable[Product],
    family: FamilySpec,
    variant: VariantSpec | None,
    structure: Structure,
    *,
    chosen: Collection[int],
) -> Moving:
    """`variant`: the family variant that models get where their axes are its own. `chosen`: the ids of all that move, of which
    these may be a part. One query, where there are models."""
    made = Moving()
    rows = sorted(products, key=lambda row: row.pk)
    models: dict[int, str] = {}
    for row in rows:
        if row.kind == Kind.SIMPLE:
            if row.family_id == family.id:
                made.there += 1
            else:
                made.groups.append(place.to_family(row, family.code))
        elif row.kind == Kind.MODEL:
            _model(made, models, row, family, variant, structure)
        else:
            made.below += row.root_id not in chosen
    for group in _with_variants(models):
        if len(group) > BATCH:
            made.large += 1
        else:
            made.groups.append(group)
    return made


def _model(
    made: Moving,
    models: dict[int, str],
    row: Product,
    family: FamilySpec,
    variant: VariantSpec | None,
    structure: Structure,
) -> None:
    own = structure.variants.get(row.family_variant_id or 0)
    wanted = variant if variant is not None and own is not None and variant.axes == own.axes else None
    if wanted is None and row.family_id == family.id:
        made.there += 1
        return
    fitting = [
        each
        for each in structure.variants.values()
        if own is not None and each.family_id == family.id and each.axes == own.axes
    ]
    wanted = wanted or (fitting[0] if len(fitting) == 1 else None)
    if wanted is None:
        made.several += bool(fitting)
        made.unlike += not fitting
    elif wanted.id == row.family_variant_id:
        made.there += 1
    else:
        models[row.pk] = wanted.code


def _with_variants(models: dict[int, str]) -> Iterator[Group]:
    if not models:
        return
    below: dict[int, list[tuple[int, int]]] = {pk: [] for pk in models}
    rows = Product.objects.filter(Q(parent_id__in=models) | Q(root_id__in=models)).exclude(pk__in=models)
    for pk, kind, parent, above in rows.values_list("pk", "kind", "parent_id", "root_id"):
        model = parent if parent in below else above
        below[model or 0].append((kind != Kind.SUBMODEL, pk))
    for head, code in models.items():
        ids = (head, *(pk for _order, pk in sorted(below[head])))
        yield [ProductChange(product=pk, fields={"family_variant": code}, moves="along") for pk in ids]


def packs(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """As many at once as one write takes."""
    pack: list[Group] = []
    for group in groups:
        if pack and sum(map(len, pack)) + len(group) > BATCH:
            yield pack
            pack = []
        pack.append(group)
    if pack:
        yield pack


def heads(groups: Sequence[Group]) -> list[int]:
    """The product by which each group was chosen."""
    return [group[0].product or 0 for group in groups]
