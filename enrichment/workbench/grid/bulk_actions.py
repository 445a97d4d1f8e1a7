"""What can be done with many products at once: the fields of theirs that are set, and the texts of a language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.access import Rights
from catalog.models import Product
from catalog.structure.snapshot import Structure
from catalog.values.approving import field_of

Status = Product.Status


@dataclass(frozen=True, slots=True)
class BulkAction:
    """`changed`: the field it sets, as ProductChange.fields has it. `verb`: one of the rights it may take."""

    code: str
    label: Any
    icon: str
    changed: tuple[str, Any]
    verb: str
    locale: str = ""  # of an action on the texts of a locale that is approved by itself

    @property
    def takes_variants(self) -> bool:
        """Whether a model that was chosen takes its variants along: it goes out on no channel but by them."""
        return self.changed[0] in ("trashed", "enabled")


ACTIONS = {
    action.code: action
    for action in (
        BulkAction("approve", _("Approve"), "verified", ("status", Status.APPROVED.value), "product.publish"),
        BulkAction(
            "in_review",
            _("Send to review"),
            "rate_review",
            ("status", Status.IN_REVIEW.value),
            "product.edit",
        ),
        BulkAction("draft", _("Back to draft"), "edit_note", ("status", Status.DRAFT.value), "product.edit"),
        BulkAction("enable", _("Switch on"), "toggle_on", ("enabled", True), "product.edit"),
        BulkAction("disable", _("Switch off"), "toggle_off", ("enabled", False), "product.edit"),
        BulkAction("trash", _("Move to trash"), "delete", ("trashed", True), "product.trash"),
        BulkAction(
            "restore", _("Take out of the trash"), "restore_from_trash", ("trashed", False), "product.trash"
        ),
    )
}


def offered(rights: Rights, *, in_trash: bool) -> list[BulkAction]:
    """What this person may do with what the grid shows."""
    codes = ("restore",) if in_trash else ("approve", "in_review", "draft", "enable", "disable", "trash")
    return [ACTIONS[code] for code in codes if rights.may(ACTIONS[code].verb)]


def offered_by_locale(rights: Rights, structure: Structure) -> list[BulkAction]:
    """The same with the texts of each locale that is approved by itself."""
    return [
        _in_locale(ACTIONS[code], locale, structure)
        for locale in structure.approving
        for code in ("approve", "in_review", "draft")
        if rights.may_in(ACTIONS[code].verb, None, locale, None)
    ]


def find(code: str, structure: Structure) -> BulkAction | None:
    """By its code: "approve", or "approve|de_DE"."""
    plain, _bar, locale = code.partition("|")
    action = ACTIONS.get(plain)
    if action is None or not locale:
        return action
    known = action.changed[0] == "status" and locale in structure.approving
    return _in_locale(action, locale, structure) if known else None


def _in_locale(action: BulkAction, locale: str, structure: Structure) -> BulkAction:
    return replace(
        action,
        code=f"{action.code}|{locale}",
        label=_("%(language)s: %(action)s")
        % {"language": structure.locales[locale].name, "action": action.label},
        changed=(field_of(locale), action.changed[1]),
        locale=locale,
    )
