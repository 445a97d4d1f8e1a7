"""The fields of a product page: one row per attribute, one cell per shown locale, grouped as the family says."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from catalog.access import Rights
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec
from catalog.values import conditions
from catalog.values.bundle import Bundle, attributes_at, attributes_of
from catalog.values.changes import ABSENT, Conflict
from catalog.values.fields import axes_of
from catalog.values.hashing import value_hash
from catalog.values.keys import format_key
from catalog.values.resolve import resolve
from channels.completeness import asked_of, is_filled
from channels.profile import Profiles
from enrichment.readiness import field_id
from enrichment.workbench import locks
from enrichment.workbench.page import campaigns
from enrichment.workbench.page.campaigns import Choice, Layer
from enrichment.workbench.page.files import ShownFile, named
from enrichment.workbench.page.origin import Origin, describe
from enrichment.workbench.page.scope import Scope


@dataclass(frozen=True, slots=True)
class Proposed:
    """What somebody else wants the value to be. `may`: whether this person may decide about it."""

    pk: int
    who: str
    value: str
    may: bool


@dataclass(slots=True)
class Cell:
    """One editable (or locked) value at one key. `base` and `shown`: hashes of the own and of the displayed value."""

    key: str
    spec: AttributeSpec
    locale: str
    origin: Origin
    base: str
    shown: str
    display: Any  # safe HTML
    can_reset: bool
    can_empty: bool
    can_number: bool  # an identifier without a value that has numbers to take from
    also: str = ""  # the same in other units
    files: list[ShownFile] = field(default_factory=list)  # those its value names
    locked: str = ""  # why it cannot be edited here; "" where it can
    bound: Any = None  # the form's bound field
    errors: list[str] = field(default_factory=list)
    channel_errors: list[tuple[str, str]] = field(default_factory=list)  # (channel, message)
    channel_drift: list[tuple[str, str]] = field(default_factory=list)  # (channel, what it shows)
    proposals: list[Proposed] = field(default_factory=list)
    limits: list[tuple[str, int]] = field(default_factory=list)  # (channel, characters)
    comments: int = 0  # in the open thread about it
    outdated: Any = None  # enrichment.workbench.page.outdated.Outdated
    conflict: Conflict | None = None
    theirs: str = ""
    was_posted: bool = False

    @property
    def id(self) -> str:
        return field_id(self.key)

    @property
    def name(self) -> str:
        return input_name(self.key)

    @property
    def language(self) -> str:
        return self.locale.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Condition:
    """On which other field's values (`key`, JSON list `values`) a row depends. `is_kept`: it has a value nevertheless."""

    text: str
    key: str
    values: str
    is_met: bool
    is_kept: bool


@dataclass(slots=True)
class Row:
    spec: AttributeSpec
    cells: list[Cell]
    required_by: list[tuple[str, bool]] = field(default_factory=list)  # (channel, filled)
    is_axis: bool = False
    condition: Condition | None = None
    others: list[Any] = field(default_factory=list)  # links to products whose association points here

    @property
    def label(self) -> str:
        return self.spec.label()

    @property
    def help_text(self) -> str:
        return self.spec.help_text()

    @property
    def notes_id(self) -> str:
        return f"{field_id(self.spec.code)}-row"

    @property
    def is_hidden(self) -> bool:
        """Not asked for, and nothing there to show."""
        return self.condition is not None and not self.condition.is_met and not self.condition.is_kept


@dataclass(slots=True)
class Group:
    code: str
    label: str
    rows: list[Row] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return sum(any(not filled for _channel, filled in row.required_by) for row in self.rows)


@dataclass(slots=True)
class FieldSheet:
    """All groups of a page, and the form that holds their inputs."""

    groups: list[Group]
    form: forms.Form

    @property
    def cells(self) -> Iterable[Cell]:
        return (cell for group in self.groups for row in group.rows for cell in row.cells)

    def cell(self, key: str) -> Cell | None:
        return next((cell for cell in self.cells if cell.key == key), None)


def input_name(key: str) -> str:
    """ "name|de_DE" → "v:name|de_DE:": no part of a composite input ("…:_EUR") can be another attribute's name."""
    return f"v:{key}:"


def build(
    bundle: Bundle,
    scope: Scope,
    *,
    structure: Structure,
    profiles: Profiles,
    rights: Rights,
    posted: Mapping[str, Any] | None = None,
    campaign: Choice | None = None,
    files: Mapping[str, ShownFile] | None = None,
    only: Collection[str] | None = None,
) -> FieldSheet:
    """Reads nothing from the database. `posted`: key → raw value to show instead of what is stored (a refused save);
    `files`: of the library, by hash; `only`: the attributes to show, None for all.

    With `campaign`, its values are shown over the permanent ones, and are what the fields write.
    """
    layer = campaigns.layer(bundle, at=scope.at, choice=campaign)
    writable = frozenset(attributes_at(bundle, structure))
    limits = _limits(bundle, profiles)
    groups: dict[str, Group] = {}
    form = forms.Form()
    form.use_required_attribute = False
    for code in attributes_of(bundle, structure):
        spec = structure.attributes.get(code)
        if spec is None or (only is not None and code not in only):
            continue
        cells = [
            _cell(
                layer,
                spec,
                locale,
                scope,
                structure,
                rights,
                code in writable,
                posted or {},
                form,
                files or {},
            )
            for locale in (scope.locales if spec.localizable else ("",))
            if spec.exists_in(locale)
            and rights.may_view_key(spec, locale, scope.context if spec.scopable else "")
        ]
        if not cells:
            continue
        for cell in cells:
            cell.limits = limits.get(code, [])
        group = groups.get(spec.group)
        if group is None:
            known = structure.groups.get(spec.group)
            group = groups[spec.group] = Group(spec.group, known.label() if known else spec.group)
        axes = axes_of(bundle.variant, bundle.depth)
        row = Row(spec, cells, _required_by(bundle, spec, scope, profiles, structure), code in axes)
        if spec.depends_on:
            row.condition = _condition(layer, row, scope, structure)
        group.rows.append(row)
    ordered = sorted(
        groups.values(),
        key=lambda group: structure.groups[group.code].position if group.code in structure.groups else 0,
    )
    sheet = FieldSheet(ordered, form)
    for cell in sheet.cells:
        cell.bound = form[cell.name] if cell.name in form.fields else None
    return sheet


