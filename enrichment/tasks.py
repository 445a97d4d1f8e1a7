"""Celery's part: the tick. The rows are the truth; a lost or doubled message changes nothing."""

from celery import shared_task

from enrichment.rules import following, running


@shared_task(name="enrichment.tasks.tick")
def tick() -> int:
    """Begins runs whose time has come, and looks at what changed; says at how many products."""
    running.begin_due()
    return following.drain()
