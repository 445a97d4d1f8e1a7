"""A product that is there gets another place: another family, another model above it, into a model or out of it.

What does not fit the new place leaves the document in the same revision, so that nothing goes out, or is found, that no page
shows; the history has it, and gives it back. A plan() tells all of it beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.access import can
from catalog.models.campaign import CampaignValues
from catalog.models.product import Product
from catalog.structure.snapshot import Structure, VariantSpec
from catalog.values.approving import take_along
from catalog.values.changes import ABSENT, Conflict
from catalog.values.cleaning import NO_ROOM, may_inherit, misplaced
from catalog.values.draft import Draft, Surroundings
from catalog.values.hashing import value_hash
from catalog.values.keys import Key, attribute_of, campaign_key
from catalog.values.products import below_each
from catalog.values.rows import update_rows
from catalog.values.setting import edit_verb, may, note

PLACE = frozenset({"_family", "_parent", "_family_variant"})
PLACE_COLUMNS = ("kind", "family_variant", "parent", "root")
Kind = Product.Kind


def is_moved(draft: Draft) -> bool:
    return not draft.is_new and not PLACE.isdisjoint(draft.outcome.changed)


def leaves_with_all(draft: Draft) -> bool:
    """Whether it leaves its model and takes along what it inherited."""
    return draft.change.moves == "along" and draft.row.kind == Kind.SIMPLE and bool(draft.stored_above)


def stays_where_it_is(draft: Draft) -> bool:
    """Whether somebody moved it on since the move that is being taken back: then all of it stays as it is, for what it had
    before belongs to the place it had before."""
    if draft.change.moves != "bare" or PLACE.isdisjoint(each.key for each in draft.outcome.conflicts):
        return False
    draft.outcome.changed.clear()
    return True


def change_place(draft: Draft, fields: Mapping[str, Any], structure: Structure, around: Surroundings) -> None:
    """The place of a product that exists. Only a change that says so (`moves`) takes it from one parent to another: a file
    whose column of parents is old must not do it unseen.
    """
    for name, current, move in (
        ("parent", draft.above[0].sku if draft.above else None, _parent),
        ("family_variant", draft.variant.code if draft.variant else None, _family_variant),
    ):
        wanted = str(fields.get(name) or "").strip()
        if name not in fields or wanted.upper() == (current or "").upper():
            continue
        if name == "family_variant" and draft.above and not wanted:
            continue  # a variant takes its parent's: a file may leave the cell empty
        if draft.change.moves:
            if may(draft, edit_verb(draft), f"_{name}"):
                move(draft, wanted, structure, around)
            continue
        draft.refuse(f"_{name}", "place_fixed", _("%(sku)s stands under %(current)s: a product cannot be moved by an edit.") % {
            "sku": draft.row.sku, "current": current or _("no parent"),
        }, wanted or None)  # fmt: skip
    if "family" in fields and not draft.outcome.errors:
        _family(draft, str(fields["family"] or ""), structure)


def _family(draft: Draft, code: str, structure: Structure) -> None:
    row, wanted = draft.row, structure.family_by_code.get(code.casefold())
    if code and wanted is None:
        draft.refuse("_family", "unknown_family", _("There is no family '%(code)s'.") % {"code": code}, code)
    elif (wanted and wanted.id) != row.family_id:
        if row.kind != Kind.SIMPLE:
            text = _(
                "The family of a model and its variants follows their family variant: change that instead."
            )
            draft.refuse("_family", "family_fixed", text, code)
        elif may(draft, edit_verb(draft), "_family") and note(
            draft, "family", draft.family.code if draft.family else None, wanted.code if wanted else None
        ):
            row.family_id = wanted.id if wanted else None
            draft.family = wanted


def _parent(draft: Draft, wanted: str, structure: Structure, around: Surroundings) -> None:
    if not wanted:
        _out_of_its_model(draft, structure)
        return
    target = around.by_sku.get(wanted.upper())
    if target is None:
        text = _("There is no product model '%(sku)s': check the SKU.")
        draft.refuse("_parent", "unknown_parent", text % {"sku": wanted}, wanted)
        return
    refusal = _why_not_under(draft, target, structure)
    if refusal:
        draft.refuse("_parent", refusal[0], refusal[1], wanted)
        return
    if not note(draft, "parent", draft.above[0].sku if draft.above else None, target.sku):
        return
    variant = structure.variants.get(target.family_variant_id or 0)
    _note_structure(draft, target.family_id, variant, structure)
    above = around.by_id.get(target.parent_id or 0)
    draft.above = (target, above) if above else (target,)
    row = draft.row
    row.parent, row.root_id = target, target.root_id or target.pk
    row.kind = Kind.VARIANT if variant is None or len(draft.above) >= variant.levels else Kind.SUBMODEL
    inherited = handed_down(draft)
    for key, value in draft.stored.items():
        if (
            draft.change.moves == "along"
            and key in inherited
            and inherited[key] == value
            and key not in draft.change.values
        ):
            draft.set_value(key, ABSENT, "")  # says what its model says, and follows it from now on


def _why_not_under(draft: Draft, target: Product, structure: Structure) -> tuple[str, str] | None:
    row, names = draft.row, {"sku": draft.row.sku, "parent": target.sku}
    if target.is_sellable:
        return "parent_no_model", _("%(parent)s is not a product model: it can have no variants.") % names
    if target.trashed_at is not None:
        return "parent_in_trash", _("%(parent)s is in the trash: take it out first.") % names
    if row.kind == Kind.MODEL:
        return "model_moved", _("%(sku)s is a model itself: move its variants one by one.") % names
    if draft.writer is not None and not can(draft.writer, "product.edit", target):
        return "forbidden", _("Your roles do not let you add variants to %(parent)s.") % names
    variant = structure.variants.get(target.family_variant_id or 0)
    depth = 1 if target.parent_id is None else 2
    if row.kind == Kind.SUBMODEL and (variant is None or depth != 1 or variant.id != row.family_variant_id):
        text = _("%(sku)s has variants of its own: it can only go under a model of the same family variant.")
        return "variant_differs", text % names
    if row.kind != Kind.SUBMODEL and variant is not None and depth < variant.levels:
        return "parent_has_submodels", _(
            "The variants of %(parent)s stand under its sub-models: choose one of them."
        ) % names
    return None


def _out_of_its_model(draft: Draft, structure: Structure) -> None:
    """A variant becomes a product of its own, and takes along what it inherited."""
    row = draft.row
    if row.kind != Kind.VARIANT:
        text = _("Only a variant can leave its model: %(sku)s has variants of its own.")
        draft.refuse("_parent", "not_a_variant", text % {"sku": row.sku})
        return
    if not note(draft, "parent", draft.above[0].sku, None):
        return
    _note_structure(draft, row.family_id, None, None)
    steps, draft.above = draft.above, ()
    row.parent, row.root_id, row.kind = None, row.pk, Kind.SIMPLE
    if draft.change.moves == "along":
        _take_along(draft, steps, structure)


def _take_along(draft: Draft, steps: Sequence[Product], structure: Structure) -> None:
    """What was inherited becomes its own. What the nearest step left empty was shown as empty, whatever those above it say: it
    is taken along as empty where something could shine through here as well, and else as nothing."""
    inherited: dict[str, tuple[Any, str]] = {}
    said: dict[str, list[Product]] = {}
    for step in reversed(steps):
        values, sources = draft.documents.get(step.pk, ({}, {}))
        for key, value in values.items():
            if key not in draft.stored:
                inherited[key] = value, sources.get(key, "")
                said[key] = [] if value is None else [*said.get(key, []), step]
    for key, (value, source) in inherited.items():
        parsed = Key.parse(key)
        spec = structure.attributes.get(parsed.attribute)
        if value is not None or (spec is not None and may_inherit(draft, spec, parsed, structure)):
            draft.set_value(key, value, source)
    take_along(draft, said, structure)


def _family_variant(draft: Draft, wanted: str, structure: Structure, around: Surroundings) -> None:
    """Of a whole model: the model and all below it in one batch, the model first (check_whole_models)."""
    row, variant = draft.row, structure.variant_by_code.get(wanted.casefold())
    if variant is None:
        text = _("There is no family variant '%(code)s'.") if wanted else _("A model needs a family variant.")
        draft.refuse("_family_variant", "unknown_family_variant", text % {"code": wanted}, wanted)
    elif row.kind == Kind.SIMPLE or draft.variant is None:
        text = _("%(sku)s has no variants, so it has no family variant.")
        draft.refuse("_family_variant", "not_a_model", text % {"sku": row.sku}, wanted)
    elif draft.above and around.by_id[draft.above[0].pk].family_variant_id != variant.id:
        text = _("%(sku)s goes with its model: change the family variant there.")
        draft.refuse("_family_variant", "follows_model", text % {"sku": row.sku}, wanted)
    elif variant.axes != draft.variant.axes:
        text = _("The variants of %(sku)s are told apart by other attributes than those of %(code)s.")
        draft.refuse("_family_variant", "axes_differ", text % {"sku": row.sku, "code": variant.code}, wanted)
    elif not _was_changed_since(draft, "_family_variant", draft.variant.code, variant.code):
        _note_structure(draft, variant.family_id, variant, structure)


def _was_changed_since(draft: Draft, key: str, current: str, wanted: str) -> bool:
    base = (draft.change.base or {}).get(key)
    if base is None or base == value_hash(current):
        return False
    draft.outcome.conflicts.append(Conflict(key, wanted, current))
    return True


def _note_structure(
    draft: Draft, family: int | None, variant: VariantSpec | None, structure: Structure | None
) -> None:
    row = draft.row
    if variant is not draft.variant:
        before = draft.variant.code if draft.variant else None
        draft.set_field("_family_variant", before, variant.code if variant else None)
        draft.variant, row.family_variant_id = variant, variant.id if variant else None
    if structure is not None and family != row.family_id:
        after = structure.families.get(family or 0)
        draft.set_field("_family", draft.family.code if draft.family else None, after.code if after else None)
        draft.family, row.family_id = after, family


def handed_down(draft: Draft) -> dict[str, Any]:
    """What a product with nothing of its own would inherit at its new place."""
    merged: dict[str, Any] = {}
    for step in reversed(draft.above):
        merged.update(draft.documents.get(step.pk, ({}, {}))[0])
    return merged


def shed(draft: Draft, structure: Structure) -> None:
    """Takes out what the new place has no room for. A person who may not edit such a value may not do it by moving; and a
    move is not taken back where that would take out what was written since, which nobody was shown."""
    for key, value in list(draft.values.items()):
        parsed = Key.parse(key)
        spec = structure.attributes.get(parsed.attribute)
        if spec is None or key in draft.change.values:
            continue
        refusal = misplaced(draft, spec, parsed, structure)
        if refusal is None or refusal[0] not in NO_ROOM:
            continue
        if draft.change.moves == "bare" and value is not None:
            text = _("%(label)s was written since, and has no room where it was before: empty it first.")
            draft.refuse("_family", "written_since", text % {"label": spec.label()})
            return
        rights = draft.rights
        if rights is not None and not rights.may_edit_key(spec, parsed.locale, parsed.context):
            text = _("The new place has no %(label)s, and your roles do not let you give it up.")
            draft.refuse("_family", "would_lose", text % {"label": spec.label()})
            return
        draft.set_value(key, ABSENT, "")


def keep_campaigns(drafts: Sequence[Draft], structure: Structure) -> None:
    """A move is not taken back either where a campaign says what has no room there, unless that came by the move itself: `base`
    has it then, under the key its revision noted."""
    back = {
        draft.row.pk: draft
        for draft in drafts
        if draft.change.moves == "bare" and is_moved(draft) and not draft.outcome.errors
    }
    if not back:
        return
    rows = CampaignValues.objects.filter(product_id__in=back).select_related("campaign")
    for row in rows.order_by("campaign__code", "product_id"):
        draft, code = back[row.product_id], row.campaign.code
        base = draft.change.base or {}
        for key, value in structure.read(row.values).items():
            is_of_the_move = base.get(campaign_key(key, code)) == value_hash(value)
            if value is None or is_of_the_move or _has_room(draft, key, structure):
                continue
            text = _(
                "%(label)s was written in the campaign %(campaign)s since, and has no room where it was before: empty it first."
            )
            label = structure.attributes[attribute_of(key)].label()
            draft.refuse(
                "_family", "written_since", text % {"label": label, "campaign": row.campaign.label()}
            )
            break


def check_whole_models(drafts: Sequence[Draft]) -> None:
    """A model changes its family variant with all that stands below it, or not at all."""
    models = [
        draft for draft in drafts
        if not draft.is_new and "_family_variant" in draft.outcome.changed and draft.row.kind in (Kind.MODEL, Kind.SUBMODEL)
    ]  # fmt: skip
    if not models:
        return
    sound = {
        draft.row.pk
        for draft in drafts
        if not (draft.outcome.errors or draft.outcome.conflicts) and is_moved(draft)
    }
    below = below_each([draft.row.pk for draft in models])
    for draft in models:
        left = [pk for pk in below[draft.row.pk] if pk not in sound]
        if left:
            text = ngettext(
                "%(n)d variant of %(sku)s cannot come along, so nothing was moved.",
                "%(n)d variants of %(sku)s cannot come along, so nothing was moved.",
                len(left),
            )
            draft.refuse("_family_variant", "variants_stay", text % {"n": len(left), "sku": draft.row.sku})
    staying = {draft.row.pk for draft in models if draft.outcome.errors}
    for draft in drafts if staying else ():
        is_below = not staying.isdisjoint(step.pk for step in draft.above)
        if is_below and is_moved(draft) and not draft.outcome.errors:
            draft.refuse("_family_variant", "variants_stay", _("Its model was not moved."))


def store_moves(drafts: Sequence[Draft], *, structure: Structure) -> set[int]:
    """Columns of the place, and campaigns' values as the document's; returns the models that lost a variant."""
    moved = [draft for draft in drafts if is_moved(draft)]
    if not moved:
        return set()
    update_rows(Product, PLACE_COLUMNS, [draft.row for draft in moved])
    for draft in moved:
        if draft.row.kind == Kind.SUBMODEL and "_parent" in draft.outcome.changed:
            Product.objects.filter(parent_id=draft.row.pk).update(root_id=draft.row.root_id)
    _move_campaigns(moved, structure)
    left = {step.pk for draft in moved if "_parent" in draft.outcome.changed for step in draft.stored_above}
    return left - {draft.row.pk for draft in drafts}


def _move_campaigns(moved: Sequence[Draft], structure: Structure) -> None:
    leaving = [draft for draft in moved if leaves_with_all(draft)]
    ids = {draft.row.pk for draft in moved} | {step.pk for draft in leaving for step in draft.stored_above}
    rows = CampaignValues.objects.filter(product_id__in=ids).select_related("campaign")
    documents = {(row.campaign_id, row.product_id): structure.read(row.values) for row in rows}
    codes = {row.campaign_id: row.campaign.code for row in rows}
    written = []
    for draft in moved:
        for campaign, code in codes.items():
            before = documents.get((campaign, draft.row.pk), {})
            after = {key: value for key, value in before.items() if _has_room(draft, key, structure)}
            taken: dict[str, list[Product]] = {}
            for step in draft.stored_above if draft in leaving else ():
                above = documents.get((campaign, step.pk), {})
                taken |= {key: [step] for key in above.keys() - after.keys()}
                after = {**above, **after}
            take_along(draft, taken, structure)
            if after != before:
                written.append(CampaignValues(campaign_id=campaign, product_id=draft.row.pk, values=after))
                for key in before.keys() | after.keys():
                    pair = (before.get(key, ABSENT), after.get(key, ABSENT))
                    if pair[0] != pair[1]:
                        draft.outcome.changed[campaign_key(key, code)] = pair
    CampaignValues.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["campaign", "product"], update_fields=["values"]
    )


def _has_room(draft: Draft, key: str, structure: Structure) -> bool:
    spec = structure.attributes.get(attribute_of(key))
    return spec is None or misplaced(draft, spec, Key.parse(key), structure) is None
