"""`manage.py export_structure FILE`: the whole structure as one XLSX workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from catalog.transfer import workbook


class Command(BaseCommand):
    help = "Writes the structure (attributes, families, categories, channels …) into one workbook. Credentials stay out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            path.write_bytes(workbook.write())
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be written: %(error)s") % {"path": path, "error": error}
            ) from error
        self.stdout.write(_("Written: %(path)s") % {"path": path})
