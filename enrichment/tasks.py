"""Celery's part: the tick, nudges and the daily mails. The rows are the truth; a lost or doubled message changes nothing."""

import logging

from celery import shared_task
from django.conf import settings

from enrichment import digest
from enrichment.memory import following as memory
from enrichment.rules import following, running

logger = logging.getLogger(__name__)


@shared_task(name="enrichment.tasks.tick")
def tick() -> int:
    """Begins runs whose time has come, and looks at what changed; says at how many products."""
    if memory.is_behind():
        nudge_memory()
    running.begin_due()
    return following.drain()


@shared_task(name="enrichment.tasks.digest")
def send_digests() -> int:
    return digest.send_due()


@shared_task(name="enrichment.tasks.remember")
def remember() -> None:
    """Brings the translation memory up to the products, for a while; what is left is nudged behind others."""
    if memory.follow():
        nudge_memory()


def nudge_memory() -> None:
    """Without waiting for the broker; the next tick repeats what is lost."""
    try:
        remember.apply_async(queue="interactive", expires=settings.PIM_TICK_SECONDS * 3, retry=False)
    except Exception as error:
        logger.warning("No nudge for the translation memory, the tick will do: %s", error)
