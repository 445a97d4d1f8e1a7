"""Do two channels say the same? Numbers in one currency or unit, options by their code, texts word by word."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from catalog.attribute_types.measurement import family_of
from channels.consistency.entries import Entry
from channels.sheets.words import in_words
from pim.lib.canonical import canonical_hash

# same: alike in every letter; shaped: one value, written as each channel wants it; apart: in languages that cannot be
# compared; missing: one of them says nothing; different: they contradict, or are meant to differ (see `why`).
Verdict = Literal["same", "shaped", "apart", "missing", "different"]
NEARLY = Decimal("0.000001")  # of the larger: what is left of a conversion and back


def compare(one: Entry, other: Entry) -> Verdict:
    if one.is_empty and other.is_empty:
        return "same"
    if one.made_in and other.made_in and one.made_in != other.made_in:
        return "apart"
    if one.is_empty or other.is_empty:
        return "missing"
    if _is_one_value(one, other):
        return "same" if _letters(one) == _letters(other) else "shaped"
    return "different"


def why(one: Entry, other: Entry) -> str:
    """What explains a difference: campaign, context, locale, made (another attribute or a template); "" where nothing does."""
    if one.campaign != other.campaign:
        return "campaign"
    if one.context != other.context:
        return "context"
    if one.from_locale != other.from_locale:
        return "locale"
    return "made" if one.attributes != other.attributes or _source(one) != _source(other) else ""


def _source(entry: Entry) -> Any:
    return {name: value for name, value in entry.row.source.items() if name != "attribute"}


def _is_one_value(one: Entry, other: Entry) -> bool:
    kinds = {entry.spec.type if entry.spec else "" for entry in (one, other)}
    if kinds == {"price"}:
        return same_price(one.stored, other.stored)
    if kinds == {"measurement"}:
        return _same_measure(one, other)
    if kinds in ({"number"}, {"number", ""}):
        return _same_number(
            one.stored if one.spec else one.value, other.stored if other.spec else other.value
        )
    if (one.spec is not None and other.spec is one.spec) or one.line == "images":
        return canonical_hash(one.stored) == canonical_hash(other.stored)
    return _letters(one) == _letters(other)


def same_price(one: Any, other: Any) -> bool:
    """In every currency both have; where they have none in common nothing can be said against it."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one == other
    return all(_same_number(one[currency], other[currency]) for currency in one.keys() & other.keys())


def _same_measure(one: Entry, other: Entry) -> bool:
    amounts = [in_base(entry) for entry in (one, other)]
    if None in amounts:
        return canonical_hash(one.stored) == canonical_hash(other.stored)
    first, second = (amount for amount in amounts if amount is not None)
    return first[0] == second[0] and nearly(first[1], second[1])


def in_base(entry: Entry) -> tuple[str, Decimal] | None:
    """(its family, the amount in the family's base unit); None for an amount without a known unit."""
    stored = entry.stored
    if entry.spec is None or not isinstance(stored, dict):
        return None
    family = family_of(entry.spec)
    if stored.get("unit") not in family.units or stored.get("amount") in (None, ""):
        return None
    return family.code, family.in_base(Decimal(str(stored["amount"])), stored["unit"])


def nearly(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= NEARLY * max(abs(one), abs(other))


def _same_number(one: Any, other: Any) -> bool:
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return str(one) == str(other)


def _letters(entry: Entry) -> str:
    return " ".join(in_words(entry.value).split())
