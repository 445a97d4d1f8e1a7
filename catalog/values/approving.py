"""The approval through the door: a product's status, and the state of its texts in locales that are approved by themselves.

As fields of a change they are "status" and "status|de_DE", in revisions "_status" and "_status|de_DE".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog import approval
from catalog.models.campaign import CampaignValues
from catalog.models.product import Product
from catalog.structure.snapshot import Structure
from catalog.values.draft import Draft
from catalog.values.keys import is_field
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


def bring_levels(drafts: Sequence[Draft], structure: Structure) -> None:
    """What is said where, of the drafts below a model: one query for all."""
    below = [draft for draft in drafts if draft.above and not draft.is_new]
    ids = {step.pk for draft in below for step in (draft.row, *draft.above)}
    said: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if ids:
        for pk, values in CampaignValues.objects.filter(product_id__in=ids).values_list("product", "values"):
            said[pk].append(values)
    for draft in below:
        documents = (draft.stored, *draft.above_values)
        draft.levels = tuple(
            approval.Stated(step.approvals, approval.locales_of([values, *said[step.pk]]))
            for step, values in zip((draft.row, *draft.above), documents, strict=True)
        )


def name_first_words(draft: Draft, structure: Structure) -> None:
    """A product that says something in a locale for the first time stands there as it was shown until now: what was approved
    at its model is not taken down because a variant got a word of its own by who may approve it."""
    if len(draft.levels) < 2:
        return
    changed = approval.locales_of([[key for key in draft.outcome.changed if not is_field(key)]])
    for locale in structure.approving:
        if locale not in changed or locale in draft.levels[0].said:
            continue
        stands, shown = approval.state(draft.row, locale), approval.standing(draft.row, locale, draft.levels)
        if shown == Status.APPROVED != stands:
            draft.set_field(f"_{field_of(locale)}", stands, shown)
            draft.row.approvals = {**draft.row.approvals, locale: shown}


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
        text = _("Your roles do not let you change this.")
        if locale:
            text = _("Your roles do not let you decide about %(language)s: ask somebody who may approve it.")
            text %= {"language": structure.locales[locale].name}
        draft.refuse(f"_{name}", "forbidden", text)
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
