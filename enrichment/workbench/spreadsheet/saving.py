"""From the cells that were written to the one door, and from its outcomes back to each cell."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from catalog import approval
from catalog.attribute_types import ATTRIBUTE_TYPES, CellOptions, ValueRefused
from catalog.models import Proposal, User
from catalog.values.bundle import Bundle
from catalog.values.changes import ABSENT, RESET, Actor, Conflict, Outcome, ProductChange
from catalog.values.hashing import value_hash
from catalog.values.resolve import resolve
from catalog.values.write import write
from enrichment.workbench.grid.columns import Column
from enrichment.workbench.grid.paging import LARGEST_ID
from enrichment.workbench.spreadsheet import columns
from enrichment.workbench.spreadsheet.address import Spreadsheet
from enrichment.workbench.spreadsheet.columns import CellColumn
from enrichment.workbench.spreadsheet.rows import bundles_of, rights_at

MOST = 200  # cells of one request
LONGEST = (
    80_000  # characters of a cell: a little more than any type takes, so that the type says what is too long
)
ROUNDS = 3  # a refused cell is left out and the product's others are tried again; what is unique may be refused then


class BadBatch(ValueError):
    """What was sent is no batch of cells."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What one cell is to say. `base`: hash of the own stored value it was based on; `reset`: inherit again; `refused`:
    why it is not even looked at."""

    product: int
    column: str
    text: str
    base: str
    reset: bool
    refused: str = ""


Answer = dict[str, Any]  # {id, col, state, …}: see save()


def read(body: bytes) -> tuple[list[Edit], str]:
    """{"user", "cells": [{"id", "col", "text", "base", "reset"}]}, at most MOST → (the edits, the id of whoever wrote them,
    "" where it is not said). Raises BadBatch."""
    try:
        sent = json.loads(body)
        edits = [_edit(cell) for cell in sent["cells"]]
        writer = str(sent.get("user", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadBatch(_("These are no cells.")) from error
    if len(edits) > MOST:
        raise BadBatch(_("At most %d cells are saved at once.") % MOST)
    return edits, writer


def _edit(cell: Mapping[str, Any]) -> Edit:
    made = Edit(cell["id"], cell["col"], cell["text"], cell["base"], bool(cell.get("reset")))
    texts = (made.column, made.text, made.base)
    if (
        type(made.product) is not int
        or not 0 < made.product <= LARGEST_ID
        or not all(isinstance(each, str) for each in texts)
    ):
        raise TypeError
    if max(len(made.column), len(made.base)) > 500:
        raise ValueError
    if len(made.text) > LONGEST:
        message = _("A cell takes at most %d characters: shorten this text.") % LONGEST
        return replace(made, text="", refused=message)
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
    by = Actor(user=user, origin="grid")
    found = bundles_of({edit.product for edit in edits}, user, structure)
    batch = _Batch(edits, spreadsheet, found, options, by)
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
        by: Actor,
    ) -> None:
        self.structure, self.options, self.edits = spreadsheet.structure, options, edits
        self.rights, self.source = spreadsheet.rights, by.source
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
            if edit.refused:
                self._refuse(edit, edit.refused)
            elif column is None or not column.is_written:
                self._refuse(
                    edit, _("This column is no longer there, or is not written here: load the page anew.")
                )
            elif edit.product not in found:
                self._refuse(edit, _("This product is no longer there."))
            else:
                self.cells[edit.product][column.column.name].append((edit, column))
        self.open = self._open_proposals(found)
        for pk, keys in self.cells.items():
            for key, cells in keys.items():
                self._read(found[pk], key, cells)

    def _open_proposals(self, found: Mapping[int, Bundle]) -> dict[tuple[int, str], Any]:
        """(product, key) → what is proposed there already, where a part of it is written and will be a proposal as well.

        A newer proposal takes the place of the older, so that it has to say what the older said of the other parts.
        """
        wanted = {
            (pk, key)
            for pk, keys in self.cells.items()
            for key, cells in keys.items()
            if cells[0][1].part and self._is_proposed(found[pk], cells[0][1].column)
        }
        if not wanted:
            return {}
        stored = Proposal.objects.filter(
            product__in={pk for pk, _key in wanted}, source=self.source, state=Proposal.State.OPEN
        ).values_list("product_id", "key", "value")
        return {(pk, key): value for pk, key, value in stored if (pk, key) in wanted}

    def _is_proposed(self, bundle: Bundle, column: Column) -> bool:
        """As the door decides it (catalog.values.precedence): an approved product, or a value of a stronger source."""
        own, spec = bundle.levels[0], column.spec
        assert spec is not None  # noqa: S101 - it is written, so it holds values
        here = rights_at(bundle, self.rights, self.structure)
        levels = approval.levels_of(bundle) if self.structure.approving else ()
        if approval.proposes(bundle.product, column.name, here, self.structure, levels):
            return True
        writer = self.structure.sources.get(self.source)
        holder = self.structure.sources.get(own.sources.get(column.name, ""))
        if writer is None or holder is None or writer.code == holder.code or column.name not in own.values:
            return False
        return holder.stand(spec)[1] > writer.stand(spec)[1]

    def _read(self, bundle: Bundle, key: str, cells: Sequence[tuple[Edit, CellColumn]]) -> None:
        """The raw value of one key, from all of its cells that were written."""
        pk = bundle.product.pk
        texts = {each.part: edit.text for edit, each in cells if not edit.reset}
        reset = {each.part for edit, each in cells if edit.reset} - texts.keys()
        try:
            self.values[pk][key] = self._raw(bundle, cells[0][1].column, texts, reset)
        except ValueRefused as refused:
            for edit, _column in cells:
                self._refuse(edit, str(refused.message))
            return
        # Of two currencies one may have been looked at before the other: the older look is what is merged with.
        stands = value_hash(bundle.levels[0].values.get(key, ABSENT))
        bases = [edit.base for edit, _column in cells]
        self.base[pk][key] = next((base for base in bases if base != stands), stands)

    def _raw(self, bundle: Bundle, column: Column, texts: Mapping[str, str], reset: Set[str]) -> Any:
        """RESET where nothing of the product's own is left; parts that inherit again beside others that do not are written
        as they are above, since a value is inherited as a whole."""
        spec = column.spec
        assert spec is not None  # noqa: S101
        kind = ATTRIBUTE_TYPES[spec.type]
        found = resolve(bundle, spec, self.structure, locale=column.locale, context=column.context)
        current = self.open.get((bundle.product.pk, column.name), found.value if found.found else None)
        if not reset:
            return kind.from_hand(texts, spec, self.options, current=current)
        own = bundle.levels[0]
        bare = replace(own, values={key: value for key, value in own.values.items() if key != column.name})
        others = replace(bundle, levels=(bare, *bundle.levels[1:]))
        above = resolve(others, spec, self.structure, locale=column.locale, context=column.context).value
        stands, inherited = (
            kind.to_hand(value, spec, self.options, structure=self.structure) for value in (current, above)
        )
        if not texts and {part for part, text in stands.items() if text} <= reset:
            return RESET
        written = {**texts, **{part: inherited.get(part, "") for part in reset}}
        raw = kind.from_hand(written, spec, self.options, current=current)
        # Who writes one currency of an inherited price makes the others its own: without it they are as above.
        return raw if texts or kind.clean(raw, spec, structure=self.structure) != above else RESET

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
