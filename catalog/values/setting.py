"""Whether one of a product's own fields may be set: it changes, nobody changed it since, and the writer has the right."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from catalog.models.product import Product
from catalog.values.changes import Conflict
from catalog.values.draft import Draft
from catalog.values.hashing import value_hash


def note(draft: Draft, name: str, before: Any, after: Any) -> bool:
    """Whether the field is to be set: it changes, and nobody changed it since `base`."""
    key = f"_{name}"
    if before == after:
        return False
    base = (draft.change.base or {}).get(key)
    if base is not None and base != value_hash(before):
        draft.outcome.conflicts.append(Conflict(key, after, before))
        return False
    draft.set_field(key, before, after)
    return True


# What concerns the product in every language is not a translator's to change.
_WHOLE = frozenset({"_family", "_family_variant", "_parent", "_categories", "_enabled"})


def may(draft: Draft, verb: str, key: str) -> bool:
    if draft.rights is None or (
        draft.rights.may_in(verb, None, "", None) if key in _WHOLE else draft.rights.may(verb)
    ):
        return True
    draft.refuse(key, "forbidden", _("Your roles do not let you change this."))
    return False


def edit_verb(draft: Draft) -> str:
    """What an edit that channels see asks for: of an approved product it goes out at once, and a field has no proposal."""
    is_out = draft.row.status == Product.Status.APPROVED and not draft.is_new
    return "product.publish" if is_out else "product.edit"
