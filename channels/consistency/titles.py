"""What a title says against the attributes: another brand's name, an amount that no attribute has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.measurement import family_of
from catalog.structure.specs import AttributeSpec
from channels.consistency.comparing import nearly

_AMOUNT = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s?([A-Za-zµ°²³/]+)(?!\w)")
SHORTEST = 3  # letters of a brand's name that is looked for: "On" is a word of every title


@dataclass(frozen=True, slots=True)
class Against:
    """`said` in the title, `known` by the attribute."""

    spec: AttributeSpec
    said: str
    known: str


def other_brand(title: str, spec: AttributeSpec, stored: str | None) -> Against | None:
    """The name of another option of the brand's list; none where the product has no brand, or its own name holds it."""
    own = spec.options.get(stored or "")
    if own is None:
        return None
    names = {label.casefold() for label in (*own.labels.values(), own.code)}
    for option in spec.options.values():
        for label in dict.fromkeys(option.labels.values()):
            folded = label.casefold()
            if option is own or len(folded) < SHORTEST or any(folded in name for name in names):
                continue
            if re.search(rf"(?<!\w){re.escape(folded)}(?!\w)", title.casefold()):
                return Against(spec, label, own.label())
    return None


def other_amounts(
    title: str, measures: Iterable[tuple[AttributeSpec, dict[str, str]]], locale: str
) -> Iterator[Against]:
    """An amount in a unit of a family of which the product has measures, where it is none of these."""
    by_family: dict[str, list[tuple[AttributeSpec, Decimal, str]]] = {}
    for spec, stored in measures:
        family = family_of(spec)
        if stored.get("unit") in family.units and stored.get("amount"):
            amount = family.in_base(Decimal(str(stored["amount"])), stored["unit"])
            text = ATTRIBUTE_TYPES[spec.type].sheet_text(stored, spec, locale)
            by_family.setdefault(family.code, []).append((spec, amount, text))
    for known in by_family.values():
        family = family_of(known[0][0])
        said = []
        for match in _AMOUNT.finditer(title):
            unit = family.find_unit(match[2])
            if unit is None:
                continue
            try:
                said.append((match[0], family.in_base(Decimal(match[1].replace(",", ".")), unit.code)))
            except InvalidOperation:
                continue
        wrong = [text for text, amount in said if not any(nearly(amount, own) for _spec, own, _text in known)]
        if wrong:
            spec = known[0][0]
            yield Against(spec, ", ".join(wrong), ", ".join(text for _spec, _amount, text in known))
