"""What a planned row does besides what it says: it empties values, and products cease to be complete for a channel.

Which product is complete for whom is an upper room's knowledge: catalog.participants asks it. Only rows that can take
something away are looked at, so that a plan of ten thousand new prices costs no more than before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import participants
from catalog.importing.rows import PlannedRow
from catalog.models.product import Product, ProductValues
from catalog.participants import Foreseen
from catalog.structure.snapshot import Structure
from catalog.values import bundle as bundles
from catalog.values.bundle import Bundle
from catalog.values.changes import ABSENT
from catalog.values.keys import attribute_of, is_field
from catalog.values.products import descendants

INCOMPLETE = "incomplete"
KINDS = frozenset({"empties", INCOMPLETE})  # of notes, which say nothing of how the row was read
ALL = ("", "")
MOST_BELOW = 1_000  # variants looked at for one batch of rows
Changed = Mapping[str, tuple[Any, Any]]


def note_emptied(row: PlannedRow, changed: Changed) -> bool:
    """Notes each value that is there and will not be."""
    keys = [key for key, (before, after) in changed.items() if not is_field(key) and _is_said(before) and not _is_said(after)]  # fmt: skip
    for key in keys:
        row.notes.append({"kind": "empties", "key": key, "message": _("Becomes empty.")})
    return bool(keys)


def deciding(structure: Structure) -> frozenset[str]:
    """The attributes whose value decides whether another one is asked for."""
    return frozenset(spec.depends_on for spec in structure.attributes.values() if spec.depends_on)


def may_lose(changed: Changed, decide: Collection[str]) -> bool:
    """Whether these changes can take away what a product was complete with. `decide`: as `deciding` has it."""
    return any(
        key in ("_family", "_family_variant", "_parent")
        if is_field(key)
        else _loses(before, after) or attribute_of(key) in decide
        for key, (before, after) in changed.items()
    )


def _is_said(value: Any) -> bool:
    return value is not None and value is not ABSENT


def _loses(before: Any, after: Any) -> bool:
    if not _is_said(before) or not _is_said(after):
        return _is_said(before)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return any(after.get(part) in (None, "") for part in before)
    return False


def note_incomplete(
    listed: Sequence[tuple[PlannedRow, Changed]], structure: Structure
) -> Counter[tuple[str, str]]:
    """Notes at each of these updates for whom its product, or variants below it, would no longer be complete.

    Returns how many rows have such a note by (code, name) of the channel, and under ALL in all. A constant number of queries; none where no
    room foresees anything.
    """
    found: Counter[tuple[str, str]] = Counter()
    if not listed or not participants.can_foresee():
        return found
    by_product = {row.product_id: (row, changed) for row, changed in listed if row.product_id is not None}
    below = descendants(by_product)[:MOST_BELOW]
    stored = Product.objects.filter(pk__in={*by_product, *below}).only(*bundles.ROW_FIELDS)
    before = bundles.of_rows(stored, structure=structure)
    after = _after(before, by_product, structure)
    foreseen = participants.foreseen(before, after)
    losses: dict[int, dict[str, tuple[Foreseen, int]]] = {}
    for product, listed_ in foreseen.items():
        for loss in listed_:
            for step in (level.product_id for level in after[product].levels):
                if step in by_product:
                    mine = losses.setdefault(step, {})
                    known = mine.get(loss.where)
                    mine[loss.where] = (loss, (known[1] if known else 0) + (product != step))
                    break
    for product, mine in losses.items():
        row = by_product[product][0]
        row.notes += [_note(loss, variants) for loss, variants in mine.values()]
        found[ALL] += 1
        found.update({(loss.channel, loss.name) for loss, _variants in mine.values()})
    return found


def _note(loss: Foreseen, variants: int) -> dict[str, Any]:
    message = _("Would no longer be complete for %(where)s: %(lacks)s.") % {
        "where": loss.where, "lacks": ", ".join(loss.lacks),
    }  # fmt: skip
    if variants:
        message += " " + ngettext(
            "%(count)d variant of it.", "%(count)d variants of it.", variants
        ) % {"count": variants}  # fmt: skip
    return {"kind": INCOMPLETE, "key": "", "message": message, "channel": mark_of(loss.channel)}


def mark_of(channel: str) -> str:
    """As a note names a channel, so that the row is found by it."""
    return f"in:{channel}"


def _after(
    before: Mapping[int, Bundle], by_product: Mapping[int, tuple[PlannedRow, Changed]], structure: Structure
) -> dict[int, Bundle]:
    """The same products as they would be."""
    own = dict(ProductValues.objects.filter(pk__in=by_product).values_list("pk", "values"))
    documents = {}
    rows = []
    for pk, bundle in before.items():
        row = bundle.product
        if pk in by_product:
            changed = by_product[pk][1]
            values = {**structure.read(own.get(pk, {}))}
            for key, (_was, will_be) in changed.items():
                if will_be is ABSENT:
                    values.pop(key, None)
                elif not is_field(key):
                    values[key] = will_be
            documents[pk] = (values, {})
            if "_family" in changed:
                row = copy(row)
                family = structure.family_by_code.get(str(changed["_family"][1] or "").casefold())
                row.family_id = family.id if family else None
        rows.append(row)
    return bundles.of_rows(rows, structure=structure, documents=documents)
