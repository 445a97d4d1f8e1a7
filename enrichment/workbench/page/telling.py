"""What became of a save, in words: for the product page, and for a queue that answers without loading a page."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.structure.snapshot import Structure
from catalog.values.changes import Outcome


def told(outcome: Outcome, structure: Structure) -> Iterator[tuple[int, str]]:
    """(level, sentence) of what was not simply written."""
    if outcome.proposals:
        names = ", ".join(structure.attributes[key.partition("|")[0]].label() for key in outcome.proposals)
        yield (
            messages.WARNING,
            _("Kept as a proposal until somebody who may publish takes it over: %s.") % names,
        )
    for warning in outcome.warnings:
        label = structure.attributes[warning.key.partition("|")[0]].label()
        yield messages.WARNING, f"{label}: {warning.message}"
    if outcome.errors:
        text = ngettext(
            "Nothing was saved: %d field needs another look. Your texts are still here.",
            "Nothing was saved: %d fields need another look. Your texts are still here.",
            len(outcome.errors),
        )
        yield messages.ERROR, text % len(outcome.errors)
    if outcome.conflicts:
        text = ngettext(
            "Somebody else changed %d field meanwhile: choose whose text stays, and save.",
            "Somebody else changed %d fields meanwhile: choose whose texts stay, and save.",
            len(outcome.conflicts),
        )
        yield messages.WARNING, text % len(outcome.conflicts)
