"""The people of the demo and what their roles let them do. They exist on a demo's data only: see load_demo."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from catalog.models import AttributeGroup, Category, Grant, Locale, Role, User

# Printed by `make demo`. load_demo refuses to make these people outside of a demo or a test.
PASSWORD = "tarnholt-demo"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    first_name: str
    last_name: str
    locale: str
    role: str
    does: str


PEOPLE = (
    Person("admin", "Ida", "Holm", "en_US", "", "everything"),
    Person("manager", "Marta", "Vogel", "en_US", "manager", "imports files, runs the channels, approves"),
    Person("marketing", "Jonas", "Brandt", "en_US", "marketing", "completes and approves products"),
    Person("translator", "Camille", "Roux", "fr_FR", "translator", "writes German and French texts"),
    Person(
        "agency", "Studio", "Fjell", "en_US", "agency", "texts and pictures of tents and lamps, for approval"
    ),
)

_WORK = ["product.view", "product.edit", "structure.view", "channel.view", "job.view"]
ROLES: dict[str, tuple[dict[str, str], list[str]]] = {
    "manager": (
        {"en_US": "Product manager", "de_DE": "Produktmanagement", "fr_FR": "Chef de produit"},
        [*_WORK, "product.create", "product.publish", "product.trash", "product.rename", "view.share", "glossary.edit", "import.run", "import.undo", "export.run", "asset.edit",
         "structure.edit", "channel.edit", "channel.sync", "job.cancel"],
    ),
    "marketing": (
        {"en_US": "Marketing", "de_DE": "Marketing", "fr_FR": "Marketing"},
        [*_WORK, "product.create", "product.publish", "product.trash", "glossary.edit", "import.run", "export.run", "asset.edit"],
    ),
    "translator": (
        {"en_US": "Translator", "de_DE": "Übersetzung", "fr_FR": "Traduction"},
        ["product.view", "product.edit", "structure.view", "job.view"],
    ),
    "agency": ({"en_US": "Agency", "de_DE": "Agentur", "fr_FR": "Agence"}, ["product.view", "product.edit", "asset.edit", "job.view"]),
}  # fmt: skip
TRANSLATED = ("de_DE", "fr_FR", "de_AT")
AGENCY_GROUPS = ("marketing", "media")
AGENCY_CATEGORIES = ("tents", "lamps")


def load_people() -> None:
    """Roles with their grants, and a login for each; people who exist are left alone."""
    with transaction.atomic():
        for code, (labels, verbs) in ROLES.items():
            role, made = Role.objects.get_or_create(code=code, defaults={"labels": labels, "verbs": verbs})
            if made:
                _grant(role)
        for person in PEOPLE:
            if User.objects.filter(username=person.username).exists():
                continue
            user = User(
                username=person.username, first_name=person.first_name, last_name=person.last_name, is_staff=True,
                is_superuser=not person.role, email=f"{person.username}@example.com", locale=Locale.objects.get(code=person.locale),
            )  # fmt: skip
            user.set_password(PASSWORD)
            user.save()
            if person.role:
                user.roles.add(Role.objects.get(code=person.role))


def _grant(role: Role) -> None:
    if role.code == "translator":
        Grant.objects.create(role=role, may_edit=False)
        Grant.objects.create(role=role, unlocalized=False).locales.set(
            Locale.objects.filter(code__in=TRANSLATED)
        )
    elif role.code == "agency":
        reach = list(Category.objects.filter(code__in=AGENCY_CATEGORIES))
        Grant.objects.create(role=role, may_edit=False).categories.set(reach)
        writes = Grant.objects.create(role=role)
        writes.groups.set(AttributeGroup.objects.filter(code__in=AGENCY_GROUPS))
        writes.categories.set(reach)
    else:
        Grant.objects.create(role=role)
