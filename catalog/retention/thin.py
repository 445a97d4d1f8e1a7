"""Thinning by the clock: each rule a few steps, each step a short transaction; what is left waits for the next time."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from catalog.models.retention import Thinning
from catalog.retention.rules import RULES, Rule

logger = logging.getLogger(__name__)

STEPS = 20  # of each rule at a time


def thin(*, steps: int = STEPS) -> dict[str, int]:
    """{rule: rows removed}. Killed anywhere it goes on from the last step; one rule's failure harms no other."""
    removed = {}
    for code in RULES:
        rule = RULES[code]
        try:
            removed[code] = _thin(rule, steps)
        except Exception:
            logger.exception("Thinning %s failed: it is tried again the next time", code)
    return removed


def _thin(rule: Rule, steps: int) -> int:
    Thinning.objects.get_or_create(rule=rule.code)
    total = 0
    for _number in range(steps):
        with transaction.atomic():
            state = Thinning.objects.select_for_update().get(rule=rule.code)
            now = timezone.now()
            step = rule.step(state.cursor, now)
            state.cursor, state.looked_at = step.cursor, now
            if step.removed:
                state.removed += step.removed
                state.thinned_at = now
            state.save(update_fields=["cursor", "looked_at", "removed", "thinned_at"])
        for act in step.after_commit:
            act()
        total += step.removed
        if step.done:
            break
    return total
