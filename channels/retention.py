"""This room's rules of retention: attempts to deliver, and contradictions that nobody looked for again."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.retention import RULES, Rule, by_age
from channels.models import Attempt, Contradiction

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
