"""Which products a channel offers: {"families": [codes], "categories": [codes]}; a list that is empty or absent asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle

KEYS = ("families", "categories")


def why_outside(assortment: Mapping[str, Any], bundle: Bundle, structure: Structure) -> str:
    """ "" for a product of the assortment, else the reason in a sentence."""
    families = assortment.get("families") or ()
    if families and (bundle.family is None or bundle.family.code not in families):
        return _("Not in the assortment: its family is not offered here.")
    wanted = assortment.get("categories") or ()
    if wanted:
        branches = {spec.id for code in wanted if (spec := structure.category_by_code.get(code.casefold()))}
        placed = (structure.categories[pk] for pk in bundle.categories if pk in structure.categories)
        if not any(branches.intersection(category.ancestry) for category in placed):
            return _("Not in the assortment: it is in none of the offered categories.")
    return ""


def contains(assortment: Mapping[str, Any], bundle: Bundle, structure: Structure) -> bool:
    return not why_outside(assortment, bundle, structure)


def clean(assortment: Mapping[str, Any], structure: Structure) -> dict[str, list[str]]:
    """The assortment to store. Raises ValidationError for unknown keys, families and categories."""
    errors = [_("'%s' is no filter of an assortment.") % key for key in sorted(set(assortment) - set(KEYS))]
    cleaned = {key: list(dict.fromkeys(assortment.get(key) or ())) for key in KEYS}
    known = {"families": structure.family_by_code, "categories": structure.category_by_code}
    for key, codes in cleaned.items():
        errors += [
            _("There is no '%s' any more: take it out.") % code
            for code in codes
            if code.casefold() not in known[key]
        ]
    if errors:
        raise ValidationError(errors)
    return {key: codes for key, codes in cleaned.items() if codes}
