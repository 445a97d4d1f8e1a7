"""This room's rules of retention: attempts to deliver, contradictions that nobody looked for again, launches long over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.retention import RULES, Rule, Step, by_age
from catalog.retention.rules import AT_ONCE
from channels.models import Attempt, Contradiction, Launch, LaunchEntry

RULES.add(
    "attempts",
    Rule(
        "attempts", gettext_lazy("Attempts to deliver"),
        lambda: _("For %(days)d days. What stands on a channel, and the last refusal, is kept with the listing.")
        % {"days": settings.PIM_KEEP_ATTEMPTS_DAYS},
        Attempt, by_age(Attempt, "at", settings.PIM_KEEP_ATTEMPTS_DAYS),
    ),
)  # fmt: skip
RULES.add(
    "contradictions",
    Rule(
        "contradictions", gettext_lazy("Contradictions between channels"),
        lambda: _("For %(days)d days after somebody looked for them last; each look replaces what was found before.")
        % {"days": settings.PIM_KEEP_CONTRADICTIONS_DAYS},
        Contradiction, by_age(Contradiction, "seen_at", settings.PIM_KEEP_CONTRADICTIONS_DAYS),
    ),
)  # fmt: skip


def _launches_over(cursor: int, now: datetime) -> Step:
    """One launch a step: its products first, and itself once it has none left."""
    limit = now - timedelta(days=settings.PIM_KEEP_LAUNCHES_DAYS)
    launch = Launch.objects.filter(at__lt=limit).order_by("pk").first()
    if launch is None:
        return Step(0, 0, done=True)
    entries = list(launch.entries.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    removed = LaunchEntry.objects.filter(pk__in=entries).delete()[0]
    if len(entries) < AT_ONCE:
        removed += launch.delete()[0]
    return Step(removed, 0, done=False)


RULES.add(
    "launches",
    Rule(
        "launches", gettext_lazy("Launches"),
        lambda: _("For %(days)d days after they took place. What was launched stays on its channels.")
        % {"days": settings.PIM_KEEP_LAUNCHES_DAYS},
        Launch, _launches_over,
    ),
)  # fmt: skip
