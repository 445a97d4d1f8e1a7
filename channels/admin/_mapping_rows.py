"""What the mapping's page shows of each field: the channel's wish, the draft, what it is made of, how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from channels.mapping import drafts
from channels.mapping.drafts import Draft
from channels.mapping.gaps import Gaps
from channels.mapping.recognising import candidates
from channels.mapping.standing import Standing, standing
from channels.mapping.template import TemplateField
from channels.models import Channel
from channels.profile import FieldSpec
from channels.sheets.transforms import TRANSFORMS

PARAMS: Mapping[tuple[str, str], Any] = {
    ("truncate", "length"): gettext_lazy("At most … characters"),
    ("truncate", "ellipsis"): gettext_lazy("End what was cut with …"),
    ("replace", "old"): gettext_lazy("Find"),
    ("replace", "new"): gettext_lazy("Write instead"),
    ("join", "separator"): gettext_lazy("Between two entries"),
    ("first_n", "count"): gettext_lazy("How many"),
    ("convert_unit", "unit"): gettext_lazy("Into"),
    ("number_format", "decimals"): gettext_lazy("Decimal places"),
    ("number_format", "decimal"): gettext_lazy("Decimal mark"),
    ("rendition", "preset"): gettext_lazy("Preset"),
}
LIMITS: Mapping[str, Any] = {
    "max_length": gettext_lazy("At most … characters"),
    "min_length": gettext_lazy("At least … characters"),
    "max_items": gettext_lazy("At most … entries"),
    "min": gettext_lazy("Not below"),
    "max": gettext_lazy("Not above"),
    "pattern": gettext_lazy("Pattern"),
    "allowed": gettext_lazy("Only these words, commas between"),
}
SOURCES = (
    ("", gettext_lazy("It is not sent")),
    ("attribute", gettext_lazy("An attribute")),
    ("template", gettext_lazy("A text with attributes in it")),
    ("fixed", gettext_lazy("The same text everywhere")),
    ("category", gettext_lazy("The category, in the channel's words")),
)


@dataclass
class Row:
    """`number`: its place in the posted form; `name`: its anchor; `values`: as it would be stored, None where it is not
    sent or something is wrong; `shown`: what the preview puts in; `families`: rows of single families below it."""

    number: int
    draft: Draft
    template: TemplateField | None
    spec: AttributeSpec | None
    standing: Standing
    gap: Mapping[str, Any]
    values: Mapping[str, Any] | None = None
    family_label: str = ""
    families: list[Row] = field(default_factory=list)
    shown: list[Any] = field(default_factory=list)
    is_open: bool = False
    perhaps: list[AttributeSpec] = field(default_factory=list)
    structure: Structure | None = None

    @property
    def name(self) -> str:
        return f"row-{self.number}"

    @property
    def prefix(self) -> str:
        return f"r{self.number}-"

    @property
    def label(self) -> str:
        if self.template is not None:
            return str(self.template.label)
        return FieldSpec(self.draft.target, {}).label

    @property
    def is_missing(self) -> bool:
        """The channel lists nothing without it, and it is made from nothing."""
        return (
            self.template is not None
            and self.template.is_required
            and not self.draft.kind
            and not self.draft.family
        )

    @property
    def tags(self) -> str:
        """By what the page's own filter finds it."""
        found = ["sent" if self.draft.kind else "unsent"]
        if self.draft.required or (self.template is not None and self.template.is_required):
            found.append("required")
        if self.is_missing or self.gap or self.draft.errors or any(shown.problems for shown in self.shown):
            found.append("gap")
        if self.standing.kind not in ("same", "adjusted"):
            found.append("news")
        return " ".join([*found, *(tag for row in self.families for tag in row.tags.split())])

    @property
    def in_short(self) -> list[Any]:
        """What the product comes out as, be it by the way of its family."""
        return self.shown or next((row.shown for row in self.families if row.shown), [])

    @property
    def source_said(self) -> str:
        if self.draft.kind == "fixed":
            return _("“%s” everywhere") % self.draft.text
        if self.draft.kind == "category":
            return str(_("the product's category"))
        return self.draft.text if self.draft.kind else ""

    @property
    def limits_said(self) -> str:
        given = self.draft.limits
        parts = []
        if given.get("max_length"):
            parts.append(_("up to %s characters") % given["max_length"])
        if given.get("max_items"):
            parts.append(_("up to %s entries") % given["max_items"])
        if given.get("allowed"):
            words = given["allowed"].split(", ")
            parts.append(", ".join(words[:4]) + (" …" if len(words) > 4 else ""))
        return " · ".join(parts)

    def limits(self) -> Iterator[dict[str, Any]]:
        for name, label in LIMITS.items():
            yield {
                "name": name,
                "label": label,
                "value": self.draft.limits.get(name, ""),
                "errors": self.draft.errors.get(name, ()),
            }

    def sources(self) -> Iterator[tuple[str, Any, bool]]:
        for code, label in SOURCES:
            yield code, label, code == self.draft.kind

    def steps(self) -> Iterator[dict[str, Any]]:
        for number, step in enumerate(self.draft.steps):
            known = TRANSFORMS[step.name]
            yield {
                "number": number, "order": number + 1, "name": step.name, "label": known.label, "errors": self.draft.errors.get(f"s{number}-name", ()),
                "params": [self._param(step, number, param, kind) for param, kind in known.params.items()],
            }  # fmt: skip

    def _param(self, step: Any, number: int, param: str, kind: type) -> dict[str, Any]:
        return {
            "name": f"{self.prefix}s{number}-{param}", "label": PARAMS.get((step.name, param), param), "value": step.given.get(param, ""),
            "is_flag": kind is bool, "is_number": kind is int, "choices": self._choices(param), "errors": self.draft.errors.get(f"s{number}-{param}", ()),
        }  # fmt: skip

    def _choices(self, param: str) -> list[tuple[str, str]]:
        if param == "preset" and self.structure is not None:
            return [(code, preset.label()) for code, preset in self.structure.presets.items()]
        if param == "unit" and self.spec is not None and self.spec.measure is not None:
            return [(code, code.replace("_", " ").capitalize()) for code in self.spec.measure.units]
        return []

    @property
    def is_of_categories(self) -> bool:
        return self.draft.kind == "category"

    @property
    def category_lines(self) -> str:
        return "\n".join(f"{code} = {word}" for code, word in sorted((self.draft.words or {}).items()))

    @property
    def has_words(self) -> bool:
        return self.spec is not None and bool(self.spec.options)

    @property
    def as_lines(self) -> str | None:
        """The value list as lines, where there are too many options for an input each."""
        if self.spec is None or len(self.spec.options) <= drafts.WORDS_BY_LINE:
            return None
        return "\n".join(f"{code} = {word}" for code, word in (self.draft.words or {}).items())

    def words(self) -> Iterator[dict[str, Any]]:
        for code, option in (self.spec.options if self.spec else {}).items():
            yield {
                "name": f"{self.prefix}w-{code}",
                "label": option.label(),
                "code": code,
                "value": (self.draft.words or {}).get(code, ""),
            }

    @property
    def theirs(self) -> list[str]:
        return [word for part in self.draft.limits.get("allowed", "").split(",") if (word := part.strip())]


