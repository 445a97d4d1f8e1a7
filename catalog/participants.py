"""The port for work that must happen in the transaction of a change, so that a committed save is never without it.

A higher room registers one object with any of the three methods of Participant, set-based and without I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from catalog.structure.snapshot import Structure
    from catalog.values.bundle import Bundle


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """One write: at most 500 products changed by themselves, and with them the variants that inherit from them.

    `changed`: product id → changed keys ("name|de_DE", "_status" …). `touched`: those ids and their descendants.
    `bundles`: product id → values after the change, with the levels above, for every touched product.
    """

    changed: Mapping[int, frozenset[str]]
    created: frozenset[int]
    touched: Sequence[int]
    bundles: Mapping[int, Bundle]
    structure: Structure
    origin: str = ""
    ref: str = ""
    by: int | None = None


@dataclass(frozen=True, slots=True)
class StructureChange:
    kind: str
    ids: tuple[int, ...]
    by: int | None = None


class Participant(Protocol):
    def tokens(self, batch: ChangeBatch) -> Mapping[int, set[str]]:
        """Tokens this room adds to products, by product id. Called before products_changed, and before new rows are there."""

    def products_changed(self, batch: ChangeBatch) -> None:
        """Notes what the change makes stale."""

    def structure_changed(self, change: StructureChange) -> None:
        """Notes what a change of the structure makes stale; long fan-outs are enqueued as jobs."""


_participants: list[Participant] = []


def register(participant: Participant) -> None:
    if not any(type(known) is type(participant) for known in _participants):
        _participants.append(participant)


def tokens(batch: ChangeBatch) -> dict[int, set[str]]:
    merged: dict[int, set[str]] = {}
    for participant in _participants:
        for product_id, added in participant.tokens(batch).items():
            merged.setdefault(product_id, set()).update(added)
    return merged


def products_changed(batch: ChangeBatch) -> None:
    for participant in _participants:
        participant.products_changed(batch)


def structure_changed(change: StructureChange) -> None:
    for participant in _participants:
        participant.structure_changed(change)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change that is only planned would undo: `channel` is a code, `name` and `where` are for people ("Web shop",
    "Web shop · German"), `lacks` are attributes' labels."""

    channel: str
    name: str
    where: str
    lacks: tuple[str, ...]


Foresee = Callable[[Mapping[int, "Bundle"], Mapping[int, "Bundle"]], Mapping[int, Sequence[Foreseen]]]
_seers: list[Foresee] = []


def register_foresight(foresee: Foresee) -> None:
    """A higher room tells what would be lost: of products as they are and as they would be, by product id. No writes."""
    if foresee not in _seers:
        _seers.append(foresee)


def can_foresee() -> bool:
    return bool(_seers)


def foreseen(before: Mapping[int, Bundle], after: Mapping[int, Bundle]) -> dict[int, list[Foreseen]]:
    merged: dict[int, list[Foreseen]] = {}
    for foresee in _seers:
        for product, listed in foresee(before, after).items():
            merged.setdefault(product, []).extend(listed)
    return merged
