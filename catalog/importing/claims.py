"""What a row may not say because of another row of the file, or of itself, though the door has nothing against it yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.importing import complaints
from catalog.importing.firsts import Firsts
from catalog.importing.links import Links
from catalog.importing.rows import PlannedRow
from catalog.structure.snapshot import Structure
from catalog.values.changes import ABSENT, EMPTY
from catalog.values.derive import unique_entry
from catalog.values.keys import attribute_of


class Claims:
    """`headers`: value key → its column's header; `links`: where the file may name products that it creates."""

    def __init__(self, structure: Structure, headers: Mapping[str, str], links: Links | None) -> None:
        self.structure, self.headers, self.links = structure, headers, links
        self.unique = {code for code, spec in structure.attributes.items() if spec.unique} & headers.keys()
        self._taken = Firsts()

    def hold(self, number: int, sku: str, values: Mapping[str, Any]) -> None:
        """A row that is planned already, and the unique values it is going to have."""
        for code in self.unique & values.keys():
            if values[code] is not None:
                entry = f"{code} {unique_entry(self.structure.attributes[code], values[code])}"
                self._taken.claim(entry, number, sku)

    def objection(
        self, row: PlannedRow, values: Mapping[str, Any], changed: Mapping[str, tuple[Any, Any]]
    ) -> dict[str, Any] | None:
        """Why a row is to be rejected, as ImportRow has it; None where it may stay. `values`: what its cells say."""
        return self._clash(row, changed) or self._names_itself(row, values)

    def _clash(self, row: PlannedRow, changed: Mapping[str, tuple[Any, Any]]) -> dict[str, Any] | None:
        """Two rows of the file that want the same unique value: the first has it."""
        for code in self.unique:
            after = changed.get(code, (None, None))[1]
            if after is None or after is ABSENT:
                continue
            entry = f"{code} {unique_entry(self.structure.attributes[code], after)}"
            sku, number = self._taken.claim(entry, row.number, row.sku)
            if number != row.number:
                return complaints.same_value(code, sku, number, self.headers.get(code, ""), shown(after))
        return None

    def _names_itself(self, row: PlannedRow, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """A new product that points at itself; of one that is there the door knows."""
        if row.product_id is None and self.links is not None:
            for key, numbers in self.links.of(values).items():
                if row.number in numbers:
                    label = self.structure.attributes[attribute_of(key)].label()
                    return complaints.points_at_itself(label, key, self.headers.get(key, ""))
        return None

    def close(self) -> None:
        self._taken.close()


def shown(value: Any) -> Any:
    return None if value is ABSENT or value is EMPTY else value
