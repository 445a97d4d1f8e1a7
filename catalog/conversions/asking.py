"""What may be changed of an attribute, and what stands against it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.attribute import Attribute
from catalog.models.conversion import Conversion
from catalog.models.family import Family, VariantAttribute
from catalog.structure.flags import check_flags
from catalog.structure.params import check_params
from catalog.structure.ways import WAYS


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for. `locales`: those that get the value, or the order in which they win; `contexts`: the order
    in which they win, "" being master.
    """

    type: str
    localizable: bool
    scopable: bool
    params: dict[str, Any]
    locales: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()

    @property
    def facets(self) -> dict[str, Any]:
        return {
            "type": self.type, "localizable": self.localizable, "scopable": self.scopable, "params": self.params,
        }  # fmt: skip

    @property
    def settings(self) -> dict[str, Any]:
        return {"locales": list(self.locales), "contexts": list(self.contexts)}


def facets_of(attribute: Attribute) -> dict[str, Any]:
    return {name: getattr(attribute, name) for name in ("type", "localizable", "scopable", "params")}


def reasons_against(attribute: Attribute, wanted: Wanted) -> list[str]:
    """In sentences; [] where it may be done. Asked when planning, and once more when starting."""
    before, after = facets_of(attribute), wanted.facets
    if before == after:
        return [_("Nothing would change: choose what is to become different.")]
    if Conversion.objects.filter(attribute=attribute, state=Conversion.State.OPEN).exists():
        return [
            _("The values of %(attribute)s are being converted already: wait for its end.")
            % {"attribute": attribute}
        ]
    reasons = []
    if (before["type"], wanted.type) not in WAYS and before["type"] != wanted.type:
        reasons.append(
            _("There is no way from %(before)s to %(after)s.")
            % {
                "before": ATTRIBUTE_TYPES[before["type"]].label,
                "after": ATTRIBUTE_TYPES[wanted.type].label
                if wanted.type in ATTRIBUTE_TYPES
                else wanted.type,
            }
        )
    if wanted.localizable != attribute.localizable and not wanted.locales:
        reasons.append(_("Say which locales: those that get the value, or whose value stays."))
    if attribute.scopable and not wanted.scopable and not wanted.contexts:
        reasons.append(_("Say whose value stays: the master's, or that of an audience or a channel."))
    reasons += _in_families(attribute, wanted)
    return reasons + _in_itself(attribute, wanted)


def _in_families(attribute: Attribute, wanted: Wanted) -> list[str]:
    reasons = []
    axes = (
        VariantAttribute.objects.filter(attribute=attribute, is_axis=True)
        .select_related("family_variant")
        .order_by("family_variant__code")
    )
    kind = ATTRIBUTE_TYPES.get(wanted.type)
    if kind and (wanted.localizable or wanted.scopable or not kind.may_be_axis):
        reasons += [
            _("It tells the variants of %(variant)s apart, so every variant must have one value of it.")
            % {"variant": row.family_variant}
            for row in axes
        ]
    if kind and not kind.is_text:
        reasons += [
            _("It names the products of %(family)s: choose another label attribute there first.")
            % {"family": family}
            for family in Family.objects.filter(label_attribute=attribute)
        ]
    return reasons


def _in_itself(attribute: Attribute, wanted: Wanted) -> list[str]:
    changed = copy(attribute)
    for name, value in wanted.facets.items():
        setattr(changed, name, value)
    try:
        changed.clean()
        check_params(changed)
        check_flags(changed)
    except ValidationError as error:
        return list(error.messages)
    return []
