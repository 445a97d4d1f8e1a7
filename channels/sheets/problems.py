"""What is wrong with a field of a sheet, as the editor reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` of the channel (and locale, "" for all), the `attribute` it is made from, and a sentence that says what to do.

    `sku` names the variant where one sheet holds several products.
    """

    field: str
    code: str
    message: str
    locale: str = ""
    attribute: str = ""
    sku: str = ""

    def as_json(self) -> dict[str, Any]:
        """As Listing.errors holds it; empty parts are left out."""
        return {name: value for name, value in asdict(self).items() if value}
