"""Models and products of a takeover through the ordinary import: the same dialect, plan, history and undo.

A product may name one that another file brings. So links across files are left out at first, and come in runs of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from catalog.importing import jobs as kinds
from catalog.importing import mapping, runs
from catalog.importing.mapping import Column
from catalog.importing.settings import ImportSettings
from catalog.importing.targets import Target, parse_header
from catalog.jobs import JobCancelled, JobHandle
from catalog.models.importing import ImportRun
from catalog.models.user import User
from catalog.structure.snapshot import Structure
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.akeneo.exports import STREAMED
from catalog.takeovers.stage import Stage

State = ImportRun.State
READ = ImportSettings(header_row=1, every_row=True, dialect="akeneo")
SKU = Target(field="sku")
_LINKS = ("products", "quantities")


class RunFailed(ValueError):
    """An import did not come to its end; the text says which and why."""


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """`links`: which of its columns count: "all", "without" those that name products, or those "only"."""

    key: str
    entry: Mapping[str, Any]
    links: str

    @property
    def rows(self) -> int:
        return max(int(self.entry["rows"]), 1)


def planned(draft: Draft) -> list[PlannedRun]:
    """Models first, then products; then what names products of other files."""
    linking = draft.facts.get("links", {})
    found, late = [], []
    for kind in STREAMED:
        entries = draft.exports.of(kind)
        is_late = bool(linking.get(kind)) and (kind == "models" or len(entries) > 1)
        for number, entry in enumerate(entries):
            found.append(PlannedRun(f"{kind}:{number}", entry, "without" if is_late else "all"))
            if is_late:
                late.append(PlannedRun(f"{kind}:{number}:links", entry, "only"))
    return found + late


def paths(draft: Draft) -> Iterator[str]:
    """Each picture and file that the products name, once."""
    seen: set[str] = set()
    for kind in STREAMED:
        for entry in draft.exports.of(kind):
            for _header, path in _named(draft, entry):
                if path not in seen:
                    seen.add(path)
                    yield path


def _named(draft: Draft, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    headers = entry["table"]["headers"]
    places = [
        place for place, header in enumerate(headers) if _base(header).casefold() in draft.file_attributes
    ]
    if not places:
        return
    for batch in draft.exports.batches(entry):
        for _number, cells in batch:
            for place in places:
                if path := cells[place].strip():
                    yield headers[place], path


def _base(header: str) -> str:
    return header.strip().partition("-")[0]


def carry(
    planned_run: PlannedRun,
    known: dict[str, int],
    stage: Stage,
    *,
    draft: Draft,
    pictures: Mapping[str, str],
    user: User,
    mark: Callable[[], None],
) -> None:
    """Starts the run, or goes on with the one that `known` has of it, to which `mark` gives permanence.

    Raises RunFailed, MappingRefused, FileRefused.
    """
    name = planned_run.entry["name"]
    stage.turn(0, _("Planning %(file)s") % {"file": name})
    run = ImportRun.objects.filter(pk=known.get(planned_run.key, 0)).first()
    if run is None or run.state in (State.FAILED, State.CANCELLED, State.UNDONE) or run.thinned_at:
        run = _start(planned_run, draft=draft, pictures=pictures, user=user)
        known[planned_run.key] = run.pk
        mark()
    handle = cast(JobHandle, stage)
    if run.state in (State.UPLOADED, State.PLANNING):
        _turn(run, State.PLANNING, stage)
        kinds.plan_job(handle, run=run.pk)
    run.refresh_from_db()
    if run.state in (State.PLANNED, State.APPLYING):
        stage.turn(planned_run.rows, _("Importing %(file)s") % {"file": name})
        _turn(run, State.APPLYING, stage)
        kinds.apply_job(handle, run=run.pk)
    run.refresh_from_db()
    if run.state != State.APPLIED:
        if stage.cancelled():
            raise JobCancelled
        why = run.error or run.get_state_display()
        raise RunFailed(_("%(file)s: %(why)s") % {"file": name, "why": why})


def _turn(run: ImportRun, state: str, stage: Stage) -> None:
    ImportRun.objects.filter(pk=run.pk).update(state=state, job_id=stage.pk, error="")


def _start(planned_run: PlannedRun, *, draft: Draft, pictures: Mapping[str, str], user: User) -> ImportRun:
    entry = planned_run.entry
    with default_storage.open(entry["stored"]) as content:
        run = runs.start(content, entry["name"], user=user, guess=False, settings=READ)
    named: dict[str, dict[str, str]] = {}
    for header, path in _named(draft, entry) if pictures else ():
        named.setdefault(header, {})[path] = pictures.get(path, "")
    structure = Structure.current()
    columns = mapping.from_json(run.mapping)
    if any(draft.is_sku(column.column) for column in columns):  # else what the dialect takes for it
        columns = [
            replace(column, to=None) if column.to == SKU and column.column.casefold() != "code" else column
            for column in columns
        ]
    columns = [_column(column, planned_run.links, draft, structure, named) for column in columns]
    run.mapping = mapping.as_json(columns)
    run.save(update_fields=["mapping"])
    return run


def _column(
    column: Column, links: str, draft: Draft, structure: Structure, named: Mapping[str, Mapping[str, str]]
) -> Column:
    """As the dialect reads it, with the codes that were changed, and pictures by their path."""
    base, rest = _base(column.column), column.column.strip()[len(_base(column.column)) :]
    is_link = rest.removesuffix("-quantity") in ("-products", "-product_models")
    codes = draft.links if is_link else draft.attributes
    if draft.is_sku(base) and not rest:
        column = replace(column, to=SKU)
    elif (ours := codes.get(base)) and ours in codes.changed.values():
        part = rest.replace("-products-quantity", "-quantities")
        column = replace(column, to=parse_header(f"{ours}{part}", structure))
    found = named.get(column.column, {})
    if any(found.values()):
        column = replace(
            column, to=parse_header(f"{draft.attributes.get(base)}{rest}", structure), values=found
        )
    is_link = column.to is not None and bool(column.to.attribute) and column.to.part in _LINKS
    if (links == "without" and is_link) or (links == "only" and not (is_link or column.to == SKU)):
        return replace(column, to=None)
    return replace(column, values={**column.values, **_values(column, draft)})


def _values(column: Column, draft: Draft) -> dict[str, str]:
    """What its cells call otherwise than we do."""
    if column.to is None:
        return {}
    if column.to.attribute:
        codes = draft.options.get(column.to.attribute)
        return dict(codes.changed) if codes is not None else {}
    by_field = {"family": draft.families, "family_variant": draft.variants, "categories": draft.categories}
    return dict(by_field[column.to.field].changed) if column.to.field in by_field else {}
