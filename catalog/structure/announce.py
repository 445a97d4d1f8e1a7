"""The call every change of the structure makes, in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django.db import connection, transaction

from catalog import events, participants
from catalog.models.structure import StructureVersion
from catalog.values.rederive import enqueue_for_structure


def announce(kind: str, ids: Iterable[int], *, by: int | None = None) -> None:
    """Tells that rows of a kind of structure changed, came or go ("attribute", "option", "family", "category", "locale" …).

    Renews the structure's version (all processes reload), and lets the participants note what it makes stale.
    Call it inside the transaction of the change, for a deletion before the rows are gone. `by` is a user's id.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("announce() belongs inside the transaction of the change")
    changed = sorted(set(ids))
    StructureVersion.objects.update_or_create(pk=1, defaults={"version": uuid4().hex})
    enqueue_for_structure(kind, changed, by=by)
    change = participants.StructureChange(kind=kind, ids=tuple(changed), by=by)
    participants.structure_changed(change)
    transaction.on_commit(lambda: events.structure_changed.send(sender=None, kind=kind, ids=changed))
