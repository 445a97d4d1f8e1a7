"""Files that were taken go to the archive folder, and their report beside them once there is one.

The file's name there is made from its row, so that a move begun by a worker that was killed is found again. What came
under the file's name meanwhile is a newer file, and stays.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importing import report
from catalog.importing.pickup.places.base import Opened, Place
from catalog.models.importing import ImportRun
from catalog.models.pickup import ImportPickup, PickedFile
from pim.lib.failpoint import failpoint
from pim.lib.formulas import neutral

State = PickedFile.State
NOWHERE = "-"  # it was gone, or something newer had its name
ENDED = (State.DONE, State.FAILED, State.REFUSED, State.LEFT_OUT)
AT_ONCE = 100
MOST_ERRORS = 1000


def waiting(pickup: ImportPickup) -> tuple[QuerySet[PickedFile], QuerySet[PickedFile]]:
    """The files that are to be moved, and those whose report is to be written."""
    if pickup.after != ImportPickup.After.MOVE:
        return pickup.files.none(), pickup.files.none()
    to_move = pickup.files.exclude(state=State.SEEN).filter(archived="")
    to_report = pickup.files.filter(state__in=ENDED, report="").exclude(archived__in=("", NOWHERE))
    return to_move.order_by("pk"), to_report.select_related("run").order_by("pk")


def is_waiting(pickup: ImportPickup) -> bool:
    return any(rows.exists() for rows in waiting(pickup))


def tidy(pickup: ImportPickup, place: type[Place], opened: Opened) -> None:
    """Raises PlaceError. Done again it goes on."""
    to_move, to_report = waiting(pickup)
    folder = pickup.archive.strip("/")
    moving = list(to_move[:AT_ONCE])
    if moving and folder:
        opened.files.makedirs(opened.path(folder), exist_ok=True)
    for file in moving:
        where = _moved(file, folder, place, opened)
        PickedFile.objects.filter(pk=file.pk).update(archived=where)
    for file in to_report[:AT_ONCE]:
        name = f"{file.archived}.report.csv"
        with tempfile.NamedTemporaryFile(
            "w", prefix="report-", suffix=".csv", encoding="utf-8", newline=""
        ) as made:
            made.writelines(lines(file))
            made.flush()
            opened.files.put_file(made.name, opened.path(name))
        PickedFile.objects.filter(pk=file.pk).update(report=name)


def _moved(file: PickedFile, folder: str, place: type[Place], opened: Opened) -> str:
    """Where it lies now, below the place's folder."""
    taken = timezone.localtime(file.taken_at or file.seen_at, timezone.get_default_timezone())
    target = "/".join(part for part in (folder, f"{taken:%Y%m%d-%H%M%S}-{file.pk}-{file.name}") if part)
    there = place.again(opened, target)
    now = place.again(opened, file.name)
    if there is not None:
        return target
    if now is None or (now.size, now.stamp) != (file.size, file.stamp):
        return NOWHERE
    opened.files.mv(opened.path(file.name), opened.path(target))
    failpoint("pickup_moved")
    moved = place.again(opened, target)
    if moved is not None and moved.size != file.size and place.again(opened, file.name) is None:
        opened.files.mv(opened.path(target), opened.path(file.name))  # it was changed in the same moment
        return NOWHERE
    return target


def lines(file: PickedFile) -> Iterator[str]:
    """A report as a CSV file that Excel opens as UTF-8: numbers, then each rejected cell."""
    yield "\ufeff"
    yield _line(_("File"), file.name)
    yield _line(_("State"), str(file.get_state_display()), file.reason)
    run: ImportRun | None = file.run
    if run is None:
        return
    yield _line(_("Import"), settings.PIM_BASE_URL + reverse("admin:catalog_importrun_change", args=[run.pk]))
    words = {
        "rows": _("rows"), "created": _("created"), "updated": _("changed"), "unchanged": _("unchanged"), "rejected": _("bad rows"),
        "skipped": _("left out"), "missing": _("not in the file"),
    }  # fmt: skip
    for name, word in words.items():
        yield _line(word, str(run.counts.get(name, 0)))
    yield "\r\n"
    if not run.counts.get("rejected"):
        return
    yield _line(_("Row"), _("Column"), _("Value"), _("What is wrong"))
    for number, problem in enumerate(report.errors(run)):
        if number == MOST_ERRORS:
            yield _line(_("The import's page has the rest."))
            return
        yield _line(str(problem["row"]), problem["column"], str(problem["value"] or ""), problem["message"])


def _line(*cells: str) -> str:
    return ",".join('"' + neutral(cell).replace('"', '""') + '"' for cell in cells) + "\r\n"
