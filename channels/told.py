"""What is written down of listings, as whoever reads may know it: what was sent, what the channel shows, what is wrong there.

It may name products that this person may not see, and nothing in it says which of its words are such names. So who does not
see every product is told which fields it is about and none of their values; and of variants only those that they see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.structure.product_names import NAMES, hidden_text
from channels import protection
from channels.models import Listing

WITHHELD = "…"


class Told:
    """Of these listings. One query for who does not see every product, else none."""

    def __init__(self, rows: Iterable[Listing]) -> None:
        self.values = NAMES.sees_all
        self._seen: set[str] = set()
        if self.values:
            return
        skus = set()
        for row in rows:
            paths = (*(entry["field"] for entry in row.drift), *row.kept)
            skus |= {protection.variant_of(path) for path in paths}
            skus |= {str(error.get("sku") or "") for error in row.errors}
        skus -= {""}
        NAMES.bring(skus=skus, anew=False)
        names = {sku: NAMES.by_sku(sku) for sku in skus}
        self._seen = {sku for sku, name in names.items() if name is not None and not name.is_hidden}

    def is_of(self, path: str) -> bool:
        """Whether that it is about this path of a sheet may be told."""
        sku = "" if self.values else protection.variant_of(path)
        return not sku or sku in self._seen

    def difference(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An entry of Listing.drift."""
        if self.values:
            return dict(entry)
        sides = {name: None if entry[name] is None else WITHHELD for name in ("sent", "seen")}
        return {**entry, **sides}

    def drift(self, row: Listing) -> list[dict[str, Any]]:
        return [self.difference(entry) for entry in row.drift if self.is_of(entry["field"])]

    def kept(self, row: Listing) -> list[str]:
        return [path for path in row.kept if self.is_of(path)]

    def errors(self, row: Listing) -> list[dict[str, Any]]:
        """All of them: that something is wrong with another product of the item stops this one too."""
        if self.values:
            return list(row.errors)
        return [
            {**error, "sku": hidden_text()}
            if error.get("sku") and str(error["sku"]) not in self._seen
            else error
            for error in row.errors
        ]
