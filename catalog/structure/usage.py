"""What of the structure is in use by products, and so may no longer change its meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models.attribute import Attribute
from catalog.models.campaign import CampaignValues
from catalog.models.product import ProductValues

# What decides how stored values are read: their form, and the spelling of their keys. Of parameters, the type says which.
FIXED_BY_VALUES = ("type", "localizable", "scopable", "params")


def has_values(attribute: Attribute) -> bool:
    """Whether any product or campaign has a value of it. Reads documents until one is found: ask when it matters."""
    keys = Q(values__has_key=attribute.code) | Q(text__contains=f'"{attribute.code}|')
    return any(
        model.objects.annotate(text=Cast("values", TextField())).filter(keys).exists()
        for model in (ProductValues, CampaignValues)
    )


def check_change(attribute: Attribute, before: Mapping[str, Any]) -> None:
    """Raises ValidationError by field where a stored attribute that has values would change what they mean.

    `before`: the stored columns of FIXED_BY_VALUES.
    """
    changed = [
        name for name in FIXED_BY_VALUES if name != "params" and before[name] != getattr(attribute, name)
    ]
    if changed and has_values(attribute):
        raise ValidationError({
            name: _("Products have values of %(attribute)s, so this cannot change here: convert its values instead.")
            % {"attribute": attribute} for name in changed
        })  # fmt: skip
    unreadable = None
    if "type" not in changed and before["params"] != attribute.params:
        unreadable = ATTRIBUTE_TYPES[attribute.type].unreadable(before["params"], attribute.params)
    if unreadable is not None and any(map(unreadable, _stored(attribute))):
        raise ValidationError({
            "params": _("Products have values of %(attribute)s that would lose a part by this: empty that part first.")
            % {"attribute": attribute}
        })  # fmt: skip


def _stored(attribute: Attribute) -> Iterator[Any]:
    """Every value that products and campaigns have of it."""
    own = Q(text__contains=f'"{attribute.code}"') | Q(text__contains=f'"{attribute.code}|')
    for model in (ProductValues, CampaignValues):
        rows = model.objects.annotate(text=Cast("values", TextField())).filter(own)
        for values in rows.values_list("values", flat=True).iterator():
            yield from (stored for key, stored in values.items() if key.partition("|")[0] == attribute.code)


def options_in_use(attribute: Attribute, codes: Iterable[str]) -> list[str]:
    """Those of the option codes that some product or campaign has as a value of the attribute."""
    used = []
    own = Q(text__contains=f'"{attribute.code}"') | Q(text__contains=f'"{attribute.code}|')
    for code in codes:
        # The code in quotes anywhere in a document of the attribute first, the exact look only at what that leaves.
        for model in (ProductValues, CampaignValues):
            rows = model.objects.annotate(text=Cast("values", TextField())).filter(
                own, text__contains=f'"{code}"'
            )
            if any(
                _holds(values, attribute.code, code)
                for values in rows.values_list("values", flat=True).iterator()
            ):
                used.append(code)
                break
    return used


def _holds(values: Mapping[str, Any], attribute: str, option: str) -> bool:
    return any(
        stored == option or (isinstance(stored, (list, dict)) and option in stored)
        for key, stored in values.items()
        if key.partition("|")[0] == attribute
    )
