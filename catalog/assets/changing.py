"""Telling the house that what is known of assets has changed: exactly the sheets that show them go stale."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from catalog import events, participants


def announce_assets(ids: Iterable[int], *, by: int | None = None) -> None:
    """Call it inside the transaction of the change. The structure is not renewed: it knows no asset. `by` is a user's id."""
    if not connection.in_atomic_block:
        raise RuntimeError("announce_assets() belongs inside the transaction of the change")
    changed = sorted(set(ids))
    if changed:
        participants.structure_changed(participants.StructureChange(kind="asset", ids=tuple(changed), by=by))
        transaction.on_commit(lambda: events.structure_changed.send(sender=None, kind="asset", ids=changed))
