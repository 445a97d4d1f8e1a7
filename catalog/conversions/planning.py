"""Looking at every value before anything is changed: what each becomes, which cannot, and what is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.conversions.asking import Wanted, facets_of
from catalog.jobs import JobHandle, job
from catalog.models.attribute import Attribute
from catalog.models.campaign import CampaignValues
from catalog.models.conversion import Conversion
from catalog.models.product import ProductValues
from catalog.models.user import User
from catalog.structure.conversion import ConversionSpec
from catalog.structure.conversions_in_force import conversion_spec
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec, OptionSpec
from catalog.structure.ways import option_code
from catalog.values.derive import unique_entry

CHUNK = 1000
SAMPLES = 12  # of each group
MOST_OPTIONS = 2000


def begin(attribute: Attribute, wanted: Wanted, *, by: User | None) -> Conversion:
    """A conversion to be planned; earlier plans of the attribute that were never done are dropped."""
    Conversion.objects.filter(
        attribute=attribute, state__in=(Conversion.State.PLANNING, Conversion.State.PLANNED)
    ).update(state=Conversion.State.DROPPED)
    return Conversion.objects.create(
        attribute=attribute, before=facets_of(attribute), after=wanted.facets, settings=wanted.settings,
        created_at=timezone.now(), created_by=by,
    )  # fmt: skip


def documents(code: str, after: int = 0) -> Any:
    """(product id, document) of the products that have a value of the attribute, by id."""
    rows = ProductValues.objects.filter(pk__gt=after).annotate(text=Cast("values", TextField()))
    return rows.filter(Q(values__has_key=code) | Q(text__contains=f'"{code}|')).order_by("pk")


def new_spec(
    row: Conversion, structure: Structure, options: dict[str, OptionSpec] | None = None
) -> AttributeSpec:
    """The attribute as it will be, with options that are still to be made."""
    known = structure.attributes[row.attribute.code]
    after = row.after
    return replace(
        known, type=after["type"], localizable=after["localizable"], scopable=after["scopable"], params=after["params"],
        measure=structure.measures.get(str(after["params"].get("family", ""))), options={**known.options, **(options or {})},
    )  # fmt: skip


@job("catalog.plan_conversion")
def plan(handle: JobHandle | None = None, /, *, conversion: int) -> dict[str, Any] | None:
    """Reads everything, changes nothing but the plan. Killed, it begins again."""
    row = Conversion.objects.select_related("attribute").get(pk=conversion)
    structure = Structure.current()
    made = _options(row, structure)
    spec = conversion_spec(
        row, new_spec(row, structure, {code: OptionSpec(code, {"": text}) for code, text in made.items()}), structure.measures
    )  # fmt: skip
    found = _Findings(spec)
    for done, (pk, values) in enumerate(_each(row.attribute.code), start=1):
        found.add(pk, values)
        if handle is not None and done % CHUNK == 0:
            handle.progress(done)
    row.plan = {**found.result(), "options": made, "too_many_options": len(made) > MOST_OPTIONS}
    row.state = Conversion.State.PLANNED
    row.save(update_fields=["plan", "state"])
    return {"conversion": row.pk}


def _each(code: str) -> Iterator[tuple[int, dict[str, Any]]]:
    yield from documents(code).values_list("pk", "values").iterator(chunk_size=CHUNK)
    campaigns = CampaignValues.objects.annotate(text=Cast("values", TextField())).order_by("product_id", "pk")
    campaigns = campaigns.filter(Q(values__has_key=code) | Q(text__contains=f'"{code}|'))
    yield from campaigns.values_list("product_id", "values").iterator(chunk_size=CHUNK)


def _options(row: Conversion, structure: Structure) -> dict[str, str]:
    """{code: text} of the options to be made of the texts there are; one for all spellings that differ by case only."""
    if not ATTRIBUTE_TYPES[row.after["type"]].has_options or ATTRIBUTE_TYPES[row.before["type"]].has_options:
        return {}
    code = row.attribute.code
    texts: dict[str, str] = {}
    for _pk, values in _each(code):
        for key, stored in values.items():
            if stored and isinstance(stored, str) and key.partition("|")[0] == code:
                texts.setdefault(" ".join(stored.split()).casefold(), stored)
        if len(texts) > MOST_OPTIONS:
            break
    made: dict[str, str] = {}
    taken = {option.casefold() for option in structure.attributes[code].options}
    for folded, text in sorted(texts.items()):
        if folded in taken:
            continue
        wanted = option_code(text) or "option"
        number, free = 2, wanted
        # A code that is another text's spelling would be taken for that text.
        while free in made or (free in texts and free != folded) or free in taken:
            free, number = f"{wanted}_{number}", number + 1
        made[free] = text
    return made


class _Findings:
    """Counts, and a few samples of each kind."""

    def __init__(self, spec: ConversionSpec) -> None:
        self.spec = spec
        self.old, self.new = ATTRIBUTE_TYPES[spec.old.type], ATTRIBUTE_TYPES[spec.new.type]
        self.products: set[int] = set()
        self.values = self.changed = self.repeated = 0
        self.entries: set[str] = set()  # of a unique attribute
        self.failed: Counter[str] = Counter()
        self.outvoted = 0
        self.samples: dict[str, list[dict[str, Any]]] = {"changed": [], "failed": [], "outvoted": []}

    def add(self, pk: int, values: dict[str, Any]) -> None:
        own = {key: value for key, value in values.items() if self.spec.holds(key)}
        if not own:
            return
        self.products.add(pk)
        self.values += len(own)
        made = self.spec.document(own)
        if self.spec.new.unique:
            self._note_entry((made[0] if made else own).get(self.spec.code))
        if made is None:
            return
        document, origins, failures = made
        for failure in failures:
            self.failed[failure.message] += 1
            self._sample("failed", pk, failure.key, self._old(failure.value), failure.message)
        kept = set(origins.values()) | {failure.key for failure in failures}
        for key, value in own.items():
            if key not in kept and value is not None and value not in document.values():
                self.outvoted += 1
                self._sample("outvoted", pk, key, self._old(value), "")
        for key, value in document.items():
            origin = origins[key]
            if key != origin or value != own[origin]:
                self.changed += 1
                after = "" if value is None else self.new.summary(value, self.spec.new)
                self._sample("changed", pk, origin, self._old(own[origin]), after, key)

    def _note_entry(self, value: Any) -> None:
        """Two texts that differ may be one number."""
        if value is not None:
            entry = unique_entry(self.spec.new, value)
            self.repeated += entry in self.entries
            self.entries.add(entry)

    def _old(self, value: Any) -> str:
        return "" if value is None else self.old.summary(value, self.spec.old)

    def _sample(self, group: str, pk: int, key: str, before: str, after: str, becomes: str = "") -> None:
        if len(self.samples[group]) < SAMPLES:
            self.samples[group].append(
                {"product": pk, "key": key, "before": before, "after": after, "becomes": becomes}
            )

    def result(self) -> dict[str, Any]:
        return {
            "products": len(self.products), "values": self.values, "changed": self.changed,
            "failed": sum(self.failed.values()), "reasons": self.failed.most_common(20), "outvoted": self.outvoted,
            "repeated": self.repeated, "samples": self.samples,
        }  # fmt: skip
