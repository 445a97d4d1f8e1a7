"""How long resolved threads are kept. What is open stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.retention import RULES, Rule, Step
from catalog.retention.rules import AT_ONCE
from enrichment.models import Comment, Thread


def thread_step(cursor: int, now: datetime) -> Step:
    """Comments first, with whom they were for; then the threads in which none is left."""
    limit = now - timedelta(days=settings.PIM_KEEP_COMMENTS_DAYS)
    due = Thread.objects.filter(resolved_at__lt=limit)
    said = list(
        Comment.objects.filter(thread__in=due.values("pk"))
        .order_by("pk")
        .values_list("pk", flat=True)[:AT_ONCE]
    )
    Comment.objects.filter(pk__in=said).delete()
    if said:
        return Step(len(said), 0, False)
    empty = list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return Step(Thread.objects.filter(pk__in=empty).delete()[0], 0, len(empty) < AT_ONCE)


RULES.add(
    "comments",
    Rule(
        "comments",
        gettext_lazy("Comments of resolved threads"),
        lambda: (
            _("For %(days)d days after the thread was resolved; open threads stay.")
            % {"days": settings.PIM_KEEP_COMMENTS_DAYS}
        ),
        Comment,
        thread_step,
    ),
)
