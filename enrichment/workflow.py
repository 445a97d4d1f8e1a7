"""The way of a product from draft to approved: who may move it where, and what an approval does not yet achieve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.access import Rights
from catalog.models.product import Product
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


def transitions(status: str, rights: Rights) -> list[Transition]:
    """What this person may do with a product of that status, the most useful first."""
    return [
        transition
        for target, transition in _LABELS.items()
        if target != status and rights.may(verb(status, target))
    ]


def label(status: str) -> Any:
    return _LABELS[Status(status)].label


def unmet(places: Iterable[Place]) -> list[Place]:
    """The channels and locales that do not get the product, approved or not, since something is missing there."""
    return [place for place in places if place.missing]
