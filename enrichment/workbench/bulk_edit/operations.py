"""What a bulk edit makes of one product. Pure: the products, and what is written, are others' business."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.changes import ABSENT, EMPTY, RESET, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import attribute_of, format_key

CATEGORIES = "_categories"  # what an Edit names instead of an attribute
TEXTS = "_texts"  # the same: the texts of every attribute, in which is found and replaced


@dataclass(frozen=True, slots=True)
class Operation:
    """`asks`: which of the form's parts belong to it."""

    code: str
    label: Any
    asks: str = ""


OPERATIONS = {
    operation.code: operation
    for operation in (
        Operation("set", _("Set to …"), "value"),
        Operation("fill", _("Set to … where it is empty"), "value"),
        Operation("add", _("Add …"), "value"),
        Operation("take", _("Take away …"), "value"),
        Operation("replace", _("Find and replace"), "find"),
        Operation("copy", _("Copy from another language or channel"), "origin"),
        Operation("copy_empty", _("Copy from another language or channel where it is empty"), "origin"),
        Operation("empty", _("Leave empty, also where something would be inherited")),
        Operation("reset", _("Take the own value away, so that it inherits again")),
    )
}


def operations_of(spec: AttributeSpec | None) -> list[Operation]:
    """What can be done with an attribute's values; with categories where there is none."""
    if spec is None:
        return [OPERATIONS[code] for code in ("add", "take", "set")]
    kind = ATTRIBUTE_TYPES[spec.type]
    codes = ["set", "fill"]
    if kind.has_parts:
        codes += ["add", "take"]
    if kind.is_text:
        codes.append("replace")
    if spec.localizable or spec.scopable:
        codes += ["copy", "copy_empty"]
    return [OPERATIONS[code] for code in (*codes, "empty", "reset")]


@dataclass(frozen=True, slots=True)
class Edit:
    """`attribute`: a code, CATEGORIES or TEXTS. `keys`: the values it writes. `value`: a stored form, or the codes of categories.
    `origin`: the key it copies from. `find`, `by`: of texts. `campaign`: the code of the one whose values are written, ""
    for the permanent ones.
    """

    operation: str
    attribute: str
    keys: tuple[str, ...] = ()
    value: Any = None
    origin: str = ""
    find: str = ""
    by: str = ""
    match_case: bool = False
    whole_words: bool = False
    campaign: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Edit:
        return cls(**{**stored, "keys": tuple(stored["keys"])})

    @property
    def codes(self) -> frozenset[str]:
        """Of the attributes it writes; none for categories."""
        if self.attribute == TEXTS:
            return frozenset(map(attribute_of, self.keys))
        return frozenset() if self.attribute == CATEGORIES else frozenset((self.attribute,))

    @property
    def is_cleaned(self) -> bool:
        """Whether what it writes are stored forms already."""
        return self.operation in ("set", "fill", "copy", "copy_empty")

    @property
    def only_empty(self) -> bool:
        return self.operation in ("fill", "copy_empty")

    @property
    def pattern(self) -> re.Pattern[str]:
        """Letters as they stand, no expression: nothing here can take long to match."""
        found = re.escape(self.find)
        if self.whole_words:
            found = rf"(?<!\w){found}(?!\w)"
        return re.compile(found, 0 if self.match_case else re.IGNORECASE)


def change(
    edit: Edit,
    bundle: Bundle,
    structure: Structure,
    *,
    keys: Iterable[str] = (),
    categories: Sequence[str] = (),
) -> ProductChange | None:
    """For the door, or None where there is nothing to do. `keys`: those of its keys that are written at this product;
    `categories`: the codes of the product's own."""
    product = bundle.product.pk
    if edit.attribute == CATEGORIES:
        wanted = _placed(edit, categories)
        if wanted == list(categories):
            return None
        base = {CATEGORIES: value_hash(list(categories))}
        return ProductChange(product, fields={"categories": wanted}, base=base)
    values = {}
    for key in keys:
        written, value = _value(edit, key, bundle, structure.attributes[attribute_of(key)])
        if written:
            values[key] = value
    if not values:
        return None
    own = own_values(bundle, edit)
    computed = edit.operation in (
        "add",
        "take",
        "replace",
    )  # from what stood there: nobody may change it in between
    return ProductChange(
        product,
        values=values,
        base={key: value_hash(own.get(key, ABSENT)) for key in values} if computed else None,
        cleaned=edit.is_cleaned,
        only_empty=edit.only_empty,
    )


def own_values(bundle: Bundle, edit: Edit, *, level: int = 0) -> Mapping[str, Any]:
    """What stands there to be changed: the product's own values (or those so many levels up), or what the campaign says."""
    if not edit.campaign:
        return bundle.levels[level].values
    documents = (each for each in bundle.campaigns if each.code == edit.campaign and each.level == level)
    return next((document.values for document in documents), {})


def _placed(edit: Edit, categories: Sequence[str]) -> list[str]:
    if edit.operation == "add":
        return [*categories, *(code for code in edit.value if code not in categories)]
    if edit.operation == "take":
        return [code for code in categories if code not in edit.value]
    return list(edit.value)


def _value(edit: Edit, key: str, bundle: Bundle, spec: AttributeSpec) -> tuple[bool, Any]:
    """(whether something is written, what). Only what the product says itself is replaced or taken away; what is added to
    a value it inherits becomes its own, with what it inherited."""
    own = own_values(bundle, edit)
    if edit.campaign and edit.only_empty and own.get(key) is not None:
        return False, None
    match edit.operation:
        case "empty":
            return True, EMPTY
        case "reset":
            return key in own, RESET
        case "set" | "fill":
            return True, edit.value
        case "copy" | "copy_empty":
            value = bundle.effective.get(edit.origin)
            return value is not None and key != edit.origin, value
        case "replace":
            stored = own.get(key)
            if not isinstance(stored, str):
                return False, None
            after = ATTRIBUTE_TYPES[spec.type].replaced(stored, edit.pattern, edit.by)
            return after != stored, after
        case "add":
            stored = own.get(key) or bundle.effective.get(key) or []
            return True, [*stored, *(part for part in edit.value if part not in stored)]
        case "take":
            stored = own.get(key) or []
            left = [part for part in stored if part not in edit.value]
            return left != stored, left or EMPTY
    raise ValueError(f"no operation {edit.operation!r}")


def key_of(spec: AttributeSpec, locale: str, context: str) -> str:
    return format_key(spec.code, locale if spec.localizable else "", context if spec.scopable else "")
