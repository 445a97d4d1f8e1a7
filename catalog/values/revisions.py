"""Reading and writing what was changed. Owner of Revision.changes: {key: [before, after]}."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from catalog.models.revision import Revision
from catalog.values.changes import ABSENT
from catalog.values.hashing import value_hash

# An absent value is not an empty one (None): it is spelled as this object, which no attribute type stores.
ABSENT_JSON = {"absent": True}
# Who wrote these revisions is not where their values come from: those had their sources already, and kept them.
_KEEPS_SOURCES = frozenset({"undo", "move", "conversion"})


def to_json(value: Any) -> Any:
    return ABSENT_JSON if value is ABSENT else value


def from_json(value: Any) -> Any:
    return ABSENT if value == ABSENT_JSON else value


def changes_to_json(changed: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {
        key: [ABSENT_JSON if before is ABSENT else before, ABSENT_JSON if after is ABSENT else after]
        for key, (before, after) in changed.items()
    }


def changes_from_json(changes: Mapping[str, Iterable[Any]]) -> dict[str, tuple[Any, Any]]:
    return {key: (from_json(before), from_json(after)) for key, (before, after) in changes.items()}


def history_of_key(product_id: int, key: str) -> Iterable[Revision]:
    """The product's revisions that touched a key, the latest first."""
    for revision in (
        Revision.objects.filter(product_id=product_id)
        .order_by("-rev")
        .select_related("user")
        .iterator(chunk_size=200)
    ):
        if key in revision.changes:
            yield revision


def value_by_hash(product_id: int, key: str, wanted: str) -> Any:
    """The value a form was based on, found again by its hash; ABSENT where it is no longer known."""
    if not wanted:
        return ABSENT
    for revision in history_of_key(product_id, key):
        for value in changes_from_json({key: revision.changes[key]})[key]:
            if value_hash(value) == wanted:
                return value
    return ABSENT


def last_of_key(product_id: int, key: str) -> tuple[str, datetime | None]:
    """(who, when) of the last change of a key."""
    for revision in history_of_key(product_id, key):
        return str(revision.user or revision.source), revision.at
    return "", None


def sources_before(revisions: Sequence[Revision]) -> dict[int, dict[str, str]]:
    """Product → key → where the value that its revision replaced had come from: the source of who wrote that very value last,
    or else of the last who wrote the key. Nothing of keys whose history is not kept so far back. One query.
    """
    found: dict[int, dict[str, str]] = {row.product_id: {} for row in revisions}
    others: dict[int, dict[str, str]] = defaultdict(dict)
    reverted = {row.product_id: row for row in revisions}
    earlier = Revision.objects.filter(product_id__in=reverted).exclude(origin__in=_KEEPS_SOURCES)
    columns = ("product_id", "rev", "source", "changes")
    for product, rev, source, changes in (
        earlier.order_by("product_id", "-rev").values_list(*columns).iterator(chunk_size=500)
    ):
        row = reverted[product]
        if rev < row.rev:
            for key in row.changes.keys() & changes.keys():
                wrote_it = changes[key][1] == row.changes[key][0]
                (found[product] if wrote_it else others[product]).setdefault(key, source)
    return {product: {**others[product], **sources} for product, sources in found.items()}
