"""What the columns page posts: the whole file's settings, and each column's target and options.

A column's options are on the page only where its panel was opened: what is not posted stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.importing import targets
from catalog.importing.made_cells import SEPARATORS, names_in, parts_of
from catalog.importing.mapping import MOST_PARTS, Column, part_of
from catalog.importing.readers.base import Table
from catalog.importing.settings import ImportSettings
from catalog.structure.snapshot import Structure

OPTION_NAMES = ("decimal", "date_format", "list_separator", "currency", "unit")
DATE_FORMATS = [("%d.%m.%Y", "23.11.2026"), ("%d/%m/%Y", "23/11/2026"), ("%m/%d/%Y", "11/23/2026")]
LISTS = [(",", "a, b"), (";", "a; b"), ("|", "a | b")]
DECIMALS = [(".", "1.5"), (",", "1,5")]


class SettingsForm(forms.Form):
    """What holds for the whole file."""

    decimal = forms.ChoiceField(label=gettext_lazy("Decimals"), choices=DECIMALS)
    date_format = forms.ChoiceField(
        label=gettext_lazy("Dates"), required=False,
        choices=[("", gettext_lazy("2026-11-23, or clear")), *DATE_FORMATS],
    )  # fmt: skip
    list_separator = forms.ChoiceField(label=gettext_lazy("Lists"), choices=LISTS)
    empty = forms.ChoiceField(
        label=gettext_lazy("Empty cells"),
        choices=[
            ("keep", gettext_lazy("keep what is there")),
            ("clear", gettext_lazy("clear what is there")),
        ],
    )
    create = forms.BooleanField(label=gettext_lazy("Create new products"), required=False)
    update = forms.BooleanField(label=gettext_lazy("Change existing products"), required=False)
    missing = forms.ChoiceField(
        label=gettext_lazy("Products the profile's earlier files had and this one lacks"), required=False,
        choices=[
            ("nothing", gettext_lazy("do nothing")),
            ("report", gettext_lazy("list them")),
            ("retire", gettext_lazy("disable them")),
        ],
    )  # fmt: skip

    def clean_missing(self) -> str:
        return self.cleaned_data["missing"] or "nothing"


@dataclass
class Posted:
    """`columns` as they were posted; `tried`: each of the stored ones, by its position; `wrong`: position → what could not be understood. `is_cut`: a column has other parts
    than before, so that the page has to show them before anything goes on."""

    columns: list[Column]
    tried: list[Column]
    wrong: dict[int, str]
    is_cut: bool = False


def settings_from(form: SettingsForm, settings: ImportSettings) -> ImportSettings:
    """Of a valid form."""
    return replace(settings, **{**form.cleaned_data, "date_format": form.cleaned_data["date_format"] or None})


def read_posted(
    data: Mapping[str, str], stored: Sequence[Column], structure: Structure, table: Table
) -> Posted:
    """`to-3`, `empty-3`, `values-3` …, by the positions of the stored columns, and one more value for every row."""
    wrong: dict[int, str] = {}
    chosen = [_column(data, position, column, structure, wrong) for position, column in enumerate(stored)]
    tried = list(chosen)
    is_cut = False
    for position, column in enumerate(list(chosen)):
        if column.index is not None and not column.of:
            by = data.get(f"split-{position}", column.split.get("by", ""))
            number = data.get(f"parts-{position}", "")
            if by != column.split.get("by", "") and (by in SEPARATORS or not by):
                chosen, is_cut = _cut(chosen, column, by, _parts_in(column, by, table)), True
            elif by and number.isdecimal() and int(number[:3]) != parts_in_use(column, chosen):
                chosen, is_cut = _cut(chosen, column, by, int(number[:3])), True
    if fixed := data.get("fixed-to", "").strip():
        target = targets.parse_header(fixed, structure)
        if target is None:
            wrong[len(stored)] = _no_target(fixed)
        else:
            chosen.append(_with_value(Column("", None, target), data.get("fixed-value", "").strip()))
    kept = [column for column in chosen if column.index is not None or column.to]
    return Posted(kept, tried, wrong, is_cut)


def _column(
    data: Mapping[str, str], position: int, column: Column, structure: Structure, wrong: dict[int, str]
) -> Column:
    text = data.get(f"to-{position}", "").strip()
    target = targets.parse_header(text, structure) if text else None
    if text and target is None:
        wrong[position] = _no_target(text)
    elif target is not None and (problem := targets.check(target, structure)):
        wrong[position] = problem
    empty = data.get(f"empty-{position}", column.empty)
    changes: dict[str, Any] = {
        "to": column.to if position in wrong else target,
        "options": _options(data, position, column),
        "values": _values(data, position, column),
        "empty": empty if empty in ("keep", "clear") else "",
        "why": column.why if column.to == target else "",
    }
    unknown = data.get(f"unknown-{position}", column.unknown)
    locale = unknown.removeprefix("create:")
    changes["unknown"] = unknown if unknown != locale and locale in structure.locales else ""
    changed = replace(column, **changes)
    return changed if column.index is not None else _with_value(changed, data.get(f"value-{position}", column.template or column.value).strip())  # fmt: skip


def _no_target(text: str) -> str:
    return _("There is no target '%(text)s': choose one of the list.") % {"text": text[:60]}


def _options(data: Mapping[str, str], position: int, column: Column) -> dict[str, str]:
    given = {
        name: data.get(f"{name}-{position}", column.options.get(name, "")).strip() for name in OPTION_NAMES
    }
    return {name: value for name, value in given.items() if value}


def _values(data: Mapping[str, str], position: int, column: Column) -> dict[str, str]:
    """The lines that were written, and over them the texts (`text-3-0`) for which something was chosen (`read-3-0`)."""
    values = dict(column.values)
    if f"values-{position}" in data:
        values = value_map(data[f"values-{position}"])
    number = 0
    while (text := data.get(f"text-{position}-{number}")) is not None:
        if instead := data.get(f"read-{position}-{number}", "").strip():
            values[text] = instead
        number += 1
    return values


def value_map(text: str) -> dict[str, str]:
    """ "rot = red" a line."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {left.strip(): right.strip() for left, _equals, right in pairs if left.strip()}


def _with_value(column: Column, text: str) -> Column:
    """The same text for every row, or where it names columns a text made of those."""
    if names_in(text):
        return replace(column, column=text[:200], template=text, value="")
    return replace(column, column="", template="", value=text)


def parts_in_use(column: Column, columns: Sequence[Column]) -> int:
    """How many parts this column is cut into; 0: it is not."""
    return len(column.split and [column, *(known for known in columns if known.of == column.column)])


def _parts_in(column: Column, by: str, table: Table) -> int:
    """As many as the sample's cells have."""
    cells = [cells[column.index] for _number, cells in table.sample if column.index is not None and column.index < len(cells)]  # fmt: skip
    return max((len(parts_of(text, by)) for text in cells), default=2) if by else 0


def _cut(chosen: Sequence[Column], column: Column, by: str, number: int) -> list[Column]:
    """The columns with this one in so many parts, 2 at least, or in one again."""
    header = column.column
    kept = [known for known in chosen if known.of != header]
    place = next(at for at, known in enumerate(kept) if known is column)
    if not by:
        kept[place] = replace(column, split={})
        return kept
    kept[place] = whole = replace(column, split={"by": by, "part": 1})
    parts = {known.split["part"]: known for known in chosen if known.of == header and known.split}
    for part in range(2, min(max(number, 2), MOST_PARTS) + 1):
        known = parts.get(part)
        kept.append(replace(known, split={"by": by, "part": part}) if known else part_of(whole, part))
    return kept
