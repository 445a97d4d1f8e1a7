"""The plan of a run: every row parsed, every cell validated, every change known as before → after, nothing written.

Begun again after an interruption it starts over: nothing but the run's own rows is touched. What was mended in them is laid over
the rows that are still wrong.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

from django.db import transaction

from catalog.access import rights_of
from catalog.importing import files, mapping, new_options, rows
from catalog.importing.mending import carried
from catalog.importing.mending.again import plan_again, recount
from catalog.importing.pictures import planning
from catalog.importing.planner import Planner
from catalog.importing.progress import Progress
from catalog.importing.readers.base import Table
from catalog.importing.settings import ImportSettings
from catalog.jobs import JobCancelled
from catalog.models.importing import ImportRun
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from catalog.values.changes import Actor


def plan_run(run: ImportRun, *, by: Actor, progress: Progress) -> dict[str, Any]:
    """Plans all rows of the run's file and leaves the run planned, with its counts.

    Raises FileRefused (also half way), MappingRefused, SettingsRefused; JobCancelled when somebody cancelled the job.
    """
    began = time.monotonic()
    structure = Structure.current()
    table = Table.from_json(run.table)
    settings = ImportSettings.from_json(run.settings).for_format(table.format)
    columns = mapping.for_format(mapping.from_json(run.mapping), table.format)
    if wrong := mapping.faults(columns, structure):
        raise mapping.MappingRefused(" ".join(wrong))
    refused = mapping.forbidden(columns, structure, None if by.trusted else rights_of(by.user))
    columns = new_options.allowed(mapping.without(columns, refused), by)
    mends = carried.mends_of(run)
    planning.clear(run)
    rows.clear(run)
    with (
        files.local_copy(run) as path,
        closing(Planner(run, path, table, columns, settings, structure, by, progress)) as planner,
        NAMES.with_arriving(planner.arrivals),
    ):
        planner.look_ahead()
        progress.start(planner.source.total)
        for level in planner.lineage.levels:
            planner.level = level
            with closing(planner.read()) as batches:
                for looked in batches:
                    if progress.cancelled():
                        raise JobCancelled
                    progress.advance(planner.take(looked))
            planner.flush()
        planner.end()
    run.counts = planner.source.counts
    counts: dict[str, Any] = {**run.counts, **rows.tally(run, known=planner.counts["known"])}
    counts |= planner.counts
    if planner.incomplete_on:
        counts["incomplete_on"] = [
            [*channel, number] for channel, number in planner.incomplete_on.most_common()
        ]
    if planner.parser.new_options.made:
        counts["new_options"] = planner.parser.new_options.made
    counts["refused_columns"] = [column.column for column in refused]
    counts["pictures"] = planning.count(run.pictures.all())
    counts["plan_seconds"] = round(time.monotonic() - began, 3)
    run.counts = counts
    if mends:
        with transaction.atomic():
            ImportRun.objects.filter(pk=run.pk).update(counts=counts)
        if carried.lay_over(run, mends):
            return plan_again(run, by=by, progress=progress)
        return recount(run, refused=counts["refused_columns"])
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.PLANNED, counts=counts, error="")
    return counts
