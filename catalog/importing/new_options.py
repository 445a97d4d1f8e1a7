"""Options that the cells of a file ask for and their attributes lack, of columns that say: make them.

The plan works with options that are still to come, under the codes they are going to have; nothing is written before the
import is. Then those are made that a row which is going to be written has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from catalog.access import can
from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions, ValueRefused
from catalog.attribute_types.select import options_of
from catalog.importing.mapping import Column
from catalog.models.importing import ImportRow, ImportRun
from catalog.structure.options import add_options, free_code
from catalog.structure.snapshot import Structure
from catalog.structure.specs import AttributeSpec, OptionSpec
from catalog.values.changes import Actor
from catalog.values.keys import attribute_of, is_field

MOST = 300  # of one attribute in one file: more texts than that are no list of options
LONGEST = 80  # characters
GROWING = frozenset({"select", "multiselect"})
Made = Mapping[str, Mapping[str, list[str]]]
"""{attribute: {code: [label, its locale]}}, as a run's counts keep it under "new_options"."""


class NewOptions:
    """`known`: those that an earlier look at the same file found."""

    def __init__(self, structure: Structure, known: Made | None = None) -> None:
        self._structure = structure
        self.made: dict[str, dict[str, list[str]]] = {
            code: dict(options) for code, options in (known or {}).items()
        }
        self._specs: dict[str, AttributeSpec] = {}

    def spec(self, code: str) -> AttributeSpec:
        """The attribute as it is going to be."""
        if code not in self._specs:
            self._specs[code] = with_new(self._structure.attributes[code], self.made)
        return self._specs[code]

    def cleaner(
        self, column: Column, spec: AttributeSpec, options: CellOptions
    ) -> Callable[[str], Any] | None:
        """As AttributeType.cleaner; None for a column whose unknown options are refused."""
        locale = column.labels_new_options_in
        if not locale or spec.type not in GROWING:
            return None
        code, kind = spec.code, ATTRIBUTE_TYPES[spec.type]
        known: tuple[AttributeSpec, Callable[[str], Any]] | None = None

        def clean(text: str) -> Any:
            nonlocal known
            while True:
                now = self.spec(code)
                if known is None or known[0] is not now:
                    known = (now, kind.cleaner(now, options, structure=self._structure))
                try:
                    return known[1](text)
                except ValueRefused as refused:
                    if refused.code != "unknown_option" or not self._add(
                        now, text, options.list_separator if kind.has_parts else "", locale
                    ):
                        raise

        return clean

    def _add(self, spec: AttributeSpec, text: str, separator: str, locale: str) -> bool:
        """Whether there is an option more than before."""
        for part in text.split(separator) if separator else [text]:
            label = " ".join(part.split())
            if not label or _is_known(label, spec):
                continue
            listed = self.made.setdefault(spec.code, {})
            if len(listed) >= MOST:
                message = _(
                    "%(most)d new options are in this file already: is this a list of options at all?"
                )
                raise ValueRefused("too_many_new_options", message, {"most": MOST})
            if len(label) > LONGEST:
                message = _("'%(text)s …' is too long for a new option: at most %(most)d characters.")
                raise ValueRefused("too_long", message, {"text": label[:40], "most": LONGEST})
            taken = {code.casefold() for code in spec.options} | listed.keys()
            listed[free_code(label, taken)] = [label, locale]
            self._specs.pop(spec.code, None)
            return True
        return False


def _is_known(text: str, spec: AttributeSpec) -> bool:
    try:
        options_of(spec).find(text)
    except ValueRefused:
        return False
    return True


def allowed(columns: Iterable[Column], by: Actor) -> list[Column]:
    """The columns as this writer may use them: who may not change the structure makes no options, and is told of them."""
    may = by.trusted or can(by.user, "structure.edit")
    return [column if may or not column.unknown else replace(column, unknown="") for column in columns]


def with_new(spec: AttributeSpec, made: Made) -> AttributeSpec:
    """An attribute with the options that are still to come, last in its list."""
    listed = {code: known for code, known in made.get(spec.code, {}).items() if code not in spec.options}
    if not listed:
        return spec
    after = len(spec.options)
    coming = {
        code: OptionSpec(code, {locale: label}, after + place)
        for place, (code, (label, locale)) in enumerate(listed.items())
    }
    return replace(spec, options={**spec.options, **coming})


def make(run: ImportRun, *, by: Actor) -> int:
    """Makes the options that planned rows are going to have; returns how many. Begun again it makes what is missing.

    Raises PermissionDenied, ValidationError.
    """
    wanted: Made = run.counts.get("new_options") or {}
    structure = Structure.current()
    lacking = {
        code: {option: known for option, known in options.items() if option not in structure.attributes[code].options}
        for code, options in wanted.items()
        if code in structure.attributes
    }  # fmt: skip
    if not any(lacking.values()):
        return 0
    used = _used(run, lacking)
    count = 0
    for code, options in lacking.items():
        asked = {
            option: (label, locale) for option, (label, locale) in options.items() if option in used[code]
        }
        if asked:
            count += len(add_options(code, asked, user=by.user, trusted=by.trusted))
    return count


def _used(run: ImportRun, lacking: Made) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {code: set() for code in lacking}
    planned = run.rows.filter(state=ImportRow.State.PLANNED).order_by("number")
    for values in planned.values_list("values", flat=True).iterator(chunk_size=500):
        for code, options in _named(values):
            if code in found:
                found[code].update(options)
    return found


def _named(values: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for key, value in values.items():
        if not is_field(key):
            if isinstance(value, str):
                yield attribute_of(key), [value]
            elif isinstance(value, list):
                yield attribute_of(key), [part for part in value if isinstance(part, str)]
