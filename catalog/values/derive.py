"""What is worked out from values and stored beside them: labels, picture, search text, tokens, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from catalog import approval
from catalog.attribute_types import ATTRIBUTE_TYPES, AttributeType
from catalog.models.digest import is_digest
from catalog.search.folding import folded
from catalog.structure.snapshot import FamilySpec, Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.bundle import Bundle
from catalog.values.keys import Key, attribute_of, format_key

SEARCH_LIMIT = 4000  # characters of one product's search text
LABEL_LIMIT = 300


@dataclass(slots=True)
class Derived:
    label: str
    labels: dict[str, str]
    image: str
    search: str
    tokens: set[str]
    numbers: dict[str, float]


class _Facets(NamedTuple):
    """What an attribute's values give to the derived columns; None: nothing."""

    code: str
    tokens: Callable[[Any, AttributeSpec], Iterable[str]] | None
    remembered: dict[Any, tuple[str, ...]] | None  # tokens by stored value, where values repeat
    numbers: Callable[[Any, AttributeSpec], Iterable[tuple[str, Decimal]]] | None
    words: Callable[[Any, AttributeSpec], str] | None
    spec: AttributeSpec


class _Family(NamedTuple):
    label_keys: tuple[tuple[str, str], ...]  # (locale, the key that says the label in it)
    image_keys: tuple[str, ...]  # by precedence
    if_empty: Mapping[str, str]  # code → token


class Deriver:
    """`derive` for one state of the structure: what does not depend on the product is worked out once."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self._facets: dict[str, _Facets | None] = {}
        self._families: dict[int, _Family] = {}
        self._places: dict[tuple[int, ...], tuple[str, ...]] = {}
        self._active = [code for code, spec in structure.locales.items() if spec.is_active]

    def __call__(self, bundle: Bundle) -> Derived:
        values = bundle.levels[0].values if len(bundle.levels) == 1 else bundle.effective
        family = self._family(bundle.family) if bundle.family else _NO_FAMILY
        labels = {
            locale: str(value)[:LABEL_LIMIT]
            for locale, key in family.label_keys
            if (value := values.get(key))
        }
        image = next((values[key] for key in family.image_keys if key in values), "")
        if isinstance(image, list):
            image = image[0] if image else ""
        words = [bundle.product.sku, *labels.values()]
        tokens = self._place_tokens(bundle)
        if self.structure.approving:
            tokens |= approval.tokens(bundle, self.structure)
        if bundle.levels[
            0
        ].outdated:  # where it is to be mended: a model's own text, not each variant that inherits it
            tokens.update(f"outdated:{Key.parse(key).locale}" for key in bundle.levels[0].outdated)
        numbers: dict[str, float] = {}
        filled: set[str] = set()
        facets_of = self._facets
        for key, stored in values.items():
            if stored is None:
                continue
            try:
                facets = facets_of[key]
            except KeyError:
                facets = facets_of[key] = self._facets_of(key)
            if facets is None:
                continue
            code, tokens_of, remembered, numbers_of, words_of, spec = facets
            filled.add(code)
            if tokens_of is not None:
                if remembered is None or type(stored) not in _REMEMBERED_TYPES:
                    tokens.update(tokens_of(stored, spec))
                elif stored in remembered:
                    tokens.update(remembered[stored])
                else:
                    tokens.update(remembered.setdefault(stored, tuple(tokens_of(stored, spec))))
            if numbers_of is not None:
                for part, number in numbers_of(stored, spec):
                    numbers[f"{key}:{part}" if part else key] = float(number)
            if words_of is not None:
                words.append(words_of(stored, spec))
        empty = family.if_empty
        tokens.update([empty[code] for code in empty.keys() - filled])
        search = folded(" ".join(dict.fromkeys(word for word in words if word)))[:SEARCH_LIMIT]
        label = next((labels[code] for code in self._active if code in labels), labels.get("", ""))
        if not (isinstance(image, str) and is_digest(image)):
            image = ""
        return Derived(label, labels, image, search, tokens, numbers)

    def _facets_of(self, key: str) -> _Facets | None:
        spec = self.structure.attributes.get(attribute_of(key))
        if spec is None:
            return None
        kind, base = ATTRIBUTE_TYPES[spec.type], AttributeType
        tokens: Callable[[Any, AttributeSpec], Iterable[str]] | None = None
        if spec.code in self.structure.asset_attributes:
            tokens = _with_assets(kind, spec.filterable)
        elif (spec.filterable or kind.indexed) and type(kind).tokens is not base.tokens:
            tokens = kind.tokens
        return _Facets(
            spec.code,
            tokens,
            {} if kind.has_options or kind.filter_kind == "boolean" else None,
            kind.number if spec.filterable and kind.numeric else None,
            kind.search_text if spec.searchable else None,
            spec,
        )

    def _family(self, family: FamilySpec) -> _Family:
        known = self._families.get(family.id)
        if known is None:
            known = self._families[family.id] = _Family(
                self._label_keys(family),
                self._image_keys(family),
                {code: f"empty:{code}" for code in family.attributes},
            )
        return known

    def _label_keys(self, family: FamilySpec) -> tuple[tuple[str, str], ...]:
        """As resolve() looks at master, without fallback."""
        spec = self.structure.attributes.get(family.label_attribute)
        if spec is None:
            return ()
        locales = [code for code in self.structure.locales if not spec.locales or code in spec.locales]
        return tuple(
            (locale, format_key(spec.code, locale)) for locale in (locales if spec.localizable else ("",))
        )

    def _image_keys(self, family: FamilySpec) -> tuple[str, ...]:
        """As resolve() looks at master in the first active locale."""
        spec = self.structure.attributes.get(family.image_attribute)
        if spec is None:
            return ()
        first = self._active[0] if self._active else ""
        if spec.localizable and spec.locales and first not in spec.locales:
            return ()
        locales = self.structure.locale_chain(first) if spec.localizable else ("",)
        return tuple(format_key(spec.code, locale) for locale in locales)

    def _place_tokens(self, bundle: Bundle) -> set[str]:
        categories = bundle.categories
        placed = self._places.get(categories)
        if placed is None:
            found = [self.structure.categories[pk] for pk in categories if pk in self.structure.categories]
            ancestors = {ancestor for category in found for ancestor in category.ancestry}
            placed = tuple(f"cat={ancestor}" for ancestor in ancestors) if categories else ("cat=",)
            if len(self._places) < PLACES:
                self._places[categories] = placed
        return set(placed)


PLACES = 10_000  # sets of categories whose tokens are kept
_REMEMBERED_TYPES = (str, bool)
_NO_FAMILY = _Family((), (), {})
_latest: Deriver | None = None


def _with_assets(kind: AttributeType, filterable: bool) -> Callable[[Any, AttributeSpec], list[str]]:
    def tokens(stored: Any, spec: AttributeSpec) -> list[str]:
        files = [asset_token(digest) for digest in kind.references(stored).get("asset", ())]
        return [*files, *kind.tokens(stored, spec)] if filterable else files

    return tokens


def derive(bundle: Bundle, structure: Structure) -> Derived:
    """The derived columns of a product, inherited values counted in. `tokens` are the catalogue's own (participants add theirs)."""
    return deriver(structure)(bundle)


def deriver(structure: Structure) -> Deriver:
    """The one for this structure; what it worked out is kept as long as the structure stands."""
    global _latest
    if _latest is None or _latest.structure is not structure:
        _latest = Deriver(structure)
    return _latest


def asset_token(digest: str) -> str:
    """By which products that show a file are found. 16 digits of its hash tell it from any other in practice."""
    return f"asset:{digest[:16]}"


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
