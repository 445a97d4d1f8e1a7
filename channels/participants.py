"""What channels does inside a change's transaction: completeness, its tokens, and stale marks."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import channels.consistency.report
import channels.foreseeing
import channels.launches.scheduling
import channels.mapping.gaps
import channels.recount  # noqa: F401  their kinds of job
from catalog import participants
from catalog.participants import ChangeBatch, StructureChange
from channels import completeness, fan_out, links, profile, scores
from channels.marking import mark_left, mark_products, remember_keys
from channels.models import Listing
from channels.profile import Profiles

Computed = Mapping[int, Mapping[completeness.Slot, completeness.Score]]


class Channels:
    def __init__(self) -> None:
        # `scored`, by thread: the batch whose tokens were asked for last, for products_changed of the same batch.
        self._latest = threading.local()

    def tokens(self, batch: ChangeBatch) -> dict[int, set[str]]:
        """ "inc:<channel>|<locale>" for each slot in which a product is incomplete."""
        profiles, computed = self._scores(batch)
        self._latest.scored = (batch, profiles, computed)
        names = {
            slot: f"inc:{profiles.by_id[slot.channel].code}|{slot.locale}"
            for slot in set().union(*computed.values())
        }
        return {
            pk: {names[slot] for slot, score in slots.items() if score.missing}
            for pk, slots in computed.items()
            if slots
        }

    def _scores(self, batch: ChangeBatch) -> tuple[Profiles, Computed]:
        profiles = profile.current(batch.structure)
        if not profiles.active:
            return profiles, {pk: {} for pk in batch.touched}
        computer = completeness.of(profiles)
        return profiles, {pk: computer.slots(batch.bundles[pk]) for pk in batch.touched}

    def products_changed(self, batch: ChangeBatch) -> None:
        """Scores, and listings made stale. What an import changes waits until its run has been applied.

        `due_at` needs no care here: it is worked out anew each time a stale row is settled.
        """
        latest = self._latest.__dict__.pop("scored", None)
        profiles, computed = latest[1:] if latest and latest[0] is batch else self._scores(batch)
        scores.store(computed, created=batch.created)
        channels = fan_out.channels_meant(batch, profiles)
        held_by = {"import": batch.ref, fan_out.ORIGIN: Listing.SYNC}.get(batch.origin, "")
        products = (batch.bundles[pk].product for pk in batch.touched)
        mark_products(products, channels, held_by=held_by, created=batch.created)
        links.mark(batch, channels, held_by=held_by)
        moved = [pk for pk, keys in batch.changed.items() if "_parent" in keys and pk not in batch.created]
        if moved:
            mark_left(moved)
        renamed = [pk for pk, keys in batch.changed.items() if "_sku" in keys and pk not in batch.created]
        if renamed:
            remember_keys({pk: batch.bundles[pk].product.rev for pk in renamed})

    def structure_changed(self, change: StructureChange) -> None:
        fan_out.enqueue_for(change)


participants.register(Channels())
