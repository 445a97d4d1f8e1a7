"""manage.py export_products FILE [--filter …] [--columns …] [--locales …] [--contexts …] [--user NAME]"""

from __future__ import annotations

import os
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.http import QueryDict

from catalog.access import rights_of
from catalog.exporting.columns import FORMATS, Choice, ChoiceRefused
from catalog.exporting.files import DoesNotFit
from catalog.exporting.products import export
from catalog.models import Product, User
from catalog.structure.product_names import NAMES
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from enrichment.workbench.grid.query import parse

VIEW = frozenset({"q", "level", "sort", "where"})


class Command(BaseCommand):
    help = (
        "Exports products to a CSV or XLSX file, by its ending, that import_products reads without a profile."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--filter",
            default="",
            help='which products, as the address of the grid has it: "family=mugs&incomplete=amazon|de_DE"; without it all',
        )
        parser.add_argument(
            "--columns", help='attribute codes, fields or headers: "family,name,price-EUR"; without it all'
        )
        parser.add_argument("--locales", help="only values of these languages: en_US,de_DE")
        parser.add_argument("--contexts", help='only values of these contexts: "master,amazon"')
        parser.add_argument("--empty-columns", action="store_true", help="also columns without any value")
        parser.add_argument(
            "--user", help="whose rights hold; without it, the operator's, who sees everything"
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        began = time.monotonic()
        format = file.suffix.lower().removeprefix(".")
        if format not in FORMATS:
            raise CommandError(f"The file ends in one of: {', '.join(FORMATS)}.")
        user = _user(options["user"])
        contexts = _listed(options["contexts"])
        choice = Choice(
            format=format,
            columns=_listed(options["columns"]),
            locales=_listed(options["locales"]),
            contexts=contexts and tuple("" if code == "master" else code for code in contexts),
            empty_columns=options["empty_columns"],
        )
        products = _products(options["filter"], user)
        # A file that stands there is whole: it is made beside it and takes its place at the end.
        folder = file.resolve().parent
        try:
            with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as beside:
                path = Path(beside) / file.name
                with NAMES.read_by(user):
                    made = export(products, choice, path, rights=rights_of(user) if user else None)
                os.replace(path, file)
        except (OSError, ChoiceRefused, DoesNotFit) as refused:
            raise CommandError(str(refused)) from refused
        for note in made.notes:
            self.stderr.write(note)
        self.stdout.write(
            f"{made.products} products in {made.columns} columns, in {time.monotonic() - began:.1f} s: {file}"
        )


def _listed(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def _user(name: str | None) -> User | None:
    if not name:
        return None
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {name!r}.")
    return user


def _products(asked: str, user: User | None) -> QuerySet[Product]:
    """Everything, models and variants, unless the filter names a level. What the grid would pass over is an error here."""
    params = QueryDict(asked, mutable=True)
    params.setdefault("level", "all")
    structure = Structure.current()
    operator = User(pk=-1, is_superuser=True, is_active=True)
    query = parse(params, user or operator, structure, channel_profiles.current(structure))
    known = query.filters.filters
    unknown = [
        name for name in params if name not in VIEW and not any(name.startswith(each) for each in known)
    ]
    wrong = [f"{name}: {' '.join(errors)}" for name, errors in query.filters.form.errors.items()]
    if query.combined.is_misspelt or query.left_out:
        wrong.append("a condition that does not filter")
    if unknown or wrong or query.level != params["level"]:
        raise CommandError(
            "Not a filter of the grid: " + "; ".join([*unknown, *wrong] or [str(params["level"])])
        )
    return query.products()
