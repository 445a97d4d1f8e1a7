"""The product's own fields through the door: SKU, family, parent, status, categories, enabled, trashed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models.product import Product
from catalog.structure.snapshot import Structure, VariantSpec
from catalog.values import revisions
from catalog.values.approving import IN_LOCALE, set_status
from catalog.values.changes import ABSENT
from catalog.values.draft import Draft, Surroundings
from catalog.values.hashing import value_hash
from catalog.values.moving import change_place, is_moved
from catalog.values.setting import edit_verb, may, note

FIELDS = frozenset(
    {"sku", "family", "family_variant", "parent", "status", "enabled", "categories", "trashed"}
)
_SKU = re.compile(r"[^\x00-\x1f\x7f]{1,150}\Z")


@dataclass(frozen=True, slots=True)
class Coming:
    """A product that the same plan will create, so that its variants can be planned: kind, family, variant, ancestors."""

    sku: str
    kind: str
    family_id: int | None
    family_variant_id: int | None
    parent: str = ""  # SKU in capitals


def apply_fields(draft: Draft, *, structure: Structure, around: Surroundings) -> None:
    """Checks and sets the product's own fields on the draft; refusals are noted there."""
    fields = draft.change.fields
    for name in [name for name in fields if name not in FIELDS and not name.startswith(IN_LOCALE)]:
        draft.refuse(f"_{name}", "unknown_field", _("A product has no field '%(name)s'.") % {"name": name})
    _sku(draft, fields, around)
    _place(draft, fields, structure, around)
    set_status(draft, fields, structure)
    _flag(draft, fields, "enabled")
    _trash(draft, fields)
    _categories(draft, fields, structure)


def _sku(draft: Draft, fields: Mapping[str, Any], around: Surroundings) -> None:
    if "sku" not in fields and not draft.is_new:
        return
    sku = str(fields.get("sku") or "").strip()
    if not _SKU.match(sku):
        draft.refuse("_sku", "bad_sku", _("Give a SKU of at most 150 characters, without line breaks."), sku)
        return
    if draft.is_new:
        if sku.upper() in around.by_sku:
            draft.refuse("_sku", "sku_taken", _("The SKU %(sku)s is taken.") % {"sku": sku}, sku)
            return
        draft.row.sku = sku
        draft.set_field("_sku", "", sku)
        return
    if sku == draft.row.sku:
        return
    other = around.by_sku.get(sku.upper())
    if other is not None and other.pk != draft.row.pk:
        draft.refuse("_sku", "sku_taken", _("The SKU %(sku)s is taken.") % {"sku": sku}, sku)
    elif may(draft, "product.rename", "_sku") and note(draft, "sku", draft.row.sku, sku):
        draft.row.sku = sku


def _place(draft: Draft, fields: Mapping[str, Any], structure: Structure, around: Surroundings) -> None:
    if draft.is_new:
        _new_place(draft, fields, structure, around)
        return
    change_place(draft, fields, structure, around)


def _new_place(draft: Draft, fields: Mapping[str, Any], structure: Structure, around: Surroundings) -> None:
    row = draft.row
    parent_sku, family_code = str(fields.get("parent") or "").strip(), str(fields.get("family") or "").strip()
    variant_code = str(fields.get("family_variant") or "").strip()
    family = structure.family_by_code.get(family_code.casefold())
    variant = structure.variant_by_code.get(variant_code.casefold())
    if family_code and family is None:
        draft.refuse(
            "_family",
            "unknown_family",
            _("There is no family '%(code)s'.") % {"code": family_code},
            family_code,
        )
    if variant_code and variant is None:
        draft.refuse(
            "_family_variant",
            "unknown_family_variant",
            _("There is no family variant '%(code)s'.") % {"code": variant_code},
            variant_code,
        )
    if parent_sku:
        parent = around.by_sku.get(parent_sku.upper())
        if parent is None:
            draft.refuse(
                "_parent",
                "unknown_parent",
                _("There is no product model '%(sku)s': create it first, or in the same file.")
                % {"sku": parent_sku},
                parent_sku,
            )
            return
        if parent.is_sellable:
            draft.refuse(
                "_parent",
                "parent_no_model",
                _("%(sku)s is not a product model: it can have no variants.") % {"sku": parent.sku},
                parent_sku,
            )
            return
        variant = structure.variants.get(parent.family_variant_id) if parent.family_variant_id else None
        if family is not None and family.id != parent.family_id:
            draft.refuse(
                "_family",
                "family_differs",
                _("%(sku)s belongs to another family than its model.") % {"sku": fields.get("sku")},
                family_code,
            )
        # A parent that is only planned has no id yet, and its own parent at hand.
        grandparent = around.by_id.get(parent.parent_id) if parent.parent_id else parent.parent
        draft.above = (parent, grandparent) if grandparent else (parent,)
        row.parent, row.root_id = parent, parent.root_id or parent.pk
        row.family_id, row.family_variant_id = parent.family_id, parent.family_variant_id
        row.kind = (
            Product.Kind.VARIANT
            if variant is None or len(draft.above) >= variant.levels
            else Product.Kind.SUBMODEL
        )
        draft.family = structure.families.get(parent.family_id) if parent.family_id else None
        draft.variant = variant
        draft.set_field("_parent", None, parent.sku)
    else:
        if variant is not None:
            family = family or structure.families.get(variant.family_id)
            if family is not None and variant.family_id != family.id:
                draft.refuse(
                    "_family_variant",
                    "variant_of_other_family",
                    _("The family variant %(code)s belongs to another family.") % {"code": variant.code},
                    variant_code,
                )
            row.kind = Product.Kind.MODEL
            row.family_variant_id = variant.id
            draft.variant = variant
            draft.set_field("_family_variant", None, variant.code)
        row.family_id = family.id if family else None
        draft.family = family
        if family:
            draft.set_field("_family", None, family.code)


