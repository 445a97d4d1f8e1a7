"""What a takeover would do: its files recognised, its products looked through, its structure tried and taken back again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.access import can
from catalog.jobs import JobCancelled, JobHandle
from catalog.models.takeover import Takeover
from catalog.takeovers.akeneo import exports, products
from catalog.takeovers.akeneo.draft import Draft
from catalog.takeovers.akeneo.kinds import KINDS
from catalog.takeovers.parts import CHUNK, Line, Part
from catalog.takeovers.steps import Step, steps
from catalog.takeovers.unpacking import Media, tables_of

# Rows of a sheet on which nothing else builds that are tried; SQLite has one writer, who waits meanwhile.
TRIED = 2_000


class NothingFound(ValueError):
    """None of the files is one of the exports; the text says what to do."""


def plan(takeover: Takeover, handle: JobHandle, *, user: Any) -> dict[str, Any]:
    """Stores `files` and `plan`. Raises NothingFound, ArchiveRefused, TooLarge, Unreadable; JobCancelled. Nothing else is
    written, and begun again it starts over."""
    handle.progress(0, None, _("Reading the files"))
    entries, others = _entries(takeover, handle)
    whole = sum(entry["rows"] for entry in entries) or 1
    draft = Draft(entries)
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        done += rows
        handle.progress(min(done, whole), whole, _("Looking through the products"))
        if handle.cancelled():
            raise JobCancelled

    with Media([upload["stored"] for upload in takeover.uploads]) as media:
        look = products.Look(draft, media)
        try:
            files = look.run(advance)
            facts = look.facts | {"in_archive": len(media)}
        finally:
            look.close()
    handle.progress(whole, whole, _("Trying the structure"))
    draft = Draft(entries, facts)
    lines = _tried(made(draft, user), user)
    found = {
        "lines": [line.as_json() for line in lines], "products": files, "facts": facts, "others": others[:50], "other_count": len(others),
        "missing": [kind.code for kind in KINDS.values() if kind.means and not draft.exports.has(kind.code)],
        "renamed": [list(each) for each in draft.renamed()],
        "forbidden": sorted({step.code for step in steps() if user is not None and not can(user, step.verb)}),
    }  # fmt: skip
    with transaction.atomic():
        handle.check_lease()
        Takeover.objects.filter(pk=takeover.pk).update(
            files=entries, plan=found, marks={}, state=Takeover.State.PLANNED, error=""
        )
    return {"files": len(entries)}


def _entries(takeover: Takeover, handle: JobHandle) -> tuple[list[dict[str, Any]], list[str]]:
    """What the files are, and the names of what is no table."""
    entries, others = [], []
    for upload in takeover.uploads:
        found, beside = tables_of(upload["name"], upload["stored"])
        others += [name for name in beside if "files/" not in name]
        for each in found:
            handle.progress(0, None, _("Reading %(file)s") % {"file": each.name})
            if handle.cancelled():
                raise JobCancelled
            entries.append(exports.look(each))
    exports.tell_apart(entries)
    if not any(entry["kind"] for entry in entries):
        why = next((f"{entry['name']}: {entry['why']}" for entry in entries if entry.get("why")), "")
        raise NothingFound(
            _(
                "None of these files is one of Akeneo's exports: choose its CSV or XLSX files, or a zip of them."
            )
            + f" {why}".rstrip()
        )
    return entries, others


def made(draft: Draft, user: Any) -> list[tuple[Step, Part]]:
    """The rows of all steps this person may take, before any of them is written."""
    return [(step, step.make(draft)) for step in steps() if user is None or can(user, step.verb)]


def _tried(parts: Sequence[tuple[Step, Part]], user: Any) -> list[Line]:
    """Everything in one transaction that is taken back, since what comes later builds on what came before."""
    lines = []
    with transaction.atomic():
        for step, part in parts:
            line = part.line(step.code)
            rows = part.rows[:TRIED] if step.is_leaf else part.rows
            for at in range(0, len(rows), CHUNK):
                step.take(part, rows[at : at + CHUNK], line, user)
            if len(rows) < len(part.rows):
                line.notes.append(
                    _("%(rest)d rows more are like these; they are looked at when they are written.")
                    % {"rest": len(part.rows) - len(rows)}
                )
            if part.rows or line.same or line.left or line.notes:
                lines.append(line)
        transaction.set_rollback(True)
    return lines
