"""A small catalogue for tests: two audiences, three channels' contexts, locales with fallback, mugs and shirts with variants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Context,
    Currency,
    Family,
    FamilyAttribute,
    FamilyVariant,
    Locale,
    Option,
    Source,
    User,
    VariantAttribute,
)
from catalog.structure.announce import announce
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor, Outcome, ProductChange
from catalog.values.write import write

SYSTEM = Actor(None, origin="api", trusted=True)

# code: (type, group, flags and params)
ATTRIBUTES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "name": ("text", "marketing", {"localizable": True, "scopable": True, "searchable": True}),
    "description": ("richtext", "marketing", {"localizable": True, "scopable": True}),
    "picture": ("image", "marketing", {}),
    "color": ("select", "technical", {}),
    "size": ("select", "technical", {}),
    "features": ("multiselect", "technical", {}),
    "ean": ("identifier", "technical", {"is_unique": True, "searchable": True, "params": {"kind": "gtin"}}),
    "weight": ("measurement", "technical", {"params": {"family": "weight", "unit": "KILOGRAM"}}),
    "capacity": ("number", "technical", {}),
    "dishwasher_safe": ("boolean", "technical", {}),
    "released": ("date", "technical", {"scopable": True}),
    "price": ("price", "commercial", {"scopable": True}),
}
OPTIONS = {
    "color": {"red": "Red", "navy": "Navy blue", "white": "White"},
    "size": {"s": "S", "m": "M", "l": "L"},
    "features": {"stackable": "Stackable", "engravable": "Engravable", "handmade": "Handmade"},
}
FAMILIES = {
    "mugs": [
        "name",
        "description",
        "picture",
        "color",
        "ean",
        "weight",
        "capacity",
        "dishwasher_safe",
        "features",
        "price",
        "released",
    ],
    "shirts": ["name", "description", "picture", "color", "size", "ean", "weight", "price"],
}


@dataclass
class World:
    families: dict[str, Family] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)
    admin: User | None = None

    @property
    def structure(self) -> Structure:
        return Structure.current()

    def approve_by_itself(self, *codes: str, on: bool = True) -> None:
        """These locales get an approval of their own, or lose it; what follows is a job."""
        with transaction.atomic():
            rows = Locale.objects.filter(code__in=codes)
            rows.update(own_approval=on)
            announce("locale", rows.values_list("pk", flat=True))

    def create(
        self, sku: str, values: dict[str, Any] | None = None, *, by: Actor = SYSTEM, **fields: Any
    ) -> Outcome:
        """One product through the door; raises where it is refused."""
        outcome = self.put(ProductChange(values=values or {}, fields={"sku": sku, **fields}), by=by)
        assert outcome.status == "created", outcome
        return outcome

    def edit(
        self,
        product: int,
        values: dict[str, Any] | None = None,
        *,
        by: Actor = SYSTEM,
        base: Any = None,
        **fields: Any,
    ) -> Outcome:
        return self.put(ProductChange(product=product, values=values or {}, fields=fields, base=base), by=by)

    def put(self, change: ProductChange, *, by: Actor = SYSTEM) -> Outcome:
        return write([change], by=by)[0]


def build_world() -> World:
    with transaction.atomic():
        world = _build()
        announce("structure", [])
    return world


def _build() -> World:
    world = World()
    world.admin = User.objects.create_superuser("boss", "boss@example.com", "boss")
    de_de = Locale.objects.create(code="de_DE", name="German (Germany)", position=2)
    fr_fr = Locale.objects.create(code="fr_FR", name="French (France)", position=3)
    Locale.objects.create(code="en_US", name="English (US)", position=1)
    Locale.objects.create(code="de_AT", name="German (Austria)", fallback=de_de, position=4)
    Locale.objects.create(code="fr_CA", name="French (Canada)", fallback=fr_fr, position=5)
    for position, code in enumerate(["EUR", "USD"]):
        Currency.objects.create(code=code, position=position)
    consumer = Context.objects.create(code="consumer", labels={"en_US": "Consumers"}, kind="audience")
    professional = Context.objects.create(
        code="professional", labels={"en_US": "Professionals"}, kind="audience"
    )
    world.contexts = {
        "consumer": consumer,
        "professional": professional,
        "shop": Context.objects.create(code="shop", labels={"en_US": "Web shop"}, parent=consumer),
        "amazon": Context.objects.create(code="amazon", labels={"en_US": "Amazon"}, parent=consumer),
        "b2b": Context.objects.create(code="b2b", labels={"en_US": "B2B portal"}, parent=professional),
    }
    groups = {
        code: AttributeGroup.objects.create(code=code, labels={"en_US": code.title()})
        for code in ("marketing", "technical", "commercial")
    }
    for position, (code, (kind, group, flags)) in enumerate(ATTRIBUTES.items()):
        attribute = Attribute(
            code=code,
            type=kind,
            group=groups[group],
            labels={"en_US": code.replace("_", " ").capitalize()},
            position=position,
            **flags,
        )
        attribute.clean()
        attribute.save()
        world.attributes[code] = attribute
    for code, options in OPTIONS.items():
        for position, (option, label) in enumerate(options.items()):
            Option.objects.create(
                attribute=world.attributes[code], code=option, labels={"en_US": label}, position=position
            )
    for code, members in FAMILIES.items():
        family = Family.objects.create(
            code=code,
            labels={"en_US": code.title()},
            label_attribute=world.attributes["name"],
            image_attribute=world.attributes["picture"],
        )
        for position, member in enumerate(members):
            FamilyAttribute.objects.create(
                family=family, attribute=world.attributes[member], position=position
            )
        world.families[code] = family
    by_color_size = FamilyVariant.objects.create(code="shirts_color_size", family=world.families["shirts"])
    by_size = FamilyVariant.objects.create(code="shirts_size", family=world.families["shirts"])
    for variant, code, level, is_axis in (
        (by_color_size, "color", 1, True),
        (by_color_size, "picture", 1, False),
        (by_color_size, "size", 2, True),
        (by_color_size, "ean", 2, False),
        (by_size, "size", 1, True),
        (by_size, "ean", 1, False),
    ):
        VariantAttribute.objects.create(
            family_variant=variant, attribute=world.attributes[code], level=level, is_axis=is_axis
        )
    for code, parent in (
        ("home", None),
        ("kitchen", "home"),
        ("cups", "kitchen"),
        ("fashion", "home"),
        ("other", None),
    ):
        above = world.categories.get(parent or "")
        category = Category.objects.create(code=code, labels={"en_US": code.title()}, parent=above)
        category.path = f"{above.path if above else '/'}{category.pk}/"
        category.save(update_fields=["path"])
        world.categories[code] = category
    for code, kind, rank in (
        ("marketing", "person", 80),
        ("agency", "person", 60),
        ("erp", "erp", 90),
        ("supplier", "import", 40),
    ):
        Source.objects.create(code=code, labels={"en_US": code.title()}, kind=kind, rank=rank)
    return world
