"""What a takeover is made of, in the order in which it is carried out. A higher room registers its own steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.access.verbs import check_verb
from catalog.takeovers.akeneo import attributes, families, places, units
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.parts import Line, Part, take_in

Take = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Step:
    """`make`: the rows, from the files. `take`(part, rows, line, user=): writes at most CHUNK of them in the caller's transaction.

    `after_products`: it is carried out last. `is_leaf`: no other step builds on its rows, so that a plan need not try all.
    """

    code: str
    order: int
    make: Callable[[Draft], Part]
    take: Callable[[Part, Sequence[Sequence[str]], Line, Any], None] = field(
        default=lambda part, rows, line, user: take_in(part, rows, line, user=user)
    )
    after_products: bool = False
    is_leaf: bool = False
    verb: str = "structure.edit"
    page: str = ""  # name of the address where its rows are seen


_steps: dict[str, Step] = {}


def register(step: Step) -> None:
    check_verb(step.verb)
    known = _steps.get(step.code)
    if known is not None and known != step:
        raise LookupError(f"Two steps of a takeover are called {step.code}.")
    _steps[step.code] = step


def steps(*, after_products: bool | None = None) -> list[Step]:
    found = sorted(_steps.values(), key=lambda step: (step.after_products, step.order, step.code))
    return [step for step in found if after_products in (None, step.after_products)]


for _step in (
    Step("locales", 10, places.locales, page="admin:catalog_locale_changelist"),
    Step("currencies", 20, places.currencies, page="admin:catalog_currency_changelist"),
    Step("contexts", 30, places.contexts, page="admin:catalog_context_changelist"),
    Step("measurement_families", 40, units.families, page="admin:catalog_measurementfamily_changelist"),
    Step("measurement_units", 50, units.units, page="admin:catalog_measurementfamily_changelist"),
    Step("attribute_groups", 60, attributes.groups, page="admin:catalog_attributegroup_changelist"),
    Step("attributes", 70, attributes.attributes, page="admin:catalog_attribute_changelist"),
    Step("association_types", 75, attributes.links, page="admin:catalog_attribute_changelist"),
    Step("options", 80, attributes.options, is_leaf=True, page="admin:catalog_attribute_changelist"),
    Step("families", 90, families.families, page="admin:catalog_family_changelist"),
    Step("family_variants", 100, families.variants, page="admin:catalog_familyvariant_changelist"),
    Step("categories", 110, places.categories, is_leaf=True, page="admin:catalog_category_changelist"),
):
    register(_step)
