"""What opens under a column: how its cells are read, what its texts mean, and a new attribute for it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.access import can
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.attribute_types.measurement import family_of
from catalog.importing import guessing
from catalog.importing.made_cells import SEPARATORS, headers_of
from catalog.importing.mapping import MOST_PARTS, Column
from catalog.importing.mending import choices
from catalog.importing.new_options import GROWING
from catalog.importing.readers.base import FileRefused, Table
from catalog.importing.screens.entries import samples_of
from catalog.importing.screens.posted import DATE_FORMATS, DECIMALS, LISTS, parts_in_use
from catalog.importing.settings import ImportSettings
from catalog.importing.targets import Target
from catalog.importing.unknown_texts import Texts, unknown_texts
from catalog.models.importing import ImportRun
from catalog.models.user import User
from catalog.structure.attributes import add_attribute, code_from
from catalog.structure.options import language_locale
from catalog.structure.snapshot import Structure

IN_A_SELECT = 80
_NUMBERS = frozenset({"number", "price", "measurement"})
_DATES = frozenset({"date", "datetime"})


def panel_of(
    run: ImportRun, position: int, column: Column, columns: list[Column], structure: Structure, user: Any
) -> dict[str, Any]:
    """The context of panel.html. Reads the file where the column's cells name options."""
    table = Table.from_json(run.table)
    settings = ImportSettings.from_json(run.settings).for_format(table.format)
    kind = _type(column, structure)
    listed = choices.choices_of(column, structure)
    spec = structure.attributes.get(column.to.attribute) if column.to else None
    may_make = can(user, "structure.edit")
    unit_choices = []
    if spec is not None and kind == "measurement":
        unit_choices = [
            (unit.code, f"{unit.label()} ({unit.symbol})") for unit in family_of(spec).units.values()
        ]
    takes_list = bool(column.to and column.to.field == "categories") or (
        kind in ATTRIBUTE_TYPES and ATTRIBUTE_TYPES[kind].has_parts
    )
    try:
        texts = unknown_texts(run, column, structure, settings)
    except FileRefused:
        texts = Texts([])
    return {
        "run": run,
        "position": position,
        "column": column,
        "decimals": DECIMALS if kind in _NUMBERS else [],
        "units": unit_choices,
        "takes_word": kind == "number",
        "currencies": list(structure.currencies)
        if kind == "price" and column.to and not column.to.part
        else [],
        "dates": DATE_FORMATS if kind in _DATES else [],
        "lists": LISTS if takes_list else [],
        "parts": parts_in_use(column, columns),
        "most_parts": MOST_PARTS,
        "separators": SEPARATORS.items() if column.index is not None and not column.of else [],
        "locales": [locale for locale in structure.locales.values() if locale.is_active]
        if kind in GROWING and may_make
        else [],
        "choices": listed,
        "has_select": 0 < len(listed) <= IN_A_SELECT,
        "unknown": texts.unknown,
        "looked_at": texts.rows,
        "values": "\n".join(f"{left} = {right}" for left, right in column.values.items()),
        "new": _new(column, columns, table, structure, settings) if column.to is None and may_make else None,
    }


def _type(column: Column, structure: Structure) -> str:
    spec = structure.attributes.get(column.to.attribute) if column.to else None
    return spec.type if spec else ""


def _new(
    column: Column, columns: list[Column], table: Table, structure: Structure, settings: ImportSettings
) -> dict[str, Any]:
    """The form of a new attribute for this column, filled in as far as the file tells."""
    samples = samples_of(table, column, headers_of(columns), None)
    guess = guessing.guess(column.column, samples, settings, structure)
    named = guessing.families_of(table, columns, structure, settings)
    families = sorted(structure.family_by_code.values(), key=lambda family: family.label().casefold())
    return {
        "label": guess.label[:100],
        "code": code_from(guess.label),
        "types": [(code, ATTRIBUTE_TYPES[code].label, code == guess.type) for code in guessing.TYPES],
        "groups": [(group.code, group.label(), group.code == _usual_group(columns, structure)) for group in structure.groups.values()],
        "families": [(family.code, family.label(), family.code in named) for family in families],
        "locales": [locale for locale in structure.locales.values() if locale.is_active],
    }  # fmt: skip


def _usual_group(columns: list[Column], structure: Structure) -> str:
    """The group to which most of the file's other columns go."""
    groups = [
        structure.attributes[column.to.attribute].group
        for column in columns
        if column.to and column.to.attribute in structure.attributes
    ]
    return max(sorted(set(groups)), key=groups.count) if groups else next(iter(structure.groups), "")


def make_attribute(
    request: HttpRequest, run: ImportRun, position: int, columns: list[Column], user: User
) -> str:
    """Makes the attribute that is posted for a column and maps the column to it; a sentence where it is refused."""
    structure, data = Structure.current(), request.POST
    column = columns[position]
    table = Table.from_json(run.table)
    settings = ImportSettings.from_json(run.settings).for_format(table.format)
    guess = guessing.guess(
        column.column, samples_of(table, column, headers_of(columns), None), settings, structure
    )
    code, kind = data.get("new-code", "").strip(), data.get("new-type", "")
    if kind not in guessing.TYPES:
        return _("Choose what kind of attribute it is.")
    locale = data.get("new-locale", "") if data.get("new-locale") in structure.locales else ""
    try:
        made = add_attribute(
            code=code, labels={language_locale(): data.get("new-label", "").strip() or column.column}, type=kind,
            group=data.get("new-group", ""), families=data.getlist("new-family"), user=user,
            params=guess.params if guess.type == kind else _usual_params(kind, structure), localizable=bool(locale),
        )  # fmt: skip
    except ValidationError as error:
        return " ".join(dict.fromkeys(error.messages))
    except PermissionDenied as error:
        return str(error)
    unknown = f"create:{language_locale()}" if kind in GROWING else ""
    columns[position] = replace(
        column, to=Target(attribute=made.code, locale=locale), unknown=unknown, why=""
    )
    return ""


def _usual_params(kind: str, structure: Structure) -> dict[str, Any]:
    """What a type cannot be without."""
    if kind == "measurement":
        family = structure.measures.get("length") or next(iter(structure.measures.values()))
        return {"family": family.code}
    return {}


def position_in(text: str, count: int) -> int | None:
    """Of "make-12"; None where there is no such column."""
    found = re.fullmatch(r"(?:make-)?(\d{1,5})", text)
    return int(found[1]) if found and int(found[1]) < count else None
