"""What reference records a batch names: brought in one query for each entity, and there when it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.draft import Draft
from catalog.values.keys import attribute_of


def bring(documents: Iterable[Mapping[str, Any]], structure: Structure) -> None:
    """Makes the records these documents name known, so that showing them asks nothing more. Also of raw values."""
    if not structure.referencing:
        return
    plain = [spec for spec in structure.referencing if not (spec.localizable or spec.scopable)]
    varied = {spec.code: spec for spec in structure.referencing if spec.localizable or spec.scopable}
    wanted: dict[AttributeSpec, set[str]] = defaultdict(set)
    for document in documents:
        for spec in plain:
            if value := document.get(spec.code):
                wanted[spec].update(_codes(value))
        if varied:
            for key, value in document.items():
                found = varied.get(attribute_of(key)) if value else None
                if found is not None:
                    wanted[found].update(_codes(value))
    for spec, codes in wanted.items():
        if spec.records is not None:
            spec.records.warm(codes)


def check_records(drafts: Sequence[Draft], structure: Structure) -> None:
    """Refuses changed values that name records which are not there: plans and undos bring values cleaned before."""
    if not structure.referencing:
        return
    known = {spec.code: spec for spec in structure.referencing}
    for draft in drafts:
        if not draft.change.cleaned:
            continue
        for key, (_before, after) in draft.outcome.changed.items():
            spec = known.get(attribute_of(key)) if after else None
            if spec is None or spec.records is None:
                continue
            gone = [code for code in after if spec.records.find(code) is None]
            if gone:
                draft.refuse(
                    key,
                    "unknown_record",
                    _("There is no record '%(text)s' of %(entity)s: choose one that is there, or add it.")
                    % {"text": ", ".join(gone), "entity": spec.records.label()},
                    after,
                )


def _codes(value: Any) -> Iterable[str]:
    """The codes a stored or raw value seems to name."""
    if isinstance(value, str):
        return value.split(",")
    return [item for item in value if isinstance(item, str)] if isinstance(value, (list, tuple)) else ()
