"""Why a value cannot be written here, in words: for the product page and the spreadsheet view. The door decides once more."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.keys import Key


def by_place(bundle: Bundle, spec: AttributeSpec, *, writable: bool) -> str:
    """By where the product stands; "" where it has room. `writable`: one of attributes_at()."""
    if bundle.product.trashed_at is not None:
        return _("in the trash")
    if not writable:
        level = bundle.variant.bound.get(spec.code, 0) if bundle.variant else 0
        if level < bundle.depth:
            return _("common to all variants")
        return _("written on each variant")
    return ""


def by_right(spec: AttributeSpec, key: str, rights: Rights) -> str:
    """By what the person, and people at all, may write; `rights` are those for this product."""
    parsed = Key.parse(key)
    if not rights.may_edit_key(spec, parsed.locale, parsed.context):
        return _("read only for you")
    if spec.read_only:
        return _("written by imports and rules only")
    return ""
