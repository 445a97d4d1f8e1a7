"""The Celery application and, in one place, everything that happens by the clock.

Tasks carry ids and nudges only. Each tick looks into the rows, so a lost message costs one tick.
"""

import os

from celery import Celery
from celery.signals import setup_logging
from kombu import Exchange, Queue

from pim.lib import folder_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

folder_broker.register()
app = Celery("pim")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Each with an exchange and key of its own: by default all three share one, and what is published there reaches all.
app.conf.task_queues = [
    Queue(name, Exchange(name), routing_key=name) for name in ("interactive", "imports", "delivery")
]
app.autodiscover_tasks()

THIN_SECONDS = 300.0  # a few thousand old rows of each kind at a time
DIGEST_SECONDS = 300.0


@app.on_after_configure.connect
def _schedule(sender: Celery, **_kwargs: object) -> None:
    from django.conf import settings

    every = settings.PIM_TICK_SECONDS
    sender.conf.beat_schedule = {
        name: {
            "task": name,
            "schedule": every,
            # A tick that nobody took in time is worth nothing: the next one does its work.
            "options": {"queue": queue, "expires": every * 3},
        }
        for name, queue in (
            ("channels.tasks.tick", "delivery"),
            ("catalog.tasks.tick", "interactive"),
            ("enrichment.tasks.tick", "interactive"),
        )
    }
    sender.conf.beat_schedule["catalog.tasks.thin"] = {
        "task": "catalog.tasks.thin", "schedule": THIN_SECONDS, "options": {"queue": "imports", "expires": THIN_SECONDS},
    }  # fmt: skip
    sender.conf.beat_schedule["enrichment.tasks.digest"] = {
        "task": "enrichment.tasks.digest", "schedule": DIGEST_SECONDS, "options": {"queue": "imports", "expires": DIGEST_SECONDS},
    }  # fmt: skip


@setup_logging.connect
def _log_as_django_does(**_kwargs: object) -> None:
    """Keeps Celery from replacing the handlers, and with them the filter that masks secrets."""