def _cell(
    layer: Layer,
    spec: AttributeSpec,
    locale: str,
    scope: Scope,
    structure: Structure,
    rights: Rights,
    writable: bool,
    posted: Mapping[str, Any],
    form: forms.Form,
    files: Mapping[str, ShownFile],
) -> Cell:
    context = scope.context if spec.scopable else ""
    key = format_key(spec.code, locale, context)
    kind = ATTRIBUTE_TYPES[spec.type]
    bundle, own = layer.bundle, layer.own.get(key, ABSENT)
    found = resolve(bundle, spec, structure, locale=locale, context=context, at=layer.at)
    open_level = bundle.depth > 0 and (bundle.variant is None or spec.code not in bundle.variant.bound)
    inherits = (
        layer.choice is not None
        or open_level
        or bool(context)
        or (spec.localizable and len(structure.locale_chain(locale)) > 1)
    )
    cell = Cell(
        key=key,
        spec=spec,
        locale=locale,
        origin=describe(
            found,
            spec,
            bundle,
            structure,
            locale=locale,
            context=context,
            in_campaign=layer.choice is not None,
        ),
        base=value_hash(own),
        shown=value_hash(found.value) if found.found else "",
        display=kind.markup(found.value, spec, scope.locale) if found.found else "",
        also=kind.also(found.value, spec, scope.locale) if found.found else "",
        can_reset=own is not ABSENT and inherits,
        can_empty=inherits and own is not None,
        files=named(found.value, spec, files) if found.found else [],
        can_number=found.value is None and structure.gives_numbers(spec),
        locked=_locked(layer, spec, key, scope, rights, writable),
        was_posted=key in posted,
    )
    if not cell.locked:
        formfield = kind.form_field(spec, locale=locale or None, structure=structure)
        initial = (
            posted[key] if key in posted else kind.form_value(found.value, spec) if found.found else None
        )
        formfield.initial = initial
        if kind.names_assets:
            formfield.widget.known = files  # type: ignore[attr-defined]
        formfield.widget.attrs["id"] = cell.id
        formfield.widget.attrs["aria-describedby"] = (
            f"{cell.id}-notes {field_id(spec.code)}-row"
            if spec.help or spec.depends_on
            else f"{cell.id}-notes"
        )
        form.fields[cell.name] = formfield
    return cell


def _locked(layer: Layer, spec: AttributeSpec, key: str, scope: Scope, rights: Rights, writable: bool) -> str:
    bundle = layer.bundle
    if scope.at is not None:
        return _("preview")
    if reason := locks.by_place(bundle, spec, writable=writable):
        return reason
    if layer.choice is not None and (spec.unique or spec.code in axes_of(bundle.variant, bundle.depth)):
        return _("the same in every campaign")
    return locks.by_right(spec, key, rights)


def _condition(layer: Layer, row: Row, scope: Scope, structure: Structure) -> Condition | None:
    other = structure.attributes.get(row.spec.depends_on)
    if other is None:
        return None
    context, locale = scope.context, row.cells[0].locale
    return Condition(
        conditions.in_words(row.spec, structure),
        format_key(other.code, "", context if other.scopable else ""),
        json.dumps(row.spec.depends_values),
        conditions.applies(layer.bundle, row.spec, structure, locale=locale, context=context, at=layer.at),
        any(cell.display or cell.was_posted or cell.errors for cell in row.cells),
    )


def _required_by(
    bundle: Bundle, spec: AttributeSpec, scope: Scope, profiles: Profiles, structure: Structure
) -> list[tuple[str, bool]]:
    """The channels that require the attribute, and whether they find it in the shown locale (or one of theirs)."""
    if bundle.family is None or not bundle.product.is_sellable:
        return []
    marks = []
    for channel in profiles.active:
        by_rule = any(rule.attribute == spec.code for rule in channel.rules)
        if by_rule or spec in channel.required_of(bundle.family.id, structure):
            locales = (
                [scope.locale]
                if spec.localizable and scope.locale in channel.locales
                else list(channel.locales[:1])
            )
            asked = [loc for loc in locales if spec in asked_of(bundle, channel, loc, structure)]
            if asked:
                marks.append(
                    (channel.label, all(is_filled(bundle, spec, channel, loc, structure) for loc in asked))
                )
    return marks


def _limits(bundle: Bundle, profiles: Profiles) -> dict[str, list[tuple[str, int]]]:
    """Attribute → (channel, characters its field takes), of the fields made from that attribute as it is."""
    limits: dict[str, list[tuple[str, int]]] = {}
    for channel in profiles.active:
        for target in channel.fields_of(bundle.family.id if bundle.family else None):
            code = target.source.get("attribute")
            longest = (target.limits or {}).get("max_length")
            if code and longest and not target.transforms:
                limits.setdefault(str(code), []).append((channel.label, int(longest)))
    return limits
