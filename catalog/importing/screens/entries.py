"""A column as the page shows it: samples, where it goes, what its cells become, and what is set besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.access import rights_of
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.importing import mapping, targets
from catalog.importing.cells import RowParser
from catalog.importing.links import Anyone
from catalog.importing.made_cells import Headers, Unmade, headers_of, maker
from catalog.importing.mapping import Column
from catalog.importing.new_options import NewOptions, with_new
from catalog.importing.readers.base import Table
from catalog.importing.settings import ImportSettings
from catalog.importing.targets import Target
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure

SAMPLES = 3
WHY = {
    "code": gettext_lazy("by its code"),
    "label": gettext_lazy("by its label"),
    "remembered": gettext_lazy("as last time"),
    "content": gettext_lazy("by its content: please check"),
    "alike": gettext_lazy("by a similar name: please check"),
    "language": gettext_lazy("by its label, in a language that is guessed: please check"),
    "dialect": gettext_lazy("by the kind of file"),
}
TO_CHECK = frozenset({"content", "alike", "language"})


def entries_of(
    stored: Sequence[Column],
    wrong: Mapping[int, str],
    typed: Mapping[str, str],
    *,
    table: Table,
    structure: Structure,
    settings: ImportSettings,
    user: Any,
) -> list[dict[str, Any]]:
    """In the order of the file, parts after their column, values of no column last. `typed`: what stands in the fields that
    could not be understood."""
    refused = set(map(id, mapping.forbidden(stored, structure, rights_of(user))))
    headers = headers_of(stored)
    entries = []
    for position, column in enumerate(stored):
        samples = samples_of(table, column, headers, structure=structure)
        previews = preview(column, structure, settings, samples)
        problem = wrong.get(position, "")
        if not problem and id(column) in refused:
            problem = _("Your roles do not let you write this: it will be left out.")
        entries.append(
            {
                "position": position,
                "column": column,
                "to": typed.get(f"to-{position}", "") if position in wrong else str(column.to or ""),
                "label": targets.label(column.to, structure) if column.to else "",
                "why": WHY.get(column.why, "") if column.to else "",
                "is_to_check": column.to is not None and column.why in TO_CHECK,
                "wrong": problem,
                "has_wrong": bool(problem) or any(shown["error"] for shown in previews),
                "samples": samples,
                "previews": previews,
                "set": set_of(column, structure),
            }
        )
    last = len(table.headers)
    return sorted(
        entries, key=lambda entry: (_place(entry["column"], last), entry["column"].split.get("part", 0))
    )


def _place(column: Column, last: int) -> int:
    return last if column.index is None else column.index


def set_of(column: Column, structure: Structure) -> list[str]:
    """What is set of a column besides its target, in a word or two each."""
    said = [f"{value}" for name, value in column.options.items() if name in ("unit", "currency")]
    if "decimal" in column.options:
        said.append(f"1{column.options['decimal']}5")
    if "date_format" in column.options or "list_separator" in column.options:
        said.append(_("own format"))
    if column.values:
        said.append(_("%(count)d read as others") % {"count": len(column.values)})
    if column.empty:
        said.append(_("empty cells clear") if column.empty == "clear" else _("empty cells keep"))
    if column.unknown:
        said.append(_("new options are made"))
    if column.split and not column.of:
        said.append(_("in parts"))
    return said


def samples_of(
    table: Table,
    column: Column,
    headers: Headers,
    most: int | None = SAMPLES,
    structure: Structure | None = None,
) -> list[str]:
    """The first filled cells that differ, of a made column as they are made, or the cell of which none can be; `most` None: all
    filled cells."""
    make = maker(column, headers, structure)
    if make is None and column.index is None:
        return []
    width = max((place for place in (column.index, *headers.values()) if place is not None), default=0) + 1
    found = []
    for _number, cells in table.sample:
        padded = [*cells, *[""] * (width - len(cells))]
        try:
            text = make(padded) if make is not None else padded[column.index]  # type: ignore[index]
        except Unmade as refused:
            text = refused.text
        if text.strip():
            found.append(text)
    return found if most is None else list(dict.fromkeys(found))[:most]


def preview(
    column: Column, structure: Structure, settings: ImportSettings, samples: Sequence[str]
) -> list[dict[str, Any]]:
    """What sample cells become: [{text, error}], one of them empty. Who else is in the file only its plan knows."""
    if column.to is None or targets.check(column.to, structure):
        return []
    in_a_cell = column.index is not None or column.is_made
    with NAMES.with_arriving(Anyone() if settings.create and in_a_cell else None):
        plain = replace(column, index=0 if in_a_cell else None, template="", split={})
        return _previews(plain, column.to, structure, settings, samples)


def _previews(
    column: Column, target: Target, structure: Structure, settings: ImportSettings, samples: Sequence[str]
) -> list[dict[str, Any]]:
    shown = []
    new = NewOptions(structure)
    parser = RowParser([column], structure, settings, new_options=new)
    for text in samples or ([column.value] if column.index is None else []):
        parsed = parser([text])
        parser.complete(parsed, None)
        if parsed.errors:
            shown.append({"text": "", "error": parsed.errors[0]["message"]})
        elif target.field:
            value = parsed.sku or parsed.rev or parsed.fields.get(target.field, "")
            shown.append({"text": ", ".join(value) if isinstance(value, list) else str(value), "error": ""})
        elif parsed.files:
            count = sum(len(files.parts) for files in parsed.files.values())
            text = ngettext("%d file to fetch", "%d files to fetch", count) % count
            shown.append({"text": text, "error": ""})
        else:
            spec = with_new(structure.attributes[target.attribute], new.made)
            text = ATTRIBUTE_TYPES[spec.type].summary(parsed.values.get(target.key), spec)
            shown.append({"text": text, "error": ""})
    return shown
