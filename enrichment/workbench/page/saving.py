"""From the posted product form to the one door, and from its outcome back to the fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import ValueRefused
from catalog.models.campaign import Campaign
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.values.campaigns import write_campaign
from catalog.values.changes import ABSENT, EMPTY, RESET, Actor, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.keys import Key
from catalog.values.write import write
from enrichment.workbench.page import placement
from enrichment.workbench.page.fields import FieldSheet, input_name
from enrichment.workbench.page.placement import Placement


@dataclass(slots=True)
class Submission:
    """What somebody meant to change: `values` for the door, `raw` to show again, `base` hashes by key."""

    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    categories: list[str] | None = None  # codes; None: not meant to change
    base: dict[str, str] = field(default_factory=dict)
    number: list[str] = field(default_factory=list)  # identifiers that are to get their next number
    confirmed: str = ""  # the key of a translation that is still right
    seen: str = ""  # hash of the source it was compared with

    def __bool__(self) -> bool:
        return bool(self.values or self.number) or self.categories is not None


def read(data: QueryDict, files: Mapping[str, Any], structure: Structure) -> Submission:
    """The changed fields of a post. A field is posted with `b:key` (hash of its own stored value) and `s:key` (hash of the
    value that was shown); one whose value still is the shown one is left out, so that the page works without script.
    """
    submission = Submission()
    pressed, _bar, pressed_key = data.get("do", "").partition("!")
    if pressed == "confirm":
        submission.confirmed, submission.seen = pressed_key, data.get(f"seen:{pressed_key}", "")
    for name in data:
        if not name.startswith("b:"):
            continue
        key = name[2:]
        spec = structure.attributes.get(Key.parse(key).attribute) if key.count("|") <= 2 else None
        if spec is None or data.get(f"c:{key}") == "theirs":
            continue
        mode = pressed if pressed_key == key else data.get(f"m:{key}", "")
        kind = ATTRIBUTE_TYPES[spec.type]
        widget = kind.form_field(spec, locale=Key.parse(key).locale or None, structure=structure).widget
        raw = widget.value_from_datadict(data, files, input_name(key))
        if mode == "number":
            submission.number.append(spec.code)
            continue
        if mode in ("reset", "empty"):
            submission.values[key] = RESET if mode == "reset" else EMPTY
        elif mode != "override" and _is_shown(raw, data.get(f"s:{key}", ""), spec, structure):
            continue
        else:
            submission.values[key] = raw
        submission.raw[key] = raw
        submission.base[key] = data.get(name, "")
    if f"b:{placement.KEY}" in data and data.get(f"c:{placement.KEY}") != "theirs":
        codes = data.getlist(placement.INPUT)
        if placement.shown_hash(codes) != data.get(f"s:{placement.KEY}"):
            submission.categories = codes
            submission.base[placement.KEY] = data.get(f"b:{placement.KEY}", "")
    return submission


def _is_shown(raw: Any, shown: str, spec: Any, structure: Structure) -> bool:
    try:
        stored = ATTRIBUTE_TYPES[spec.type].clean(raw, spec, structure=structure)
    except ValueRefused:
        return False
    if stored is None:
        return shown in ("", value_hash(None))
    return value_hash(stored) == shown


def save(product_id: int, submission: Submission, *, user: User, campaign: Campaign | None = None) -> Outcome:
    """Through the door: the permanent values, or what the campaign says (of values only: it places nothing)."""
    by = Actor(user=user, origin="form")
    if campaign is not None:
        base = {product_id: submission.base}
        return write_campaign(campaign, {product_id: submission.values}, by=by, base=base)[0]
    fields = {} if submission.categories is None else {"categories": submission.categories}
    change = ProductChange(
        product=product_id, values=submission.values, fields=fields, base=submission.base,
        number=tuple(submission.number),
    )  # fmt: skip
    return write([change], by=by)[0]


def keys_to_show(outcome: Outcome, submission: Submission) -> dict[str, Any]:
    """Key → raw value that was not written and must not be lost from the screen."""
    if outcome.errors:
        return dict(submission.raw)
    return {
        conflict.key: submission.raw[conflict.key]
        for conflict in outcome.conflicts
        if conflict.key in submission.raw
    }


def categories_to_show(outcome: Outcome, submission: Submission) -> list[str] | None:
    """The codes that were not written and must not be lost from the screen."""
    held = outcome.errors or any(each.key == placement.KEY for each in outcome.conflicts)
    return submission.categories if held else None


def annotate(
    sheet: FieldSheet,
    placed: Placement | None,
    outcome: Outcome,
    submission: Submission,
    structure: Structure,
    *,
    locale: str,
) -> list[str]:
    """Puts errors and conflicts beside their fields; returns the messages that belong to none of them."""
    elsewhere = []
    for error in outcome.errors:
        cell = placed if error.key == placement.KEY else sheet.cell(error.key)
        if cell is not None:
            cell.errors.append(error.message)
        else:
            elsewhere.append(error.message)
    for conflict in outcome.conflicts:
        if conflict.key == placement.KEY and placed is not None:
            placed.conflict = conflict
            placed.theirs = placement.names(conflict.theirs, structure, locale)
        cell = sheet.cell(conflict.key)
        if cell is None:
            continue
        cell.conflict = conflict
        kind = ATTRIBUTE_TYPES[cell.spec.type]
        cell.theirs = (
            "" if conflict.theirs is ABSENT else kind.display(conflict.theirs, cell.spec, cell.locale or None)
        )
    if outcome.errors:
        # Nothing of this product was written, so each field still stands on what its sender last saw.
        for key, base in submission.base.items():
            cell = placed if key == placement.KEY else sheet.cell(key)
            if cell is not None:
                cell.base = base
    return elsewhere
