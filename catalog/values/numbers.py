"""Numbers for products on their way through the door: asked for by the change, or given to every new product."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalog import approval
from catalog.attribute_types import ATTRIBUTE_TYPES, ValueRefused
from catalog.models.product import Product
from catalog.numbering import claim
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.changes import ABSENT, FieldError
from catalog.values.cleaning import KeyRules
from catalog.values.defaults import belongs
from catalog.values.derive import unique_entry
from catalog.values.draft import Draft


def assign(drafts: Sequence[Draft], structure: Structure, *, source: str) -> None:
    """The last step before a batch is stored: only what will be written takes a number.

    Locks the sequences and pools of the attributes in the order of their codes, after the products.
    """
    rules = KeyRules(structure)  # numbering writes what people may not type, where they may edit at all
    wanted: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.outcome.errors or draft.outcome.conflicts:
            continue
        for code in draft.change.number:
            if draft.values.get(code) is None and _may_have(draft, code, rules, structure):
                wanted.setdefault(code, []).append(draft)
        for code in structure.numbered if draft.is_new else ():
            spec = structure.attributes[code]
            if code not in draft.change.number and draft.values.get(code) is None and belongs(draft, spec):
                wanted.setdefault(code, []).append(draft)
    for code in sorted(wanted):
        _assign(wanted[code], structure.attributes[code], structure, drafts, source)


def _may_have(draft: Draft, code: str, rules: KeyRules, structure: Structure) -> bool:
    spec = structure.attributes.get(code)
    if spec is None or not structure.gives_numbers(spec):
        draft.refuse(
            code,
            "no_numbers",
            _("%(label)s has neither a pattern nor a pool to take numbers from.")
            % {"label": spec.label() if spec else code},
        )
        return False
    if (
        not draft.is_new
        and draft.rights is not None
        and draft.row.status == Product.Status.APPROVED
        and not approval.may_decide(draft.rights, structure)
    ):
        draft.refuse(
            code, "forbidden", _("This product is approved: only who may publish gives it a number.")
        )
        return False
    return (rules.of(draft).get(code) or rules.check(draft, code, None)) is not None


def _assign(
    drafts: Sequence[Draft], spec: AttributeSpec, structure: Structure, batch: Sequence[Draft], source: str
) -> None:
    taken = {
        unique_entry(spec, after)
        for draft in batch
        if (after := draft.outcome.changed.get(spec.code, (None, ABSENT))[1]) not in (ABSENT, None)
    }
    pattern = spec.params.get("number_pattern")
    if pattern:
        products = [(draft.row.sku, draft.family.code if draft.family else "") for draft in drafts]
        numbers = claim.by_pattern(spec.id, spec.code, pattern, products, taken=taken)
    else:
        numbers = claim.of_pools(spec.code, len(drafts), taken=taken)
    for index, draft in enumerate(drafts):
        if index >= len(numbers):
            _exhausted(draft, spec)
            continue
        try:
            stored = ATTRIBUTE_TYPES[spec.type].clean(numbers[index], spec, structure=structure)
        except ValueRefused as refused:
            draft.refuse(spec.code, refused.code, refused.message, numbers[index])
            continue
        draft.set_value(spec.code, stored, source)


def _exhausted(draft: Draft, spec: AttributeSpec) -> None:
    message = _("The pools of %(label)s are exhausted: add another range, or write the number.") % {
        "label": spec.label()
    }
    if spec.code in draft.change.number:
        draft.refuse(spec.code, "pool_exhausted", message)
    else:  # a new product is not held up by a number that nobody asked for
        draft.outcome.warnings.append(FieldError(spec.code, "warning", message))
