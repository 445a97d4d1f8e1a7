"""What a person does about rejected rows. Nothing here looks at them again: that is catalog.importing.runs.check_again.

A class of rows is named as catalog.importing.mending.kinds does: a kind of error in a column, and what the cells say (None:
whatever they say). Rows are locked and changed 500 at a time, only while they are rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.access import rights_of
from catalog.attribute_types import ATTRIBUTE_TYPES
from catalog.importing import mapping, rows
from catalog.importing.cells import in_one_line, list_separator
from catalog.importing.mapping import Column
from catalog.importing.mending.kinds import places_of
from catalog.importing.mending.places import Places
from catalog.importing.rows import State
from catalog.models.importing import ImportProfile, ImportRow, ImportRun
from catalog.models.user import User
from catalog.structure.options import add_option
from catalog.structure.snapshot import Structure

_CHUNK = 500
_MENDED = ("mended",)


class FixRefused(ValueError):
    """What was asked cannot be done to these rows; the text says why."""


@dataclass(frozen=True, slots=True)
class Class:
    """`place`: of the column, None where the error is about the row; `text`: what the cells say, None: anything."""

    code: str
    place: int | None
    text: str | None = None

    @classmethod
    def named(cls, name: str, text: str | None) -> Class:
        """Of a kind's name. Raises FixRefused."""
        code, dot, place = name.rpartition(".")
        if not dot or not (place == "" or (place.isdecimal() and len(place) < 6)):
            raise FixRefused(_("There is no such kind of error in this import."))
        return cls(code, int(place) if place else None, text)


def read_instead(run: ImportRun, chosen: Class, instead: str, *, user: User) -> None:
    """The text means another one in this column: in this run, and in the next files of its profile.

    Raises FixRefused, PermissionDenied (who may not write the attribute may not map into it either).
    """
    column = column_of(run, chosen, user=user)
    if not chosen.text:
        raise FixRefused(
            _("An empty cell can only be filled in these rows: it says something else in others.")
        )
    if column.split:
        raise FixRefused(_("This column is cut into parts: edit the cells."))
    with transaction.atomic():
        stored = ImportRun.objects.select_for_update().get(pk=run.pk)
        columns = mapping.from_json(stored.mapping)
        stored.mapping = mapping.as_json(
            _with_value(known, chosen.text, instead) if known.index == column.index else known
            for known in columns
        )
        stored.save(update_fields=["mapping"])
        run.mapping = stored.mapping
        if stored.profile_id:
            _remember(stored.profile_id, column, chosen.text, instead)


def _with_value(column: Column, text: str, instead: str) -> Column:
    folded = text.casefold()
    kept = {known: value for known, value in column.values.items() if known.strip().casefold() != folded}
    return replace(column, values={**kept, text: instead})


def _remember(profile_id: int, column: Column, text: str, instead: str) -> None:
    """In the profile's column of that header, if it goes to the same place."""
    profile = ImportProfile.objects.select_for_update().get(pk=profile_id)
    header = column.column.casefold()
    known = mapping.from_json(profile.mapping)
    mine = [entry for entry in known if entry.column.casefold() == header and entry.to == column.to]
    if not mine:
        if any(entry.column.casefold() == header for entry in known):
            return  # the profile sends it elsewhere: what was meant here does not hold there
        mine = [replace(column, why="")]
        known += mine
    profile.mapping = mapping.as_json(
        _with_value(entry, text, instead) if entry in mine else entry for entry in known
    )
    profile.save(update_fields=["mapping"])


def write_instead(run: ImportRun, chosen: Class, instead: str, *, user: User) -> int:
    """Another text in the cells of these rows; of a list only in its part. Returns how many rows that were.

    Raises FixRefused, PermissionDenied.
    """
    column = column_of(run, chosen, user=user)
    structure = Structure.current()
    places = places_of(run, structure)
    separator = list_separator(column, structure, places.settings)

    def write(row: ImportRow) -> None:
        cell = rows.cells_of(row)[chosen.place or 0]
        row.mended = {**(row.mended or {}), str(chosen.place): _put(cell, chosen.text, instead, separator)}

    return _change(run, chosen, write, _MENDED)


def _put(cell: str, text: str | None, instead: str, separator: str) -> str:
    cell = in_one_line(cell, separator)
    if not separator or text is None or cell.strip().casefold() == text.casefold():
        return instead
    parts = [part.strip() for part in cell.split(separator)]
    mended = (instead if part.casefold() == text.casefold() else part for part in parts)
    return separator.join(part for part in mended if part)


def leave_cells_out(run: ImportRun, chosen: Class, *, user: User) -> int:
    """The cells of these rows say nothing: what is there stays, even where empty cells clear."""
    column_of(run, chosen, user=user)

    def leave(row: ImportRow) -> None:
        row.mended = {**(row.mended or {}), str(chosen.place): None}

    return _change(run, chosen, leave, _MENDED)


