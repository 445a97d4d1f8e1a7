"""What a run's policy keeps from being written: planned rows that are left out before anything is."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.importing import rows
from catalog.importing.progress import Progress
from catalog.importing.rows import Action, State
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportRow, ImportRun
from pim.lib.failpoint import failpoint

Policy = ImportRun.Policy
_CHUNK = 500


def leave_out(run: ImportRun, *, progress: Progress) -> None:
    """Begun again it goes on with what is still planned."""
    for unwanted, why in _unwanted(run):
        queue = unwanted.order_by("number").defer("raw")
        while True:
            with transaction.atomic():
                progress.hold()
                chunk = list(queue.select_for_update(of=("self",))[:_CHUNK])
                for row in chunk:
                    row.state = State.SKIPPED
                    row.notes = [*row.notes, {"kind": "skipped", "key": "_sku", "message": why}]
                rows.store_results(chunk, ("state", "notes"))
                failpoint("import_commit")
            if len(chunk) < _CHUNK:
                break


def _unwanted(run: ImportRun) -> Iterator[tuple[QuerySet[ImportRow], str]]:
    planned = run.rows.filter(state=State.PLANNED)
    if run.policy == Policy.CREATE_ONLY:
        existing = planned.exclude(action__in=(Action.CREATE, Action.RETIRE))
        yield existing, _("It exists already; this import only creates.")
    if run.policy == Policy.UPDATE_ONLY:
        yield planned.filter(action=Action.CREATE), _("It does not exist; this import only updates.")
    if ImportSettings.from_json(run.settings).missing != "retire":
        yield rows.retired(run).filter(state=State.PLANNED), _("It stays as it is: it was only listed.")
