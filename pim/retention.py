"""Rules of retention for what the assembly brings along: sessions that have ended, and failed sign-ins."""

from __future__ import annotations

from datetime import datetime

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.retention import RULES, Rule, Step, by_age
from catalog.retention.rules import AT_ONCE


def session_step(cursor: int, now: datetime) -> Step:
    keys = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:AT_ONCE])
    removed = Session.objects.filter(pk__in=keys).delete()[0]
    return Step(removed, 0, len(keys) < AT_ONCE)


RULES.add(
    "sessions",
    Rule(
        "sessions",
        gettext_lazy("Sessions that have ended"),
        lambda: _("Until they end."),
        Session,
        session_step,
    ),
)
for code, model, label in (
    ("sign_ins_tried", AccessAttempt, gettext_lazy("Failed sign-ins that count")),
    ("sign_ins_failed", AccessFailureLog, gettext_lazy("Log of failed sign-ins")),
    ("sign_ins", AccessLog, gettext_lazy("Log of sign-ins")),
):
    RULES.add(
        code,
        Rule(
            code, label, lambda: _("For %(days)d days.") % {"days": settings.PIM_KEEP_SIGN_INS_DAYS}, model,
            by_age(model, "attempt_time", settings.PIM_KEEP_SIGN_INS_DAYS),
        ),
    )  # fmt: skip
