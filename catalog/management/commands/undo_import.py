"""manage.py undo_import RUN [--user NAME] [--json]"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from catalog.importing import runs, undo
from catalog.importing.runs import WrongState
from catalog.jobs.inline import run_here
from catalog.management.commands.import_products import UNREADABLE, _user
from catalog.models.importing import ImportRun


class Command(BaseCommand):
    help = "Takes back what an import wrote, but for what was edited since. Exit status: 0 all of it, 1 something was kept, 2 it cannot be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int)
        parser.add_argument("--user", help="whose name the history shows; without it, nobody's")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = _user(options["user"])
        run = ImportRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no import {options['run']}.", returncode=UNREADABLE)
        try:
            job = run_here(lambda: runs.undo(run, user=user, trusted=user is None))
        except WrongState as wrong:
            raise CommandError(str(wrong), returncode=UNREADABLE) from None
        if job.state == job.State.FAILED:
            raise CommandError(job.error, returncode=UNREADABLE)
        result = undo.result_of(run, most=100_000)
        if options["json"]:
            self.stdout.write(orjson.dumps({**result, "run": run.pk}).decode())
        else:
            self.stdout.write(
                f"Run {run.pk}: {result['reversed']} rows reversed, {result['kept']} kept, {result['failed']} failed."
            )
            for reason in result["reasons"]:
                self.stdout.write(f"  row {reason['row']}, {reason['sku']}, {reason['key']}: {reason['why']}")
        if result["kept"] or result["failed"]:
            sys.exit(1)