def _flag(draft: Draft, fields: Mapping[str, Any], name: str) -> None:
    if name not in fields:
        return
    raw = fields[name]
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    wanted = raw if isinstance(raw, bool) else known.get(str(raw).strip().lower())
    if wanted is None:
        draft.refuse(f"_{name}", "not_boolean", _("Write 1 or 0."), raw)
        return
    current = getattr(draft.row, name)
    if wanted != current and may(draft, edit_verb(draft), f"_{name}") and note(draft, name, current, wanted):
        setattr(draft.row, name, wanted)


def _trash(draft: Draft, fields: Mapping[str, Any]) -> None:
    if "trashed" not in fields:
        return
    wanted, current = bool(fields["trashed"]), draft.row.trashed_at is not None
    if (
        wanted != current
        and may(draft, "product.trash", "_trashed")
        and note(draft, "trashed", current, wanted)
    ):
        draft.row.trashed_at = timezone.now() if wanted else None


def _categories(draft: Draft, fields: Mapping[str, Any], structure: Structure) -> None:
    if "categories" not in fields:
        return
    wanted: list[int] = []
    for code in fields["categories"] or ():
        category = structure.category_by_code.get(str(code).strip().casefold())
        if category is None:
            draft.refuse(
                "_categories",
                "unknown_category",
                _("There is no category '%(code)s'.") % {"code": code},
                code,
            )
            return
        if category.id not in wanted:
            wanted.append(category.id)
    if wanted == draft.stored_categories:
        return
    before = [structure.categories[pk].code for pk in draft.stored_categories if pk in structure.categories]
    after = [structure.categories[pk].code for pk in wanted]
    if draft.is_new or may(draft, edit_verb(draft), "_categories"):
        base = (draft.change.base or {}).get("_categories")
        if base is not None and base != value_hash(before):
            ancestor = revisions.value_by_hash(draft.row.pk, "_categories", base)
            if ancestor is not ABSENT:
                after = _both(ancestor, after, before)
                wanted = [structure.category_by_code[code.casefold()].id for code in after]
                if after != before:
                    draft.set_field("_categories", before, after)
                    draft.categories = wanted
                return
        if set(before) == set(after) or not note(draft, "categories", before, after):
            return
        draft.categories = wanted


def _both(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """What two people added and removed since `base`; a set never conflicts."""
    kept = [code for code in theirs if code in mine or code not in base]
    return kept + [code for code in mine if code not in base and code not in kept]


def check_axes(drafts: Sequence[Draft], siblings: Mapping[int, list[tuple[int, dict[str, Any]]]]) -> None:
    """Each variant has a value for its axes, and no two of one parent the same. `siblings`: parent id → (id, own values)."""
    taken: dict[tuple[Any, ...], str] = {}
    # Only those whose place moves leave it: an edit of something else keeps its combination taken.
    changing = {
        draft.row.pk
        for draft in drafts
        if not draft.outcome.errors
        and (
            is_moved(draft)
            or any(axis in draft.outcome.changed for axis in axes_of(draft.variant, draft.depth))
        )
    }
    for draft in drafts:
        axes = axes_of(draft.variant, draft.depth)
        if not axes or draft.outcome.errors:
            continue
        if not (draft.is_new or is_moved(draft) or any(axis in draft.outcome.changed for axis in axes)):
            continue
        missing = [axis for axis in axes if draft.values.get(axis) in (None, "")]
        for axis in missing:
            draft.refuse(
                axis,
                "axis_missing",
                _("%(sku)s needs a value for %(axis)s: it tells the variants apart.")
                % {"sku": draft.row.sku, "axis": axis},
            )
        if missing:
            continue
        combination = tuple(str(draft.values[axis]) for axis in axes)
        parent = draft.above[0]
        for pk, values in siblings.get(parent.pk or 0, ()):
            if pk not in changing and tuple(str(values.get(axis)) for axis in axes) == combination:
                draft.refuse(
                    axes[0],
                    "axis_taken",
                    _("%(parent)s already has a variant %(combination)s.")
                    % {"parent": parent.sku, "combination": " / ".join(combination)},
                )
        slot = (parent.sku.upper(), *combination)
        if slot in taken:
            draft.refuse(
                axes[0],
                "axis_taken",
                _("%(sku)s has the same %(combination)s.")
                % {"sku": taken[slot], "combination": " / ".join(combination)},
            )
        taken.setdefault(slot, draft.row.sku)


def axes_of(variant: VariantSpec | None, depth: int) -> tuple[str, ...]:
    return variant.axes.get(depth, ()) if variant and depth else ()
