"""The catalogue's rules: revisions, rows and files of imports, jobs and the files they made."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.exporting import stored
from catalog.importing.pickup.follow import OPEN
from catalog.importing.runs import WORKING
from catalog.jobs.queue import ENDED
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.job import Job
from catalog.models.pickup import PickedFile, PickupTrouble
from catalog.models.remote import ImportPicture, RemoteFile
from catalog.models.revision import Revision
from catalog.models.takeover import Takeover
from catalog.retention.rules import AT_ONCE, RULES, Rule, Step, by_age
from catalog.takeovers.asking import WORKING as TAKING


def _revisions_say() -> str:
    return _(
        "The last %(count)d of each product, and all of the last %(days)d days. A file exported before what is kept is"
        " still imported, but each of its changes to a product that was edited since is then a conflict."
    ) % {"count": settings.PIM_KEEP_REVISIONS, "days": settings.PIM_KEEP_REVISIONS_DAYS}


# From the oldest on, so that what is left of a product reaches back without a gap. Who needs them counts them (an import's
# undo, a file exported before) or asks how old they are (a move's undo); translations keep their source themselves.
RULES.add(
    "revisions",
    Rule(
        "revisions", gettext_lazy("Revisions of products"), _revisions_say, Revision,
        by_age(
            Revision, "at", settings.PIM_KEEP_REVISIONS_DAYS, only=Q(rev__lte=F("product__rev") - settings.PIM_KEEP_REVISIONS)
        ),
    ),
)  # fmt: skip


def import_step(cursor: int, now: datetime) -> Step:
    """One run at a time, `cursor` its id: first it says that it is over, so that nobody undoes a half, then its rows go and
    last its file."""
    run = ImportRun.objects.filter(pk=cursor).first() if cursor else _next_run(now)
    if run is None:
        return Step(0, 0, True)
    pictures = list(ImportPicture.objects.filter(run=run).values_list("pk", flat=True)[:AT_ONCE])
    if pictures:
        return Step(ImportPicture.objects.filter(pk__in=pictures).delete()[0], run.pk, False)
    ids = list(ImportRow.objects.filter(run=run).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    removed = ImportRow.objects.filter(pk__in=ids).delete()[0]
    if len(ids) == AT_ONCE:
        return Step(removed, run.pk, False)
    name = run.file.name
    shared = ImportRun.objects.filter(file=name, thinned_at=None).exists()
    return Step(removed, 0, False, () if shared or not name else (lambda: default_storage.delete(name),))


def _next_run(now: datetime) -> ImportRun | None:
    limit = now - timedelta(days=settings.PIM_KEEP_IMPORTS_DAYS)
    ended = Q(applied_at=None, created_at__lt=limit) | Q(applied_at__lt=limit)
    due = ImportRun.objects.filter(ended, thinned_at=None).exclude(state__in=WORKING).order_by("pk")
    run = due.select_for_update(of=("self",)).first()
    if run is not None:
        ImportRun.objects.filter(pk=run.pk).update(thinned_at=now)
    return run


RULES.add(
    "imports",
    Rule(
        "imports", gettext_lazy("Rows and files of imports"),
        lambda: _("For %(days)d days after the import, in which it can be undone; afterwards its numbers are kept.")
        % {"days": settings.PIM_KEEP_IMPORTS_DAYS},
        ImportRow, import_step,
    ),
)  # fmt: skip


def takeover_step(cursor: int, now: datetime) -> Step:
    """One at a time, with the files that no younger one shares. What it brought stays."""
    limit = now - timedelta(days=settings.PIM_KEEP_IMPORTS_DAYS)
    due = Takeover.objects.filter(created_at__lt=limit).exclude(state__in=TAKING).order_by("pk")
    row = due.select_for_update(of=("self",)).first()
    if row is None:
        return Step(0, 0, True)
    names = _files_of(row)
    for other in Takeover.objects.exclude(pk=row.pk).only("uploads", "files", "marks").iterator():
        names -= _files_of(other)
    row.delete()
    acts = tuple(partial(default_storage.delete, name) for name in sorted(names))
    return Step(1, 0, False, acts)


def _files_of(row: Takeover) -> set[str]:
    made = {row.marks.get(name, "") for name in ("parts", "pictures")}
    return {entry["stored"] for entry in (*row.uploads, *row.files)} | made - {""}


RULES.add(
    "takeovers",
    Rule(
        "takeovers", gettext_lazy("Files and reports of moving here"),
        lambda: _("For %(days)d days; what came over stays.") % {"days": settings.PIM_KEEP_IMPORTS_DAYS}, Takeover, takeover_step,
    ),
)  # fmt: skip


def address_step(cursor: int, now: datetime) -> Step:
    limit = now - timedelta(days=settings.PIM_KEEP_IMPORTS_DAYS)
    ids = list(RemoteFile.objects.filter(fetched_at__lt=limit).values_list("pk", flat=True)[:AT_ONCE])
    removed = RemoteFile.objects.filter(pk__in=ids).delete()[0]
    return Step(removed, 0, len(ids) < AT_ONCE)


RULES.add(
    "addresses",
    Rule(
        "addresses", gettext_lazy("What addresses of files gave"),
        lambda: _("For %(days)d days; the files themselves are the library's.") % {"days": settings.PIM_KEEP_IMPORTS_DAYS},
        RemoteFile, address_step,
    ),
)  # fmt: skip


def picked_step(cursor: int, now: datetime) -> Step:
    """Files of scheduled imports that were not seen at their place for so long: what is still there has to be known again."""
    limit = now - timedelta(days=settings.PIM_KEEP_IMPORTS_DAYS)
    old = PickedFile.objects.filter(seen_at__lt=limit).exclude(state__in=OPEN).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:AT_ONCE])
    over = PickupTrouble.objects.filter(over_at__lt=limit).order_by("pk").values_list("pk", flat=True)
    PickupTrouble.objects.filter(pk__in=list(over[:AT_ONCE])).delete()
    return Step(PickedFile.objects.filter(pk__in=ids).delete()[0], 0, len(ids) < AT_ONCE)


RULES.add(
    "picked files",
    Rule(
        "picked files", gettext_lazy("Files that scheduled imports have seen"),
        lambda: _("For %(days)d days after they were last seen at their place.") % {"days": settings.PIM_KEEP_IMPORTS_DAYS},
        PickedFile, picked_step,
    ),
)  # fmt: skip


def file_step(cursor: int, now: datetime) -> Step:
    """Exported files; the job stays, and says that its file is gone."""
    limit = now - timedelta(days=settings.PIM_KEEP_EXPORTS_DAYS)
    rows = Job.objects.filter(kind="grid.export", pk__gt=cursor, finished_at__lt=limit).order_by("pk")
    looked = list(rows.only("pk", "state", "result")[:AT_ONCE])
    names = []
    for job in looked:
        if found := stored.file_of(job):
            names.append(found[0])
            result = {key: value for key, value in job.result.items() if key not in ("file", "filename")}
            Job.objects.filter(pk=job.pk).update(result={**result, "file_removed": now.date().isoformat()})
    done = len(looked) < AT_ONCE
    acts = tuple((lambda name=name: default_storage.delete(name)) for name in names)
    return Step(len(names), 0 if done else looked[-1].pk, done, acts)


# Before the jobs themselves, which know the files.
RULES.add(
    "exports",
    Rule(
        "exports", gettext_lazy("Exported files"),
        lambda: _("For %(days)d days.") % {"days": settings.PIM_KEEP_EXPORTS_DAYS}, Job, file_step,
    ),
)  # fmt: skip
RULES.add(
    "jobs",
    Rule(
        "jobs", gettext_lazy("Jobs that have ended"),
        lambda: _("For %(days)d days.") % {"days": max(settings.PIM_KEEP_JOBS_DAYS, settings.PIM_KEEP_EXPORTS_DAYS + 1)},
        Job,
        by_age(
            Job, "created_at", max(settings.PIM_KEEP_JOBS_DAYS, settings.PIM_KEEP_EXPORTS_DAYS + 1),
            only=Q(state__in=ENDED) & ~Q(result__has_key="file"),
        ),
    ),
)  # fmt: skip
