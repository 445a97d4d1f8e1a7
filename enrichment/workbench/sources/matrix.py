"""Sources × attribute groups, and the attributes that differ from their group: read from the rows, and written back at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Attribute, AttributeGroup, Source, SourcePolicy
from catalog.structure.announce import announce

RANKS = (-1_000_000, 1_000_000)
MODES = ("", "own", "no")  # as its rank, a rank of its own, may not write


@dataclass(slots=True)
class Cell:
    name: str  # of its inputs: "<source>-g<group>" or "<source>-a<attribute>"
    source: Any
    mode: str = ""
    rank: str = ""
    error: str = ""


@dataclass(slots=True)
class Column:
    """An attribute group, or (`attribute`) one of its attributes with policies of its own. One line of the screen."""

    name: str
    label: str
    cells: list[Cell] = field(default_factory=list)
    is_attribute: bool = False


@dataclass(slots=True)
class Ranked:
    source: Source
    rank: str
    error: str = ""


@dataclass(slots=True)
class Matrix:
    sources: list[Ranked]
    lines: list[Column]

    @property
    def errors(self) -> int:
        return sum(bool(each.error) for each in self.sources) + sum(
            bool(cell.error) for line in self.lines for cell in line.cells
        )


def read(posted: Mapping[str, Any] | None = None, *, more: Iterable[str] = ()) -> Matrix:
    """What is stored, or (`posted`) what a person wants instead, with what is wrong with it. `more`: codes of attributes to be
    listed though nothing of theirs differs yet. Five queries."""
    sources = list(Source.objects.order_by("-rank", "code"))
    policies = list(SourcePolicy.objects.select_related("attribute"))
    known = {
        (row.source_id, "g" if row.group_id else "a", row.group_id or row.attribute_id): row
        for row in policies
    }
    own = {row.attribute_id for row in policies if row.attribute_id}
    asked = set(more)
    attributes = Attribute.objects.select_related("group").order_by("position", "code")
    shown = [row for row in attributes if row.pk in own or row.code in asked]
    lines = []
    for group in AttributeGroup.objects.order_by("position", "code"):
        lines.append(_line(f"g{group.pk}", str(group), sources, known, posted))
        lines += [
            _line(f"a{row.pk}", str(row), sources, known, posted, is_attribute=True)
            for row in shown
            if row.group_id == group.pk
        ]
    ranked = [Ranked(each, str(each.rank)) for each in sources]
    if posted is not None:
        for each in ranked:
            each.rank = str(posted.get(f"rank-{each.source.pk}", each.rank)).strip()
            if _number(each.rank) is None:
                each.error = _("A whole number: the higher wins.")
    return Matrix(ranked, lines)


def _line(
    name: str,
    label: str,
    sources: list[Source],
    known: Mapping[tuple[int, str, Any], SourcePolicy],
    posted: Mapping[str, Any] | None,
    *,
    is_attribute: bool = False,
) -> Column:
    line = Column(name, label, is_attribute=is_attribute)
    for source in sources:
        row = known.get((source.pk, name[0], int(name[1:])))
        cell = Cell(f"{source.pk}-{name}", source)
        if row is not None:
            cell.mode = "no" if not row.may_write else "own"
            cell.rank = "" if row.rank is None else str(row.rank)
        if posted is not None and f"mode-{cell.name}" in posted:
            cell.mode = str(posted[f"mode-{cell.name}"])
            cell.rank = str(posted.get(f"own-{cell.name}", "")).strip()
            if cell.mode not in MODES:
                cell.mode = ""
            if cell.mode == "own" and _number(cell.rank) is None:
                cell.error = _("A whole number: the higher wins.")
        line.cells.append(cell)
    return line


def _number(text: str) -> int | None:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if RANKS[0] <= number <= RANKS[1] else None


def save(matrix: Matrix, *, by: int) -> int:
    """Writes what differs, in one transaction, and announces it once per kind; how many rows were written or removed."""
    with transaction.atomic():
        stored = {row.pk: row for row in Source.objects.select_for_update().order_by("pk")}
        ranks = [
            (stored[each.source.pk], int(each.rank)) for each in matrix.sources if each.source.pk in stored
        ]
        moved = [row for row, rank in ranks if row.rank != rank]
        for row, rank in ranks:
            row.rank = rank
        Source.objects.bulk_update(moved, ["rank"])
        changed, gone = _policies(matrix, stored)
        if gone:
            announce("source_policy", gone, by=by)
            SourcePolicy.objects.filter(pk__in=gone).delete()
        if changed:
            announce("source_policy", changed, by=by)
        if moved:
            announce("source", [row.pk for row in moved], by=by)
    return len(moved) + len(changed) + len(gone)


def _policies(matrix: Matrix, stored: Mapping[int, Source]) -> tuple[list[int], list[int]]:
    """(ids written, ids that are to go)."""
    known = {
        (row.source_id, "g" if row.group_id else "a", row.group_id or row.attribute_id): row
        for row in SourcePolicy.objects.all()
    }
    changed, gone = [], []
    for line in matrix.lines:
        for cell in line.cells:
            place = (cell.source.pk, line.name[0], int(line.name[1:]))
            row = known.get(place)
            if cell.source.pk not in stored:
                continue
            if not cell.mode or (cell.mode == "own" and not cell.rank):
                if row is not None and not cell.mode:
                    gone.append(row.pk)
                continue
            wanted = (cell.mode == "own", int(cell.rank) if cell.mode == "own" else None)
            if row is None:
                target = {"group_id": place[2]} if place[1] == "g" else {"attribute_id": place[2]}
                row = SourcePolicy(source_id=place[0], **target)
            elif (row.may_write, row.rank if row.may_write else None) == wanted:
                continue
            row.may_write, row.rank = wanted
            row.save()
            changed.append(row.pk)
    return changed, gone
