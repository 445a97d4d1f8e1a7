"""Combined filters about attributes: by options, numbers, days and texts, whether empty, and the same value twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import Case, Count, F, Q, TextField, Value, When
from django.db.models.fields.json import HasKey, KeyTextTransform
from django.db.models.lookups import IContains, IExact, IStartsWith
from django.utils.translation import gettext_lazy as _

from catalog import search
from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.models import NumberValue
from catalog.models.tokens import numbered
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.keys import format_key
from enrichment.workbench.filtering.subjects import (
    BETWEEN,
    BEYOND,
    EMPTY,
    FILLED,
    IN,
    OUT,
    TWICE,
    OneOf,
    Subject,
    Term,
    Written,
)
from enrichment.workbench.grid.filters import ATTRIBUTE_PREFIX
from enrichment.workbench.grid.meaning import Meaning, numbers

TEXTS = {
    "contains": (_("contains"), IContains),
    "lacks": (_("does not contain"), IContains),
    "starts": (_("starts with"), IStartsWith),
    "is": (_("is"), IExact),
    "isnt": (_("is not"), IExact),
}


def of_attribute(spec: AttributeSpec, means: Meaning, rights: Rights) -> Subject | None:
    """Every attribute of a family can be empty or not. Options, numbers and days are asked where the attribute is filterable, texts where
    it is searchable: what has no index is not looked for in a million documents."""
    kind = ATTRIBUTE_TYPES[spec.type]
    known = means.structure.groups.get(spec.group)
    name, group = f"{ATTRIBUTE_PREFIX}{spec.code}", known.label() if known else spec.group
    presence = _presence(spec, means.structure)
    if spec.filterable and kind.filter_kind in ("options", "boolean") and kind.may_filter(spec):
        return _Options(name, spec, group, means.structure, presence)
    if spec.filterable and kind.numeric:
        return _Range(name, spec, group, means, presence)
    if spec.searchable and kind.filter_kind == "text":
        places = list(_languages(spec, means.structure, rights))
        if places:
            operators = [*((code, words) for code, (words, _lookup) in TEXTS.items()), *_offered(presence)]
            languages = places if spec.localizable else ()
            return Written(name, spec.label(), group, operators, partial(_text, spec), languages=languages, more=presence)  # fmt: skip
    if not presence:
        return None
    return OneOf(name, spec.label(), group, [], lambda codes: [], operators=(EMPTY, FILLED), more=presence)


def _presence(spec: AttributeSpec, structure: Structure) -> Mapping[str, Any]:
    """Of products whose family has the attribute: others have no place for it, and are neither."""
    families = [family.id for family in structure.families.values() if spec.code in family.attributes]
    if not families:
        return {}
    token = f"empty:{spec.code}"
    return {
        "empty": lambda: Term(tokens=(token,)),
        "filled": lambda: Term(Q(family_id__in=families) & ~search.carrying([token])),
    }


def _offered(presence: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [EMPTY, FILLED] if presence else []


class _Options(OneOf):
    """As the panel's filter of the same attribute (AttributeType.filter_tokens)."""

    def __init__(
        self, name: str, spec: AttributeSpec, group: Any, structure: Structure, presence: Mapping[str, Any]
    ) -> None:
        self.kind, self.spec = ATTRIBUTE_TYPES[spec.type], spec
        made = self.kind.filter_field(spec, structure=structure)
        choices = [(code, label) for code, label in _flat(getattr(made.widget, "choices", [])) if code]
        super().__init__(
            name,
            spec.label(),
            group,
            choices,
            self._tokens,
            operators=(IN, OUT, *_offered(presence)),
            more=presence,
        )

    def _tokens(self, codes: list[str]) -> list[str]:
        if self.kind.filter_kind == "boolean":
            return [token for code in codes for token in self.kind.filter_tokens(self.spec, code)]
        return self.kind.filter_tokens(self.spec, codes)


def _flat(choices: Any) -> Iterator[tuple[str, Any]]:
    for code, label in choices:
        if isinstance(label, (list, tuple)):
            yield from _flat(label)
        else:
            yield str(code), label


