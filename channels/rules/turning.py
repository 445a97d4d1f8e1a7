"""A rule's day has come: noted in its row, and what it is about is counted anew. Safe to call at any time, by many."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from catalog.structure.snapshot import Structure
from channels.models import PackedRule, RulePack
from channels.rules import using


def turn(today: date) -> int:
    """How many rules began; one query where none did. One that is off begins once it is on."""
    due = PackedRule.objects.filter(in_force=False, counts_from__lte=today).exclude(
        level=PackedRule.Level.OFF
    )
    uses = sorted(set(due.values_list("use_id", flat=True)))
    begun = 0
    for pk in uses:
        with transaction.atomic():
            use = RulePack.objects.select_for_update(of=("self",)).select_related("channel").get(pk=pk)
            count = due.filter(use=use).update(in_force=True)
            if count:
                using.changed(use.channel, [using.scope_of(use)], Structure.current())
            begun += count
    return begun
