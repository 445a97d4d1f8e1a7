"""The file of rejected rows, mended in a spreadsheet and brought back: matched by the row numbers it was given out with.

Nothing of it is taken where it cannot be that file: without row numbers, with columns of another file, or with rows that
are about other products. Rows that are not rejected (any more) are named, and left as they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from django.conf import settings as conf
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from catalog.access import rights_of
from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions
from catalog.importing import files, mapping, rows, typed
from catalog.importing.mending import fixes
from catalog.importing.mending.fixes import FixRefused
from catalog.importing.mending.kinds import places_of
from catalog.importing.readers.base import Table
from catalog.importing.readers.child import read_in_child, recognise_in_child
from catalog.importing.typed import in_mark_of_texts
from catalog.models.importing import RAISED, ImportRun
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from pim.lib.formulas import plain
from pim.lib.grouped import Grouped

MOST = 50_000  # rows of such a file
_NAMED = 10  # row numbers in a sentence


@dataclass
class Returned:
    """`changed`: rows that say something else now; `same`: those that say what they said; `others`: numbers of rows that are
    not rejected."""

    changed: int = 0
    same: int = 0
    others: list[int] = field(default_factory=list)

    def sentence(self) -> str:
        changed = ngettext("%s row was mended by the file", "%s rows were mended by the file", self.changed)
        same = ngettext("%s is as it was.", "%s are as they were.", self.same)
        text = f"{changed % Grouped(self.changed)}, {same % Grouped(self.same)}"
        if self.others:
            text += " " + _("Not among the bad rows of this import, and left alone: %(rows)s.") % {
                "rows": _listed(self.others)
            }
        return text


def take_back(run: ImportRun, content: IO[bytes], filename: str, *, user: User) -> Returned:
    """Lays the file's cells over the run's rejected rows. Raises FixRefused, FileRefused, TooLarge; then nothing is changed."""
    with tempfile.NamedTemporaryFile(prefix="mended-") as copy:
        size = 0
        content.seek(0)
        while chunk := content.read(1 << 20):
            size += len(chunk)
            if size > conf.PIM_MAX_UPLOAD_MB << 20:
                raise files.TooLarge(
                    _("The file is larger than %(most)d MB.") % {"most": conf.PIM_MAX_UPLOAD_MB}
                )
            copy.write(chunk)
        copy.flush()
        path = Path(copy.name)
        table = recognise_in_child(path, files.clean_name(filename))
        places, number_at = _places(run, table)
        raised = run.rows.filter(number__gte=RAISED).exists()
        given = _read(path, table, places, number_at, raised=raised)
    return _take(run, given, user=user, typed=table.format in typed.FORMATS)


def _places(run: ImportRun, table: Table) -> tuple[dict[int, int], int]:
    """({place in this file: place in the run's}, where its row numbers are)."""
    known = {header.casefold(): place for place, header in enumerate(Table.from_json(run.table).headers)}
    words = _words_for_row()
    numbers = [
        place for place, header in enumerate(table.headers)
        if header.casefold() in words and (header.casefold() not in known or place >= len(known))
    ]  # fmt: skip
    if not numbers:
        raise FixRefused(
            _(
                "This file has no column '%(row)s': download the bad rows of this import, mend that file, and bring it back."
            )
            % {"row": _("Row")}
        )
    number_at = numbers[-1]
    places = {
        place: known[header.casefold()] for place, header in enumerate(table.headers)
        if place != number_at and header.casefold() in known
    }  # fmt: skip
    foreign = [header for place, header in enumerate(table.headers[:number_at]) if place not in places]
    if not places or len(foreign) > len(places):
        raise FixRefused(
            _("These are not the columns of this import: %(names)s.")
            % {"names": ", ".join(foreign[:5]) or "—"}
        )
    return places, number_at


def _words_for_row() -> set[str]:
    """As the column is called in any language of the interface: the file may come back to somebody else."""
    words = set()
    for code, _name in conf.LANGUAGES:
        with override(code):
            words.add(_("Row").casefold())
    return words


def _read(
    path: Path, table: Table, places: dict[int, int], number_at: int, *, raised: bool
) -> dict[int, dict[int, str]]:
    """{row number: {place in the run's file: text}}"""
    given: dict[int, dict[int, str]] = {}
    with closing(read_in_child(path, table)) as batches:
        for batch in batches:
            for line, cells in batch:
                text = cells[number_at].strip()
                number = rows.number_of(text, raised=raised)
                if number is None:
                    raise FixRefused(
                        _(
                            "Line %(line)d of the file has no row number: leave the column '%(row)s' as it was."
                        )
                        % {"line": line, "row": table.headers[number_at]}
                    )
                if number in given:
                    raise FixRefused(
                        _("Row %(number)s stands in the file twice: keep one of them.") % {"number": text}
                    )
                given[number] = {there: plain(cells[here]) for here, there in places.items()}
            if len(given) > MOST:
                raise FixRefused(_("The file has more than %(most)d rows.") % {"most": MOST})
    if not given:
        raise FixRefused(_("The file has no rows."))
    return given


def _take(run: ImportRun, given: dict[int, dict[int, str]], *, user: User, typed: bool) -> Returned:
    """`typed`: their numbers may be cells of their own kind, which come with a point."""
    result = Returned()
    amounts = _amounts(run) if typed else {}
    mine: dict[int, dict[int, str]] = {}
    writable = _writable(run, user)
    sku_at = _sku_at(run)
    numbers = sorted(given)
    strangers: list[int] = []
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        found = {row.number: row for row in rows.rejected(run).filter(number__in=part)}
        result.others += [number for number in part if number not in found]
        for number, row in found.items():
            cells = rows.cells_of(row)
            if _is_another(cells, given[number], sku_at, row.errors):
                strangers.append(number)
            mine[number] = {
                place: text
                if place not in amounts or text == cells[place]
                else in_mark_of_texts(text, amounts[place])
                for place, text in given[number].items()
                if place in writable
            }
    if strangers:
        raise FixRefused(
            _(
                "Other products stand in rows %(rows)s of this import: this is the file of another import, or its row numbers were moved. Nothing was taken from it."
            )
            % {"rows": _listed(strangers)}
        )
    if not mine:
        raise FixRefused(
            _("None of the file's rows is a bad row of this import: %(rows)s.")
            % {"rows": _listed(result.others)}
        )
    result.changed = fixes.write_cells(run, mine, user=user)
    result.same = len(mine) - result.changed
    return result


def _amounts(run: ImportRun) -> dict[int, CellOptions]:
    """How the columns of numbers are written in this import."""
    structure = Structure.current()
    places = places_of(run, structure)
    return {
        column.index: replace(column.cells(places.settings), typed=True)
        for column in places.listed
        if column.index is not None and column.to and column.to.attribute
        and ATTRIBUTE_TYPES[structure.attributes[column.to.attribute].type].filter_kind == "number"
    }  # fmt: skip


def _sku_at(run: ImportRun) -> int | None:
    places = places_of(run, Structure.current())
    return next(
        (at for at, column in places.columns.items() if column.to and column.to.field == "sku" and at is not None), None
    )  # fmt: skip


def _is_another(
    cells: Sequence[str], given: dict[int, str], sku_at: int | None, errors: Iterable[dict[str, object]]
) -> bool:
    """Whether the row is about another product than ours, and it was not the SKU that had to be mended."""
    if sku_at is None or sku_at not in given or sku_at >= len(cells):
        return False
    if any(problem["key"] == "_sku" for problem in errors):
        return False
    return cells[sku_at].strip().casefold() != given[sku_at].strip().casefold()


def _writable(run: ImportRun, user: User) -> set[int]:
    """The columns that go anywhere, and that this person may write."""
    structure = Structure.current()
    listed = places_of(run, structure).listed
    refused = {column.index for column in mapping.forbidden(listed, structure, rights_of(user))}
    return {column.index for column in listed if column.index is not None and column.index not in refused}


def _listed(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(rows.written, numbers[:_NAMED]))
    return shown if len(numbers) <= _NAMED else f"{shown} …"