class _Range(Subject):
    """A range of the number index, as the panel's filter of the same attribute (AttributeType.filter_range)."""

    def __init__(
        self, name: str, spec: AttributeSpec, group: Any, means: Meaning, presence: Mapping[str, Any]
    ) -> None:
        self.spec, self.means, self.more = spec, means, presence
        self.kind = ATTRIBUTE_TYPES[spec.type]
        # A price is one in each currency, and a text's number one in each language: neither is "the" value.
        twice = [] if spec.localizable or self.kind.code == "price" else [TWICE]
        super().__init__(name, spec.label(), group, (BETWEEN, BEYOND, *_offered(presence), *twice))

    def fields(self, operator: str) -> Mapping[str, forms.Field]:
        if operator not in ("between", "beyond"):
            return {}
        made = self.kind.filter_field(self.spec, structure=self.means.structure)
        assert made is not None  # noqa: S101 - every type with a number index has one
        made.required = False
        return {"": made}

    def read(self, operator: str, raw: Mapping[str, Any]) -> tuple[str, ...] | None:
        if operator not in ("between", "beyond"):
            return ()
        parts = raw.get("") or {}
        if self.kind.filter_range(self.spec, parts) is None:
            return None
        return tuple(f"{part}={text}" for part, text in parts.items() if text)

    def initial(self, operator: str, words: Sequence[str]) -> Mapping[str, Any]:
        return {"": self._parts(words)}

    def term(self, operator: str, words: Sequence[str]) -> Term | None:
        if operator in self.more:
            return self.more[operator]()
        if operator == "twice":
            return Term(_twice(self.spec.code))
        wanted = self._range(words)
        if wanted is None:
            return None
        key = f"{self.spec.code}:{wanted.sub}" if wanted.sub else self.spec.code
        return Term(numbers(key, wanted.low, wanted.high), negated=operator == "beyond")

    def _range(self, words: Sequence[str]) -> Any:
        try:
            return self.kind.filter_range(self.spec, self._parts(words))
        except (ValueError, ArithmeticError, LookupError):  # an address somebody wrote by hand
            return None

    @staticmethod
    def _parts(words: Sequence[str]) -> dict[str, str]:
        return {part: text for part, _equals, text in (word.partition("=") for word in words)}

    def says(self, operator: str, words: Sequence[str]) -> str:
        if operator not in ("between", "beyond"):
            return ""
        parts = self._parts(words)
        ends = f"{parts.get('low', '…')} – {parts.get('high', '…')}"
        return f"{ends} {parts.get('currency') or parts.get('unit') or ''}".strip()


def _twice(key: str) -> Q:
    """A model and its variants count once: what a variant inherits is no second value."""
    numbers = NumberValue.objects.filter(key=numbered(key), product__trashed_at=None)
    again = numbers.values("number").annotate(n=Count("product__root_id", distinct=True)).filter(n__gt=1)
    return Q(pk__in=numbers.filter(number__in=again.values("number")).values("product_id"))


def _languages(spec: AttributeSpec, structure: Structure, rights: Rights) -> Iterator[tuple[str, str]]:
    """Where its master texts can be looked into: a filter on a text one may not see would tell it."""
    for code in structure.locales if spec.localizable else [""]:
        if (not code or spec.exists_in(code)) and rights.may_view_key(spec, code, ""):
            yield code, structure.locales[code].name if code else ""


def _text(spec: AttributeSpec, operator: str, text: str, language: str) -> Q:
    """The search text has an index and names no attribute: it narrows down, and the document decides. Master's text, and
    that of the model above where the product has none of its own."""
    key = format_key(spec.code, language)
    lookup = TEXTS[operator][1]
    steps = [
        When(HasKey(F(f"{above}own__values"), key), then=KeyTextTransform(key, f"{above}own__values"))
        for above in ("", "parent__", "root__")
    ]
    value = Case(*steps, default=Value(""), output_field=TextField())
    return search.containing(text) & Q(lookup(value, text))
