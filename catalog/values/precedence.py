"""Which of two values stands: three-way merge with other people's edits, and the rank of sources."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from django.utils.translation import gettext as _

from catalog import approval
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.base import CONFLICT
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values import revisions
from catalog.values.changes import ABSENT, Actor, Conflict
from catalog.values.draft import Draft
from catalog.values.hashing import value_hash


def merged(draft: Draft, key: str, spec: AttributeSpec, mine: Any, *, noted_as: str = "") -> Any:
    """The value to write, the stored value where nothing is to be done, or CONFLICT (noted on the draft).

    Composite types (prices by currency, sets of options) merge what two people did to different parts.
    `noted_as`: the key's name in revisions, where it is another than `key` (a campaign's).
    """
    noted = noted_as or key
    theirs = draft.stored.get(key, ABSENT)
    base = (draft.change.base or {}).get(key)
    if base is None or base == value_hash(theirs) or same(mine, theirs, spec):
        return mine
    ancestor = revisions.value_by_hash(draft.row.pk, noted, base)
    known = ancestor is not ABSENT or not base
    if known and mine is not ABSENT and theirs is not ABSENT:
        before = None if ancestor is ABSENT else ancestor
        both = ATTRIBUTE_TYPES[spec.type].merge(before, mine, theirs, spec)
        if both is not CONFLICT:
            return both
    by, at = revisions.last_of_key(draft.row.pk, noted)
    draft.outcome.conflicts.append(Conflict(key, mine, theirs, by, at))
    return CONFLICT


def same(a: Any, b: Any, spec: AttributeSpec) -> bool:
    if a is b:
        return True
    if a is ABSENT or b is ABSENT or a is None or b is None:
        return False
    return a == b or ATTRIBUTE_TYPES[spec.type].equal(a, b, spec)


class Stands:
    """Where the writer's source stands for each attribute of one batch: whether it may write, and above whom."""

    def __init__(self, by: Actor, structure: Structure) -> None:
        # Gives back what was, makes what is first, or is what somebody decided about ranks (catalog.values.proposing).
        self.free = by.origin in ("undo", "demo", "accept")
        self.gives_back = by.origin == "undo"
        self.proposes = by.proposes
        # A move writes values that are there already, each with the source it has: ranks were weighed when it was chosen.
        self.writer = None if by.origin == "move" else structure.sources.get(by.source)
        self.source, self.structure = by.source, structure
        self._known: dict[str, tuple[bool, int]] = {}
        self._open: set[str] = set()  # keys of attributes the writer may write

    def lets_write(self, keys: Set[str], spec_of: Mapping[str, tuple[AttributeSpec, Any, bool]]) -> bool:
        """Whether the writer's source may write all of these keys, as far as no stored value is in its way."""
        if self.proposes:
            return False
        if self.free or self.writer is None:
            return True
        for key in keys - self._open:
            if not self.writer.stand(spec_of[key][0])[0]:
                return False
            self._open.add(key)
        return True

    def stands_back(self, draft: Draft, key: str, spec: AttributeSpec) -> bool:
        """Whether this value becomes a proposal: the writer only proposes, a stronger source holds the key, or the product (or, of a text,
        its locale) is approved and the writer may not publish. A source that may not write the attribute at all is refused on the draft,
        and so is what an undo would give back to what is approved by now: it passes the ranks of sources, not the approval.
        """
        if self.gives_back and self._is_closed(draft, key):
            draft.refuse(
                key,
                "approved_since",
                _("%(label)s is approved: ask somebody who may approve it to take this back.")
                % {"label": spec.label()},
            )
        if self.free:
            return False
        if self.proposes:
            return True
        if self.writer is not None:
            stand = self._known.get(spec.code) or self._known.setdefault(spec.code, self.writer.stand(spec))
            if not stand[0]:
                draft.refuse(
                    key,
                    "source_may_not_write",
                    _("%(source)s may not write %(label)s.") % {"source": self.source, "label": spec.label()},
                )
                return False
            holder = (
                self.structure.sources.get(draft.stored_sources.get(key, "")) if key in draft.stored else None
            )
            if holder is not None and holder.code != self.writer.code and holder.stand(spec)[1] > stand[1]:
                return True
        return self._is_closed(draft, key)

    def _is_closed(self, draft: Draft, key: str) -> bool:
        """Whether it is approved, and not the writer's to change."""
        if draft.rights is None or draft.is_new:
            return False
        return approval.proposes(draft.row, key, draft.rights, self.structure, draft.levels)
