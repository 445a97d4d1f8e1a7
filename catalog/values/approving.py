"""The approval through the door: a product's status, and the state of its texts in locales that are approved by themselves.

As fields of a change they are "status" and "status|de_DE", in revisions "_status" and "_status|de_DE".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog import approval
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.draft import Draft
from catalog.values.setting import note

Status = Product.Status
IN_LOCALE = "status|"
_ORDER = [str(Status.DRAFT), str(Status.IN_REVIEW), str(Status.APPROVED)]


def field_of(locale: str = "") -> str:
    """The name of the field in a change; with "_" before it, in a revision."""
    return f"{IN_LOCALE}{locale}" if locale else "status"


def set_status(draft: Draft, fields: Mapping[str, Any], structure: Structure) -> None:
    """Sets both on the draft's row; refusals are noted on the draft.

    When a product's own status moves, the locales that went with it are named as they stand: approving the product
    approves no text that has its own approval. So they are for a new one, which begins with drafts.
    """
    row = draft.row
    stood = (
        dict.fromkeys(structure.approving, str(Status.DRAFT))
        if draft.is_new
        else approval.states(row, structure)
    )
    moved = "status" in fields and _set(
        draft, "status", "" if draft.is_new else row.status, fields, structure
    )
    if moved:
        row.status = str(fields["status"])
    approvals = dict(row.approvals)
    if draft.is_new or (moved and row.is_sellable):
        approvals = {**stood, **approvals}
    for name in fields:
        if not name.startswith(IN_LOCALE):
            continue
        locale = name.removeprefix(IN_LOCALE)
        if locale not in structure.approving:
            text = _("%(locale)s is not approved by itself: it goes with the product.")
            draft.refuse(f"_{name}", "unknown_field", text % {"locale": locale})
        elif _set(draft, name, stood[locale], fields, structure, locale):
            approvals[locale] = str(fields[name])
    if approvals != row.approvals:
        row.approvals = approvals


def take_along(draft: Draft, levels: Mapping[str, Iterable[Product]], structure: Structure) -> None:
    """Texts come down to a product from the levels that said them, key → levels: they stay as far as they were approved
    there, and the product's own are no further than the least of them.
    """
    for key, steps in levels.items():
        locale = approval.decided_in(key, structure)
        for step in steps if locale else ():
            stands, brought = approval.state(draft.row, locale), approval.state(step, locale)
            if _ORDER.index(brought) < _ORDER.index(stands):
                name = f"_{field_of(locale)}"
                before = draft.outcome.changed.get(name, (stands, None))[0]
                draft.set_field(name, before, brought)
                draft.row.approvals = {**draft.row.approvals, locale: brought}


def _set(
    draft: Draft, name: str, current: str, fields: Mapping[str, Any], structure: Structure, locale: str = ""
) -> bool:
    """Whether it is to be set: it is a status, it moves, and the writer has the right."""
    wanted = str(fields[name] or "")
    if wanted not in Status.values:
        draft.refuse(
            f"_{name}",
            "unknown_status",
            _("A status is one of %(known)s.") % {"known": ", ".join(Status.values)},
            wanted,
        )
        return False
    if wanted == current:
        return False
    if not _may(draft, current, wanted, structure, locale):
        draft.refuse(f"_{name}", "forbidden", _("Your roles do not let you change this."))
        return False
    return note(draft, name, current, wanted)


def _may(draft: Draft, before: str, after: str, structure: Structure, locale: str) -> bool:
    """Approving, and taking an approval back, both decide what channels show."""
    if draft.rights is None:
        return True
    if Status.APPROVED in (before, after):
        return approval.may_decide(draft.rights, structure, locale)
    return (
        draft.rights.may_in("product.edit", None, locale, None)
        if locale
        else draft.rights.may("product.edit")
    )
