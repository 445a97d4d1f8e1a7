"""What enrichment does inside a change's transaction: an approval by whatever way answers the comments of the review."""

from __future__ import annotations

from catalog import participants
from catalog.models import Product
from catalog.participants import ChangeBatch, StructureChange
from enrichment import review


class Enrichment:
    def tokens(self, batch: ChangeBatch) -> dict[int, set[str]]:
        return {}

    def products_changed(self, batch: ChangeBatch) -> None:
        review.settle(
            pk
            for pk, keys in batch.changed.items()
            if "_status" in keys
            and pk not in batch.created
            and batch.bundles[pk].product.status == Product.Status.APPROVED
        )

    def structure_changed(self, change: StructureChange) -> None:
        """Comments hang on products alone."""


participants.register(Enrichment())
