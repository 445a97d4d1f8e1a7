"""What enrichment does inside a change's transaction: an approval by whatever way answers the comments of the review, and
products are marked for the rules that run on change, and for the translation memory."""

from __future__ import annotations

from catalog import participants
from catalog.participants import ChangeBatch, StructureChange
from enrichment import review
from enrichment.memory import following as memory
from enrichment.rules import following


class Enrichment:
    def tokens(self, batch: ChangeBatch) -> dict[int, set[str]]:
        return {}

    def products_changed(self, batch: ChangeBatch) -> None:
        older = {pk: keys for pk, keys in batch.changed.items() if pk not in batch.created}
        review.settle_approved(older, batch.bundles)
        following.mark(batch)
        memory.note(batch)

    def structure_changed(self, change: StructureChange) -> None:
        """Of most kinds the catalogue derives the products anew, which marks them; an option's label stands in no product."""
        if change.kind == "option":
            following.options_changed(change.ids)
        memory.structure_changed(change)


participants.register(Enrichment())
