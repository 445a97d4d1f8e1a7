"""Celery's part: the tick and the daily mails. The rows are the truth; a lost or doubled message changes nothing."""

from celery import shared_task

from enrichment import digest
from enrichment.rules import following, running


@shared_task(name="enrichment.tasks.tick")
def tick() -> int:
    """Begins runs whose time has come, and looks at what changed; says at how many products."""
    running.begin_due()
    return following.drain()


@shared_task(name="enrichment.tasks.digest")
def send_digests() -> int:
    return digest.send_due()
