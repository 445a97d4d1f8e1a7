"""How long the runs of rules are kept; what they wrote is the products'."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.retention import RULES, Rule, by_age
from enrichment.models import RuleRun

RULES.add(
    "rule_runs",
    Rule(
        "rule_runs", gettext_lazy("Runs of rules"),
        lambda: _("For %(days)d days, in which a run can be undone.") % {"days": settings.PIM_KEEP_JOBS_DAYS},
        RuleRun, by_age(RuleRun, "started_at", settings.PIM_KEEP_JOBS_DAYS),
    ),
)  # fmt: skip
