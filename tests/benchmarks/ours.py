"""Our import of a CSV file, as `manage.py import_products` does it. Prints one JSON line: seconds by step, memory.

python -m tests.benchmarks.ours prepare | FILE [PROFILE]
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import transaction

from catalog.importing import runs
from catalog.jobs.inline import run_here
from catalog.jobs.run import run_due
from catalog.models import (
    Attribute,
    AttributeGroup,
    Family,
    FamilyAttribute,
    ImportProfile,
    ImportRun,
    Option,
    Product,
    Proposal,
    Source,
    SourcePolicy,
)
from catalog.structure.announce import announce
from tests.benchmarks.catalogue import COLUMNS, OPTIONS, supplier_mapping


def build_structure() -> None:
    from catalog.models import Context, Currency, Locale
    from channels.models import Channel, Requirement

    if Family.objects.filter(code="wide").exists():
        return
    with transaction.atomic():
        group = AttributeGroup.objects.create(code="all")
        family = Family.objects.create(code="wide")
        for code in ("EUR", "USD"):
            Currency.objects.create(code=code)
        for position, (column, kind) in enumerate(COLUMNS.items()):
            code = column.partition("-")[0]
            attribute, made = Attribute.objects.get_or_create(
                code=code, defaults={"type": kind, "group": group}
            )
            if not made:
                continue
            FamilyAttribute.objects.create(family=family, attribute=attribute, position=position)
            if kind == "select":
                Option.objects.bulk_create(Option(attribute=attribute, code=option) for option in OPTIONS)
        # A shop that wants half of them in two languages: completeness and listings are part of the work.
        shop = Channel.objects.create(
            code="shop", connector="webhook", context=Context.objects.create(code="shop", kind="channel")
        )
        shop.locales.set(
            Locale.objects.create(code=code, name=code, position=position)
            for position, code in enumerate(("en_US", "de_DE"))
        )
        Requirement.objects.bulk_create(
            Requirement(channel=shop, attribute=attribute)
            for attribute in Attribute.objects.order_by("code")[:22]
        )
        build_profiles()
        announce("structure", [])


def build_profiles() -> None:
    """Two suppliers of the same file: what the second says otherwise than the first is a proposal, but for one attribute."""
    settings = {"decimal": ",", "date_format": "%d.%m.%Y"}
    for code, rank in (("first", 60), ("second", 40)):
        source = Source.objects.create(code=code, rank=rank)
        SourcePolicy.objects.create(source=source, attribute=Attribute.objects.get(code="text_19"), rank=50)
        ImportProfile.objects.create(code=code, source=source, mapping=supplier_mapping(), settings=settings)


def prepare() -> None:
    call_command("migrate", verbosity=0)
    build_structure()
    print("{}")


def main(path: Path, profile: str | None = None) -> None:
    run_due("imports")  # as a worker that has nothing to do yet
    idle = _resident("RssAnon")
    reader, own = [0.0], [idle]
    threading.Thread(target=_watch, args=[reader, own], daemon=True).start()
    began = time.perf_counter()
    with path.open("rb") as content:
        known = ImportProfile.objects.get(code=profile) if profile else None
        run = runs.start(content, path.name, user=None, profile=known, guess=False, trusted=True)
    run_here(lambda: runs.plan(run, user=None, trusted=True))
    planned = time.perf_counter()
    run_here(lambda: runs.apply(run, policy=ImportRun.Policy.SKIP_BAD, user=None, trusted=True))
    applied = time.perf_counter()
    run.refresh_from_db()
    assert run.state == ImportRun.State.APPLIED, run.error
    print(
        json.dumps(
            {
                "plan": planned - began,
                "apply": applied - planned,
                "products": Product.objects.count(),
                "counts": run.counts,
                "proposals": Proposal.objects.count(),
                "idle": idle,
                "grown": own[0] - idle,
                "reader": reader[0],
            }
        )
    )


def _watch(largest: list[float], own: list[float]) -> None:
    """The process that reads the file, and what this one has for itself, at their largest: looked at ten times a second.

    What SQLite maps of its file counts as resident too, and is the system's cache: it is left out.
    """
    while True:
        own[0] = max(own[0], _resident("RssAnon"))
        for children in Path("/proc/self/task").glob("*/children"):
            with suppress(OSError):
                for child in children.read_text().split():
                    if b"readers" in Path(f"/proc/{child}/cmdline").read_bytes():
                        largest[0] = max(largest[0], _resident("VmHWM", child))
        time.sleep(0.1)


def _resident(name: str, process: str = "self") -> float:
    """MB of a process: VmRSS now, VmHWM at most."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    else:
        main(Path(sys.argv[1]), *sys.argv[2:])
