"""Reference records as types and sheets read them: looked up when asked for, in sets, and kept with the structure.

There may be a million of them, so the snapshot holds none to begin with. A record's change is a change of the structure:
the next snapshot begins with none again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models.functions import Lower

from catalog.codes import label_of
from catalog.measures import MeasurementSpec
from catalog.models.reference import ReferenceEntity, ReferenceField, ReferenceRecord
from catalog.structure.specs import AttributeSpec

FEW = 200  # records of an entity that a form lists; more are searched for
NAMED = 5_000  # records of an entity that are known by their names too; of more the codes alone
KEPT = 50_000  # records of one entity kept in memory


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """`image`: the sha256 of its picture, "" without."""

    code: str
    labels: Mapping[str, str]
    values: Mapping[str, Any]
    image: str = ""

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)


@dataclass(eq=False)
class Records:
    """An entity and its records. `fields` by code, in order, as attributes."""

    id: int
    code: str
    labels: Mapping[str, str]
    fields: Mapping[str, AttributeSpec]
    _known: dict[str, RecordSpec | None] = field(default_factory=dict)  # by folded code; None: there is none
    _few: list[RecordSpec] | None = None
    _many: bool = False
    _named: dict[str, RecordSpec] | None = None

    def label(self, locale: str | None = None) -> str:
        return label_of(dict(self.labels), self.code, locale)

    def find(self, code: str) -> RecordSpec | None:
        """The record of a code in any case. Asks the database only for what `warm` did not bring."""
        folded = code.strip().casefold()
        if folded not in self._known:
            self.warm([folded])
        return self._known.get(folded)

    def warm(self, codes: Iterable[str]) -> None:
        """Brings these records, in one query where any is not known yet."""
        missing = {code.strip().casefold() for code in codes} - self._known.keys()
        if not missing:
            return
        if len(self._known) + len(missing) > KEPT:
            self._known.clear()
        rows = ReferenceRecord.objects.filter(entity_id=self.id).alias(folded=Lower("code"))
        found = self._read(rows.filter(folded__in=sorted(missing)))
        self._known |= {**dict.fromkeys(missing), **{spec.code.casefold(): spec for spec in found}}

    def few(self) -> list[RecordSpec] | None:
        """All records by label, where there are at most FEW; else None."""
        if self._few is None and not self._many:
            rows = ReferenceRecord.objects.filter(entity_id=self.id).order_by("code")
            found = self._read(rows[: FEW + 1])
            self._many = len(found) > FEW
            if not self._many:
                self._few = sorted(found, key=lambda spec: spec.label().casefold())
                self._known |= {spec.code.casefold(): spec for spec in found}
        return self._few

    def named(self) -> Mapping[str, RecordSpec]:
        """All records by code, with their labels alone, where there are at most NAMED; else none."""
        if self._named is None:
            rows = ReferenceRecord.objects.filter(entity_id=self.id).order_by("code")
            found = list(rows.values_list("code", "labels")[: NAMED + 1])
            self._named = (
                {} if len(found) > NAMED else {code: RecordSpec(code, labels, {}) for code, labels in found}
            )
        return self._named

    def _read(self, rows: Any) -> list[RecordSpec]:
        return [
            RecordSpec(code, labels, values, image or "")
            for code, labels, values, image in rows.values_list("code", "labels", "values", "image__sha256")
        ]


def load(measures: Mapping[str, MeasurementSpec]) -> dict[str, Records]:
    """The entities by code, without their records, in two queries."""
    fields: dict[int, dict[str, AttributeSpec]] = {}
    for row in ReferenceField.objects.order_by("entity_id", "position", "code"):
        fields.setdefault(row.entity_id, {})[row.code] = AttributeSpec(
            id=row.pk, code=row.code, type=row.type, labels=row.labels, localizable=row.localizable, params=row.params,
            measure=measures.get(str(row.params.get("family", ""))),
        )  # fmt: skip
    return {
        row.code: Records(row.pk, row.code, row.labels, fields.get(row.pk, {}))
        for row in ReferenceEntity.objects.order_by("code")
    }
