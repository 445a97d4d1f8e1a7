"""What is worked out from values and stored beside them: labels, picture, search text, tokens, numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.search.folding import folded
from catalog.structure.snapshot import Structure
from catalog.values.bundle import Bundle
from catalog.values.keys import attribute_of
from catalog.values.resolve import resolve

SEARCH_LIMIT = 4000  # characters of one product's search text
LABEL_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Derived:
    label: str
    labels: dict[str, str]
    image: str
    search: str
    tokens: set[str]
    numbers: dict[str, float]


def derive(bundle: Bundle, structure: Structure) -> Derived:
    """The derived columns of a product, inherited values counted in. `tokens` are the catalogue's own (participants add theirs)."""
    labels = _labels(bundle, structure)
    effective = bundle.effective
    tokens = _place_tokens(bundle, structure)
    words = [bundle.product.sku, *labels.values()]
    numbers: dict[str, float] = {}
    filled: set[str] = set()
    for key, stored in effective.items():
        if stored is None:
            continue
        spec = structure.attributes.get(attribute_of(key))
        if spec is None:
            continue
        filled.add(spec.code)
        kind = ATTRIBUTE_TYPES[spec.type]
        if spec.code in structure.asset_attributes:
            tokens.update(asset_token(digest) for digest in kind.references(stored).get("asset", ()))
        if spec.filterable:
            tokens.update(kind.tokens(stored, spec))
            if kind.numeric:
                for part, number in kind.number(stored, spec):
                    numbers[f"{key}:{part}" if part else key] = _float(number)
        if spec.searchable:
            words.append(kind.search_text(stored, spec))
    if bundle.family:
        tokens.update(f"empty:{code}" for code in bundle.family.attributes if code not in filled)
    search = folded(" ".join(dict.fromkeys(word for word in words if word)))[:SEARCH_LIMIT]
    label = next(
        (labels[code] for code, spec in structure.locales.items() if spec.is_active and labels.get(code)),
        labels.get("", ""),
    )
    return Derived(label, labels, _image(bundle, structure), search, tokens, numbers)


def _labels(bundle: Bundle, structure: Structure) -> dict[str, str]:
    spec = structure.attributes.get(bundle.family.label_attribute) if bundle.family else None
    if spec is None:
        return {}
    labels = {}
    for locale in structure.locales if spec.localizable else ("",):
        found = resolve(bundle, spec, structure, locale=locale, fallback=False)
        if found.value:
            labels[locale] = str(found.value)[:LABEL_LIMIT]
    return labels


def _image(bundle: Bundle, structure: Structure) -> str:
    spec = structure.attributes.get(bundle.family.image_attribute) if bundle.family else None
    if spec is None:
        return ""
    first = next((code for code, locale in structure.locales.items() if locale.is_active), "")
    value = resolve(bundle, spec, structure, locale=first).value
    main = value[0] if isinstance(value, list) and value else value
    return main if isinstance(main, str) else ""


def asset_token(digest: str) -> str:
    """By which products that show a file are found. 16 digits of its hash tell it from any other in practice."""
    return f"asset:{digest[:16]}"


def _place_tokens(bundle: Bundle, structure: Structure) -> set[str]:
    product = bundle.product
    tokens = {f"kind={product.kind}", f"status={product.status}"}
    tokens.add(f"family={bundle.family.code}" if bundle.family else "family=")
    for pk in bundle.categories:
        category = structure.categories.get(pk)
        if category:
            tokens.update(f"cat={ancestor}" for ancestor in category.ancestry)
    if not bundle.categories:
        tokens.add("cat=")
    return tokens


def _float(number: Decimal | float | int) -> float:
    return float(number)


def number_keys(codes: Iterable[str], structure: Structure) -> set[str]:
    """Those attribute codes whose values stand in the number index."""
    return {
        code
        for code in codes
        if (spec := structure.attributes.get(code)) and spec.filterable and ATTRIBUTE_TYPES[spec.type].numeric
    }


def unique_entry(spec: Any, stored: Any) -> str:
    """The form of a unique attribute's value that the database compares: case and outer space do not tell values apart."""
    return folded(ATTRIBUTE_TYPES[spec.type].to_cell(stored, spec)).strip()[:255]
