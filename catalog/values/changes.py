"""What goes through the door and what comes back: the vocabulary of catalog.values.write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from catalog.models.user import User


class _Special(Enum):
    EMPTY = "empty"  # explicitly empty: stops inheritance
    RESET = "reset"  # remove the own value: inherit again
    ABSENT = "absent"  # there was, or is, no own value

    def __repr__(self) -> str:
        return self.name

    def __bool__(self) -> bool:
        return False


EMPTY, RESET, ABSENT = _Special.EMPTY, _Special.RESET, _Special.ABSENT


BY_HAND = frozenset({"form", "grid", "bulk"})  # the origins by which people write themselves


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes. `source` is a Source code; `origin` one of form, grid, bulk, accept, import, undo, rule, api, demo.

    `trusted` skips the check of rights, not the rank of sources: an operator's command, the demo. `proposes`: nothing is
    written, each value that differs becomes a proposal.
    """

    user: User | None
    origin: str
    source: str = "marketing"
    ref: str = ""
    trusted: bool = False
    proposes: bool = False


@dataclass(slots=True)
class ProductChange:
    """One product's part of a write.

    `product`: its id; None with `sku` in `fields`: create. `values`: key → raw value as any door has it (the attribute
    type cleans it), EMPTY or RESET. `fields`: any of sku, family (code or None), family_variant (code), parent (sku or
    None), status, enabled, categories (codes), trashed (bool). `base`: key → value_hash the sender last saw (three-way
    merge; "_status" and the like for fields); None: the last writer wins. `cleaned`: values are stored forms already
    (an import's plan, undo). `ref`: the caller's own mark, given back in the Outcome.
    """

    product: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    base: Mapping[str, str] | None = None
    cleaned: bool = False
    only_empty: bool = False  # fill what is empty, leave the rest
    # Parent and family variant of a product that exists may change, since the sender has seen what that loses: "along" takes
    # inherited values along and drops what the new model says as well; "bare" (undo) does no more than it is told.
    moves: Literal["", "along", "bare"] = ""
    sources: Mapping[str, str] | None = (
        None  # key → source to note instead of the actor's (undo gives the old one back)
    )
    converts: bool = False  # rewrite the document as its attributes are now, though nothing else changes
    ref: Any = None
    number: tuple[str, ...] = ()  # identifiers that get their next number where they have none


@dataclass(frozen=True, slots=True)
class FieldError:
    """A refused value: where, what, and in the message what to do."""

    key: str
    code: str
    message: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody changed the same key since `base`: `mine` was not written. `by` and `at` tell of the last revision of it."""

    key: str
    mine: Any
    theirs: Any
    by: str = ""
    at: datetime | None = None


@dataclass(slots=True)
class Outcome:
    """What became of one ProductChange.

    `status`: created, updated, unchanged; refused (nothing of this product was written; see errors); conflict (nothing
    written but what did not conflict: then `changed` is not empty). `changed`: key → (before, after), ABSENT where there
    was none. `proposals`: keys kept as proposals, since a stronger source holds them or the writer may not publish.
    """

    ref: Any
    product: int | None
    status: str = "unchanged"
    rev: int = 0
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    proposals: list[str] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.errors and not self.conflicts
