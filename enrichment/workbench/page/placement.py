"""The categories a product stands in: its own, to be changed, and those of the models above it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.models.product import ProductCategory
from catalog.structure.snapshot import CategorySpec, Structure
from catalog.values.bundle import Bundle
from catalog.values.changes import Conflict
from catalog.values.hashing import value_hash
from enrichment.workbench.page.scope import Scope

KEY = "_categories"
INPUT = f"v:{KEY}:"


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    path: str  # "Home / Kitchen / Mugs"
    is_own: bool = False
    sku: str = ""  # of the model it comes from
    href: str = ""


@dataclass(slots=True)
class Placement:
    """`places`: all there are; `base`: hash of the stored codes, as the door compares them; `shown`: of what is shown."""

    places: list[Place]
    inherited: list[Place]
    base: str
    shown: str
    locked: str = ""
    errors: list[str] = field(default_factory=list)
    conflict: Conflict | None = None
    theirs: str = ""
    was_posted: bool = False
    key: str = KEY
    id: str = "f-_categories"
    language: str = ""

    @property
    def own(self) -> list[Place]:
        return [place for place in self.places if place.is_own]


def build(
    bundle: Bundle,
    scope: Scope,
    *,
    structure: Structure,
    rights: Rights,
    posted: list[str] | None = None,
) -> Placement:
    """In one query. `posted`: codes to show instead of the stored ones (a refused save)."""
    levels: dict[int, list[CategorySpec]] = defaultdict(list)
    rows = ProductCategory.objects.filter(product_id__in=[level.product_id for level in bundle.levels])
    for product, category in rows.order_by("position", "pk").values_list("product_id", "category_id"):
        if category in structure.categories:
            levels[product].append(structure.categories[category])
    stored = [spec.code for spec in levels[bundle.product.pk]]
    chosen = {code.casefold() for code in (stored if posted is None else posted)}
    places = [
        Place(spec.code, path_of(spec, structure, scope.locale), spec.code.casefold() in chosen)
        for spec in structure.categories.values()
    ]
    inherited = [
        Place(
            spec.code,
            path_of(spec, structure, scope.locale),
            sku=level.sku,
            href=reverse("admin:catalog_product_change", args=[level.product_id]),
        )
        for level in bundle.levels[1:]
        for spec in levels[level.product_id]
    ]
    return Placement(
        places=sorted(places, key=lambda place: place.path.casefold()),
        inherited=inherited,
        base=value_hash(stored),
        shown=shown_hash(stored),
        locked=_locked(bundle, scope, rights),
        was_posted=posted is not None,
    )


def shown_hash(codes: list[str]) -> str:
    """The same for the same categories in any order."""
    return value_hash(sorted(codes))


def path_of(spec: CategorySpec, structure: Structure, locale: str = "") -> str:
    steps = (structure.categories[pk] for pk in spec.ancestry if pk in structure.categories)
    return " / ".join(step.label(locale or None) for step in steps)


def names(codes: Any, structure: Structure, locale: str) -> str:
    """The paths of stored codes, for people."""
    known = (structure.category_by_code.get(str(code).casefold()) for code in codes or ())
    return "\n".join(path_of(spec, structure, locale) for spec in known if spec)


def _locked(bundle: Bundle, scope: Scope, rights: Rights) -> str:
    if scope.at is not None:
        return _("preview")
    if bundle.product.trashed_at is not None:
        return _("in the trash")
    return "" if rights.may_in("product.edit", None, "", None) else _("read only for you")