def rows_of(
    channel: Channel, listed: Sequence[Draft], template: Sequence[TemplateField], structure: Structure,
    checked: Mapping[int, Mapping[str, Any]], gaps: Gaps | None,
) -> list[Row]:  # fmt: skip
    """In the template's order, then our own; those of single families below the shared one. `checked`: by id of a draft."""
    by_target = {entry.target: entry for entry in template}
    made = []
    for number, draft in enumerate(listed):
        entry, values = by_target.get(draft.target), checked.get(id(draft))
        family = structure.family_by_code.get(draft.family.casefold()) if draft.family else None
        row = Row(
            number, draft, entry, draft.attribute(structure),
            standing(entry, values if draft.kind else None, channel.template)
            if entry is not None and not draft.family and not draft.errors and not draft.seen else Standing(),
            gaps.fields.get(draft.target, {}) if gaps and not draft.family else {}, values if draft.kind and not draft.errors else None,
            family.label() if family else draft.family, structure=structure,
        )  # fmt: skip
        if entry is not None and not draft.kind:
            row.perhaps = candidates(entry, structure)
        made.append(row)
    shared = {row.draft.target: row for row in made if not row.draft.family}
    top = []
    for row in made:
        above = shared.get(row.draft.target) if row.draft.family else None
        (above.families if above is not None else top).append(row)
    order = {entry.target: place for place, entry in enumerate(template)}
    return sorted(top, key=lambda row: order.get(row.draft.target, len(order)))


def every(rows: Sequence[Row]) -> list[Row]:
    return [each for row in rows for each in (row, *row.families)]


def groups_of(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """By the template's groups; what it does not know comes last."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        label = str(row.template.group) if row.template is not None else ""
        found.setdefault(label, []).append(row)
    own = found.pop("", [])
    return [*found.items(), *([(_("Fields of our own") if found else _("Fields"), own)] if own else [])]


def attributes(structure: Structure) -> list[tuple[str, str]]:
    """(text of the picker, type) of every attribute, and the parts that channels may read of it."""
    listed = []
    for spec in structure.attributes.values():
        kind = ATTRIBUTE_TYPES[spec.type]
        listed.append((drafts.called(spec.code, structure), str(kind.label)))
        parts = (*kind.sheet_parts(spec), *(("code", "label", *spec.records.fields) if spec.records else ()))
        listed += [(f"{spec.code}.{part}", spec.label()) for part in parts]
    return sorted(listed, key=lambda each: each[0].casefold())
