"""What channels does inside a change's transaction: completeness, its tokens, and stale marks."""

from __future__ import annotations

import channels.recount  # noqa: F401  its kind of job
from catalog import participants
from catalog.participants import ChangeBatch, StructureChange
from channels import completeness, fan_out, profile, scores
from channels.marking import mark_left, mark_products, remember_keys


class Channels:
    def tokens(self, batch: ChangeBatch) -> dict[int, set[str]]:
        """ "inc:<channel>|<locale>" for each slot in which a product is incomplete."""
        profiles = profile.current(batch.structure)
        computer = completeness.of(profiles)
        return {
            pk: {
                f"inc:{profiles.by_id[slot.channel].code}|{slot.locale}"
                for slot in computer.incomplete(batch.bundles[pk])
            }
            for pk in batch.touched
        }

    def products_changed(self, batch: ChangeBatch) -> None:
        """Scores, and listings made stale. What an import changes waits until its run has been applied.

        `due_at` needs no care here: it is worked out anew each time a stale row is settled.
        """
        profiles = profile.current(batch.structure)
        computer = completeness.of(profiles)
        scores.store({pk: computer.slots(batch.bundles[pk]) for pk in batch.touched})
        channels = fan_out.channels_meant(batch, profiles)
        held_by = batch.ref if batch.origin == "import" else ""
        mark_products((batch.bundles[pk].product for pk in batch.touched), channels, held_by=held_by)
        moved = [pk for pk, keys in batch.changed.items() if "_parent" in keys and pk not in batch.created]
        if moved:
            mark_left(moved)
        renamed = [pk for pk, keys in batch.changed.items() if "_sku" in keys and pk not in batch.created]
        if renamed:
            remember_keys({pk: batch.bundles[pk].product.rev for pk in renamed})

    def structure_changed(self, change: StructureChange) -> None:
        fan_out.enqueue_for(change)


participants.register(Channels())
