"""Is this key one of this product's, may this person write it, and what is stored for what they gave?"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import AttributeType, ValueRefused
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.changes import ABSENT, EMPTY, RESET, FieldError
from catalog.values.draft import Draft
from catalog.values.keys import Key, is_canonical

NO_ROOM = ("not_in_family", "wrong_level")  # refusals by the place of the product, not by the key itself


class KeyRules:
    """What one batch found out about keys: checked once for each key, place in the structure and reach of the writer,
    not once a value."""

    def __init__(self, structure: Structure, *, by_hand: bool = False) -> None:
        self.structure, self.by_hand = structure, by_hand
        self._draft: Draft | None = None
        self._found: dict[str, tuple[AttributeSpec, AttributeType, bool]] = {}
        self._places: dict[tuple[Any, ...], dict[str, tuple[AttributeSpec, AttributeType, bool]]] = {}

    def of(self, draft: Draft) -> dict[str, tuple[AttributeSpec, AttributeType, bool]]:
        """Key → (attribute, its type, whether its absence may inherit), of the keys this draft's place was found to allow."""
        if draft is not self._draft:  # a draft's values come one after the other
            place = (
                draft.family and draft.family.id,
                draft.variant and draft.variant.id,
                draft.depth,
                id(draft.rights),
            )
            self._draft, self._found = draft, self._places.setdefault(place, {})
        return self._found

    def check(self, draft: Draft, key: str, raw: Any) -> tuple[AttributeSpec, AttributeType, bool] | None:
        """The same for a key not met before; None where it was refused on the draft."""
        shown = None if isinstance(raw, type(EMPTY)) else raw
        if not is_canonical(key):
            draft.refuse(
                key, "bad_key", _("'%(key)s' is not how a value's key is written.") % {"key": key}, shown
            )
            return None
        parsed = Key.parse(key)
        spec = self.structure.attributes.get(parsed.attribute)
        if spec is None:
            draft.refuse(
                key,
                "unknown_attribute",
                _("There is no attribute '%(code)s'.") % {"code": parsed.attribute},
                shown,
            )
            return None
        refusal = misplaced(draft, spec, parsed, self.structure)
        # What has no room any more may still be taken away: a move that is taken back leaves such values behind.
        leaves = refusal is not None and refusal[0] in NO_ROOM and (raw is RESET or raw is ABSENT)
        if refusal and not leaves:
            draft.refuse(key, refusal[0], refusal[1], shown)
            return None
        if draft.rights is not None and not draft.rights.may_edit_key(spec, parsed.locale, parsed.context):
            draft.refuse(
                key,
                "forbidden",
                _("Your roles do not let you edit %(label)s here.") % {"label": _named(spec, parsed)},
            )
            return None
        if spec.read_only and self.by_hand:
            draft.refuse(
                key,
                "read_only",
                _("%(label)s is written by imports and rules only, not by hand.") % {"label": spec.label()},
            )
            return None
        known = (spec, ATTRIBUTE_TYPES[spec.type], may_inherit(draft, spec, parsed, self.structure))
        if not leaves:
            self.of(draft)[key] = known
        return known


def clean_value(draft: Draft, key: str, raw: Any, rules: KeyRules) -> tuple[AttributeSpec, Any] | None:
    """(attribute, stored form or ABSENT or None for explicitly empty); None where it was refused on the draft."""
    known = rules.of(draft).get(key) or rules.check(draft, key, raw)
    if known is None:
        return None
    spec, kind, inherits = known
    if raw is RESET or raw is ABSENT:
        return spec, ABSENT
    if raw is EMPTY:
        stored = None
    elif draft.change.cleaned:
        stored = raw
    else:
        try:
            stored = kind.clean(raw, spec, structure=rules.structure)
        except ValueRefused as refused:
            draft.refuse(key, refused.code, str(refused.message), raw)
            return None
        if stored is not None:
            for warning in kind.warnings(stored, spec):
                draft.outcome.warnings.append(FieldError(key, "warning", str(warning), stored))
    if stored is None and not inherits:
        return spec, ABSENT
    return spec, stored


def may_inherit(draft: Draft, spec: AttributeSpec, key: Key, structure: Structure) -> bool:
    """Whether something could shine through an absent value: only then is "explicitly empty" another thing than absent."""
    if draft.depth and (draft.variant is None or draft.variant.bound.get(spec.code) is None):
        return True
    return bool(key.context) or (spec.localizable and len(structure.locale_chain(key.locale)) > 1)


def misplaced(draft: Draft, spec: AttributeSpec, key: Key, structure: Structure) -> tuple[str, str] | None:
    """(code, sentence) where the product's place, or the structure, has no room for the key; None where it has."""
    if spec.localizable and not key.locale:
        return "needs_locale", _("%(label)s is written by locale: name one, as in %(code)s-en_US.") % {
            "label": spec.label(),
            "code": spec.code,
        }
    if key.locale and not spec.localizable:
        return "not_localizable", _("%(label)s has one value for all locales: leave '%(locale)s' out.") % {
            "label": spec.label(),
            "locale": key.locale,
        }
    if key.locale and key.locale not in structure.locales:
        return "unknown_locale", _("There is no locale '%(locale)s'.") % {"locale": key.locale}
    if key.locale and spec.locales and key.locale not in spec.locales:
        return "not_in_locale", _("%(label)s exists in %(locales)s only: leave '%(locale)s' out.") % {
            "label": spec.label(),
            "locales": ", ".join(spec.locales),
            "locale": key.locale,
        }
    if key.context and not spec.scopable:
        return "not_scopable", _("%(label)s has one value for all channels: leave '%(context)s' out.") % {
            "label": spec.label(),
            "context": key.context,
        }
    if key.context and key.context not in structure.contexts:
        return "unknown_context", _("There is no audience or channel '%(context)s'.") % {
            "context": key.context
        }
    if (
        draft.family is not None
        and spec.code not in draft.family.attributes
        and spec.code not in structure.everywhere
    ):
        return "not_in_family", _("The family %(family)s has no %(label)s: add it to the family, or leave this out.") % {
            "family": draft.family.label(), "label": spec.label(),
        }  # fmt: skip
    if draft.variant is not None:
        level = draft.variant.bound.get(spec.code, draft.depth)
        if level < draft.depth:
            return "wrong_level", _("%(label)s is common to all variants: write it on %(sku)s.") % {
                "label": spec.label(), "sku": draft.above[draft.depth - level - 1].sku,
            }  # fmt: skip
        if level > draft.depth:
            return "wrong_level", _("%(label)s is written on each variant, not on the model.") % {
                "label": spec.label()
            }
    return None


def _named(spec: AttributeSpec, key: Key) -> str:
    where = " ".join(part for part in (key.locale, key.context) if part)
    return f"{spec.label()} ({where})" if where else spec.label()
