"""A row as people read it: each change as before → after, each error beside its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.access import rights_of
from catalog.attribute_types import ATTRIBUTE_TYPES, AttributeType
from catalog.importing import rows, targets
from catalog.importing.consequences import INCOMPLETE
from catalog.importing.new_options import Made, with_new
from catalog.importing.targets import FIELD_LABELS, Target
from catalog.models.importing import ImportRow
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values.changes import ABSENT
from catalog.values.keys import Key, is_field

MOST = 6  # changes shown at once; the rest unfolds
TONES = {
    "created": "success",
    "updated": "info",
    "unchanged": "muted",
    "rejected": "danger",
    "skipped": "muted",
    "missing": "warning",
}


def described(row: ImportRow, structure: Structure, user: Any, made: Made | None = None) -> dict[str, Any]:
    """{row, outcome, tone, link, changes, more, errors, notes}; values the person may not see are left out."""
    outcome = rows.outcome_of(row.state, row.action)
    changes = [] if outcome == "rejected" else _changes(row, structure, user, made or {})
    return {
        "row": row,
        "outcome": outcome,
        "tone": TONES[outcome],
        "link": reverse("admin:catalog_product_change", args=[row.product_id]) if row.product_id else "",
        "changes": changes[:MOST],
        "more": changes[MOST:],
        "errors": [
            {**problem, "value": _shown(problem["value"]), "column": problem["column"] or _label_of_problem(problem, structure)}
            for problem in row.errors
        ],
        "notes": list(seen_notes(row, structure, user)),
    }  # fmt: skip


def seen_notes(row: ImportRow, structure: Structure, user: Any) -> Iterator[dict[str, Any]]:
    """With `label`; without those about attributes the person may not see, and about channels for whom they are none of theirs."""
    rights = rights_of(user)
    for note in row.notes:
        key = note["key"]
        if note["kind"] == INCOMPLETE and not rights.may("channel.view"):
            continue
        if key and not is_field(key):
            parsed = Key.parse(key)
            spec = structure.attributes.get(parsed.attribute)
            if spec is not None and not rights.may_view_key(spec, parsed.locale, parsed.context):
                continue
        yield {**note, "label": key_label(key, structure) if key else ""}


def _label_of_problem(problem: dict[str, Any], structure: Structure) -> str:
    return key_label(problem["key"], structure) if problem["key"] else ""


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _changes(row: ImportRow, structure: Structure, user: Any, made: Made) -> list[dict[str, str]]:
    return [
        {"label": key_label(key, structure), "before": before, "after": after}
        for key, before, after in seen_changes(row, structure, user, made, _summary)
    ]


def _summary(kind: AttributeType, value: Any, spec: AttributeSpec) -> str:
    return kind.summary(value, spec)


def seen_changes(
    row: ImportRow,
    structure: Structure,
    user: Any,
    made: Made,
    show: Callable[[AttributeType, Any, AttributeSpec], str],
) -> Iterator[tuple[str, str, str]]:
    """(key, before, after) of what the person may see, as `show` has a value. `made`: options that are still to come."""
    rights = rights_of(user)
    for key, (before, after) in rows.changes_of(row).items():
        if is_field(key):
            if key != "_sku":
                yield key, _field(before), _field(after)
            continue
        parsed = Key.parse(key)
        spec = structure.attributes.get(parsed.attribute)
        if spec is None or not rights.may_view_key(spec, parsed.locale, parsed.context):
            continue
        kind, known = ATTRIBUTE_TYPES[spec.type], with_new(spec, made)
        shown = [
            "" if value is ABSENT or value is None else show(kind, value, known) for value in (before, after)
        ]
        yield key, shown[0], shown[1]


def _field(value: Any) -> str:
    if value is ABSENT or value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def key_label(key: str, structure: Structure) -> str:
    """ "Name · German (Germany)" of "name|de_DE"; "Status" of "_status"."""
    if key.startswith("_"):
        return str(_("In the trash") if key == "_trashed" else FIELD_LABELS.get(key[1:], key[1:]))
    parsed = Key.parse(key)
    return targets.label(Target("", parsed.attribute, parsed.locale, parsed.context), structure)
