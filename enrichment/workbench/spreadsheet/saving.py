"""From the cells that were written to the one door, and from its outcomes back to each cell."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions, ValueRefused
from catalog.models import User
from catalog.values.bundle import Bundle
from catalog.values.changes import ABSENT, RESET, Actor, Conflict, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.resolve import resolve
from catalog.values.write import write
from enrichment.workbench.grid.paging import LARGEST_ID
from enrichment.workbench.spreadsheet import columns
from enrichment.workbench.spreadsheet.address import Spreadsheet
from enrichment.workbench.spreadsheet.columns import CellColumn
from enrichment.workbench.spreadsheet.rows import bundles_of

MOST = 200  # cells of one request
LONGEST = (
    80_000  # characters of a cell: a little more than any type takes, so that the type says what is too long
)
ROUNDS = 3  # a refused cell is left out and the product's others are tried again; what is unique may be refused then


class BadBatch(ValueError):
    """What was sent is no batch of cells."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What one cell is to say. `base`: hash of the own stored value it was based on; `reset`: inherit again."""

    product: int
    column: str
    text: str
    base: str
    reset: bool


Answer = dict[str, Any]  # {id, col, state, …}: see save()


def read(body: bytes) -> list[Edit]:
    """{"cells": [{"id", "col", "text", "base", "reset"}]}, at most MOST. Raises BadBatch."""
    try:
        cells = json.loads(body)["cells"]
        edits = [_edit(cell) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadBatch(_("These are no cells.")) from error
    if len(edits) > MOST:
        raise BadBatch(_("At most %d cells are saved at once.") % MOST)
    return edits


def _edit(cell: Mapping[str, Any]) -> Edit:
    made = Edit(cell["id"], cell["col"], cell["text"], cell["base"], bool(cell.get("reset")))
    texts = (made.column, made.text, made.base)
    if (
        type(made.product) is not int
        or not 0 < made.product <= LARGEST_ID
        or not all(isinstance(each, str) for each in texts)
    ):
        raise TypeError
    if len(made.text) > LONGEST or max(len(made.column), len(made.base)) > 500:
        raise ValueError
    # Halves of a broken surrogate pair and NUL are no text to any database.
    clean = made.text.encode("utf-8", "ignore").decode().replace("\x00", "")
    return Edit(made.product, made.column, clean, made.base, made.reset)


def save(
    edits: Sequence[Edit], *, spreadsheet: Spreadsheet, user: User, options: CellOptions
) -> list[Answer]:
    """What became of each cell: `state` is "saved" (with `warning`, where one is to be told), "proposed", "error" (with
    `message`), or "conflict" (with `theirs`, its `base`, `who` and `when`). A cell that is refused keeps no other from
    being saved. A constant number of queries, whatever the number of products, as long as nobody is in conflict.
    """
    structure = spreadsheet.structure
    batch = _Batch(edits, spreadsheet, bundles_of({edit.product for edit in edits}, user, structure), options)
    by = Actor(user=user, origin="grid")
    for _round in range(ROUNDS):
        changes = batch.changes()
        if not changes:
            break
        for outcome in write(changes, by=by):
            batch.take(outcome)
    batch.give_up()
    return batch.answers()


class _Batch:
    def __init__(
        self,
        edits: Sequence[Edit],
        spreadsheet: Spreadsheet,
        found: Mapping[int, Bundle],
        options: CellOptions,
    ) -> None:
        self.structure, self.options, self.edits = spreadsheet.structure, options, edits
        self.said: dict[tuple[int, str], Answer] = {}
        self.columns = {
            name: columns.named(name, spreadsheet.structure, spreadsheet.profiles, spreadsheet.rights)
            for name in {edit.column for edit in edits}
        }
        self.cells: dict[int, dict[str, list[tuple[Edit, CellColumn]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.values: dict[int, dict[str, Any]] = defaultdict(dict)
        self.base: dict[int, dict[str, str]] = defaultdict(dict)
        for edit in edits:
            column = self.columns[edit.column]
            if column is None or not column.is_written:
                self._refuse(
                    edit, _("This column is no longer there, or is not written here: load the page anew.")
                )
            elif edit.product not in found:
                self._refuse(edit, _("This product is no longer there."))
            else:
                self.cells[edit.product][column.column.name].append((edit, column))
        for pk, keys in self.cells.items():
            for key, cells in keys.items():
                self._read(found[pk], key, cells)

    def _read(self, bundle: Bundle, key: str, cells: Sequence[tuple[Edit, CellColumn]]) -> None:
        """The raw value of one key, from all of its cells that were written."""
        column = cells[0][1].column
        spec, pk = column.spec, bundle.product.pk
        assert spec is not None  # noqa: S101 - it is written, so it holds values
        texts = {each.part: edit.text for edit, each in cells if not edit.reset}
        if texts:
            found = resolve(bundle, spec, self.structure, locale=column.locale, context=column.context)
            current = found.value if found.found else None
            try:
                raw = ATTRIBUTE_TYPES[spec.type].from_hand(texts, spec, self.options, current=current)
            except ValueRefused as refused:
                for edit, _column in cells:
                    self._refuse(edit, str(refused.message))
                return
        self.values[pk][key] = raw if texts else RESET
        # Of two currencies one may have been looked at before the other: the older look is what is merged with.
        stands = value_hash(bundle.levels[0].values.get(key, ABSENT))
        bases = [edit.base for edit, _column in cells]
        self.base[pk][key] = next((base for base in bases if base != stands), stands)

    def changes(self) -> list[ProductChange]:
        return [
            ProductChange(product=pk, values=values, base=self.base[pk])
            for pk, values in sorted(self.values.items())
            if values
        ]

    def take(self, outcome: Outcome) -> None:
        """What was said of a product: keys that were refused are answered, and the others stay for another round."""
        pk = outcome.product or 0
        values = self.values[pk]
        if outcome.errors:
            ours = {error.key: error.message for error in reversed(outcome.errors) if error.key in values}
            if not ours:  # the product as a whole
                ours = dict.fromkeys(values, outcome.errors[0].message)
            for key, message in ours.items():
                self._answer(pk, key, state="error", message=message)
                del values[key]
            return
        conflicts = {conflict.key: conflict for conflict in outcome.conflicts}
        warnings = {warning.key: warning.message for warning in outcome.warnings}
        for key in values:
            if key in conflicts:
                self._contradict(pk, conflicts[key])
            elif key in outcome.proposals:
                self._answer(pk, key, state="proposed")
            else:
                self._answer(
                    pk, key, state="saved", **({"warning": warnings[key]} if key in warnings else {})
                )
        values.clear()

    def give_up(self) -> None:
        for pk, values in self.values.items():
            for key in values:
                message = _(
                    "Not saved, because another cell of this product was refused: write it once more."
                )
                self._answer(pk, key, state="error", message=message)

    def _contradict(self, pk: int, conflict: Conflict) -> None:
        for edit, column in self.cells[pk][conflict.key]:
            spec = column.spec
            assert spec is not None  # noqa: S101
            theirs = None if conflict.theirs is ABSENT else conflict.theirs
            texts = ATTRIBUTE_TYPES[spec.type].to_hand(theirs, spec, self.options, structure=self.structure)
            self.said[pk, edit.column] = {
                "state": "conflict",
                "theirs": texts.get(column.part, ""),
                "base": value_hash(conflict.theirs),
                "who": conflict.by,
                "when": date_format(localtime(conflict.at), "SHORT_DATETIME_FORMAT") if conflict.at else "",
            }

    def _answer(self, pk: int, key: str, **answer: Any) -> None:
        for edit, _column in self.cells[pk][key]:
            self.said[pk, edit.column] = answer

    def _refuse(self, edit: Edit, message: str) -> None:
        self.said[edit.product, edit.column] = {"state": "error", "message": message}

    def answers(self) -> list[Answer]:
        return [
            {"id": edit.product, "col": edit.column, **self.said[edit.product, edit.column]}
            for edit in self.edits
        ]
