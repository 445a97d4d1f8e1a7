"""The large catalogue's structure: 20 families of 44 attributes, two channels, a tree of 221 categories."""

from __future__ import annotations

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
    Grant,
    Locale,
    Option,
    Role,
    User,
    VariantAttribute,
)
from catalog.structure.announce import announce
from channels.models import Channel, Requirement

FAMILIES = 20
DEPARTMENTS = 20
SHELVES = 10  # categories of a department
LOCALES = ("en_US", "de_DE")
CHANNELS = ("market", "shop")
LIMITED = "limited"  # sees one department, in one locale
BOSS = "boss"

# code: (type, flags, number of options). Every family has these.
COMMON: dict[str, tuple[str, dict[str, Any], int]] = {
    "name": ("text", {"localizable": True, "searchable": True}, 0),
    "short_description": (
        "text",
        {"localizable": True, "searchable": True, "params": {"max_length": 500}},
        0,
    ),
    "description": ("richtext", {"localizable": True, "scopable": True}, 0),
    "bullet_1": ("text", {"localizable": True}, 0),
    "bullet_2": ("text", {"localizable": True}, 0),
    "bullet_3": ("text", {"localizable": True}, 0),
    "brand": ("select", {}, 200),
    "color": ("select", {}, 30),
    "material": ("multiselect", {}, 40),
    "size": ("select", {}, 8),
    "country": ("select", {}, 30),
    "image": ("image", {}, 0),
    "ean": ("identifier", {"is_unique": True, "searchable": True}, 0),
    "model_number": ("identifier", {"searchable": True}, 0),
    "price": ("price", {}, 0),
    "weight": ("measurement", {"params": {"family": "weight", "unit": "KILOGRAM"}}, 0),
    "launched": ("date", {}, 0),
    "recyclable": ("boolean", {}, 0),
    "warranty": ("number", {"filterable": False}, 0),
}
# Each family has these of its own, as "f07_choice_2".
OWN: dict[str, tuple[str, dict[str, Any], int]] = (
    {f"choice_{n}": ("select", {}, 12) for n in range(6)}
    | {f"number_{n}": ("number", {"filterable": n < 3}, 0) for n in range(7)}
    | {f"flag_{n}": ("boolean", {}, 0) for n in range(4)}
    | {f"text_{n}": ("text", {}, 0) for n in range(6)}
    | {f"day_{n}": ("date", {"filterable": False}, 0) for n in range(2)}
)
REQUIRED = ("name", "description", "image", "ean", "price", "weight", "brand")
REQUIRED_OWN = ("choice_0", "choice_1", "number_0", "text_0")


def own(family: int, name: str) -> str:
    return f"f{family:02}_{name}"


def build(*, families: int = FAMILIES, more_attributes: int = 0) -> None:
    """`more_attributes`: that many besides, of families without products: what a long-grown structure carries along."""
    if Family.objects.filter(code="family_00").exists():
        return
    with transaction.atomic():
        _locales_and_channels()
        groups = [
            AttributeGroup.objects.create(code=f"group_{n}", labels={"en_US": f"Group {n}"}, position=n)
            for n in range(8)
        ]
        common = {
            code: _attribute(code, described, groups[n % 8])
            for n, (code, described) in enumerate(COMMON.items())
        }
        for number in range(families):
            mine = {
                own(number, name): _attribute(own(number, name), described, groups[n % 8])
                for n, (name, described) in enumerate(OWN.items())
            }
            _family(number, {**common, **mine})
        _more(more_attributes, groups)
        _categories()
        _requirements(families)
        _people()
        announce("structure", [])


def _attribute(code: str, described: tuple[str, dict[str, Any], int], group: AttributeGroup) -> Attribute:
    kind, flags, options = described
    attribute = Attribute(
        code=code, type=kind, group=group, labels={"en_US": code.replace("_", " ").capitalize()}, **flags
    )
    attribute.clean()
    attribute.save()
    Option.objects.bulk_create(
        Option(attribute=attribute, code=f"{code}_{n}", labels={"en_US": f"{code} {n}"}, position=n)
        for n in range(options)
    )
    return attribute


def _family(number: int, attributes: dict[str, Attribute]) -> None:
    family = Family.objects.create(
        code=f"family_{number:02}",
        labels={"en_US": f"Family {number}"},
        label_attribute=attributes["name"],
        image_attribute=attributes.get("image"),
    )
    FamilyAttribute.objects.bulk_create(
        FamilyAttribute(family=family, attribute=attribute, position=n)
        for n, attribute in enumerate(attributes.values())
    )
    variant = FamilyVariant.objects.create(code=f"family_{number:02}_by_size", family=family)
    for code, is_axis in (("size", True), ("ean", False)):
        VariantAttribute.objects.create(
            family_variant=variant, attribute=attributes[code], level=1, is_axis=is_axis
        )


def _more(count: int, groups: list[AttributeGroup]) -> None:
    """Attributes that other families have, of the same types in the same shares."""
    kinds = list(OWN.items())
    families: dict[int, Family] = {}
    for number in range(count):
        name, described = kinds[number % len(kinds)]
        attribute = _attribute(f"more_{number:04}_{name}", described, groups[number % 8])
        family = families.get(number // 45)
        if family is None:
            family = families[number // 45] = Family.objects.create(
                code=f"more_{number // 45:03}", labels={"en_US": f"More {number // 45}"}
            )
        FamilyAttribute.objects.create(family=family, attribute=attribute, position=number)


def _categories() -> None:
    root = _category("all", None)
    for department in range(DEPARTMENTS):
        above = _category(f"department_{department:02}", root)
        for shelf in range(SHELVES):
            _category(f"shelf_{department:02}_{shelf}", above)


def _category(code: str, above: Category | None) -> Category:
    category = Category.objects.create(code=code, labels={"en_US": code.replace("_", " ")}, parent=above)
    category.path = f"{above.path if above else '/'}{category.pk}/"
    category.save(update_fields=["path"])
    return category


def _locales_and_channels() -> None:
    for position, code in enumerate(LOCALES):
        Locale.objects.create(code=code, name=code, position=position)
    for position, code in enumerate(("EUR", "USD")):
        Currency.objects.create(code=code, position=position)
    audience = Context.objects.create(code="consumers", labels={}, kind="audience")
    for code in CHANNELS:
        context = Context.objects.create(code=code, labels={"en_US": code.title()}, parent=audience)
        channel = Channel.objects.create(
            code=code,
            labels={"en_US": code.title()},
            context=context,
            connector="webhook",
            settings={"endpoint": "http://127.0.0.1:9/hook", "timeout": 1},
        )
        channel.locales.set(Locale.objects.all())
        channel.currencies.set(Currency.objects.all())


def _requirements(families: int) -> None:
    attributes = dict(Attribute.objects.values_list("code", "pk"))
    codes = [*REQUIRED, *(own(number, name) for number in range(families) for name in REQUIRED_OWN)]
    Requirement.objects.bulk_create(
        Requirement(channel=channel, attribute_id=attributes[code])
        for channel in Channel.objects.all()
        for code in codes
        if code in attributes
    )


def _people() -> None:
    """The administrator, and somebody limited to one department and one locale."""
    User.objects.create_superuser(BOSS, "boss@example.com", "boss")
    role = Role.objects.create(code=LIMITED, labels={}, verbs=["product.edit", "channel.view"])
    grant = Grant.objects.create(role=role)
    grant.locales.set(Locale.objects.filter(code="en_US"))
    grant.categories.set(Category.objects.filter(code="department_03"))
    user = User.objects.create_user(LIMITED, password="limited", is_staff=True)
    user.roles.add(role)
