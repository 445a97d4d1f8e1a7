"""Documents in an attribute's former way, on their way through the door: read and written as in its present one.

Any write of such a product rewrites it, with what that changed in the same revision; and what a sender still spells in the
former way (a page opened before, a plan made before) is taken for what it means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog.attribute_types.base import ValueRefused
from catalog.structure.conversion import ConversionSpec, current, current_with_sources
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT, EMPTY, RESET
from catalog.values.draft import Draft
from catalog.values.hashing import value_hash

_SPECIAL = (EMPTY, RESET, ABSENT)


def adapt(drafts: Sequence[Draft], structure: Structure) -> None:
    """Once for a batch, where there are conversions at all."""
    conversions = structure.conversions
    for draft in drafts:
        raw = draft.stored
        document, sources = current_with_sources(raw, draft.stored_sources, conversions)
        if document is not raw:
            draft.unconverted = raw
            draft.stored, draft.values = document, dict(document)
            draft.stored_sources, draft.sources = sources, dict(sources)
        if draft.above_values:
            draft.above_values = tuple(current(values, conversions) for values in draft.above_values)
        if draft.documents:
            draft.documents = {
                pk: current_with_sources(values, own_sources, conversions)
                for pk, (values, own_sources) in draft.documents.items()
            }
        for conversion in conversions:
            if any(conversion.holds(key) for key in draft.change.values):
                _incoming(draft, conversion, raw)


def _incoming(draft: Draft, conversion: ConversionSpec, raw: Mapping[str, Any]) -> None:
    change = draft.change
    values: dict[str, Any] = {}
    base = None if change.base is None else dict(change.base)
    for key, value in change.values.items():
        spelled = conversion.keys(key) if conversion.holds(key) else [key]
        if not spelled or not conversion.holds(key):
            values[key] = value
            continue
        if change.cleaned and not any(value is special for special in _SPECIAL):
            try:
                value = conversion.value(value)
            except ValueRefused as refused:
                draft.refuse(key, refused.code, refused.message, value)
                continue
        for target in spelled:
            values.setdefault(target, value)
            if base is not None and key in base:
                # Based on what is stored here in the former way: that is what is shown now in the present one.
                stands = base[key] == value_hash(raw.get(key, ABSENT))
                base[target] = value_hash(draft.stored.get(target, ABSENT)) if stands else base[key]
    draft.change = replace(change, values=values, base=base)


def record(drafts: Sequence[Draft]) -> None:
    """What the conversion did to products that are written, beside what was changed in them."""
    for draft in drafts:
        raw = draft.unconverted
        if raw is None or draft.outcome.errors or not (draft.change.converts or draft.outcome.changed):
            continue
        edited = frozenset(draft.outcome.changed)
        for key in sorted(raw.keys() | draft.stored.keys()):
            before, after = raw.get(key, ABSENT), draft.stored.get(key, ABSENT)
            if before != after or (before is ABSENT) != (after is ABSENT):
                now = draft.outcome.changed.get(key, (after, after))[1]
                draft.outcome.changed[key] = (before, now)
        draft.rewritten = frozenset(draft.outcome.changed) - edited
        draft.stored = raw  # what the database has: the document is written
