"""Which attribute of ours a field of the channel means. Sure or not at all: what is unsure is a suggestion to a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec, OptionSpec
from channels.mapping.template import Meaning, TemplateField


def folded(text: Any) -> str:
    """ "Product name", "product_name" and "productName" alike."""
    return re.sub(r"[\W_]", "", str(text)).casefold()


def attribute_for(field: TemplateField, structure: Structure) -> AttributeSpec | None:
    """The one attribute that is surely meant: by the best of its codes, else by a label that no second one has.

    Not where the field takes certain words and some option of the attribute has none of them: that needs a value list.
    """
    found = _by_name(field.meaning, structure) if field.meaning else None
    return found if found is not None and value_list(field, found) is not None else None


def candidates(field: TemplateField, structure: Structure) -> list[AttributeSpec]:
    """What might be meant: the same names without the rules that make it sure."""
    if field.meaning is None:
        return []
    names = {folded(name) for name in (*field.meaning.codes, *field.meaning.labels)}
    return [
        spec
        for spec in structure.attributes.values()
        if names & {folded(spec.code), *(folded(label) for label in spec.labels.values())}
    ]


def value_list(field: TemplateField, spec: AttributeSpec) -> dict[str, str] | None:
    """Our option → the channel's word, {} where our options may go as they are; None where one has no word."""
    if not spec.options or not (field.word or field.limits.get("allowed")):
        return {}
    words = suggestions(field, spec.options)
    return words if len(words) == len(spec.options) else None


def suggestions(
    field: TemplateField | None, options: Mapping[str, OptionSpec], allowed: Any = ()
) -> dict[str, str]:
    """The channel's words for those options that are called the same in some language."""
    known = {
        folded(word): str(word) for word in (allowed or (field.limits.get("allowed") if field else ()) or ())
    }
    found = {}
    for code, option in options.items():
        named = field.word(option) if field is not None and field.word else None
        names = (folded(code), *(folded(label) for label in option.labels.values()))
        word = named or next((known[name] for name in names if name in known), None)
        if word:
            found[code] = word
    return found


def _by_name(meaning: Meaning, structure: Structure) -> AttributeSpec | None:
    fitting = [spec for spec in structure.attributes.values() if _fits(meaning, spec)]
    by_code = {folded(spec.code): spec for spec in fitting}
    for code in meaning.codes:
        if folded(code) in by_code:
            return by_code[folded(code)]
    labels = {folded(label) for label in meaning.labels}
    labelled = [spec for spec in fitting if labels & {folded(label) for label in spec.labels.values()}]
    return labelled[0] if len(labelled) == 1 else None


def _fits(meaning: Meaning, spec: AttributeSpec) -> bool:
    return spec.type in meaning.types and all(
        str(spec.params.get(name, "")).casefold() == wanted for name, wanted in meaning.params.items()
    )
