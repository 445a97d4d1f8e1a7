"""What becomes of the runs of files that were taken: applied alone within the limits, or left to a person, who is told."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.importing import missing, rows, runs
from catalog.importing.pickup import trouble
from catalog.importing.rows import Action
from catalog.importing.settings import ImportSettings
from catalog.models.importing import ImportRow, ImportRun
from catalog.models.pickup import ImportPickup, PickedFile
from catalog.values.revisions import ABSENT_JSON
from pim.lib.grouped import Grouped

State, Run = PickedFile.State, ImportRun.State
TO_DECIDE = (State.WAITING, State.FAILED, State.REFUSED)
OPEN = (State.TAKEN, State.WAITING)  # nothing newer of the same place is taken while one of these is there


def moved(files: QuerySet[PickedFile]) -> QuerySet[PickedFile]:
    """Files whose run has come to where something has to be done or noted."""
    ended = (Run.PLANNED, Run.APPLIED, Run.FAILED, Run.CANCELLED, Run.UNDONE)
    return files.filter(
        Q(state=State.TAKEN, run__state__in=ended)
        | Q(state=State.WAITING, run__state__in=(Run.APPLIED, Run.UNDONE))
        | Q(state__in=OPEN, run=None)
    )


def follow(pickup: ImportPickup) -> bool:
    """Goes through the files in work; whether one of them was settled, so that the next may be taken."""
    settled = False
    for file in moved(pickup.files.all()).select_related("run", "run__profile").order_by("pk"):
        settled = _follow(pickup, file) in (State.DONE, State.FAILED, State.LEFT_OUT) or settled
    return settled


def _follow(pickup: ImportPickup, file: PickedFile) -> str:
    run = file.run
    if run is None or run.state == Run.UNDONE:
        return _settle(pickup, file, State.LEFT_OUT, "")
    if run.state == Run.APPLIED:
        return _settle(pickup, file, State.DONE, "")
    if run.state == Run.PLANNED:
        return _decide(pickup, file, run)
    why = run.error or str(run.get_state_display())
    if run.applied_at is not None:  # half of it is written: a newer file must not come in between
        return _wait(pickup, file, why)
    text = _("%(file)s was not imported: %(why)s") % {"file": run.filename, "why": why}
    return _settle(pickup, file, State.FAILED, why, told=text)


def _decide(pickup: ImportPickup, file: PickedFile, run: ImportRun) -> str:
    if why := why_waits(pickup, run):
        return _wait(pickup, file, why)
    try:
        policy = ImportSettings.from_json(run.settings).policy
        runs.apply(run, policy=policy, user=pickup.run_by, confirmed=False, remembered=False)
    except (runs.WrongState, PermissionDenied) as wrong:
        return _wait(pickup, file, str(wrong))
    return State.TAKEN


def why_waits(pickup: ImportPickup, run: ImportRun) -> str:
    """Why this plan is not applied without a person, in a sentence; "" where it is."""
    counts = run.counts
    rejected, count = counts.get("rejected", 0), counts.get("rows", 0)
    retired = rows.retired(run).filter(state="planned").count() if counts.get("missing") else 0
    if ImportSettings.from_json(run.settings).missing != "retire":
        retired = 0
    if pickup.alone == ImportPickup.Alone.NEVER:
        return _("Its plan is made, and nothing is imported before somebody looked.")
    strict = pickup.alone == ImportPickup.Alone.CLEAN
    share, most_retired, most_emptied = (
        (0, 0, 0) if strict else (pickup.most_rejected, pickup.most_retired, pickup.most_emptied)
    )
    if not count:
        return _("It has no rows.")
    if counts.get("refused_columns"):
        return _("Columns this import may not write: %s.") % ", ".join(counts["refused_columns"])
    if rejected * 100 > share * count:
        text = ngettext(
            "%(rejected)s of %(rows)s rows is rejected, and at most %(most)d %% may be.",
            "%(rejected)s of %(rows)s rows are rejected, and at most %(most)d %% may be.",
            rejected,
        )
        return text % {"rejected": Grouped(rejected), "rows": Grouped(count), "most": share}
    if rejected and run.policy == ImportRun.Policy.ALL_OR_NOTHING:
        text = ngettext(
            "The profile imports all or nothing, and %s row is rejected.",
            "The profile imports all or nothing, and %s rows are rejected.",
            rejected,
        )
        return text % Grouped(rejected)
    if retired > most_retired:
        return _("%(count)d products would be disabled, and at most %(most)d may be.") % {"count": retired, "most": most_retired}  # fmt: skip
    if retired and missing.is_large(run):
        return _("So many products are missing that the file may not be whole.")
    if (emptied := _emptied(run, most_emptied)) > most_emptied:
        text = ngettext(
            "%(count)d product would lose values, and at most %(most)d may.",
            "%(count)d products or more would lose values, and at most %(most)d may.",
            emptied,
        )
        return text % {"count": emptied, "most": most_emptied}
    return ""


def _emptied(run: ImportRun, most: int) -> int:
    """Products of which a value would become empty; counted no further than one beyond `most`."""
    count = 0
    planned = run.rows.filter(state=ImportRow.State.PLANNED, action=Action.UPDATE).values_list(
        "changes", flat=True
    )
    for changes in planned.iterator(chunk_size=500):
        count += any(
            after in (None, ABSENT_JSON) and before not in (None, ABSENT_JSON)
            for key, (before, after) in changes.items()
            if not key.startswith("_")
        )
        if count > most:
            break
    return count


def _wait(pickup: ImportPickup, file: PickedFile, why: str) -> str:
    with transaction.atomic():
        PickedFile.objects.filter(pk=file.pk).update(state=State.WAITING, reason=why)
        text = _("%(file)s waits for a person: %(why)s") % {"file": file.run.filename if file.run else file.name, "why": why}  # fmt: skip
        trouble.begin(pickup, trouble.about(file), text)
    return State.WAITING


def _settle(pickup: ImportPickup, file: PickedFile, state: str, why: str, told: str = "") -> str:
    with transaction.atomic():
        PickedFile.objects.filter(pk=file.pk).update(state=state, reason=why)
        if told:
            trouble.begin(pickup, trouble.about(file), told)
        else:
            _end_of_files(pickup, file)
    return state


def _end_of_files(pickup: ImportPickup, file: PickedFile) -> None:
    """A file that came through ends what was said of earlier ones that failed: there is nothing left to do about them."""
    earlier = pickup.files.filter(taken_at__lte=file.taken_at or file.seen_at).exclude(state__in=OPEN)
    done = {trouble.about(each) for each in earlier.order_by("-taken_at").only("pk")[:500]} | {
        trouble.about(file)
    }
    keys = pickup.troubles.filter(over_at=None, key__in=done).values_list("key", flat=True)
    trouble.end(pickup, *keys)


def leave_out(file: PickedFile) -> bool:
    """A person decides that a file is not imported, or that nothing is left to do about one that failed; the next one may
    come. False where there is nothing to decide."""
    with transaction.atomic():
        row = PickedFile.objects.select_for_update().filter(pk=file.pk, state__in=TO_DECIDE).first()
        if row is None:
            return False
        PickedFile.objects.filter(pk=row.pk).update(state=State.LEFT_OUT)
        trouble.end(row.pickup, trouble.about(row))
        ImportPickup.objects.filter(pk=row.pickup_id).update(next_look_at=timezone.now())
    return True
