"""`manage.py import_structure FILE [--plan]`: reads a workbook of the structure, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from catalog.transfer import workbook


class Command(BaseCommand):
    help = (
        "Reads the structure from a workbook as export_structure writes it. --plan shows what would change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--plan", action="store_true", help="change nothing, only tell")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be read: %(error)s") % {"path": path, "error": error}
            ) from error
        report = workbook.read(data, dry_run=options["plan"])
        for problem in report.problems:
            self.stderr.write(problem)
        for sheet in report.sheets:
            self._tell(sheet)
        if report.is_refused:
            raise CommandError(_("Nothing was changed: mend what is listed above and try again."))
        if options["plan"]:
            self.stdout.write(_("A plan: nothing was changed."))

    def _tell(self, sheet: workbook.SheetReport) -> None:
        self.stdout.write(
            _("%(name)s: %(created)d new, %(updated)d changed, %(unchanged)d as they were")
            % {
                "name": sheet.name,
                "created": len(sheet.created),
                "updated": len(sheet.updated),
                "unchanged": sheet.unchanged,
            }
        )
        if sheet.unknown_columns:
            columns = ", ".join(sheet.unknown_columns)
            self.stdout.write(_("  left out, as no such column is known: %(columns)s") % {"columns": columns})
        for problem in sheet.problems:
            place = " ".join(part for part in (str(problem.row or ""), problem.column) if part)
            self.stderr.write(f"  {sheet.name} {place}: {problem.message}")
