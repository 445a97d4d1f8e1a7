"""What is wrong with a run's rows, as its page shows it: classes with a fix each, and the cells of rejected rows to edit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from catalog.access import can, rights_of
from catalog.importing import mapping, rows
from catalog.importing.mapping import Column
from catalog.importing.mending import choices, titles
from catalog.importing.mending.fixes import may_have_options
from catalog.importing.mending.kinds import Kind, Said, kinds_of, places_of
from catalog.importing.mending.places import Places
from catalog.importing.mending.reading import reading_of
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportRow, ImportRun
from catalog.structure.snapshot import Structure

SHOWN = 6  # texts of a kind; the others are found in the grid
IN_A_SELECT = 80  # choices; more are typed, with the browser's help


def classes(run: ImportRun, structure: Structure, user: Any, *, mendable: bool) -> list[dict[str, Any]]:
    """A dictionary for each kind: {name, title, column, rows, message, how, choices, values, more, edit, may_write}.

    `how`: "choice" or "text" (one answer for all rows of a text), "cells" (each row its own), "row" (no cell is to blame).
    """
    places = places_of(run, structure)
    refused = _refused(places, structure, user)
    may_create = can(user, "structure.edit")
    return [
        _class(kind, places, structure, is_refused=kind.place in refused, may_create=may_create, mendable=mendable)
        | {"column_page": _column_page(run, kind, places) if mendable else ""}
        for kind in kinds_of(run, structure)
    ]  # fmt: skip


def _column_page(run: ImportRun, kind: Kind, places: Places) -> str:
    """The address of the options of the kind's column, where they may answer for all its cells and are still to be changed."""
    column = places.columns.get(kind.place) if kind.place is not None else None
    if column is None or kind.code not in titles.BY_COLUMN or run.applied_at:
        return ""
    position = mapping.from_json(run.mapping).index(column)
    return reverse("admin:catalog_importrun_columns", args=[run.pk]) + f"?open={position}#open"


def _refused(places: Places, structure: Structure, user: Any) -> set[int | None]:
    forbidden = mapping.forbidden(places.listed, structure, rights_of(user))
    return {column.index for column in forbidden}


def _class(
    kind: Kind, places: Places, structure: Structure, *, is_refused: bool, may_create: bool, mendable: bool
) -> dict[str, Any]:
    column = places.columns.get(kind.place if kind.place is not None else -1)
    listed = choices.choices_of(column, structure)
    how = "row"
    if column is not None and kind.code not in titles.ELSEWHERE:
        how = "cells" if kind.code in titles.ONE_BY_ONE or column.split else "choice" if listed else "text"
    values = list(kind.values.values())
    shown = values[:SHOWN] if how in ("choice", "text") and mendable and not is_refused else []
    title = titles.TITLES.get(kind.code)
    return {
        "name": kind.name,
        "title": title or kind.message,
        "message": kind.message if title and not shown else "",
        "column": kind.column,
        "rows": kind.rows,
        "how": how,
        "choices": listed,
        "has_select": 0 < len(listed) <= IN_A_SELECT,
        "values": [
            _value(said, column, structure, places.settings, is_choice=how == "choice", may_create=may_create)
            for said in shown
        ],
        "more": len(values) - len(shown) if shown else 0,
        "edit": "?" + urlencode({"show": "rejected", "error": kind.code, "key": kind.key}),
        "may_write": column is not None and mendable and not is_refused,
        "may_leave": how != "row" and kind.key != "_sku" and mendable and not is_refused,
        "is_refused": is_refused,
    }


def _value(
    said: Said,
    column: Column | None,
    structure: Structure,
    settings: ImportSettings,
    *,
    is_choice: bool,
    may_create: bool,
) -> dict[str, Any]:
    guess = (
        choices.closest(said.text, column, structure)
        if is_choice
        else reading_of(said.text, column, structure, settings)
    )
    return {
        "text": said.text,
        "rows": said.rows,
        "message": said.message,
        "guess": guess,
        "instead": guess or ("" if is_choice else said.text),
        "may_create": bool(said.text) and may_create and is_choice and may_have_options(column, structure),
        "may_remember": bool(said.text),
    }


def grid(shown: Sequence[ImportRow], run: ImportRun, structure: Structure, user: Any) -> dict[str, Any]:
    """{"columns": headers, "rows": [{row, cells, others}]}: the columns in which one of these rows has an error.

    A cell: {place, header, text, errors, may_edit, left_out, is_long}; `others`: sentences about the row itself.
    """
    places = places_of(run, structure)
    refused = _refused(places, structure, user)
    listed: list[tuple[ImportRow, dict[int, list[str]], list[str]]] = []
    for row in shown:
        by_place: dict[int, list[str]] = {}
        others: list[str] = []
        for problem in row.errors:
            column = places.column_of(problem)
            if column is None or column.index is None:
                others.append(problem["message"])
            else:
                by_place.setdefault(column.index, []).append(problem["message"])
        listed.append((row, by_place, others))
    used = sorted({place for _row, by_place, _others in listed for place in by_place})
    return {
        "columns": [places.columns[place].column for place in used],
        "has_others": any(others for _row, _by_place, others in listed),
        "rows": [
            {"row": row, "cells": list(_cells(row, by_place, used, refused, places)), "others": others}
            for row, by_place, others in listed
        ],
    }


def _cells(
    row: ImportRow,
    by_place: dict[int, list[str]],
    used: Iterable[int],
    refused: set[int | None],
    places: Places,
) -> Iterable[dict[str, Any]]:
    cells, mended = rows.cells_of(row), row.mended or {}
    for place in used:
        text = cells[place] if place < len(cells) else ""
        yield {
            "place": place,
            "header": places.columns[place].column,
            "text": text,
            "errors": by_place.get(place, []),
            "may_edit": place in by_place and place not in refused,
            "left_out": str(place) in mended and mended[str(place)] is None,
            "is_mended": str(place) in mended,
            "is_long": len(text) > 60,
        }
