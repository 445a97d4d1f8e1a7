"""manage.py import_products FILE [--profile CODE] [--plan] [--policy …] [--user NAME] [--json]"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError

from catalog.importing import missing, report, runs
from catalog.importing.files import TooLarge
from catalog.importing.mapping import MappingRefused
from catalog.importing.readers.base import FileRefused
from catalog.importing.settings import MISSING, ImportSettings, SettingsRefused
from catalog.jobs.inline import run_here
from catalog.models.importing import ImportProfile, ImportRun
from catalog.models.job import Job
from catalog.models.user import User

UNREADABLE = 2
Policy = ImportRun.Policy


class Command(BaseCommand):
    help = "Imports products from a spreadsheet (XLSX, XLS, ODS), CSV or JSON file. Exit status: 0 nothing was rejected, 1 rows were, 2 the file could not be read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--profile", help="code of the import profile that knows this supplier's columns")
        parser.add_argument(
            "--plan", action="store_true", help="say what the file would change, and write nothing"
        )
        parser.add_argument(
            "--policy", choices=Policy.values, help="without it, the one its profile was applied with last"
        )
        parser.add_argument(
            "--missing",
            choices=MISSING,
            default="",
            help="what becomes of products that earlier files of the profile named and this one does not",
        )
        parser.add_argument(
            "--confirm-missing", action="store_true", help="disable them even where they are a large share"
        )
        parser.add_argument(
            "--user", help="whose rights hold, and whose name the history shows; without it, the operator's"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        began = time.monotonic()
        user = _user(options["user"])
        profile = _profile(options["profile"])
        trusted = user is None
        try:
            with file.open("rb") as content:
                run = runs.start(content, file.name, user=user, profile=profile, guess=False, trusted=trusted)
            if options["missing"]:
                run.settings = {**run.settings, "missing": options["missing"]}
                run.save(update_fields=["settings"])
            run_here(lambda: runs.plan(run, user=user, trusted=trusted))
        except (OSError, FileRefused, TooLarge, MappingRefused, SettingsRefused) as refused:
            self._unreadable(str(refused), options["json"])
        run.refresh_from_db()
        if run.state != ImportRun.State.PLANNED:
            self._unreadable(run.error, options["json"], run=run.pk)
        if not options["plan"]:
            job = run_here(lambda: self._apply(run, options, user=user, trusted=trusted))
            run.refresh_from_db()
            if job.state == job.State.FAILED:
                raise CommandError(job.error)
        summary = report.summary(run, seconds=time.monotonic() - began)
        self._tell(run, summary, options)
        if summary["rejected"]:
            sys.exit(1)

    def _apply(self, run: ImportRun, options: dict[str, Any], **by: Any) -> Job:
        """Where what is missing may not be disabled, the rest is imported all the same: nobody is there to be asked."""
        keep = ""
        if ImportSettings.from_json(run.settings).missing == "retire":
            why = missing.why_not_retired(run, confirmed=options["confirm_missing"])
            if why:
                self.stderr.write(self.style.WARNING(why))
                keep = "report"
        policy = options["policy"] or run.policy
        return runs.apply(
            run,
            policy=policy,
            missing_products=keep,
            confirmed=options["confirm_missing"],
            remembered=False,
            **by,
        )

    def _unreadable(self, message: str, as_json: bool, run: int | None = None) -> None:
        self.stderr.write(self.style.ERROR(message))
        if as_json:
            self.stdout.write(orjson.dumps({**report.NOTHING, "run": run, "error": message}).decode())
        sys.exit(UNREADABLE)

    def _tell(self, run: ImportRun, summary: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(orjson.dumps(summary).decode())
            return
        would = "would be " if options["plan"] else ""
        self.stdout.write(
            f"Run {run.pk}: {summary['rows']} rows in {summary['seconds']} s. {would}created {summary['created']}, "
            f"updated {summary['updated']}, unchanged {summary['unchanged']}, rejected {summary['rejected']}, "
            f"skipped {summary['skipped']}; {summary['cells_changed']} values."
        )
        if run.error:
            self.stdout.write(run.error)
        for error in summary["errors"][:20]:
            self.stdout.write(f"  row {error['row']}, {error['column'] or '-'}: {error['message']}")
        if len(summary["errors"]) > 20:
            self.stdout.write(f"  … and {len(summary['errors']) - 20} more; --json has them all.")


def _user(name: str | None) -> User | None:
    if not name:
        return None
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {name!r}.", returncode=UNREADABLE)
    return user


def _profile(code: str | None) -> ImportProfile | None:
    if not code:
        return None
    profile = ImportProfile.objects.select_related("source").filter(code=code).first()
    if profile is None:
        known = ", ".join(ImportProfile.objects.values_list("code", flat=True)) or "none"
        raise CommandError(f"There is no import profile {code!r}; there are: {known}.", returncode=UNREADABLE)
    return profile
