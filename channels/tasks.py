"""Celery's part: nudges. Ids in, nothing else; a lost or doubled message changes nothing."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

import channels.delivery.again
import channels.dry_runs
import channels.matching  # noqa: F401  their kinds of job
from channels.delivery.drain import drain as drain_channel
from channels.delivery.reading import start_due
from channels.delivery.sweep import channels_with_work
from channels.rules.turning import turn

logger = logging.getLogger(__name__)


@shared_task(name="channels.tasks.tick")
def tick() -> None:
    """Lets rules begin whose day has come, and nudges every channel that has something to do, or is to be read back."""
    turn(timezone.localdate())
    start_due(timezone.now())
    nudge(channels_with_work(timezone.now()))


@shared_task(name="channels.tasks.drain")
def drain(*, channel_id: int) -> None:
    """Works off a channel for a while; what is left is nudged behind the others, so that each gets its turn."""
    if not drain_channel(channel_id=channel_id).finished:
        nudge([channel_id])


def nudge(channel_ids: list[int]) -> None:
    """Sends drains without waiting for the broker; the next tick repeats what is lost."""
    options: dict[str, Any] = {"queue": "delivery", "expires": settings.PIM_TICK_SECONDS * 3, "retry": False}
    for channel_id in channel_ids:
        try:
            drain.apply_async(kwargs={"channel_id": channel_id}, **options)
        except Exception as error:
            logger.warning("No nudge for channel %s, the tick will do: %s", channel_id, error)
