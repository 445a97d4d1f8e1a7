"""Which of Akeneo's exports a table is: told by its header and codes, since people rename files.

The columns are those of Akeneo's own CSV and XLSX exports (pim-community-dev, `StandardToFlat` converters).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

LABEL = "label-"
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{4})?_([A-Z]{2}|\d{3})\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
AMBIGUOUS = "coded"  # codes and labels alone: association types or group types


@dataclass(frozen=True, slots=True)
class Kind:
    """`means`: what is not there where the file is missing; "" where nobody misses it. `why`: why it does not come over."""

    code: str
    label: Any  # lazy text
    means: Any = ""
    why: Any = ""


_GROUPS = _("Product groups have no place here: a multi-select attribute or a category does their work.")
# In the order in which they build on each other.
KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "locales",
            _("Locales"),
        ),
        Kind("currencies", _("Currencies")),
        Kind(
            "channels", _("Channels"),
            _("No channels are made, nothing says which languages and currencies are in use, and values by channel have no place."),
        ),
        Kind("measurements", _("Measurement families")),
        Kind("attribute_groups", _("Attribute groups")),
        Kind("attributes", _("Attributes"), _("Only columns whose attribute is here already can be imported.")),
        Kind("options", _("Attribute options"), _("Products that name an option which is not here are refused.")),
        Kind("association_types", _("Association types")),
        Kind("families", _("Families"), _("Products of families that are not here are refused.")),
        Kind("family_variants", _("Family variants")),
        Kind("categories", _("Categories"), _("Products in categories that are not here are refused.")),
        Kind("group_types", _("Group types"), why=_GROUPS),
        Kind("groups", _("Product groups"), why=_GROUPS),
        Kind("models", _("Product models")),
        Kind("products", _("Products"), _("The structure comes over, and no products.")),
    )
}  # fmt: skip


def recognise(headers: Iterable[str], codes: Sequence[str]) -> str:
    """The kind of a table, AMBIGUOUS, or "" for none. `codes`: some of what stands in its column "code"."""
    has = {header.strip().casefold() for header in headers}
    plain = {header for header in has if not header.startswith((LABEL, "guidelines-"))}
    for kind, fits in (
        ("attributes", {"code", "type", "localizable", "scopable"} <= has),
        ("family_variants", {"code", "family"} <= has and any(header.startswith("variant-axes") for header in has)),
        ("families", {"code", "attributes"} <= has and ("attribute_as_label" in has or _starts(has, "requirements-"))),
        ("channels", {"code", "tree", "locales"} <= has),
        ("models", {"code", "family_variant"} <= has),
        ("options", {"code", "attribute"} <= has and "attributes" not in has),
        ("products", "family" in has and bool(has & {"enabled", "categories", "parent"}) and "label" not in has),
        ("categories", {"code", "parent"} <= plain <= {"code", "parent", "position", "updated"}),
        ("groups", {"code", "type"} <= plain and not plain & {"localizable", "scopable", "axis"}),
        ("attribute_groups", {"code", "sort_order"} <= plain),
        ("association_types", {"code", "is_two_way"} <= has),
    ):  # fmt: skip
        if fits:
            return kind
    if "code" not in plain or plain - {"code", "activated", "enabled"}:
        return ""
    if codes and all(_LOCALE.match(code) for code in codes):
        return "locales"
    if codes and "activated" in plain and all(_CURRENCY.match(code) for code in codes):
        return "currencies"
    return AMBIGUOUS if plain == {"code"} else ""


def _starts(headers: Iterable[str], start: str) -> bool:
    return any(header.startswith(start) for header in headers)


def told_apart(
    codes: Iterable[str], name: str, *, product_headers: Collection[str], group_types: Collection[str]
) -> str:
    """Association types or group types: by what the other files name, and else by the file's own name.

    `product_headers`: all headers of products and models, in lower case; `group_types`: what groups call theirs.
    """
    given = {code.casefold() for code in codes}
    if any(header.partition("-")[0] in given for header in product_headers if _is_link(header)):
        return "association_types"
    if given & {code.casefold() for code in group_types} or "group" in name.casefold():
        return "group_types"
    return "association_types"


def _is_link(header: str) -> bool:
    return header.removesuffix("-quantity").endswith(("-products", "-product_models", "-groups"))
