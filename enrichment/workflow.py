"""The way of a product from draft to approved: who may move it where, and what an approval does not yet achieve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog import approval
from catalog.access import Rights
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from enrichment.readiness import Place

Status = Product.Status


@dataclass(frozen=True, slots=True)
class Transition:
    """A status a product can be given. `verb`: the right it takes (approval is decided by those who may publish)."""

    status: str
    label: Any
    icon: str


_LABELS = {
    Status.APPROVED: Transition(Status.APPROVED, _("Approve"), "verified"),
    Status.IN_REVIEW: Transition(Status.IN_REVIEW, _("Send to review"), "rate_review"),
    Status.DRAFT: Transition(Status.DRAFT, _("Back to draft"), "edit_note"),
}


def verb(before: str, after: str) -> str:
    """The right a change of status takes. Approving, and taking an approval back, both decide what channels show."""
    return "product.publish" if Status.APPROVED in (before, after) else "product.edit"


def transitions(status: str, rights: Rights, structure: Structure, locale: str = "") -> list[Transition]:
    """What this person may do with a product of that status, or with `locale` with its texts there, the most useful first."""
    return [
        transition
        for target, transition in _LABELS.items()
        if target != status and may(status, target, rights, structure, locale)
    ]


def may(before: str, after: str, rights: Rights, structure: Structure, locale: str = "") -> bool:
    """As the door decides it (catalog.values.approving)."""
    if verb(before, after) == "product.publish":
        return approval.may_decide(rights, structure, locale)
    return rights.may_in("product.edit", None, locale, None) if locale else rights.may("product.edit")


@dataclass(frozen=True, slots=True)
class InLocale:
    """A product's texts in a locale that is approved by itself."""

    locale: str
    name: str
    status: str
    label: Any
    transitions: list[Transition]


def by_locale(bundle: Bundle, rights: Rights, structure: Structure) -> list[InLocale]:
    """The locales in which this product is approved by itself; none in most installations."""
    found = []
    for locale in approval.asked(bundle, structure):
        status = approval.state(bundle.product, locale)
        moves = transitions(status, rights, structure, locale)
        name = structure.locales[locale].name
        found.append(InLocale(locale, name, status, Status(status).label, moves))
    return found


def label(status: str) -> Any:
    return _LABELS[Status(status)].label


def unmet(places: Iterable[Place]) -> list[Place]:
    """The channels and locales that do not get the product, approved or not, since something is missing there."""
    return [place for place in places if place.missing]


def named(places: Iterable[Place]) -> str:
    """As people read them: "Web shop (de_DE, fr_FR), Feed (en_US)"."""
    locales: dict[str, list[str]] = {}
    for place in places:
        locales.setdefault(place.channel.label, []).append(place.locale)
    return ", ".join(f"{channel} ({', '.join(names)})" for channel, names in locales.items())
