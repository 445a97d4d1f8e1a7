"""What the cells of a column look like: numbers of articles, prices, colours, measures, the catalogue's own words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stdnum import ean

from catalog.attribute_types.color import parse_hex
from catalog.attribute_types.measurement import family_of
from catalog.importing.settings import LIST_SEPARATORS
from catalog.importing.targets import Target
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec

LEAST_ALIKE = 0.7  # of the cells
_LONGEST_AMOUNT = 60  # characters with what stands at it
_SIGNS = frozenset("€$£")
_PRICE = re.compile(r"(?P<before>[€$£]|[A-Z]{3})?\s*\d[\d.,'\s-]*(?P<after>[€$£]|[A-Z]{3})?")
_MEASURE = re.compile(r"[-+]?\d[\d.,\s]*(?P<unit>[^\W\d_][^\d]{0,15}|[°%\"'].{0,3})")
HEX = re.compile(r"#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?\Z")
_NAMED_ALIKE = 0.5  # header and attribute, to tell several that would fit
_LONGEST_WORD = 40  # characters of what may be an option


@dataclass(frozen=True, slots=True)
class Told:
    """`to` None: nothing is sure enough. `options`: as Column.options."""

    to: Target | None = None
    options: Mapping[str, str] = field(default_factory=dict)


class Content:
    """Of one structure. What options, families and categories are called is worked out once, whatever the columns."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self._words: dict[str, set[str]] = {}

    def told(self, samples: Sequence[str], header: str, taken: Collection[Target]) -> Told:
        """Where a column with these filled cells goes. `taken`: targets that other columns have."""
        if len(samples) < 2:
            return Told()
        free = [
            spec
            for spec in self.structure.attributes.values()
            if not spec.localizable and Target(attribute=spec.code) not in taken
        ]
        for look in (_gtin, self._price, _color, _measure, self._options):
            fitting = list(look(samples, free))
            if fitting:
                found = fitting[0] if len(fitting) == 1 else _of_name(header, fitting, self.structure)
                if found is not None:
                    return found
        return self._of_structure(samples)

    def _price(self, samples: Sequence[str], free: Sequence[AttributeSpec]) -> Iterator[Told]:
        if are_mostly(samples, lambda text: is_price(text, self.structure.currencies)):
            for spec in free:
                if spec.type == "price":
                    yield Told(Target(attribute=spec.code))

    def _options(self, samples: Sequence[str], free: Sequence[AttributeSpec]) -> Iterator[Told]:
        whole = {fold(text) for text in samples}
        listed = {
            mark: {fold(part) for text in samples for part in text.split(mark)} - {""}
            for mark in LIST_SEPARATORS
            if any(mark in text for text in samples)
        }
        for spec in free:
            if spec.type not in ("select", "multiselect") or not spec.options:
                continue
            words = self._called(f"={spec.code}", spec.options)
            if _are_among(whole, words):
                yield Told(Target(attribute=spec.code))
            elif spec.type == "multiselect":
                for mark, parts in listed.items():
                    if _are_among(parts, words):
                        yield Told(Target(attribute=spec.code), {"list_separator": mark})
                        break

    def _of_structure(self, samples: Sequence[str]) -> Told:
        distinct = {fold(text) for text in samples}
        for name, specs in (
            ("family", self.structure.family_by_code),
            ("categories", self.structure.category_by_code),
        ):
            if _are_among(distinct, self._called(name, specs)):
                return Told(Target(field=name))
        return Told()

    def _called(self, name: str, named: Mapping[str, Any]) -> set[str]:
        """Codes and labels of options, families or categories, folded."""
        if name not in self._words:
            self._words[name] = {
                fold(text) for spec in named.values() for text in (spec.code, *spec.labels.values())
            }
        return self._words[name]


def are_mostly(samples: Sequence[str], fits: Callable[[str], object]) -> bool:
    return sum(bool(fits(text)) for text in samples) >= LEAST_ALIKE * len(samples)


def is_price(text: str, currencies: Collection[str]) -> bool:
    """An amount with a sign or one of these codes, and nothing else: "LED 10" is none."""
    found = _PRICE.fullmatch(text.strip()) if len(text) <= _LONGEST_AMOUNT else None
    said = (found["before"], found["after"]) if found else ()
    return any(said) and all(name in _SIGNS or name in currencies for name in said if name)


def unit_in(text: str) -> str:
    """ "mm" of "80 mm"; "" where it is no amount with a unit."""
    found = _MEASURE.fullmatch(text.strip()) if len(text) <= _LONGEST_AMOUNT else None
    return found["unit"].strip() if found else ""


def is_gtin(text: str) -> bool:
    return text.isdigit() and len(text) in (8, 12, 13, 14) and bool(ean.is_valid(text))


def _gtin(samples: Sequence[str], free: Sequence[AttributeSpec]) -> Iterator[Told]:
    if are_mostly(samples, is_gtin):
        listed = [spec for spec in free if spec.type == "identifier"]
        kind = [spec for spec in listed if spec.params.get("kind") == "gtin"]
        for spec in kind or listed:
            yield Told(Target(attribute=spec.code))


def _color(samples: Sequence[str], free: Sequence[AttributeSpec]) -> Iterator[Told]:
    codes = {text for text in samples if HEX.match(text) and parse_hex(text)}
    for spec in free:
        if spec.type == "color":
            names = codes | {name.casefold() for name in spec.params.get("palette", {})}
            if sum(text in names or text.casefold() in names for text in samples) >= LEAST_ALIKE * len(
                samples
            ):
                yield Told(Target(attribute=spec.code))


def _measure(samples: Sequence[str], free: Sequence[AttributeSpec]) -> Iterator[Told]:
    units = [unit for text in samples if (unit := unit_in(text))]
    if len(units) < LEAST_ALIKE * len(samples):
        return
    for spec in free:
        if spec.type == "measurement" and all(family_of(spec).find_unit(unit) for unit in set(units)):
            yield Told(Target(attribute=spec.code))


def _of_name(header: str, fitting: Sequence[Told], structure: Structure) -> Told | None:
    """The one whose name is most like the header, where one is."""
    scored = sorted(((_likeness(header, told_, structure), place) for place, told_ in enumerate(fitting)), reverse=True)  # fmt: skip
    best, second = scored[0], scored[1]
    return fitting[best[1]] if best[0] >= _NAMED_ALIKE and best[0] > second[0] else None


def _likeness(header: str, told_: Told, structure: Structure) -> float:
    if told_.to is None:
        return 0.0
    spec = structure.attributes[told_.to.attribute]
    names = {fold(text) for text in (spec.code, *spec.labels.values())}
    return max(difflib.SequenceMatcher(None, fold(header), name).ratio() for name in names)


def _are_among(texts: Collection[str], words: Collection[str]) -> bool:
    """Whether most of these are words that are known; a number alone is nobody's word."""
    told_apart = {text for text in texts if not text.isdigit() and len(text) <= _LONGEST_WORD}
    return bool(told_apart) and sum(text in words for text in told_apart) >= LEAST_ALIKE * len(texts)


def fold(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