def leave_rows_out(run: ImportRun, chosen: Class, *, user: User) -> int:
    """These rows are skipped, with what was wrong as the reason."""

    def leave(row: ImportRow) -> None:
        why = _("Left out by %(who)s: %(why)s") % {
            "who": user.get_username(), "why": " ".join(problem["message"] for problem in row.errors),
        }  # fmt: skip
        row.state, row.errors, row.error_code = State.SKIPPED, [], ""
        row.notes = [
            *row.notes,
            {"kind": "skipped", "key": "_sku", "message": why, "by": user.get_username()},
        ]

    return _change(run, chosen, leave, ("state", "errors", "error_code", "notes"))


def create_option(run: ImportRun, chosen: Class, *, user: User) -> str:
    """Makes an option of what the cells say; returns its code. Raises FixRefused, PermissionDenied, ValidationError."""
    column = column_of(run, chosen, user=user)
    spec = Structure.current().attributes.get(column.to.attribute) if column.to else None
    if spec is None or not chosen.text or not may_have_options(column, Structure.current()):
        raise FixRefused(_("This column has no options to add to."))
    return add_option(spec.code, chosen.text, user=user).code


def may_have_options(column: Column | None, structure: Structure) -> bool:
    target = column.to if column else None
    spec = structure.attributes.get(target.attribute) if target and target.attribute else None
    return spec is not None and ATTRIBUTE_TYPES[spec.type].has_options


def write_cells(run: ImportRun, cells: Mapping[int, Mapping[int, str]], *, user: User) -> int:
    """`cells`: {row number: {place of the cell: its text now}}. Returns how many rows are different from before.

    Raises FixRefused, PermissionDenied; then nothing is changed.
    """
    columns = {
        place: column_of(run, Class("", place), user=user) for place in {place for row in cells.values() for place in row}
    }  # fmt: skip
    changed = 0
    numbers = sorted(cells)
    for start in range(0, len(numbers), _CHUNK):
        with transaction.atomic():
            queue = rows.rejected(run).filter(number__in=numbers[start : start + _CHUNK])
            listed = list(queue.select_for_update(of=("self",)))
            different = [row for row in listed if _lay_over(row, cells[row.number], columns)]
            rows.store_results(different, _MENDED)
            changed += len(different)
    return changed


def _lay_over(row: ImportRow, texts: Mapping[int, str], columns: Mapping[int, Column]) -> bool:
    """Only what differs from the cell as it is now; what is as the file has it is no longer mended."""
    now = rows.cells_of(row)
    new = {
        place: text
        for place, text in texts.items()
        if place in columns and text != (now[place] if place < len(now) else "")
    }
    if not new:
        return False
    mended = {**(row.mended or {}), **{str(place): text for place, text in new.items()}}
    row.mended = {
        place: text
        for place, text in mended.items()
        if text is None or int(place) >= len(row.raw) or text != row.raw[int(place)]
    }
    return True


def column_of(run: ImportRun, chosen: Class, *, user: User) -> Column:
    """The column that is mended. Raises FixRefused where there is none, PermissionDenied where it is not theirs to write."""
    structure = Structure.current()
    places = places_of(run, structure)
    column = places.columns.get(-1 if chosen.place is None else chosen.place)
    if column is None:
        raise FixRefused(
            _("This error is not about a column of the file: leave the rows out, or mend the file.")
        )
    of_this_cell = [known for known in places.listed if known.index == column.index]
    if mapping.forbidden(of_this_cell, structure, rights_of(user)):
        raise PermissionDenied(
            _("Your roles do not let you write the column '%(column)s'.") % {"column": column.column}
        )
    return column


def _change(
    run: ImportRun, chosen: Class, change: Callable[[ImportRow], None], columns: tuple[str, ...]
) -> int:
    places, last, count = places_of(run, Structure.current()), 0, 0
    while True:
        with transaction.atomic():
            queue = rows.rejected(run).filter(number__gt=last).order_by("number")
            listed = list(queue.select_for_update(of=("self",))[:_CHUNK])
            mine = list(_of_class(listed, chosen, places))
            for row in mine:
                change(row)
            rows.store_results(mine, columns)
            count += len(mine)
        if len(listed) < _CHUNK:
            return count
        last = listed[-1].number


def _of_class(listed: list[ImportRow], chosen: Class, places: Places) -> Iterator[ImportRow]:
    wanted = None if chosen.text is None else chosen.text.casefold()
    for row in listed:
        cells = rows.cells_of(row)
        for problem in row.errors:
            column = places.column_of(problem)
            if problem["code"] != chosen.code or (column.index if column else None) != chosen.place:
                continue
            texts = places.texts_of(problem, column, cells)
            if wanted is None or wanted in (text.casefold() for text in texts):
                yield row
                break
